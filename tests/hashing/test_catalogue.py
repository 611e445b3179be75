"""The catalogue: versions of a method, their order, and a method from outside."""

import pickle
import sys
from dataclasses import replace

import pytest

from wshash.errors import InputError
from wshash.hashing import DSH, catalogue
from wshash.hashing.catalogue import LABELS, METHODS, PAPER, TAG_PAIRS, Method, groups, names, parse, register, started


@pytest.mark.parametrize(
    ("name", "prefix", "method"),
    [
        ("LSH", "", "LSH"),
        ("Weak", "", "Weak"),
        ("WS-KSH", "WS", "KSH"),
        ("Placebo-DSH", "Placebo", "DSH"),
        ("Placebo-Weak", "Placebo", "Weak"),
        ("Placebo-WDHT", "Placebo", "WDHT"),
        ("Matched-DRSCH", "Matched", "DRSCH"),
        ("Real-Weak", "Real", "Weak"),
        ("Real-Features", "Real", "Features"),
    ],
)
def test_a_name_is_a_version_and_a_method(name, prefix, method):
    assert parse(name) == (prefix, METHODS[method])


@pytest.mark.parametrize(
    "name",
    ["", "-", "WS", "WS-", "WS-LSH", "WS-Weak", "WS-WS-DSH", "Placebo-LSH", "Matched-KSH", "Matched-Weak", "Real-KSH"]
    + ["ws-DSH", "Other-DSH", "DSH-WS"],
)
def test_no_other_version_exists(name):
    with pytest.raises(InputError, match=f"method '{name}' is unknown; choose among LSH, DeepBit"):
        parse(name)


def test_features_have_no_codes():
    with pytest.raises(InputError, match="choose Real-Features"):
        parse("Features")


def test_names_are_in_the_order_of_figures_and_each_is_one():
    found = names()
    assert tuple(found[:8]) == PAPER and len(set(found)) == len(found)
    for name in found:
        parse(name)
    references, controls = groups()["references"], groups()["controls"]
    assert found == [*PAPER, *references, *controls]
    assert references[:2] == ["ITQ", "Classifier"] and references[-2:] == ["Real-Features", "Real-Weak"]
    tags = ("Weak", "WDHT", "CCAITQ", "CCAITQ3", "Joint", "JointTags")
    assert controls[:6] == [f"Placebo-{name}" for name in tags]
    assert controls[-2:] == ["Matched-DSH", "Matched-DRSCH"] and "Matched-KSH" not in found
    assert {"Placebo-KSH", "Placebo-DSH", "Placebo-DRSCH"} < set(controls)
    assert groups()["all"] == found and groups()["paper"] == list(PAPER)


def test_started_methods_are_those_with_a_ws_version():
    assert started() == [name.removeprefix("WS-") for name in PAPER if name.startswith("WS-")]


def test_a_method_that_joins_brings_its_versions(monkeypatch):
    monkeypatch.setitem(METHODS, "New", replace(METHODS["DSH"], name="New"))
    monkeypatch.setitem(METHODS, "Plain", Method("Plain", "wshash.hashing.lsh:LSH"))
    assert [name for name in names() if name.endswith("New")] == ["New", "WS-New", "Placebo-New", "Matched-New"]
    assert [name for name in names() if name.endswith("Plain")] == ["Plain"]
    assert names().index("WS-New") < names().index("Real-Features") < names().index("Placebo-New")


def test_facts_of_a_method():
    weak, outside = METHODS["Weak"], Method("Mine", "/some/where:else/mine.py:Mine", (LABELS, TAG_PAIRS))
    assert (weak.module, weak.class_name) == ("wshash.hashing.weak", "WeakPretraining")
    assert weak.sees_tags and not weak.supervised and not weak.outside and not METHODS["KSH"].sees_tags
    assert (outside.module, outside.class_name) == ("/some/where:else/mine.py", "Mine")
    assert outside.outside and outside.supervised and outside.sees_tags
    assert METHODS["DSH"].load() is DSH and METHODS["WDHT"].sees_tags


MINE = """
from wshash.hashing import DSH, LSH

class Labels(DSH):
    pass

class Nothing(LSH):
    pass

class Tags(LSH):
    learns_from = ["tag pairs"]

class Plain:
    def __init__(self, n_bits=64, random_state=0): ...
    def fit(self, X): ...
    def transform(self, X): ...
    def get_params(self): ...
"""


@pytest.fixture
def mine(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "METHODS", dict(METHODS))
    path = tmp_path / "mine.py"
    path.write_text(MINE)
    return path


def test_a_method_from_outside_is_what_its_class_says(mine):
    labels, nothing, tags, plain = (register(f"{mine}:{name}") for name in ("Labels", "Nothing", "Tags", "Plain"))
    assert labels == catalogue.METHODS["Labels"] and labels.location == f"{mine}:Labels" and labels.outside
    assert (labels.learns_from, labels.starts, labels.trains) == ((LABELS,), True, True)
    assert (nothing.learns_from, nothing.starts, nothing.trains) == ((), False, False)
    assert tags.learns_from == (TAG_PAIRS,) and plain.learns_from == ()
    assert len({method.colour for method in (labels, nothing, tags, plain)}) == 4
    assert len({method.marker for method in (labels, nothing, tags, plain)}) == 4
    assert names()[-6:] == ["Labels", "WS-Labels", "Placebo-Labels", "Nothing", "Tags", "Plain"]
    assert not {"Labels", "Matched-Labels"} & {*groups()["controls"]}
    assert register(f"{mine}:Labels") is labels  # once
    assert type(pickle.loads(pickle.dumps(labels.load()(n_bits=3)))) is labels.load()  # its module is known


def test_paths_are_made_whole(mine, monkeypatch):
    monkeypatch.chdir(mine.parent)
    monkeypatch.setenv("HOME", str(mine.parent))
    assert register("mine.py:Plain") is register(f"{mine}:Plain") is register("~/mine.py:Plain")


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("mine.py", "write path/to/my_method.py:MyHash"),
        ("mine:Plain", "write path/to/my_method.py:MyHash"),
        ("nowhere.py:Plain", "nowhere.py does not exist"),
        ("mine.py:Other", "has no class Other"),
        ("mine.py:MINE", "has no class MINE"),
        ("mine.py:DSH", "a method named DSH is there already"),
        (
            "mine.py:Bare",
            "lacks the parameter n_bits, the parameter random_state, the method fit, the method transform, ",
        ),
    ],
)
def test_what_is_no_method_is_refused(mine, monkeypatch, location, message):
    mine.write_text(MINE + "\nMINE = 3\n\nclass Bare: ...\n")
    monkeypatch.chdir(mine.parent)
    before = dict(catalogue.METHODS)
    with pytest.raises(InputError, match=message):
        register(location)
    assert catalogue.METHODS == before


def test_a_file_that_breaks_is_named_and_tried_again(mine):
    before = set(sys.modules)
    mine.write_text("import nowhere_at_all\n")
    for _ in range(2):
        with pytest.raises(InputError, match="mine.py cannot be loaded: ModuleNotFoundError: No module"):
            register(f"{mine}:Plain")
    assert set(sys.modules) == before
    mine.write_text(MINE)
    assert register(f"{mine}:Plain").name == "Plain"
