"""The Snakefile on a small study; skipped where Snakemake, an extra, is not installed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("snakemake")

ROOT = Path(__file__).parents[3]
SMALL = "extra=--option n=600 --queries {queries} --preset smoke --tag-filter none"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A folder to run in: Snakemake locks its working directory, and markers are written below it."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("Snakefile", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    return folder


def _start(folder: Path, *more, queries=150) -> subprocess.Popen:
    places = {"WSHASH_RUNS": str(folder / "runs"), "WSHASH_FIGURES": str(folder / "figures"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *more, SMALL.format(queries=queries)]
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return subprocess.Popen(command, env=os.environ | places, cwd=folder, start_new_session=True, **pipes)


def _run(folder: Path, *more, **settings) -> tuple[int, str]:
    process = _start(folder, *more, **settings)
    out = process.communicate(timeout=600)[0]
    return process.returncode, out


def _markers(folder: Path) -> list[str]:
    return sorted(p.name for p in (folder / "runs" / "snakemake").glob("*/*"))


GRID = ("--config", "methods=LSH DSH", "bits=8 12", "seeds=0")


def test_a_dry_run_names_the_jobs_and_makes_nothing(checkout):
    status, out = _run(checkout, "-n", *GRID)
    assert status == 0 and out.count("rule rows:") == 2 and "rule shared:" in out
    assert not _markers(checkout)


@pytest.mark.posix
def test_killed_and_started_again_it_publishes(checkout):
    process, deadline = _start(checkout, *GRID), time.monotonic() + 600
    while "shared" not in _markers(checkout) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert "shared" in _markers(checkout) and not list((checkout / "figures").rglob("fig8.png"))
    assert _run(checkout, "--unlock", *GRID)[0] == 0
    status, out = _run(checkout, "--rerun-incomplete", *GRID)
    assert status == 0 and "rule shared:" not in out, out
    assert _markers(checkout) == ["12-0", "8-0", "shared"]
    assert "4 of 4 rows" in out and list((checkout / "figures").rglob("fig8.png"))


def test_one_failing_job_does_not_stop_the_others(checkout):
    # 200 training pictures span 199 directions: ITQ has no 250 bits for them.
    grid = ("--keep-going", "--config", "methods=ITQ", "bits=8 250", "seeds=0")
    status, out = _run(checkout, *grid, queries=400)
    assert status == 1 and "250 bits failed: InputError" in out and "At least one job did not complete" in out
    assert "8-0" in _markers(checkout) and "250-0" not in _markers(checkout)
