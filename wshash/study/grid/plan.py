"""What a study will do: the rows that are asked for, which of them are there, and how long the others may take."""

import json
import warnings
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from wshash.datasets.check import obstacles
from wshash.errors import InputError
from wshash.study.grid.config import StudyConfig, integers
from wshash.study.grid.methods import chosen, recipe
from wshash.study.grid.store import DamagedWarning, is_made, is_whole
from wshash.study.grid.study import Study


@dataclass(frozen=True)
class Row:
    """A row that is asked for."""

    method: str
    n_bits: int
    seed: int
    path: Path

    def __str__(self) -> str:
        return f"{self.method}, {self.n_bits} bits, seed {self.seed}"


@dataclass
class Plan:
    """What a study will do, and once it is done, what of that failed.

    Attributes
    ----------
    study : Study
    methods, bits, seeds : lists
    rows : list of Row
        Longest codes first: they take longest.
    missing : list of Row
        Those that were not there when the plan was made.
    failed : dict
        By code length, why its notebook failed.
    """

    study: Study
    methods: list[str]
    bits: list[int]
    seeds: list[int]
    rows: list[Row]
    missing: list[Row]
    failed: dict[int, str] = field(default_factory=dict)

    def report(self) -> str:
        """Which rows are missing and why; empty where none is."""
        lines, there = [], set(whole(self.rows))
        for n_bits in reversed(self.bits):
            lacking = [str(row) for row in self.rows if row.n_bits == n_bits and row not in there]
            if lacking:
                why = self.failed.get(n_bits, "its notebook ended without an error and without them")
                listed = "; ".join(lacking[:4]) + (f"; and {len(lacking) - 4} more" if len(lacking) > 4 else "")
                lines.append(f"{n_bits} bits failed: {why}\n  {len(lacking)} rows are missing: {listed}")
        return "\n".join(lines)

    def takes(self) -> str:
        """How long the missing rows take on one core: like those of this machine's store, else by a short probe."""
        if not self.missing:
            return "nothing to do"
        config = self.study.config
        known = _seconds_known(self.study.store.root / "rows", (config.dataset, config.preset))
        if known:
            each = (known.get((row.method, row.n_bits)) or known.get(row.method) or known[""] for row in self.missing)
            return f"about {sum(map(median, each)) / 60:.0f} minutes of one core, by the rows made so far"
        if config.preset != "study":  # three epochs, or work for a GPU
            return "time unknown before the first row"
        from wshash.study.grid.probe import rows_seconds

        rows = [(row.method, row.n_bits, row.seed) for row in self.missing]
        seconds = rows_seconds(config, rows, len(self.study.split.train))
        return f"about {seconds / 60:.0f} minutes of one core, by a short probe"

    def __str__(self) -> str:
        data, split = self.study.data, self.study.split
        return (
            f"{data.name}: {len(data):,} pictures, {len(data.concepts)} concepts (data {data.fingerprint})\n"
            f"split {split.fingerprint}: {len(split.query):,} queries, {len(split.train):,} to train on, "
            f"{len(split.database):,} to search, protocol {split.protocol}\n"
            f"{len(self.methods)} methods × {len(self.bits)} code lengths × {len(self.seeds)} seeds = "
            f"{len(self.rows)} rows, of which {len(self.missing)} are missing: {self.takes()}"
        )


def _seconds_known(folder: Path, like: tuple[str, str]) -> dict:
    """Seconds that rows of this data set and preset took: by method and bits, by method, and of all, under ``""``."""
    known = defaultdict(list)
    for path in folder.glob("*.run.json"):
        try:
            run = json.loads(path.read_text(encoding="utf-8"))
            if (run["config"]["dataset"], run["config"]["preset"]) == like:
                row = json.loads(path.with_name(path.name.replace(".run", "")).read_text(encoding="utf-8"))
                seconds = sum(run["seconds"].values())
                for kind in ((row["method"], row["n_bits"]), row["method"], ""):
                    known[kind].append(seconds)
        except (OSError, ValueError, KeyError, TypeError):  # damaged: one estimate less
            continue
    return known


def plan(config: StudyConfig | Study, methods: Iterable[str], bits: Iterable[int], seeds: int | Iterable[int]) -> Plan:
    """Check the request and find what of it is there.

    Parameters
    ----------
    config : StudyConfig, or Study
    methods : names
        See :func:`wshash.study.grid.methods.chosen`.
    bits : code lengths, 1 to 256
    seeds : int or ints
        A number of seeds, at most 1,000, or the seeds.

    Raises
    ------
    InputError
        An unknown method or concept, a code length or seed out of range; answers that cannot be judged; a method that
        learns from tags or labels where there are none, and no other method (else it is left out with a warning).
    """
    methods, bits, seeds = requested(methods, bits, seeds)
    study = config if isinstance(config, Study) else Study(config)
    _ = study.judged_labels  # refuses unknown concepts before anything is made
    methods = _possible(study, methods)
    rows = grid(study, methods, reversed(bits), seeds)
    missing = [row for row in rows if not is_whole(row.path)]
    damaged = [row for row in missing if is_made(row.path)]
    if damaged:
        what = f"{len(damaged)} rows are not what was written, the first of {damaged[0]}; they are made again"
        warnings.warn(what, DamagedWarning, stacklevel=2)
    return Plan(study, methods, bits, seeds, rows, missing)


def requested(methods: Iterable[str], bits: Iterable[int], seeds: int | Iterable[int]) -> tuple[list, list, list]:
    """What is asked for, each once and in order; refused where it makes no sense whatever the data."""
    methods = chosen(methods)
    bits = sorted(set(integers(bits, "code lengths", 1, 256)))
    if isinstance(seeds, int):
        seeds = range(integers([seeds], "the number of seeds", 1, 1000)[0])
    return methods, bits, sorted(set(integers(seeds, "seeds", 0, 2**31)))


def _possible(study: Study, methods: list[str]) -> list[str]:
    """The methods that these data allow."""
    found, name = obstacles(study.data, study.split.train), study.data.name
    if found["labels"]:
        raise InputError(f"{name}: {'; '.join(found['labels'])}")
    for odd in found["odd"]:
        warnings.warn(f"{name}: {odd}", UserWarning, stacklevel=3)
    without = [method for method in methods if found["tags"] and recipe(method, study.config.preset).needs_tags]
    if without:
        what = f"{name}: without {', '.join(without)}: {'; '.join(found['tags'])}"
        if len(without) == len(methods):
            raise InputError(what)
        warnings.warn(what, UserWarning, stacklevel=3)
    return [method for method in methods if method not in without]


def grid(study: Study, methods: Iterable[str], bits: Iterable[int], seeds: Iterable[int]) -> list[Row]:
    """The rows of these methods, whether they are there or not."""
    return [Row(m, k, s, study.row_path(m, k, s)) for k in bits for s in seeds for m in methods]


def whole(rows: Iterable[Row]) -> list[Row]:
    """Those that are there, also where another run made them."""
    return [row for row in rows if is_whole(row.path)]
