"""A row's address covers the code that makes the row, all of it and no other.

Two ways to know what that is: the imports, which the address walks, and a trace of what really ran.
"""

import hashlib
import inspect
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from wshash import load_dataset
from wshash.study.grid import address as address_module
from wshash.study.grid.address import (
    PACKAGE,
    address,
    canonical,
    code_fingerprint,
    digest,
    package_fingerprint,
    sources,
)
from wshash.study.grid.collection import Collection
from wshash.study.grid.config import StudyConfig
from wshash.study.grid.store import Store
from wshash.study.grid.study import Study

# Ran while a row was made, and yet need not be in its address.
NOT_COVERED = {
    "study/grid/config.py": "what it says is in the address as parameters",
    "study/grid/methods.py": "the same",
    "hashing/catalogue.py": "the same",
    "study/grid/address.py": "says where a result lies, not what it is",
    "study/grid/store.py": "keeps what was made, and checks it",
    "study/provenance.py": "goes into the .run.json, which no number is read from",
    "atomic.py": "writes files",
    "paths.py": "says where files lie",
    "datasets/__init__.py": "what it loads is in the address by its fingerprints",
    "datasets/base.py": "the same; a split by its own",
}
METHODS = ("LSH", "KSH", "WS-DSH", "Placebo-Weak", "WDHT", "CCAITQ", "Twin", "Real-Features", "Matched-DRSCH")


def _forget():
    code_fingerprint.cache_clear()
    sources.cache_clear()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the package that addresses are taken from, to change at will."""
    copy = shutil.copytree(PACKAGE, tmp_path / "wshash", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(address_module, "PACKAGE", copy)
    _forget()
    yield copy
    _forget()


CONFIG = StudyConfig(options={"n": 400}, n_queries=40, depths=(10,), preset="smoke", tag_filter="none")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return Study(CONFIG, Store(tmp_path_factory.mktemp("runs")))


def _addresses(study: Study) -> dict[str, str]:
    return {method: study.row_path(method, 8, 0).name for method in METHODS}


class Trace:
    """The files of the package whose functions are called meanwhile."""

    def __enter__(self):
        self.found = set()
        threading.setprofile(self._called)
        sys.setprofile(self._called)
        return self

    def _called(self, frame, event, argument):
        if event == "call" and frame.f_code.co_flags & inspect.CO_OPTIMIZED:  # no module or class body
            self.found.add(frame.f_code.co_filename)

    def __exit__(self, *_):
        sys.setprofile(None)
        threading.setprofile(None)

    @property
    def files(self) -> set[str]:
        return {str(Path(file).relative_to(PACKAGE)) for file in self.found if file.startswith(str(PACKAGE))}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """By method, what ran from pictures to measures: the features of a few pictures, then rows on made-up features."""
    import torch.utils.data

    import wshash.vision.features

    folder = tmp_path_factory.mktemp("ran")
    loader = torch.utils.data.DataLoader
    here = lambda *args, num_workers, **kwargs: loader(*args, num_workers=0, **kwargs)  # noqa: E731
    wshash.vision.features.DataLoader = here  # decode in this process, where the trace is
    try:
        with Trace() as first:
            _ = Collection("postcards", {"n": 12}, store=Store(folder / "features")).features
    finally:
        wshash.vision.features.DataLoader = loader
    data = load_dataset("postcards", **CONFIG.options)
    rng = np.random.default_rng(0)
    X = (data.labels @ rng.normal(size=(data.labels.shape[1], 20)) + rng.normal(size=(len(data), 20))).astype("f4")
    found = {}
    for method in METHODS:
        store = Store(folder / method)  # nothing is found, so that all of it runs
        with Trace() as rest:
            Study(CONFIG, store, Collection(store=store, data=data, features=X)).row(method, 8, 0)
        found[method] = first.files | rest.files
    return found


@pytest.mark.filterwarnings("ignore")
def test_code_that_ran_is_in_the_address(study, ran, package):
    before = _addresses(study)
    assert before == _addresses(Study(study.config, study.store))
    for file in sorted(set().union(*ran.values())):
        path = package / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\n\ndef another_function():\n    return 1\n", encoding="utf-8")
        _forget()
        changed = {method for method, now in _addresses(study).items() if now != before[method]}
        path.write_text(text, encoding="utf-8")
        through = {method for method in METHODS if file in ran[method]}
        if file not in NOT_COVERED:
            assert through <= changed, f"{file} made {through - changed}, whose address does not hold it"


def test_methods_are_not_in_each_others_addresses(study, package):
    before = _addresses(study)
    alone = {
        "hashing/lsh.py": {"LSH"},
        "hashing/ksh.py": {"KSH"},
        "hashing/dsh.py": {"WS-DSH"},
        "hashing/drsch.py": {"Matched-DRSCH"},
        "hashing/weak.py": {"WS-DSH", "Placebo-Weak"},
        "hashing/wdht.py": {"WDHT"},
        "hashing/cca_itq.py": {"CCAITQ", "Twin"},
        "hashing/joint.py": {"Twin"},
        "tags/weights.py": {"CCAITQ"},
        "tags/skipgram.py": {"WS-DSH", "Placebo-Weak", "WDHT"},
        "study/grid/fitting.py": set(METHODS),
        "study/grid/rows.py": set(METHODS),
        "study/grid/study.py": set(METHODS),
        "retrieval/metrics.py": set(METHODS),
        "vision/features.py": set(METHODS),
        "study/cli.py": set(),
        "study/commands.py": set(),
        "study/publish.py": set(),
        "plots/results.py": set(),
        "retrieval/index.py": set(),
    }
    for file, expected in alone.items():
        path = package / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "\nANOTHER_LINE = 1\n", encoding="utf-8")
        _forget()
        assert {method for method, now in _addresses(study).items() if now != before[method]} == expected, file
        path.write_text(text, encoding="utf-8")


def test_words_for_people_change_no_address(study, package):
    before = _addresses(study)
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if text.startswith('"""'):  # another sentence in the docstring, a comment at the end
            text = text.replace('"""', '"""Said otherwise. ', 1)
        path.write_text(text + "\n# a comment\n", encoding="utf-8")
    _forget()
    assert _addresses(study) == before


