"""What a study will do: the rows that are asked for, which of them are there, and how long the others may take."""

import json
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from wshash.datasets.check import obstacles
from wshash.errors import InputError
from wshash.hashing import catalogue
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


@dataclass(frozen=True)
class Job:
    """One papermill run: a code length, with the rows that it makes and those that were missing when it was planned."""

    n_bits: int
    rows: list[Row]
    missing: list[Row]

    @property
    def done(self) -> int:
        """How many rows are there by now."""
        return sum(is_made(row.path) for row in self.rows)


@dataclass(frozen=True)
class Plan:
    """What a study will do.

    Attributes
    ----------
    study : Study
    methods, bits, seeds : lists
    jobs : list of Job
        Longest codes first: they take longest.
    """

    study: Study
    methods: list[str]
    bits: list[int]
    seeds: list[int]
    jobs: list[Job]

    @property
    def rows(self) -> list[Row]:
        return [row for job in self.jobs for row in job.rows]

    @property
    def missing(self) -> int:
        return sum(len(job.missing) for job in self.jobs)

    def seconds(self) -> float | None:
        """Estimate for the missing rows on one core, from rows of this machine's store; None without any."""
        known = []
        for path in (self.study.store.root / "rows").glob("*.run.json"):
            try:
                known.append(sum(json.loads(path.read_text(encoding="utf-8"))["seconds"].values()))
            except (OSError, ValueError, KeyError, TypeError):  # damaged: one estimate less
                continue
        return median(known) * self.missing if known else None

    def __str__(self) -> str:
        data, split = self.study.data, self.study.split
        seconds = self.seconds() if self.missing else 0
        takes = (
            "nothing to do"
            if not self.missing
            else "time unknown before the first row"
            if seconds is None
            else f"about {seconds / 60:.0f} minutes of one core, by the rows made so far"
        )
        return (
            f"{data.name}: {len(data):,} pictures, {len(data.concepts)} concepts (data {data.fingerprint})\n"
            f"split {split.fingerprint}: {len(split.query):,} queries, {len(split.train):,} to train on, "
            f"{len(split.database):,} to search, protocol {split.protocol}\n"
            f"{len(self.methods)} methods × {len(self.bits)} code lengths × {len(self.seeds)} seeds = "
            f"{len(self.rows)} rows, of which {self.missing} are missing: {takes}"
        )


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
        An unknown method or concept, a code length or seed out of range; a method that learns from tags or labels
        where there are none.
    """
    methods, bits, seeds = requested(methods, bits, seeds)
    study = config if isinstance(config, Study) else Study(config)
    _ = study.judged_labels  # refuses unknown concepts before anything is made
    methods = possible(study, methods)
    jobs = []
    for n_bits in reversed(bits):
        rows = [Row(m, n_bits, seed, study.row_path(m, n_bits, seed)) for seed in seeds for m in methods]
        jobs.append(Job(n_bits, rows, [row for row in rows if not is_whole(row.path)]))
    damaged = [row for job in jobs for row in job.missing if is_made(row.path)]
    if damaged:
        what = f"{len(damaged)} rows are not what was written, the first of {damaged[0]}; they are made again"
        warnings.warn(what, DamagedWarning, stacklevel=2)
    return Plan(study, methods, bits, seeds, jobs)


def requested(methods: Iterable[str], bits: Iterable[int], seeds: int | Iterable[int]) -> tuple[list, list, list]:
    """What is asked for, each once and in order; refused where it makes no sense whatever the data."""
    methods = chosen(methods)
    bits = sorted(set(integers(bits, "code lengths", 1, 256)))
    if isinstance(seeds, int):
        seeds = range(integers([seeds], "the number of seeds", 1, 1000)[0])
    return methods, bits, sorted(set(integers(seeds, "seeds", 0, 2**31)))


def possible(study: Study, methods: list[str]) -> list[str]:
    """The methods that these data allow; the others are left out with a warning that says what they lack.

    Raises
    ------
    InputError
        Answers cannot be judged, or no method is left.
    """
    found = obstacles(study.data, study.split.train)
    if found["labels"]:
        raise InputError(f"{study.data.name}: {'; '.join(found['labels'])}")
    for odd in found["odd"]:
        warnings.warn(f"{study.data.name}: {odd}", UserWarning, stacklevel=3)
    without = [name for name in methods if found["tags"] and recipe(name, study.config.preset).needs_tags]
    if without:
        what = f"{study.data.name}: without {', '.join(without)}: {'; '.join(found['tags'])}"
        if len(without) == len(methods):
            raise InputError(what)
        warnings.warn(what, UserWarning, stacklevel=3)
    return [name for name in methods if name not in without]


def every_row(study: Study, bits: Iterable[int], seeds: Iterable[int]) -> list[Row]:
    """Rows of all methods that are there, also of those that an earlier run made."""
    rows = [Row(m, k, s, study.row_path(m, k, s)) for m in catalogue.names() for k in bits for s in seeds]
    return [row for row in rows if is_whole(row.path)]
