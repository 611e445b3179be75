"""The estimators' common ground: validation, labels, scikit-learn's conventions, files."""

import json
import pickle
import sys
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors import safe_open
from safetensors.numpy import save_file
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from wshash import hashing
from wshash.errors import InputError
from wshash.hashing import (
    ITQ,
    KSH,
    LSH,
    ClassifierHash,
    HashingMethod,
    WeakPretraining,
    label_indicator,
    similar,
)
from wshash.hashing.features import CentredFeatures
from wshash.hashing.serialize import _digest
from wshash.tags.similarity import TagSimilarity

METHODS = [LSH(n_bits=11), ITQ(n_bits=11), ClassifierHash(n_bits=11)]
METHODS += [KSH(n_bits=11, n_anchors=40, max_iter=20)]
each_method = pytest.mark.parametrize("method", METHODS, ids=lambda m: type(m).__name__)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.random((150, 4)) < 0.35
    X = y @ rng.normal(size=(4, 16)) * 2 + rng.normal(size=(150, 16))
    return X.astype(np.float32), y


def test_similar_is_one_shared_label(data):
    y = data[1]
    expected = [[bool(set(np.flatnonzero(a)) & set(np.flatnonzero(b))) for b in y[:20]] for a in y[:30]]
    np.testing.assert_array_equal(similar(y[:30], y[:20]), expected)
    np.testing.assert_array_equal(similar(torch.from_numpy(y[:30]), torch.from_numpy(y[:20])).numpy(), expected)


@settings(max_examples=30, deadline=None)
@given(arrays(np.int64, st.integers(1, 20), elements=st.integers(-3, 3)))
def test_class_ids_are_similar_where_equal(ids):
    indicator = label_indicator(ids, len(ids))
    assert (indicator.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(similar(indicator, indicator), ids[:, None] == ids)


def test_label_indicator_takes_names_and_numbers():
    np.testing.assert_array_equal(label_indicator(["sea", "sky", "sea"], 3), [[1, 0], [0, 1], [1, 0]])
    np.testing.assert_array_equal(label_indicator(np.array([[1.0, 0], [0, 0]]), 2), [[1, 0], [0, 0]])


@pytest.mark.parametrize(
    "y, message",
    [
        (np.zeros((5, 2), bool), "4 rows of X"),
        (np.zeros((4, 2, 1), bool), "shape"),
        (np.zeros((4, 2), bool), "no label"),
        (np.full((4, 2), 3), "bool or 0/1"),
        (np.array([0, 1, np.nan, 1]), "NaN"),
    ],
)
def test_bad_labels_are_named(y, message):
    with pytest.raises(InputError, match=message):
        label_indicator(y, 4)


@each_method
def test_codes_are_bits_of_the_embedding(method, data):
    fitted = clone(method).fit(*data)
    codes, embedding = fitted.transform(data[0]), fitted.embed(data[0])
    assert codes.dtype == np.uint8 and codes.shape == embedding.shape == (150, 11)
    np.testing.assert_array_equal(codes, embedding > 0)
    assert 0 < codes.mean() < 1


@each_method
def test_same_seed_same_codes(method, data):
    codes = clone(method).fit(*data).transform(data[0])
    np.testing.assert_array_equal(codes, clone(method).fit(*data).transform(data[0]))
    other = clone(method).set_params(random_state=1).fit(*data).transform(data[0])
    assert (codes != other).any()


@each_method
def test_batches_do_not_change_codes(method, data):
    fitted = clone(method).fit(*data)
    parts = np.vstack([fitted.transform(part) for part in np.array_split(data[0], 7)])
    assert (parts != fitted.transform(data[0])).mean() < 1e-3  # a value within rounding of 0


@each_method
def test_float64_and_lists_give_the_codes_of_float32(method, data):
    X, y = data
    codes = clone(method).fit(X, y).transform(X)
    np.testing.assert_array_equal(codes, clone(method).fit(X.astype(np.float64), y).transform(X.tolist()))


@each_method
def test_constant_features_change_nothing(method, data):
    X, y = data
    one, other = (np.column_stack([X, np.full(len(X), c, np.float32)]) for c in (0, 3))
    codes = clone(method).fit(one, y).transform(one)
    assert (codes != clone(method).fit(other, y).transform(other)).mean() < 1e-3


@each_method
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e39], ids=str)
def test_values_that_are_not_finite_are_counted(method, data, bad):
    X, y = data[0].astype(np.float64), data[1]
    X[[3, 7], 2] = bad
    with pytest.raises(InputError, match=r"2 of 150 rows, the first is 3, and in 1 of 16 columns"):
        clone(method).fit(X, y)
    fitted = clone(method).fit(*data)
    with pytest.raises(InputError, match="2 of 150 rows"):
        fitted.transform(X)


