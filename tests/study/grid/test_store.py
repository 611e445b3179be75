import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from wshash.atomic import atomic, sweep
from wshash.study import store as store_module
from wshash.study.grid.store import Store, canonical, code_fingerprint


def test_an_address_changes_with_parameters_code_and_versions_only(tmp_path, monkeypatch):
    store = Store(tmp_path)

    def path(parameters, modules=("wshash.hashing.ksh",), packages=("numpy",)):
        return store.path("rows", parameters, ".json", modules, packages)

    same = path({"a": 1, "b": [2.5]})
    assert same == path({"b": [2.5], "a": 1})
    assert same != path({"a": 1, "b": [2.6]})
    assert same != path({"a": 1, "b": [2.5]}, modules=("wshash.hashing.itq",))
    assert same != path({"a": 1, "b": [2.5]}, packages=("scipy",))
    monkeypatch.setattr(store_module, "version", lambda name: "0")
    assert same != path({"a": 1, "b": [2.5]})


def test_code_fingerprint_follows_imports_and_only_these(tmp_path, monkeypatch):
    package = tmp_path / "wshash"
    (package / "deep").mkdir(parents=True)
    (package / "study").mkdir()
    files = {
        "top.py": "from wshash.deep import leaf\nfrom wshash.deep.other import thing\n",
        "deep/__init__.py": "",
        "deep/leaf.py": "x = 1\n",
        "deep/other.py": "def thing():\n    from wshash import late\n",
        "late.py": "",
        "unrelated.py": "",
    }
    for name, text in files.items():
        (package / name).write_text(text)
    monkeypatch.setattr(store_module, "__file__", str(package / "study" / "store.py"))

    def forget():
        store_module._sources.cache_clear()
        code_fingerprint.cache_clear()

    def fingerprint():
        forget()
        return code_fingerprint("wshash.top")

    before = fingerprint()
    for name in ("deep/leaf.py", "deep/other.py", "late.py", "top.py"):
        text = (package / name).read_text()
        (package / name).write_text(text + "# changed\n")
        assert fingerprint() != before, name
        (package / name).write_text(text)
    (package / "unrelated.py").write_text("changed = 1\n")
    assert fingerprint() == before
    forget()


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


def _slow_value(root, queue):
    def make():
        queue.put(os.getpid())
        time.sleep(0.2)
        return np.arange(5)

    Store(root).get(Path(root) / "stage" / "a.npy", make, lambda p: np.load(p), lambda p, value: np.save(p, value))


def test_processes_that_want_one_artifact_make_it_once(tmp_path):
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    workers = [context.Process(target=_slow_value, args=(tmp_path, queue)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
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
        process.send_signal(signal.SIGKILL)
        killed += process.wait(60) == -signal.SIGKILL
        for name, content in _artifacts(tmp_path / "broken").items():
            assert content == expected[name]  # whatever is there is whole
    assert start(tmp_path / "broken").wait(60) == 0
    assert killed and _artifacts(tmp_path / "broken") == expected


def test_canonical_knows_no_order_of_keys():
    assert canonical({"b": 1, "a": {"y": 2, "x": 1}}) == canonical({"a": {"x": 1, "y": 2}, "b": 1})


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
