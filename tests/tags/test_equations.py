"""Eq. (2) and the tag indicator against loops, SciPy's distances and hand-worked numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.spatial.distance import cdist

from wshash import InputError
from wshash.tags import tag_indicator, tag_similarity_matrix, tanimoto

finite = st.floats(-1e3, 1e3, allow_subnormal=False).map(lambda x: x if abs(x) > 1e-3 else 0.0)


def loop_tanimoto(x, y):
    dot = sum(a * b for a, b in zip(x, y, strict=True))
    denominator = sum(a * a for a in x) + sum(b * b for b in y) - dot
    return dot / denominator if denominator else 0.0


def test_tanimoto_by_hand():
    assert tanimoto([1, 2], [2, 1]) == pytest.approx(4 / (5 + 5 - 4))
    assert tanimoto([1, 0], [-1, 0]) == pytest.approx(-1 / 3)
    assert tanimoto([0, 0], [1, 2]) == 0 and tanimoto([0, 0], [0, 0]) == 0
    assert tanimoto(np.ones((3, 1, 2)), np.ones((4, 2))).shape == (3, 4)


@given(hnp.arrays(float, (2, 4), elements=finite))
def test_tanimoto_range_and_symmetry(xy):
    s = tanimoto(xy[0], xy[1])
    assert s == pytest.approx(loop_tanimoto(*xy), abs=1e-9)
    assert -1 / 3 - 1e-9 <= s <= 1 + 1e-9
    assert s == pytest.approx(tanimoto(xy[1], xy[0]))


def test_tanimoto_of_indicators_is_one_minus_jaccard_distance():
    x = np.random.default_rng(0).random((20, 15)) < 0.4
    assert np.allclose(tag_similarity_matrix(x), 1 - cdist(x, x, "jaccard"), atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 6))
@settings(max_examples=50)
def test_matrix_equals_pairs(seed, V, d):
    vectors = np.random.default_rng(seed).normal(size=(V, d)) * 10.0 ** np.random.default_rng(seed).integers(-3, 3)
    vectors[0] *= seed % 2  # a zero vector now and then
    T = tag_similarity_matrix(vectors)
    assert T.dtype == np.float32 and np.array_equal(T, T.T)
    assert np.allclose(T, tanimoto(vectors[:, None], vectors[None]), atol=1e-5)
    assert np.array_equal(T.diagonal(), np.linalg.norm(vectors, axis=1) > 0)


def test_matrix_refuses_nan_and_shape():
    with pytest.raises(InputError, match="tag vector 1 has NaN"):
        tag_similarity_matrix([[1, 2], [np.nan, 0]])
    with pytest.raises(InputError, match="matrix"):
        tag_similarity_matrix([1, 2])


def test_indicator_by_hand():
    B = tag_indicator([["a", "b", "a"], ["x"], [], ["c", "x"]], ["a", "b", "c"])
    assert B.toarray().tolist() == [[0.5, 0.5, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert B.dtype == np.float32
    assert tag_indicator([], ["a"]).shape == (0, 1)
    with pytest.raises(InputError, match="vocabulary is empty"):
        tag_indicator([["a"]], [])
    with pytest.raises(InputError, match="more than once"):
        tag_indicator([["a"]], ["a", "a"])
