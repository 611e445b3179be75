"""A study that is killed, doubled, parallel or out of disk ends in the rows and figures of one that ran undisturbed."""

import errno
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from wshash.atomic import atomic
from wshash.study.grid.store import Store, write_json

ROOT = Path(__file__).parents[3]
COMMAND = [
    sys.executable, "-m", "wshash", "study", "--option", "n=500", "--queries", "90", "--preset", "smoke",
    "--methods", "LSH", "WS-DSH", "--bits", "8", "12", "--seeds", "1",
]  # fmt: skip
TIMED = ("fig7.", "study.json")  # measure seconds, or say when


def _environment(folder: Path) -> dict:
    return os.environ | {"WSHASH_RUNS": str(folder / "runs"), "WSHASH_FIGURES": str(folder / "figures")}


def _start(folder: Path, *more) -> subprocess.Popen:
    """In a process group of its own: kernels and workers die with it, as at a loss of power."""
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return subprocess.Popen([*COMMAND, *more], env=_environment(folder), cwd=ROOT, start_new_session=True, **pipes)


def _finish(process: subprocess.Popen) -> str:
    out = process.communicate(timeout=600)[0]
    assert process.returncode == 0, out
    return out


def _results(folder: Path) -> dict[str, bytes]:
    """Rows with the measures per query, and what was published, but for what holds times."""
    rows = [p for p in (folder / "runs" / "rows").glob("[!.]*.*") if not p.name.endswith((".run.json", ".lock"))]
    shown = [p for p in (folder / "figures").rglob("[!.]*.*") if not p.name.startswith(TIMED)]
    return {str(p.relative_to(folder)): _untimed(p) for p in rows + shown}


def _untimed(path: Path) -> bytes:
    """The content; of JSON, without dates."""
    if path.suffix != ".json":
        return path.read_bytes()
    return json.dumps(json.loads(path.read_text(), object_hook=lambda d: {k: d[k] for k in d if k != "date"})).encode()


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    (folder / "output.txt").write_text(_finish(_start(folder, "--jobs", "2")))
    return folder


@pytest.mark.posix
def test_killed_at_random_points_the_results_are_those_of_a_run_that_was_not(whole, tmp_path):
    moments = random.Random(7)
    rows, killed = tmp_path / "runs" / "rows", 0
    for more in (["--rows-only"], ["--rows-only"], []):
        process, seen = _start(tmp_path, "--jobs", "2", *more), len(list(rows.glob("*.run.json")))
        wait = time.monotonic() + moments.uniform(2, 9)
        while time.monotonic() < wait and process.poll() is None:
            time.sleep(0.05)
            if len(list(rows.glob("*.run.json"))) > seen:  # a row is about to be there
                time.sleep(moments.uniform(0, 0.1))
                break
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate(timeout=60)
    assert killed >= 2
    _finish(_start(tmp_path, "--jobs", "2"))
    assert _results(tmp_path) == _results(whole)


def test_two_studies_in_one_folder_and_one_job_at_a_time_make_the_same_rows(whole, tmp_path):
    for stage in ("postcards", "features"):  # the slowest stages; test_store has them made by several at once
        shutil.copytree(whole / "runs" / stage, tmp_path / "runs" / stage)
    both = [_start(tmp_path, "--jobs", "1", "--rows-only") for _ in range(2)]
    for process in both:
        _finish(process)
    expected = {name: content for name, content in _results(whole).items() if name.startswith("runs")}
    assert _results(tmp_path) == expected
    notebooks = list((tmp_path / "runs" / "notebooks").rglob("*.ipynb"))
    assert len(notebooks) == 2 and all(json.loads(p.read_text())["cells"] for p in notebooks)


def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = Store(tmp_path).path("stage", {"a": 1}, ".txt")
    write_json(tmp_path / "old.json", {"a": 1})

    def write(temporary, value):
        temporary.write_text(value[:3])
        full()

    with pytest.raises(OSError, match="No space left"):
        Store(tmp_path).get(path, lambda: "a value", Path.read_text, write)
    monkeypatch.setattr(os, "fsync", full)  # the disk is found to be full only when the cache is written to it
    with pytest.raises(OSError, match="No space left"):
        write_json(tmp_path / "old.json", {"a": 2})
    with pytest.raises(OSError, match="No space left"), atomic(tmp_path / "new.txt") as temporary:
        temporary.write_text("half")
    monkeypatch.undo()
    left = sorted(p.name for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".lock")
    assert left == ["old.json"] and json.loads((tmp_path / "old.json").read_text()) == {"a": 1}
    assert Store(tmp_path).get(path, lambda: "a value", Path.read_text, Path.write_text) == "a value"


def test_rows_and_figures_name_no_user_or_path_and_messages_only_where_the_figures_are(whole):
    private = {str(ROOT), str(ROOT.resolve()), str(Path.home()), str(whole)} - {"/"}
    kept = [whole / "figures", *(whole / "runs" / part for part in ("rows", "notebooks", "published"))]
    files = [path for part in kept for path in (part, *part.rglob("*")) if path.is_file()]
    assert len(files) > 40
    assert not [(path.name, text) for path in files for text in private if text.encode() in path.read_bytes()]
    said = (whole / "output.txt").read_text().splitlines()
    assert str(Path.home()) not in "".join(said) or Path.home() == Path("/")
    printed = {Path(path) for line in said for path in re.findall(rf"{re.escape(str(whole))}[^\s,;]*", line)}
    assert any((path / "fig8.png").is_file() for path in printed)
    assert all(path.exists() and path.is_relative_to(whole) for path in printed)  # a path that is printed is one