@each_method
@pytest.mark.parametrize("n_bits", [0, 257, -8, 8.0, "8", True, None])
def test_bad_code_lengths_are_named(method, data, n_bits):
    with pytest.raises(InputError, match="n_bits=.*1 to 256"):
        clone(method).set_params(n_bits=n_bits).fit(*data)


def test_equal_rows_and_missing_labels_are_named(data):
    with pytest.raises(InputError, match="all 5 rows are equal"):
        LSH().fit(np.ones((5, 3)))
    for method in (KSH(), ClassifierHash()):
        with pytest.raises(InputError, match="requires y"):
            method.fit(data[0])
    with pytest.raises(NotFittedError):
        LSH().transform(data[0])


def test_in_a_pipeline_with_names(data):
    pipeline = make_pipeline(StandardScaler(), LSH(n_bits=5)).set_output(transform="pandas").fit(data[0])
    assert list(pipeline.get_feature_names_out()) == [f"lsh{i}" for i in range(5)]
    frame = pipeline.transform(data[0])
    assert frame.shape == (150, 5) and (frame.dtypes == np.uint8).all()


# scikit-learn's data have few features and rows: short codes. What its checks cannot know:
EXPECTED_FAILURES = {
    "KSH": {"check_transformer_n_iter": "max_iter bounds the search for each bit: there is no one n_iter_"}
}


@parametrize_with_checks(
    [CentredFeatures(), LSH(n_bits=2), ITQ(n_bits=1), KSH(n_bits=2), ClassifierHash(n_bits=2)],
    expected_failed_checks=lambda method: EXPECTED_FAILURES.get(type(method).__name__, {}),
)
def test_scikit_learn_conventions(estimator, check):
    check(estimator)


@each_method
def test_saved_and_loaded(method, data, tmp_path):
    fitted = clone(method).fit(*data)
    for name in ("one", "two"):
        fitted.save(tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "two"]
    loaded = HashingMethod.load(tmp_path / "one")
    assert type(loaded) is type(fitted) and loaded.get_params() == fitted.get_params()
    np.testing.assert_array_equal(loaded.embed(data[0]), fitted.embed(data[0]))
    assert getattr(loaded, "history_", None) == getattr(fitted, "history_", None)


