"""How methods are made, and that what the catalogue says of them is what they are."""

import inspect
from dataclasses import replace

import pytest

from wshash import InputError
from wshash.hashing import catalogue
from wshash.hashing.catalogue import LABELS, METHODS, names
from wshash.study.grid.methods import chosen, recipe, specifications


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_the_catalogue_says_what_the_class_is(method):
    parameters = inspect.signature(method.load()).parameters
    assert method.starts == ("start" in parameters)
    assert method.trains == ("epochs" in parameters)
    assert (LABELS in method.learns_from) == (method.load()()._target == "labels")
    assert method.name in catalogue.groups()["all"] or method.name == "Features"


@pytest.mark.parametrize("name", names())
def test_every_method_can_be_built(name):
    made = recipe(name, "smoke")
    estimator = made.build(8, 3)
    assert estimator.n_bits == 8 and estimator.random_state == 3


def test_ceilings_compare_real_values_and_codes_do_not():
    assert {name: recipe(name).distance for name in names() if recipe(name).distance != "hamming"} == {
        "Real-Features": "cosine",
        "Real-Weak": "euclidean",
    }


def test_matched_compute_trains_as_long_as_pre_training_and_training_together():
    for base in ("DSH", "DRSCH"):
        weak, alone, matched = (recipe(name).build(8, 0) for name in ("Weak", base, f"Matched-{base}"))
        for budget in ("epochs", "min_steps"):
            assert getattr(matched, budget) == getattr(weak, budget) + getattr(alone, budget)


def test_a_placebo_differs_from_the_ws_version_in_its_start_alone():
    for base in ("KSH", "DSH", "DRSCH"):
        real, placebo = recipe(f"WS-{base}"), recipe(f"Placebo-{base}")
        assert (real.method, real.parameters) == (placebo.method, placebo.parameters)
        assert (real.start, placebo.start) == ("Weak", "Placebo-Weak")


def test_methods_come_in_the_order_of_the_figures_and_once():
    assert chosen(["WS-DSH", "LSH", "WS-DSH"]) == ["LSH", "WS-DSH"]
    with pytest.raises(InputError, match="'DHS' is unknown; choose among LSH"):
        chosen(["DHS"])
    with pytest.raises(InputError, match="no method"):
        chosen([])


def test_a_method_that_joins_the_catalogue_comes_with_its_versions(monkeypatch):
    monkeypatch.setitem(METHODS, "New", replace(METHODS["DSH"], name="New"))
    found = [name for name in names() if name.endswith("New")]
    assert found == ["New", "WS-New", "Placebo-New", "Matched-New"]
    assert chosen(["WS-New", "LSH"]) == ["LSH", "WS-New"] and "WS-New" in catalogue.groups()["references"]


@pytest.fixture
def outside(tmp_path):
    """A file with methods from outside; what it adds to the catalogue is taken out again."""
    before = dict(METHODS)

    def write(text):
        path = tmp_path / "mine.py"
        path.write_text(text)
        return path

    yield write
    METHODS.clear()
    METHODS.update(before)


PLAIN = """
import numpy as np

class Plain:
    def __init__(self, n_bits=64, random_state=0):
        self.n_bits, self.random_state = n_bits, random_state
    def get_params(self, deep=True):
        return {"n_bits": self.n_bits, "random_state": self.random_state}
    def fit(self, X, y=None):
        return self
    def transform(self, X):
        return (X[:, : self.n_bits] > 0).astype(np.uint8)
"""


def test_methods_from_outside_come_last_and_with_their_versions(outside):
    file = outside(PLAIN + "\nfrom wshash.hashing import DSH\n\n\nclass Started(DSH):\n    pass\n")
    found = chosen(["LSH", f"{file}:Plain", f"{file}:Started"])
    assert found == ["LSH", "Plain", "Started", "WS-Started", "Placebo-Started"]
    assert specifications(found) == ["LSH", f"{file}:Plain", f"{file}:Started"]
    assert METHODS["Plain"].learns_from == () and METHODS["Started"].learns_from == (LABELS,)
    assert recipe("WS-Started").start == "Weak" and recipe("Plain").build(8, 1).n_bits == 8
    assert len({METHODS[name].colour for name in ("Plain", "Started", "LSH", "DSH")}) == 4


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("", "Mine", "has no class Mine"),
        ("class Mine:\n    pass\n", "Mine", "lacks the parameter n_bits, the parameter random_state, the method fit"),
        ("import nowhere_at_all\n", "Mine", "cannot be loaded: ModuleNotFoundError"),
        (PLAIN.replace("Plain", "LSH"), "LSH", "a method named LSH is there already"),
    ],
)
def test_what_is_no_method_is_refused_in_a_sentence(outside, text, name, message):
    with pytest.raises(InputError, match=message):
        chosen([f"{outside(text)}:{name}"])


def test_a_missing_file_is_named():
    with pytest.raises(InputError, match="nowhere.py does not exist"):
        chosen(["nowhere.py:Mine"])
