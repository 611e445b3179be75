import hashlib
import json
import multiprocessing
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from wshash.atomic import atomic, sweep
from wshash.study.grid import store as store_module
from wshash.study.grid.address import address
from wshash.study.grid.store import DamagedWarning, Store, checksums, is_made, is_whole, to_json, write_json, write_text


def test_get_makes_once_and_reads_afterwards(tmp_path):
    store, made = Store(tmp_path), []

    def get():
        return store.get(
            tmp_path / "x" / "value.json",
            lambda: made.append(1) or {"n": len(made)},
            lambda p: json.loads(p.read_text()),
            lambda p, value: p.write_text(json.dumps(value)),
        )

    assert get() == {"n": 1} and get() == {"n": 1}
    assert made == [1]


def _damage(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "a flipped bit":
        content[len(content) // 2] ^= 4
    elif how == "cut":
        del content[len(content) // 2 :]
    elif how == "emptied":
        content.clear()
    elif how == "another artifact's":
        content = bytearray(json.dumps({"n": 99}), "utf-8")
    path.unlink() if how == "lost" else path.write_bytes(content)


@pytest.mark.parametrize("how", ["a flipped bit", "cut", "emptied", "another artifact's", "lost"])
@pytest.mark.parametrize("which", [".json", ".npy", ".sha256"])
def test_what_is_not_as_it_was_written_is_made_again_and_said(tmp_path, how, which):
    store, made = Store(tmp_path), []
    path = tmp_path / "rows" / "a.json"

    def make():
        made.append(1)
        return {
            path: lambda temporary: temporary.write_text('{"n": 1}'),
            path.with_suffix(".npy"): lambda temporary: np.save(open(temporary, "wb"), np.arange(9)),
        }

    store.ensure(path, make)
    before = {p.name: p.read_bytes() for p in path.parent.glob("a.*") if p.suffix != ".lock"}
    store.ensure(path, make)
    assert made == [1] and is_whole(path) and set(before) == {"a.json", "a.npy", "a.sha256"}
    _damage(path.with_suffix(which), how)
    assert not is_whole(path)
    if which == ".sha256" and how == "lost":  # a writer was killed before its end: nobody's fault
        store.ensure(path, make)
    else:
        with pytest.warns(DamagedWarning, match="rows/a.json is not what was written; it is made again"):
            store.ensure(path, make)
    assert made == [1, 1] and is_whole(path)
    assert {p.name: p.read_bytes() for p in path.parent.glob("a.*") if p.suffix != ".lock"} == before


def test_the_sums_are_those_that_sha256sum_knows(tmp_path):
    path = tmp_path / "stage" / "value.txt"
    Store(tmp_path).get(path, lambda: "a value", Path.read_text, Path.write_text)
    lines = path.with_suffix(".sha256").read_text()
    assert lines == f"# 1 files\n{hashlib.sha256(b'a value').hexdigest()}  value.txt\n"


def test_an_artifact_lies_under_its_stage_by_its_address(tmp_path, monkeypatch):
    made_by = {"a": 1}, ("wshash.errors",), ("numpy",), "wshash.progress"
    assert (
        Store(tmp_path).path("rows", made_by[0], ".json", *made_by[1:])
        == tmp_path / "rows" / f"{address(*made_by)}.json"
    )
    assert Store(str(tmp_path)).path("rows", {}, ".npz") == tmp_path / "rows" / f"{address({}, (), ())}.npz"
    monkeypatch.setenv("WSHASH_RUNS", str(tmp_path / "elsewhere"))
    assert Store().root == tmp_path / "elsewhere" and Store(tmp_path).root == tmp_path


def test_sums_that_lack_a_file_or_the_artifact_itself_are_not_whole(tmp_path):
    path = tmp_path / "a  b.json"  # as sha256sum writes it: two spaces end the sum

    def make():
        return {file: lambda temporary: temporary.write_text("{}") for file in (path, path.with_suffix(".npz"))}

    Store(tmp_path).ensure(path, make)
    sums = path.with_suffix(".sha256")
    head, first, second = sums.read_text().splitlines()
    assert is_whole(path) and (head, second[66:]) == ("# 2 files", "a  b.npz")
    for lines in (
        [head, first],
        [head, second],
        ["# 1 files", second],
        [first, second],
        [head, first, second, second[1:]],
    ):
        sums.write_text("\n".join(lines) + "\n")
        assert is_made(path) and not is_whole(path), lines
    sums.write_text(f"# 1 files\n{first}\n")
    assert is_whole(path)


def test_text_has_the_same_bytes_on_every_system(tmp_path):
    write_json(tmp_path / "a.json", {"b": [1], "a": "ä\n"})
    write_text(tmp_path / "b.txt", "ö\n")
    assert (tmp_path / "a.json").read_bytes() == '{\n "a": "ä\\n",\n "b": [\n  1\n ]\n}\n'.encode()
    assert (
        to_json({"b": 1, "a": 2}) == '{\n "a": 2,\n "b": 1\n}\n' and (tmp_path / "b.txt").read_bytes() == b"\xc3\xb6\n"
    )
    found = checksums([tmp_path / "b.txt", tmp_path / "c.txt", tmp_path])
    assert found == {"b.txt": hashlib.sha256(b"\xc3\xb6\n").hexdigest()}


def test_half_an_artifact_is_none(tmp_path):
    """Killed between its two files: the sums, which come last, are not there."""
    path = tmp_path / "rows" / "a.json"

    def killed():
        def write(temporary):
            raise KeyboardInterrupt

        return {path: lambda temporary: temporary.write_text("1"), path.with_suffix(".npz"): write}

    with pytest.raises(KeyboardInterrupt):
        Store(tmp_path).ensure(path, killed)
    assert path.is_file() and not is_made(path) and not is_whole(path)


def test_no_cache_makes_each_time(tmp_path, monkeypatch):
    monkeypatch.setenv("WSHASH_NO_CACHE", "1")
    store, made = Store(tmp_path), []
    for _ in range(2):
        store.get(tmp_path / "value", lambda: made.append(1), None, None)
    assert made == [1, 1] and not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")
    with pytest.raises(OSError, match="disk full"), atomic(path) as temporary:
        temporary.write_text("half of the n")
        raise OSError("disk full")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_files_are_synced_as_windows_wants_it_too(tmp_path, monkeypatch):
    """A file that is open for reading alone cannot be synced there; nothing could be written at all."""
    synced = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.write(file, b"")))  # OSError, if not for writing
    with atomic(tmp_path / "file.txt") as temporary:
        temporary.write_text("whole")
    assert synced == [0] and (tmp_path / "file.txt").read_text() == "whole"


def _slow_value(root, queue, start):
    def make():
        queue.put(os.getpid())
        time.sleep(0.2)
        return np.arange(5)

    start.wait(60)
    Store(root).get(Path(root) / "stage" / "a.npy", make, lambda p: np.load(p), lambda p, value: np.save(p, value))


def test_processes_that_want_one_artifact_make_it_once(tmp_path):
    context = multiprocessing.get_context("spawn")  # which every system has
    queue, start = context.Queue(), context.Barrier(4)
    workers = [context.Process(target=_slow_value, args=(tmp_path, queue, start)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    makers = [queue.get(timeout=5)]
    assert queue.empty() and len(makers) == 1


_CHAIN = """
import sys, json, hashlib, time
from pathlib import Path
from wshash.study.grid.store import Store

root = Path(sys.argv[1])
store = Store(root)
value = "seed"
for step in range(40):
    previous = value
    path = store.path("chain", {"step": step}, ".json")
    value = store.get(
        path,
        lambda: time.sleep(0.02) or hashlib.sha256(previous.encode()).hexdigest() * 2000,
        lambda p: json.loads(p.read_text()),
        lambda p, v: p.write_text(json.dumps(v)),
    )
"""


def _artifacts(root: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((root / "chain").glob("[!.]*.json"))}


def test_killed_at_any_moment_it_goes_on_to_the_same_bytes(tmp_path):
    script = tmp_path / "chain.py"
    script.write_text(_CHAIN)
    environment = os.environ | {"PYTHONPATH": str(Path(store_module.__file__).parents[3])}

    def start(root):
        return subprocess.Popen([sys.executable, script, str(root)], env=environment)

    assert start(tmp_path / "whole").wait(60) == 0
    expected = _artifacts(tmp_path / "whole")
    assert len(expected) == 40

    random_moments = random.Random(0)
    killed = 0
    for _ in range(12):
        process = start(tmp_path / "broken")
        time.sleep(random_moments.uniform(0.05, 0.6))
        process.kill()
        killed += process.wait(60) != 0
        for name, content in _artifacts(tmp_path / "broken").items():
            assert content == expected[name]  # whatever is there is whole
    assert start(tmp_path / "broken").wait(60) == 0
    assert killed and _artifacts(tmp_path / "broken") == expected


def test_what_killed_writers_left_is_swept_once_it_is_old(tmp_path):
    folder = tmp_path / "rows"
    with atomic(folder / "a.json") as left:
        left.write_text("{}")
        copy = left.read_bytes()
    left.write_bytes(copy)  # as a SIGKILL leaves it
    assert sweep(tmp_path) == 0 and left.exists()  # its writer may be at work
    os.utime(left, (0, 0))
    assert sweep(tmp_path) == 1
    assert [path.name for path in folder.iterdir()] == ["a.json"]
