import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from wshash.retrieval import counts as counting
from wshash.retrieval.counts import HammingCounter, default_threads, pack_words
from wshash.retrieval.levels import LevelCounter, count_levels


def count_by_loop(query_codes, codes, query_labels, labels):
    counts = np.zeros((len(query_codes), codes.shape[1] + 1, 2), int)
    for q in range(len(query_codes)):
        for i in range(len(codes)):
            relevant = int((query_labels[q] & labels[i]).any())
            counts[q, (query_codes[q] != codes[i]).sum(), relevant] += 1
    return counts


def problem(seed, q, n, k, c):
    rng = np.random.default_rng(seed)
    codes = [rng.integers(0, 2, (rows, k), dtype=np.uint8) for rows in (q, n)]
    labels = [rng.random((rows, c)) < rng.random() for rows in (q, n)]
    return codes[0], codes[1], labels[0], labels[1]


@given(
    seed=st.integers(0, 100),
    q=st.integers(0, 4),
    k=st.integers(1, 256),
    c=st.integers(1, 140),
    n=st.integers(0, 12),
    threads=st.integers(1, 3),
)
@settings(max_examples=30, deadline=None)
def test_counts_are_those_of_a_loop(seed, q, k, c, n, threads):
    query_codes, codes, query_labels, labels = problem(seed, q, n, k, c)
    counts = HammingCounter(codes, labels, threads)(query_codes, query_labels)
    np.testing.assert_array_equal(counts, count_by_loop(query_codes, codes, query_labels, labels))


@pytest.mark.parametrize("n", [4095, 4096, 4097, 8195])
def test_blocks_of_the_database_join_without_a_seam(n):
    query_codes, codes, query_labels, labels = problem(0, 2, n, 64, 81)
    query_labels[:], labels[:] = False, np.random.default_rng(0).random((n, 81)) < 0.3
    query_labels[[0, 1], [0, 80]] = True  # one concept each, the first and one of the second word
    counts = HammingCounter(codes, labels)(query_codes, query_labels)
    distance = (query_codes[:, None] != codes).sum(axis=2)
    relevant = query_labels.astype(int) @ labels.T > 0
    for q in range(2):
        np.testing.assert_array_equal(counts[q].sum(axis=1), np.bincount(distance[q], minlength=65))
        np.testing.assert_array_equal(counts[q, :, 1], np.bincount(distance[q][relevant[q]], minlength=65))


def test_words_hold_the_bits_in_order():
    rows = np.zeros((2, 70), np.uint8)
    rows[0, 3], rows[1, 65] = 1, 1
    assert pack_words(rows).tolist() == [[8, 0], [0, 2]]
    assert pack_words(np.zeros((0, 9))).shape == (0, 1)


def test_equal_vectors_are_tied_in_spite_of_rounding():
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.normal(size=(30, 64)), 4, axis=0)[rng.permutation(120)]
    for distance in ("euclidean", "cosine"):
        counts = LevelCounter(vectors, np.ones((120, 1), bool), distance)(vectors[:50], np.ones((50, 1), bool))
        assert (counts[:, :, 1] == 4).all()


def test_random_codes_lie_at_binomial_distances():
    rng = np.random.default_rng(5)
    query_codes, codes = (rng.integers(0, 2, (n, 24), dtype=np.uint8) for n in (50, 20_000))
    labels = np.ones((20_000, 1), bool)
    counts = HammingCounter(codes, labels)(query_codes, labels[:50])[:, :, 1].sum(axis=0)
    expected = 50 * 20_000 * binom.pmf(np.arange(25), 24, 0.5)
    large = expected > 5
    # Queries share the database, so that counts spread a little wider than independent ones: 6, not 4, errors.
    assert (np.abs(counts - expected)[large] < 6 * np.sqrt(expected[large])).all()


@given(st.integers(0, 50), st.sampled_from(["euclidean", "cosine"]))
@settings(max_examples=20, deadline=None)
def test_levels_are_the_distinct_distances(seed, distance):
    rng = np.random.default_rng(seed)
    query, vectors = (rng.integers(-2, 3, (rows, 3)).astype(float) for rows in (3, 40))  # many ties, zero vectors
    query_labels, labels = rng.random((3, 4)) < 0.3, rng.random((40, 4)) < 0.3
    counts = LevelCounter(vectors, labels, distance)(query, query_labels)
    if distance == "cosine":
        query, vectors = (x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-9) for x in (query, vectors))
    for q in range(3):
        far = ((query[q] - vectors) ** 2).sum(axis=1).round(9)
        relevant = (query_labels[q] & labels).any(axis=1)
        parts = [far == d for d in np.unique(far)]
        expected = [[(part & ~relevant).sum(), (part & relevant).sum()] for part in parts]
        np.testing.assert_array_equal(counts[q, : len(expected)], expected)
        assert not counts[q, len(expected) :].any()
    assert counts.shape[1] == max((counts.sum(axis=2) > 0).sum(axis=1))


def test_vectors_that_differ_by_a_billionth_are_not_tied():
    vectors = np.array([[1.0, 0.0], [1.0, 1e-4], [1.0, 2e-4]])
    counts = LevelCounter(vectors, np.ones((3, 1), bool))(vectors[:1], np.ones((1, 1), bool))
    assert counts[0].tolist() == [[0, 1]] * 3


def test_all_vectors_zero_are_one_level():
    zeros, ones = np.zeros((3, 2)), np.ones((3, 1), bool)
    with np.errstate(all="raise"):
        for distance in ("euclidean", "cosine"):
            assert LevelCounter(zeros, ones, distance)(zeros[:1], ones[:1]).tolist() == [[[0, 3]]]


def test_neighbouring_distances_are_two_levels():
    distances = np.array([[5, 2**62 + 1, 3, 4, 2**62, 3]], np.uint64)
    counts = count_levels(distances, np.array([[True, False, True, False, True, False]]))
    assert counts.tolist() == [[[1, 1], [1, 0], [0, 1], [0, 1], [1, 0]]]


@pytest.mark.parametrize("size", [1e-6, 1.0, 1e6])
def test_levels_do_not_depend_on_the_unit(size):
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.normal(size=(300, 64)), 2, axis=0)[rng.permutation(600)] * size
    counts = LevelCounter(vectors, np.ones((600, 1), bool))(vectors[:50], np.ones((50, 1), bool))
    assert counts.shape == (50, 300, 2) and (counts[:, :, 1] == 2).all()


def test_threads_are_those_of_the_variable_or_all_cores(monkeypatch):
    monkeypatch.setattr(counting.joblib, "cpu_count", lambda: 7)
    for value, threads in (("3", 3), ("", 7), ("0", 7), ("many", 7), ("-1", 7)):
        monkeypatch.setenv("OMP_NUM_THREADS", value)
        assert default_threads() == threads
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert default_threads() == 7