def _functions():
    import ast

    for path in sorted(PACKAGE.rglob("*.py")):
        if "postcards" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def test_a_change_of_any_function_changes_the_hash_of_its_file(tmp_path):
    files: dict[Path, list] = {}
    for path, node in _functions():
        files.setdefault(path, []).append(node)
    total = 0
    for path, nodes in files.items():
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        copy = tmp_path / "changed.py"
        seen = {address_module._executed(path.read_bytes())}
        for node in nodes:
            last = node.body[-1]
            if last.lineno == node.lineno:  # all on one line
                continue
            at = last.lineno - 1 - len(getattr(last, "decorator_list", []))
            indent = " " * last.col_offset
            copy.write_text("".join([*lines[:at], f"{indent}assert {total} >= 0\n", *lines[at:]]), encoding="utf-8")
            seen.add(address_module._executed(copy.read_bytes()))
            total += 1
        assert len(seen) == 1 + sum(node.body[-1].lineno != node.lineno for node in nodes), path
    assert total > 400


def test_parameters_and_versions_change_an_address_and_their_order_does_not(monkeypatch):
    def of(parameters, modules=("wshash.hashing.lsh",), packages=("numpy",)):
        return address(parameters, modules, packages)

    same = of({"a": 1, "b": [2.5]})
    assert same == of({"b": [2.5], "a": 1})
    assert same != of({"a": 1, "b": [2.6]})
    assert same != of({"a": 1, "b": [2.5]}, modules=("wshash.hashing.itq",))
    assert same != of({"a": 1, "b": [2.5]}, packages=("scipy",))
    monkeypatch.setattr(address_module, "version", lambda name: "0")
    assert same != of({"a": 1, "b": [2.5]})


def test_imports_are_followed_into_functions_and_past_type_checkers(package):
    files = {
        "top.py": "from typing import TYPE_CHECKING\nfrom wshash.deep import leaf\n"
        "from wshash.deep.other import thing\n"
        "if TYPE_CHECKING:\n    from wshash.deep import unread\n",
        "deep/__init__.py": "",
        "deep/leaf.py": "x = 1\n",
        "deep/other.py": "def thing():\n    from wshash import late\n",
        "deep/unread.py": "",
        "late.py": "",
    }
    for name, text in files.items():
        (package / name).parent.mkdir(exist_ok=True)
        (package / name).write_text(text)
    found = {str(path.relative_to(package)) for path in sources("wshash.top")}
    assert found == {"top.py", "deep/leaf.py", "deep/other.py", "late.py"}


