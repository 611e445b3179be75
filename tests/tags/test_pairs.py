"""Ω and Λ around a threshold, on a collection small enough to list all pairs."""

import numpy as np
import pytest

from tests.tags.test_similarity import random_collection
from wshash import InputError
from wshash.tags import TagSimilarity, TagVectors, relevance_above


@pytest.fixture(scope="module")
def similarity():
    return TagSimilarity.from_tags(*random_collection(n=60))


@pytest.fixture(scope="module")
def shared_tags():
    """Pictures with the tags a, ab, b, c and none: by eye's similarity a and ab are alike by exactly one half."""
    tags = [["a"], ["a", "b"], ["b"], ["c"], [], ["a"]]
    return TagSimilarity.from_tags(tags, TagVectors(["a", "b", "c"], np.eye(3, dtype=np.float32)))


def test_a_pair_at_the_threshold_is_not_similar(shared_tags):
    table = relevance_above(shared_tags, np.eye(6, dtype=bool) | np.eye(6, dtype=bool)[::-1], [0.5, 0.499], 2000)
    i, j = shared_tags.random_pairs(2000)
    s = shared_tags.pairs(i, j)
    assert table["share"].tolist() == [(s == 1).mean(), (s >= 0.5).mean()]


def test_what_is_drawn_is_what_the_seed_and_the_number_say(similarity):
    labels = np.random.default_rng(0).random((60, 3)) < 0.3
    asked = []

    class Watched(TagSimilarity):
        def random_pairs(self, *drawn):
            asked.append(drawn)
            return super().random_pairs(*drawn)

    relevance_above(Watched(similarity.B, similarity.T), labels, 0.1)
    assert asked == [(200_000, 0)]
    i, j = similarity.random_pairs(50, 1)
    assert relevance_above(similarity, labels, 0.1).equals(relevance_above(similarity, labels, [0.1], 200_000, 0))
    row = relevance_above(similarity, labels, 0.1, n_pairs=50, seed=1).iloc[0]
    relevant, above = (labels[i] & labels[j]).any(axis=1), similarity.pairs(i, j) > 0.1
    assert row["threshold"] == 0.1
    assert row["share"] == above.mean() and row["base"] == relevant.mean()
    assert row["relevant_above"] == relevant[above].mean() and row["relevant_below"] == relevant[~above].mean()


def test_relevance_equals_counting(similarity):
    labels = np.random.default_rng(0).random((60, 3)) < 0.3
    table = relevance_above(similarity, labels, [0.1, 5.0], n_pairs=300_000)
    rows = np.flatnonzero(similarity.known)
    i, j = (rows[k] for k in np.triu_indices(len(rows), 1))
    relevant, above = (labels[i] & labels[j]).any(axis=1), similarity.pairs(i, j) > 0.1
    row = table.iloc[0]
    assert row["share"] == pytest.approx(above.mean(), abs=0.01)
    assert row["base"] == pytest.approx(relevant.mean(), abs=0.01)
    assert row["relevant_above"] == pytest.approx(relevant[above].mean(), abs=0.01)
    assert row["relevant_below"] == pytest.approx(relevant[~above].mean(), abs=0.01)
    assert row["lift"] == pytest.approx(row["relevant_above"] / row["base"])
    none = table.iloc[1]
    assert none["share"] == 0 and np.isnan([none["lift"], none["relevant_above"], none["lift_error"]]).all()
    assert none["relevant_below"] == none["base"] == row["base"]
    every = relevance_above(similarity, labels, -5.0, n_pairs=1000).iloc[0]
    assert every["share"] == 1 and every["lift"] == 1 and np.isnan(every["relevant_below"])


def test_the_error_of_the_lift_sums_over_pairs_that_share_a_picture(similarity):
    labels = np.random.default_rng(0).random((60, 3)) < 0.3
    row = relevance_above(similarity, labels, 0.1, n_pairs=300).iloc[0]
    i, j = similarity.random_pairs(300, 0)
    relevant, above = (labels[i] & labels[j]).any(axis=1), similarity.pairs(i, j) > 0.1
    p, base = relevant[above].mean(), relevant.mean()
    term = [(a * (r - p) / above.mean() - p / base * (r - base)) / base for a, r in zip(above, relevant, strict=True)]
    variance = sum(t * t for t in term)
    for x in range(300):
        for y in range(300):
            if x != y:
                variance += term[x] * term[y] * len({i[x], j[x]} & {i[y], j[y]})
    assert row["lift_error"] == pytest.approx(np.sqrt(variance) / 300)


def test_the_error_of_the_lift_is_how_far_it_varies_from_collection_to_collection():
    lifts, errors = [], []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        theme = rng.integers(3, size=80)
        labels = (theme[:, None] == np.arange(3)) & (rng.random((80, 1)) < rng.random((80, 1)))
        typed = np.where(rng.random(80) < 0.6, theme, rng.integers(3, size=80))
        same = TagSimilarity((typed[:, None] == np.arange(3)).astype(np.float32), np.eye(3))
        row = relevance_above(same, labels, 0.5, n_pairs=5000, seed=seed).iloc[0]
        lifts.append(row["lift"])
        errors.append(row["lift_error"])
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(lifts), rel=0.2)
    p = 0.5  # as if pairs were independent it would be a fraction of that
    assert np.mean(errors) > 2 * np.sqrt(p * (1 - p) / (5000 / 3))


def test_labels_of_other_pictures(similarity):
    with pytest.raises(InputError, match="3 rows of labels for 60 pictures"):
        relevance_above(similarity, np.ones((3, 2), bool), 0.4)
