"""Ω and Λ around a threshold, on a collection small enough to list all pairs."""

import numpy as np
import pytest

from tests.tags.test_similarity import random_collection
from wshash import InputError
from wshash.tags import TagSimilarity, pairs_around, relevance_above


@pytest.fixture(scope="module")
def similarity():
    return TagSimilarity.from_tags(*random_collection(n=60))


def test_pairs_around_are_the_nearest(similarity):
    threshold = similarity.quantile_threshold(0.8)
    pairs = pairs_around(similarity, threshold, n=20, n_pairs=100_000)  # all 60·59/2 pairs are drawn
    full = similarity.block(np.arange(60))
    i, j = np.triu_indices(60, 1)
    both = similarity.known[i] & similarity.known[j]
    values = full[i, j][both]
    above = np.sort(values[values > threshold])[:10][::-1]
    below = np.sort(values[values <= threshold])[::-1][:10]
    assert np.allclose(pairs["similarity"], np.concatenate([above, below]), atol=1e-6)
    assert (pairs["i"] < pairs["j"]).all() and not pairs.duplicated(["i", "j"]).any()
    assert np.allclose(full[pairs["i"], pairs["j"]], pairs["similarity"], atol=1e-6)
    assert pairs["similar"].tolist() == [True] * 10 + [False] * 10


def test_one_side_may_be_empty(similarity):
    assert not pairs_around(similarity, 2.0, n=10)["similar"].any()
    assert len(pairs_around(similarity, 2.0, n=10)) == 5


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
    assert table.iloc[1]["share"] == 0 and np.isnan(table.iloc[1]["lift"])


def test_labels_of_other_pictures(similarity):
    with pytest.raises(InputError, match="3 rows of labels for 60 pictures"):
        relevance_above(similarity, np.ones((3, 2), bool), 0.4)
