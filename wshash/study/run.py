"""The grid of runs: plan it, say what it takes, run it through papermill in parallel, go on where it stopped."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from filelock import FileLock
from tqdm import tqdm

from wshash.atomic import sweep
from wshash.paths import project_root
from wshash.study.config import StudyConfig, integers
from wshash.study.methods import check_methods, recipe
from wshash.study.stages import Study
from wshash.study.store import canonical, write_json

NOTEBOOK = "07_train_and_encode.ipynb"


@dataclass(frozen=True)
class Job:
    """One papermill run: a code length, with the rows that it makes and those that are missing."""

    n_bits: int
    rows: list[Path]
    missing: list[Path]


@dataclass
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
    def missing(self) -> int:
        return sum(len(job.missing) for job in self.jobs)

    @property
    def total(self) -> int:
        return sum(len(job.rows) for job in self.jobs)

    def seconds(self) -> float | None:
        """Estimate for the missing rows on one core, from rows of this machine's store; None without any."""
        known = []
        for path in (self.study.store.root / "rows").glob("*.run.json"):
            known.append(sum(json.loads(path.read_text(encoding="utf-8"))["seconds"].values()))
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
            f"{self.total} rows, of which {self.missing} are missing: {takes}"
        )


def plan(config: StudyConfig, methods: Iterable[str], bits: Iterable[int], seeds: int | Iterable[int]) -> Plan:
    """Check the request and find what of it is there.

    Parameters
    ----------
    config : StudyConfig
    methods : names
    bits : code lengths, 1 to 256
    seeds : int or ints
        A number of seeds, or the seeds.
    """
    methods = check_methods(methods)
    bits = sorted(set(integers(bits, "code lengths", 1, 256)))
    seeds = integers(range(seeds) if isinstance(seeds, int) else seeds, "seeds", 0, 2**31)
    study = Study(config)
    _ = study.judged_labels  # refuses unknown concepts before anything is made
    jobs = []
    for n_bits in reversed(bits):
        rows = [study.row_path(method, n_bits, seed) for seed in seeds for method in methods]
        jobs.append(Job(n_bits, rows, [path for path in rows if not path.is_file()]))
    return Plan(study, methods, bits, seeds, jobs)


@dataclass
class Outcome:
    """How a run ended: the rows that are there, and the notebooks of the jobs that failed."""

    plan: Plan
    failed: dict[int, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[Path]:
        return [path for job in self.plan.jobs for path in job.rows if path.is_file()]


def prepare(plan: Plan) -> None:
    """Make what all runs share, once: features, and where a method needs them the tag filter and vectors."""
    _ = plan.study.features
    if any(recipe(method, plan.study.config.preset).needs_tags for method in plan.methods):
        _ = plan.study.similarity


def run(plan: Plan, jobs: int = 2) -> Outcome:
    """Make the missing rows, ``jobs`` code lengths at a time.

    What all runs share is made first, once. A job that fails leaves its notebook with the traceback; the others go on.
    """
    return run_all([plan], jobs)[0]


def run_all(plans: Iterable[Plan], jobs: int = 2) -> list[Outcome]:
    """:func:`run` for several plans, whose jobs go on side by side."""
    outcomes = [Outcome(plan) for plan in plans]
    waiting = [(outcome, job) for outcome in outcomes for job in outcome.plan.jobs if job.missing]
    if not waiting:
        return outcomes
    sweep(outcomes[0].plan.study.store.root)
    for outcome in outcomes:
        if outcome.plan.missing:
            prepare(outcome.plan)
    if "WSHASH_DATA" in os.environ:  # kernels start in another folder
        os.environ["WSHASH_DATA"] = str(Path(os.environ["WSHASH_DATA"]).resolve())
    with _progress(waiting), ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        errors = pool.map(lambda work: _execute(work[0].plan, work[1]), waiting)
        for (outcome, job), error in zip(waiting, errors, strict=True):
            if error:
                outcome.failed[job.n_bits] = error
    return outcomes


@contextmanager
def _progress(waiting: list[tuple[Outcome, Job]]) -> Iterator[None]:
    """A bar for each job, moved by the rows that appear."""
    bars = []
    for i, (outcome, job) in enumerate(waiting):
        share = outcome.plan.study.config.label_share
        name = f"{job.n_bits:3d} bits" + (f", {share:.0%} of the labels" if share < 1 else "")
        done = len(job.rows) - len(job.missing)
        bars.append(tqdm(total=len(job.rows), initial=done, desc=name, unit="row", position=i, disable=None))
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(1):
            for bar, (_, job) in zip(bars, waiting, strict=True):
                bar.n = sum(path.is_file() for path in job.rows)
                bar.refresh()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        for bar in bars:
            bar.close()


def _execute(plan: Plan, job: Job, attempts: int = 3) -> str | None:
    """Run the notebook of one code length; the reason if it fails."""
    notebooks = project_root() / "notebooks"
    parameters = {
        "settings": plan.study.config.to_dict(),
        "n_bits": job.n_bits,
        "methods": plan.methods,
        "seeds": plan.seeds,
    }
    key = hashlib.sha256(canonical(parameters).encode()).hexdigest()[:8]  # other jobs may run beside this one
    output = plan.study.store.root / "notebooks" / plan.study.config.dataset / f"{job.n_bits:03d}-bits-{key}.ipynb"
    output.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(output.with_suffix(".lock")):  # the same study, started twice: the second finds the rows
        if all(path.is_file() for path in job.rows):
            return None
        try:
            return _attempt(notebooks, output, parameters, job, attempts)
        finally:
            _hide_paths(output)


def _attempt(notebooks: Path, output: Path, parameters: dict, job: Job, attempts: int) -> str | None:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    for attempt in range(attempts):
        try:
            papermill.execute_notebook(
                notebooks / NOTEBOOK, output, parameters, kernel_name="python3", cwd=notebooks,
                progress_bar=False, start_timeout=120,
            )  # fmt: skip
            return None
        except PapermillExecutionError as error:
            return f"{error.ename}: {error.evalue} (traceback in {shown(output)})"
        except Exception as error:  # the kernel: did it never start, or die at work?
            if any(path.is_file() for path in job.missing) or attempt == attempts - 1 or "died" in str(error).lower():
                return f"{type(error).__name__}: {error} (notebook {shown(output)})"
            time.sleep(1 + attempt)
    return None


def _hide_paths(notebook: Path) -> None:
    """Leave the names alone of the paths that papermill notes in a notebook."""
    try:
        content = json.loads(notebook.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # never written, or cut short
        return
    noted = content["metadata"].get("papermill", {})
    noted |= {name: Path(noted[name]).name for name in ("input_path", "output_path") if noted.get(name)}
    write_json(notebook, content)


def shown(path: Path) -> str:
    """A path as messages show it: from the working directory where it lies below, else its name, never a home."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return path.name