@pytest.fixture(scope="module")
def weak(data):
    X, y = data
    similarity = TagSimilarity(y / np.maximum(y.sum(axis=1, keepdims=True), 1), np.eye(4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # trained too briefly for six live bits, long enough to be a start
        return WeakPretraining(n_bits=6, hidden=8, epochs=2, random_state=0).fit(X, similarity)


@pytest.mark.parametrize("layer", ["trunk", "embedding", "concat"])
def test_a_start_is_kept_by_clone_and_by_file(data, weak, layer, tmp_path):
    X, y = data
    method = clone(KSH(n_bits=6, n_anchors=20, start=weak, start_layer=layer))
    assert method.start is weak
    method.fit(X, y).save(tmp_path / "ws-ksh")
    with safe_open(tmp_path / "ws-ksh", framework="numpy") as file:
        header = json.loads(file.metadata()["method"].partition(" ")[2])
    assert header["params"].keys() == method.get_params(deep=False).keys()  # each parameter of the start once, in it
    loaded = KSH.load(tmp_path / "ws-ksh")
    assert isinstance(loaded.start, WeakPretraining)
    np.testing.assert_array_equal(loaded.transform(X), method.transform(X))


def _write(path, header, arrays):
    """A file as :meth:`save` writes it, of any content."""
    text = json.dumps(header)
    save_file(arrays, path, metadata={"method": f"{_digest(text, arrays)} {text}"})


def _header(**change):
    return {"class": "wshash.hashing.lsh:LSH", "params": {"n_bits": 2}, "fitted": {"n_features_in_": 3}} | change


PLANES = {"mean_": np.zeros(3, np.float32), "hyperplanes_": np.eye(3, 2, dtype=np.float32)}


@pytest.mark.parametrize(
    "change, message",
    [
        ({"class": "os:system"}, "not of wshash.hashing"),
        ({"class": "wshash.hashing.serialize:Path"}, "not of wshash.hashing"),
        ({"class": "wshash.hashing.lsh:annotations"}, "not of wshash.hashing"),
        ({"class": "wshash.hashing.base:HashingMethod"}, "not a saved"),
        ({"class": "wshash.hashing.none:LSH"}, "none"),
        ({"fitted": {"__class__": 1}}, "__class__"),
        ({"fitted": {"transform": 1}}, "transform"),
        ({"params": {"command": "ls"}}, "command"),
        ({"params": 3}, "not a saved"),
        ({"params": {"n_bits": 3}}, "hyperplanes_ has shape"),
        ({"params": {"n_bits": "2"}}, "hyperplanes_ has shape"),
        ({"fitted": {"n_features_in_": 4}}, "mean_ has shape"),
        ({"fitted": {}}, "mean_ has shape"),
    ],
)
def test_foreign_headers_are_refused(tmp_path, change, message):
    _write(tmp_path / "m", _header(), PLANES)
    HashingMethod.load(tmp_path / "m")  # the unchanged header is read
    _write(tmp_path / "m", _header(**change), PLANES)
    with pytest.raises(InputError, match=message):
        HashingMethod.load(tmp_path / "m")


def test_no_module_but_ours_is_imported(tmp_path):
    (tmp_path / "marked.py").write_text("raise SystemExit('imported')")
    sys.path.insert(0, str(tmp_path))
    try:
        for location in ("marked:LSH", "wshash.hashing.lsh.marked:LSH", "wshash.hashing.:LSH", "./marked:LSH"):
            _write(tmp_path / "m", _header(**{"class": location}), PLANES)
            with pytest.raises(InputError, match="not of wshash.hashing"):
                HashingMethod.load(tmp_path / "m")
    finally:
        sys.path.remove(str(tmp_path))


class MyHash(LSH):
    """From outside the package."""


class OtherHash(LSH):
    pass


def test_a_class_from_outside_loads_its_own_files(data, tmp_path):
    fitted = MyHash(n_bits=5).fit(data[0])
    fitted.save(tmp_path / "mine")
    loaded = MyHash.load(tmp_path / "mine")
    assert type(loaded) is MyHash
    np.testing.assert_array_equal(loaded.transform(data[0]), fitted.transform(data[0]))
    for cls in (HashingMethod, LSH, OtherHash):
        with pytest.raises(InputError, match="MyHash' is not of wshash.hashing; if it is yours, call load"):
            cls.load(tmp_path / "mine")


@each_method
def test_arrays_that_do_not_fit_are_refused(method, data, tmp_path):
    fitted, path = clone(method).fit(*data), tmp_path / "m"
    for name, array in fitted._state().items():
        if not isinstance(array, np.ndarray) or name == "scales_":
            continue
        spoilt = [array[:1], array[:, :1] if array.ndim > 1 else array[0], array[None], array * np.nan]
        for other in spoilt:
            setattr(fitted, name, np.asarray(other))
            fitted.save(path)
            with pytest.raises(InputError, match="not a saved hashing method, or is damaged"):
                HashingMethod.load(path)
        setattr(fitted, name, array)
    fitted.save(path)
    HashingMethod.load(path)


def test_a_changed_bit_is_noticed(data, tmp_path):
    fitted, path = LSH(n_bits=2).fit(data[0][:, :3]), tmp_path / "m"
    fitted.save(path)
    whole = path.read_bytes()
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << position % 8
        path.write_bytes(changed)
        with pytest.raises(InputError, match="not a saved"):
            HashingMethod.load(path)
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match="not a saved"):
            HashingMethod.load(path)


class _Bomb:
    def __reduce__(self):
        return pytest.fail, ("code from a file was run",)


def test_foreign_files_are_refused(tmp_path, data):
    path = tmp_path / "m"
    with pytest.raises(InputError, match="does not exist"):
        HashingMethod.load(path)
    path.write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises(InputError, match="not a saved"):
        HashingMethod.load(path)
    save_file({"x": np.zeros(3)}, path)
    with pytest.raises(InputError, match="not a saved"):
        HashingMethod.load(path)
    LSH().fit(data[0]).save(path)
    with pytest.raises(InputError, match="holds a LSH, not a KSH"):
        KSH.load(path)


def test_what_json_cannot_hold_is_named(tmp_path, data):
    method = LSH(random_state=np.random.RandomState(0)).fit(data[0])
    with pytest.raises(InputError, match="random_state as an integer"):
        method.save(tmp_path / "m")
    assert not list(tmp_path.iterdir())


def test_limits_that_are_allowed(data):
    X = data[0]
    for n_bits in (1, 256):
        assert LSH(n_bits).fit(X[:2]).transform(X[:1]).shape == (1, n_bits)
    same = LSH(3).fit(X).transform(np.repeat(X[:1], 4, axis=0))  # equal rows have equal codes
    assert (same == same[0]).all()
    assert LSH().n_bits == 64 and LSH().random_state == 0
    for bad in (np.array([["a", "b"]] * 4), np.array([[0.5, 1]] * 4), np.array([[1, np.nan]] * 4)):
        with pytest.raises(InputError, match="bool or 0/1|NaN"):
            label_indicator(bad, 4)


def test_the_package_names_its_objects_and_no_other():
    assert {"LSH", "WDHT", "HashingMethod", "pair_loss", "binarize"} <= set(dir(hashing))
    for name in dir(hashing):
        assert getattr(hashing, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Missing'"):
        hashing.Missing  # noqa: B018
