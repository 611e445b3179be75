"""The grid of runs, through papermill in parallel; it goes on where it stopped."""

import hashlib
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from filelock import FileLock

from wshash.atomic import sweep
from wshash.errors import InputError
from wshash.paths import project_root
from wshash.progress import progress
from wshash.study.grid.address import PACKAGE, canonical, package_fingerprint
from wshash.study.grid.methods import recipe, specifications
from wshash.study.grid.plan import Plan
from wshash.study.grid.store import is_made, is_whole
from wshash.study.notebooks import tidy

NOTEBOOK = "07_train_and_encode.ipynb"


def prepare(plan: Plan) -> None:
    """Make what all runs share, once: features, and where a method needs them the tag filter and vectors."""
    _ = plan.study.features
    if any(recipe(method, plan.study.config.preset).needs_tags for method in plan.methods):
        _ = plan.study.vectors


def run(plans: Sequence[Plan], jobs: int = 2) -> None:
    """Make the missing rows of these plans, ``jobs`` code lengths at a time.

    What all runs share is made first, once. A job that fails leaves its notebook with the traceback and its reason in
    the plan; the others go on.
    """
    waiting = [(plan, n_bits) for plan in plans for n_bits in dict.fromkeys(row.n_bits for row in plan.missing)]
    if not waiting:
        return
    notebooks = project_root(required=True) / "notebooks"
    sweep(plans[0].study.store.root)
    for plan in plans:
        if plan.missing:
            prepare(plan)
    # Kernels import the package that runs here first, whatever is installed.
    path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([str(PACKAGE.parent), *filter(None, path)]))
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # else older kernels warn of a debugger nobody uses
    missing = [row for plan in plans for row in plan.missing]
    pool = ThreadPoolExecutor(max_workers=max(1, jobs))
    try:
        with progress(total=len(missing), desc="rows", unit="row") as bar:
            futures = [pool.submit(_execute, notebooks, *work) for work in waiting]
            left = futures
            while left:
                left = wait(left, timeout=1).not_done
                bar.update(sum(is_made(row.path) for row in missing) - bar.n)
        for (plan, n_bits), future in zip(waiting, futures, strict=True):
            if future.result():
                plan.failed[n_bits] = future.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # who stops the command does not wait for its jobs


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


def _execute(notebooks: Path, plan: Plan, n_bits: int, attempts: int = 3) -> str | None:
    """Run the notebook of one code length; the reason if it fails."""
    parameters = {
        "settings": plan.study.config.to_dict(),
        "n_bits": n_bits,
        "methods": specifications(plan.methods),
        "seeds": plan.seeds,
        "code": package_fingerprint(),
    }
    key = hashlib.sha256(canonical(parameters).encode()).hexdigest()[:8]  # other jobs may run beside this one
    output = plan.study.store.root / "notebooks" / plan.study.config.dataset / f"{n_bits:03d}-bits-{key}.ipynb"
    output.parent.mkdir(parents=True, exist_ok=True)
    missing = [row.path for row in plan.missing if row.n_bits == n_bits]
    with FileLock(output.with_suffix(".lock")):  # the same study, started twice: the second finds the rows
        for attempt in range(attempts):
            if all(map(is_whole, missing)):
                return None
            why, again = _attempt(notebooks, output, parameters)
            if not again or attempt == attempts - 1 or any(map(is_made, missing)):
                return why
            time.sleep(1 + attempt)


def _attempt(notebooks: Path, output: Path, parameters: dict) -> tuple[str | None, bool]:
    """Why the notebook failed, if it did, and whether another try may help: its kernel never started."""
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            notebooks / NOTEBOOK, output, parameters, kernel_name="python3", cwd=notebooks,
            progress_bar=False, start_timeout=120,
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],  # no words of its own where one presses Ctrl-C
        )  # fmt: skip
        return None, False
    except PapermillExecutionError as error:
        return f"{error.ename}: {error.evalue} (traceback in {shown(output)})", False
    except Exception as error:
        return f"{type(error).__name__}: {error} (notebook {shown(output)})", "died" not in str(error).lower()
    finally:
        tidy(output)


def shown(path: Path) -> str:
    """A path as messages show it: from the working directory if it lies below, else whole, with ``~`` for the home."""
    path = path.resolve()
    for start, prefix in ((Path.cwd(), ""), (Path.home(), "~/")):
        if path.is_relative_to(start):
            return prefix + str(path.relative_to(start))
    return str(path)
