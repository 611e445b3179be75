"""The grid of runs, through papermill in parallel; it goes on where it stopped."""

import hashlib
import json
import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

from wshash.atomic import sweep
from wshash.errors import InputError
from wshash.paths import project_root
from wshash.progress import progress
from wshash.study.grid.address import PACKAGE, canonical, package_fingerprint
from wshash.study.grid.methods import recipe, specifications
from wshash.study.grid.plan import Job, Plan, Row
from wshash.study.grid.store import is_made, is_whole, write_json

NOTEBOOK = "07_train_and_encode.ipynb"


@dataclass
class Outcome:
    """How a run ended: the rows that are there, and why jobs failed, by code length."""

    plan: Plan
    failed: dict[int, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        return [row for row in self.plan.rows if is_whole(row.path)]

    @property
    def missing(self) -> list[Row]:
        return [row for row in self.plan.rows if not is_whole(row.path)]

    def report(self) -> str:
        """Which rows are missing and why; empty where none is."""
        lines = []
        for job in self.plan.jobs:
            missing = [str(row) for row in job.rows if not is_whole(row.path)]
            if missing:
                why = self.failed.get(job.n_bits, "its notebook ended without an error and without them")
                listed = "; ".join(missing[:4]) + (f"; and {len(missing) - 4} more" if len(missing) > 4 else "")
                lines.append(f"{job.n_bits} bits failed: {why}\n  {len(missing)} rows are missing: {listed}")
        return "\n".join(lines)


def prepare(plan: Plan) -> None:
    """Make what all runs share, once: features, and where a method needs them the tag filter and vectors."""
    _ = plan.study.features
    if any(recipe(method, plan.study.config.preset).needs_tags for method in plan.methods):
        _ = plan.study.vectors


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
    notebooks = project_root(required=True) / "notebooks"
    sweep(outcomes[0].plan.study.store.root)
    for outcome in outcomes:
        if outcome.plan.missing:
            prepare(outcome.plan)
    pool = ThreadPoolExecutor(max_workers=max(1, jobs))
    with _this_code(), _progress(waiting):
        try:
            errors = pool.map(lambda work: _execute(notebooks, work[0].plan, work[1]), waiting)
            for (outcome, job), error in zip(waiting, errors, strict=True):
                if error:
                    outcome.failed[job.n_bits] = error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # who stops the command does not wait for its jobs
    return outcomes


@contextmanager
def _this_code() -> Iterator[None]:
    """Kernels import the package that runs here first, whatever is installed."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(PACKAGE.parent), before]))
    try:
        yield
    finally:
        os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)


def same_code(fingerprint: str) -> None:
    """Refuse to make rows with other code than that of the process that asked for them.

    Raises
    ------
    InputError
        The package in this kernel is another.
    """
    if fingerprint and fingerprint != package_fingerprint():
        raise InputError(
            f"this kernel has other code of wshash than the command that started it (its Python is {sys.executable}); "
            "install the checkout that you stand in: pip install --no-deps -e ."
        )


@contextmanager
def _progress(waiting: list[tuple[Outcome, Job]]) -> Iterator[None]:
    """A bar for each job, moved by the rows that appear."""
    bars = []
    for i, (outcome, job) in enumerate(waiting):
        share = outcome.plan.study.config.label_share
        name = f"{job.n_bits:3d} bits" + (f", {share:.0%} of the labels" if share < 1 else "")
        bars.append(progress(total=len(job.rows), initial=job.done, desc=name, unit="row", position=i))
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(1):
            for bar, (_, job) in zip(bars, waiting, strict=True):
                bar.update(job.done - bar.n)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
        for bar in bars:
            bar.close()


def _execute(notebooks: Path, plan: Plan, job: Job, attempts: int = 3) -> str | None:
    """Run the notebook of one code length; the reason if it fails."""
    parameters = {
        "settings": plan.study.config.to_dict(),
        "n_bits": job.n_bits,
        "methods": specifications(plan.methods),
        "seeds": plan.seeds,
        "code": package_fingerprint(),
    }
    key = hashlib.sha256(canonical(parameters).encode()).hexdigest()[:8]  # other jobs may run beside this one
    output = plan.study.store.root / "notebooks" / plan.study.config.dataset / f"{job.n_bits:03d}-bits-{key}.ipynb"
    output.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(output.with_suffix(".lock")):  # the same study, started twice: the second finds the rows
        if all(is_whole(row.path) for row in job.rows):
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
            made = any(is_made(row.path) for row in job.missing)
            if made or attempt == attempts - 1 or "died" in str(error).lower():
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
    """A path as messages show it: from the working directory if it lies below, else whole, with ``~`` for the home."""
    path = path.resolve()
    for start, prefix in ((Path.cwd(), ""), (Path.home(), "~/")):
        if path.is_relative_to(start):
            return prefix + str(path.relative_to(start))
    return str(path)
