"""Eq. (1) and its kin, for any pairs, against loops and hand-worked numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wshash import InputError
from wshash.hashing import WeakPretraining
from wshash.tags import TagSimilarity, TagVectors, image_similarity, tag_indicator, tag_similarity_matrix, tanimoto


def loop_similarity(tags_i, tags_j, vocabulary, T):
    """Eq. (1) as the paper writes it: a double sum over the tags of two pictures."""
    a = [vocabulary.index(tag) for tag in set(tags_i) if tag in vocabulary]
    b = [vocabulary.index(tag) for tag in set(tags_j) if tag in vocabulary]
    if not a or not b:
        return 0.0
    return sum(T[u, v] for u in a for v in b) / (len(a) * len(b))


def random_collection(n=40, V=12, d=5, seed=0):
    """Tag lists with empty ones, unknown tags and repeats among them."""
    rng = np.random.default_rng(seed)
    vocabulary = [f"tag{v}" for v in range(V)]
    tags = [[f"tag{v}" for v in rng.integers(V + 3, size=rng.integers(0, 6))] for _ in range(n)]
    return tags, TagVectors(vocabulary, rng.normal(size=(V, d)).astype(np.float32))


@pytest.fixture
def collection():
    return random_collection()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_eq1_equals_the_double_sum(seed):
    tags, vectors = random_collection(n=15, seed=seed)
    T = tag_similarity_matrix(vectors.vectors)
    expected = [[loop_similarity(a, b, vectors.vocabulary, T) for b in tags] for a in tags]
    B = tag_indicator(tags, vectors.vocabulary)
    assert np.allclose(image_similarity(B, T), expected, atol=1e-6)
    assert np.allclose(image_similarity(B.toarray(), T, B[:4].toarray()), np.array(expected)[:, :4], atol=1e-6)
    s = TagSimilarity(B, T)
    assert np.allclose(s.block(np.arange(15)), expected, atol=1e-6)
    rows, columns = [3, 3, 1], [0, 14, 7, 2]
    assert np.allclose(s.block(rows, columns), np.array(expected)[np.ix_(rows, columns)], atol=1e-6)
    i, j = np.repeat(np.arange(15), 15), np.tile(np.arange(15), 15)
    assert np.allclose(s.pairs(i, j), np.ravel(expected), atol=1e-6)


def test_unknown_pictures_are_reported_and_left_out(collection):
    tags, vectors = collection
    s = TagSimilarity.from_tags(tags, vectors)
    unknown = [i for i, row in enumerate(tags) if not set(row) & set(vectors.vocabulary)]
    assert unknown and np.flatnonzero(~s.known).tolist() == unknown
    assert f"{s.n - len(unknown)} with a known tag" in repr(s)
    assert not s.block(unknown, np.arange(s.n)).any()
    assert s.known[np.concatenate(s.random_pairs(1000))].all()


def test_pairs_join_without_a_seam_where_they_are_computed_in_pieces(collection):
    s = TagSimilarity.from_tags(*collection)
    i, j = s.random_pairs(2**14 + 7)
    assert np.allclose(s.pairs(i, j), s.block(np.arange(s.n))[i, j], atol=1e-6)
    assert s.pairs([], []).shape == (0,) and s.pairs(i, j).dtype == np.float32


def test_random_pairs_are_all_pairs_of_known_pictures_alike(collection):
    s = TagSimilarity.from_tags(*collection)
    known = np.flatnonzero(s.known)
    i, j = s.random_pairs(200_000)
    count = np.zeros((s.n, s.n))
    np.add.at(count, (i, j), 1)
    expected = 200_000 / (len(known) * (len(known) - 1))
    off = ~np.eye(s.n, dtype=bool) & s.known[:, None] & s.known
    assert np.abs(count[off] - expected).max() < 5.5 * expected**0.5 and not count[~off].any()
    for a, b in zip((i, j), s.random_pairs(200_000, seed=0), strict=True):
        assert np.array_equal(a, b)
    assert not np.array_equal(i, s.random_pairs(200_000, seed=1)[0])
    two = TagSimilarity(np.eye(2), np.eye(2))
    assert np.unique(np.sum(two.random_pairs(50), axis=0)).tolist() == [1]


def test_by_default_the_threshold_is_exceeded_by_a_tenth_as_in_the_weak_network(collection):
    s = TagSimilarity.from_tags(*collection)
    assert s.quantile_threshold() == np.quantile(s.pairs(*s.random_pairs(200_000, 0)), WeakPretraining().quantile)
    assert s.quantile_threshold(0, n_pairs=100, seed=2) == s.pairs(*s.random_pairs(100, 2)).min()
    assert s.quantile_threshold(1, n_pairs=100, seed=2) == s.pairs(*s.random_pairs(100, 2)).max()


def test_quantile_threshold_matches_all_pairs():
    tags, vectors = random_collection(n=120)
    s = TagSimilarity.from_tags(tags, vectors)
    rows = np.flatnonzero(s.known)
    values = s.block(rows)[np.triu_indices(len(rows), 1)]
    threshold = s.quantile_threshold(0.9, n_pairs=100_000)
    assert np.mean(values > threshold) == pytest.approx(0.1, abs=0.01)
    assert threshold == s.quantile_threshold(0.9, n_pairs=100_000)
    for q in (1.5, -0.1):
        with pytest.raises(InputError, match="q must be"):
            s.quantile_threshold(q)
    i, j = s.random_pairs(5000, seed=1)
    assert (i != j).all()


def test_permuting_pictures_tags_or_vocabulary_changes_nothing(collection):
    tags, vectors = collection
    rng = np.random.default_rng(1)
    full = TagSimilarity.from_tags(tags, vectors).block(np.arange(len(tags)))
    shuffled = [list(rng.permutation(row)) for row in tags]
    assert np.array_equal(TagSimilarity.from_tags(shuffled, vectors).block(np.arange(len(tags))), full)
    order = rng.permutation(len(tags))
    pictures = TagSimilarity.from_tags([tags[i] for i in order], vectors).block(np.arange(len(tags)))
    assert np.allclose(pictures, full[np.ix_(order, order)], atol=1e-6)
    v = rng.permutation(len(vectors))
    renamed = TagVectors([vectors.vocabulary[i] for i in v], vectors.vectors[v])
    assert np.allclose(TagSimilarity.from_tags(tags, renamed).block(np.arange(len(tags))), full, atol=1e-6)


def test_placebo_keeps_the_tag_lists_and_loses_the_pictures(collection):
    s = TagSimilarity.from_tags(*collection)
    placebo = s.permuted(seed=3)
    assert np.array_equal(placebo.B.toarray(), s.permuted(seed=3).B.toarray())
    assert not np.array_equal(placebo.B.toarray(), s.B.toarray())
    assert sorted(map(tuple, placebo.B.toarray())) == sorted(map(tuple, s.B.toarray()))
    assert placebo.known.sum() == s.known.sum()
    order = np.random.default_rng(3).permutation(s.n)
    assert np.array_equal(placebo.block(np.arange(s.n)), s.block(order))
    assert np.array_equal(s.permuted().B.toarray(), s.permuted(0).B.toarray())


def test_degenerate_collections():
    one = TagVectors(["only"], np.ones((1, 3), np.float32))
    s = TagSimilarity.from_tags([["only"], ["only"], []], one)
    assert s.block([0, 1, 2]).tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    assert s.quantile_threshold(0.5, n_pairs=10) == 1
    nothing = TagSimilarity.from_tags([["x"], ["y"]], one)
    assert not nothing.known.any()
    with pytest.raises(InputError, match="0 of 2 pictures have a known tag"):
        nothing.quantile_threshold()
    with pytest.raises(InputError, match="one vocabulary"):
        TagSimilarity(np.eye(2), np.eye(3))


def test_where_many_pairs_are_as_alike_as_can_be_the_threshold_lies_below_them():
    vectors = TagVectors(["a", "b"], np.array([[1.0, 0.0], [0.6, 0.8]], np.float32))
    similarity = TagSimilarity.from_tags([["a"], ["a"], ["b"], ["b"]] * 5, vectors)
    s = similarity.pairs(*similarity.random_pairs(2000))
    assert (s == s.max()).mean() > 0.3
    threshold = similarity.quantile_threshold(0.9)
    assert threshold == pytest.approx(tanimoto([1, 0], [0.6, 0.8]))
    assert similarity.quantile_threshold(1.0) == s.max()
    same = TagSimilarity.from_tags([["a"]] * 4, vectors)
    assert same.quantile_threshold(0.9) == pytest.approx(1)  # all alike: nothing lies below
