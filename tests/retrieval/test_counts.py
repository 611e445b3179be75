import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from wshash.retrieval.counts import HammingCounter, n_grades, pack_words
from wshash.retrieval.levels import LevelCounter


def count_by_loop(query_codes, codes, query_labels, labels, grades):
    counts = np.zeros((len(query_codes), codes.shape[1] + 1, grades), int)
    for q in range(len(query_codes)):
        for i in range(len(codes)):
            shared = int((query_labels[q] & labels[i]).sum())
            counts[q, (query_codes[q] != codes[i]).sum(), shared if grades > 2 else min(shared, 1)] += 1
    return counts


def problem(seed, q, n, k, c):
    rng = np.random.default_rng(seed)
    codes = [rng.integers(0, 2, (rows, k), dtype=np.uint8) for rows in (q, n)]
    labels = [rng.random((rows, c)) < rng.random() for rows in (q, n)]
    return codes[0], codes[1], labels[0], labels[1]


@given(
    seed=st.integers(0, 100),
    k=st.integers(1, 256),
    c=st.integers(1, 70),
    n=st.integers(0, 12),
    graded=st.booleans(),
    threads=st.integers(1, 3),
)
@settings(max_examples=20, deadline=None)
def test_counts_are_those_of_a_loop(seed, k, c, n, graded, threads):
    query_codes, codes, query_labels, labels = problem(seed, 3, n, k, c)
    grades = max(3, n_grades(query_labels, labels)) if graded else 2
    counts = HammingCounter(codes, labels, grades, threads)(query_codes, query_labels)
    np.testing.assert_array_equal(counts, count_by_loop(query_codes, codes, query_labels, labels, grades))


@pytest.mark.parametrize("n", [4095, 4096, 4097, 8195])
def test_blocks_of_the_database_join_without_a_seam(n):
    query_codes, codes, query_labels, labels = problem(0, 2, n, 64, 81)
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


@given(st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_weighted_levels_are_those_of_a_sort(seed):
    query_codes, codes, query_labels, labels = problem(seed, 3, 40, 5, 4)
    weights = np.random.default_rng(seed).choice([0.0, 0.1, 0.35, 1.7], 5)
    if not weights.any():
        return
    counts = LevelCounter(codes, labels, 2, "weighted", weights)(query_codes, query_labels)
    for q in range(3):
        distance = ((query_codes[q] != codes) * weights).sum(axis=1).round(9)
        relevant = (query_labels[q] & labels).any(axis=1)
        parts = [(distance == d) for d in np.unique(distance)]
        expected = [[(part & ~relevant).sum(), (part & relevant).sum()] for part in parts]
        np.testing.assert_array_equal(counts[q, : len(expected)], expected)
        assert not counts[q, len(expected) :].any()


def test_equal_vectors_are_tied_in_spite_of_rounding():
    rng = np.random.default_rng(0)
    vectors = np.repeat(rng.normal(size=(30, 64)), 4, axis=0)[rng.permutation(120)]
    for distance in ("euclidean", "cosine"):
        counts = LevelCounter(vectors, np.ones((120, 1), bool), 2, distance)(vectors[:50], np.ones((50, 1), bool))
        assert (counts[:, :, 1] == 4).all()


@pytest.mark.parametrize("graded", [False, True])
def test_torch_gives_the_same_numbers(graded, monkeypatch):
    from wshash.retrieval import torch_counts

    monkeypatch.setattr(torch_counts, "_PAIRS", 300)  # several blocks
    query_codes, codes, query_labels, labels = problem(2, 7, 500, 70, 40)
    grades = n_grades(query_labels, labels) if graded else 2
    ours = HammingCounter(codes, labels, grades)(query_codes, query_labels)
    theirs = torch_counts.TorchHammingCounter(codes, labels, grades, "cpu")(query_codes, query_labels)
    np.testing.assert_array_equal(theirs, ours)


def test_random_codes_lie_at_binomial_distances():
    rng = np.random.default_rng(5)
    query_codes, codes = (rng.integers(0, 2, (n, 24), dtype=np.uint8) for n in (50, 20_000))
    labels = np.ones((20_000, 1), bool)
    counts = HammingCounter(codes, labels)(query_codes, labels[:50])[:, :, 1].sum(axis=0)
    expected = 50 * 20_000 * binom.pmf(np.arange(25), 24, 0.5)
    large = expected > 5
    # Queries share the database, so that counts spread a little wider than independent ones: 6, not 4, errors.
    assert (np.abs(counts - expected)[large] < 6 * np.sqrt(expected[large])).all()