def test_the_package_has_a_fingerprint_of_all_of_it(package):
    before = package_fingerprint()
    (package / "errors.py").write_text(
        '"""Other words."""\n\n\nclass InputError(ValueError):\n    """Other words."""\n'
    )
    _forget()
    assert package_fingerprint() == before
    (package / "errors.py").write_text("class InputError(TypeError):\n    pass\n")
    _forget()
    assert package_fingerprint() != before


def test_a_file_from_outside_counts_by_what_it_does_not_by_where_it_lies(tmp_path):
    one, two = tmp_path / "a", tmp_path / "b"
    for folder in (one, two):
        folder.mkdir()
        (folder / "mine.py").write_text("from wshash.hashing.lsh import LSH\n\n\nclass Mine(LSH):\n    pass\n")
    assert code_fingerprint(str(one / "mine.py")) == code_fingerprint(str(two / "mine.py"))
    (two / "mine.py").write_text("from wshash.hashing.lsh import LSH\n\n\nclass Mine(LSH):\n    x = 1\n")
    _forget()
    assert code_fingerprint(str(one / "mine.py")) != code_fingerprint(str(two / "mine.py"))
    assert {"lsh.py", "base.py"} <= {path.name for path in sources(str(one / "mine.py"))}


def test_a_caller_counts_without_what_it_imports(tmp_path):
    caller, other = tmp_path / "caller.py", tmp_path / "other.py"
    caller.write_text(f"import {PACKAGE.name}.errors\n")
    other.write_text(f"import {PACKAGE.name}.errors\nx = 1\n")
    alone, called, otherwise = (address({}, ("wshash.errors",), (), c) for c in (None, str(caller), str(other)))
    assert len({alone, called, otherwise, address({}, (str(caller),), ())}) == 4
    found = address_module._executed(caller.read_bytes())
    code = code_fingerprint("wshash.errors")
    made_by = {"parameters": {"a": 1}, "code": code, "caller": found, "packages": {"numpy": np.__version__}}
    assert address({"a": 1}, ("wshash.errors",), ("numpy",), str(caller)) == digest(canonical(made_by))
    assert address({"a": 1}, ("wshash.errors",), ("numpy",)) == digest(canonical(made_by | {"caller": ""}))


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import os, wshash.paths as p, wshash.errors", ["wshash.paths", "wshash.errors"]),
        ("from os import path\nimport wshashing.one\nfrom wshashing import two\nfrom . import three", []),
        ("from wshash.errors import InputError", ["wshash.errors"]),
        ("from wshash.hashing import dsh, KSH", ["wshash.hashing.dsh", "wshash.hashing"]),
        ("from wshash import InputError, study", ["wshash", "wshash.study"]),
        ("if True:\n    def f():\n        import wshash.paths", ["wshash.paths"]),
        ("if TYPE_CHECKING:\n    import wshash.paths\nelse:\n    import wshash.errors", []),
    ],
)
def test_imports_are_read_from_the_source(source, modules):
    assert list(address_module._imported(source.encode())) == modules


def test_words_and_nothing_else_are_taken_out_of_what_is_hashed():
    def executed(source):
        return address_module._executed(source.encode())

    for head in ("", "class A:\n    ", "def f():\n    ", "async def f():\n    "):
        assert executed(f'{head}"""Words."""') == executed(f"{head}pass")
        assert executed(f'{head}"""Words."""; x = 1') == executed(f"{head}x = 1  # more words")
        assert executed(f"{head}x = 1; 'no docstring'") != executed(f"{head}x = 1")


def test_a_digest_is_of_all_parts_and_where_one_ends():
    assert digest("a", "ä") == hashlib.sha256("a\0ä".encode()).hexdigest()[:20]
    assert canonical({"b": [1.5, "ä"], "a": None}) == '{"a":null,"b":[1.5,"\\u00e4"]}'


def test_canonical_knows_no_order_of_keys():
    assert canonical({"b": 1, "a": {"y": 2, "x": 1}}) == canonical({"a": {"x": 1, "y": 2}, "b": 1})
