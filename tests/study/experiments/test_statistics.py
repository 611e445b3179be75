from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wshash.datasets import TaggedImages
from wshash.study.experiments import statistics


def tagged(tags, labels, concepts, salient=None):
    images = np.zeros((len(tags), 4, 4, 3), np.uint8)
    ids = [str(i) for i in range(len(tags))]
    return TaggedImages("toy", images, tags, np.asarray(labels, bool), concepts, ids, salient=salient)


@settings(deadline=None, max_examples=50)
@given(st.integers(2, 30), st.integers(1, 4), st.integers(0, 3), st.integers(0, 2**31))
def test_chance_is_what_a_loop_over_all_pairs_counts(n, c, at_least, seed):
    labels = np.random.default_rng(seed).random((n, c)) < 0.4
    pairs = [(labels[i] & labels[j]).sum() >= at_least for i, j in permutations(range(n), 2)]
    assert statistics.chance(labels, at_least) == pytest.approx(np.mean(pairs))


def test_chance_needs_two_pictures():
    assert np.isnan(statistics.chance(np.ones((1, 3), bool)))


def test_concept_tags_by_hand():
    # "sky" on pictures 0, 1, 2; the sky is in 0, 1, 3, 4: precision 2/3, recall 2/4, base 4/5.
    tags = [["sky"], ["sky", "blue"], ["sky"], ["blue"], []]
    labels = [[1, 0], [1, 0], [0, 1], [1, 0], [1, 0]]
    table = statistics.concept_tags(tagged(tags, labels, ["sky", "dog"]))
    assert list(table.index) == ["sky"]  # nobody typed "dog"
    assert table.loc["sky"].tolist() == pytest.approx([3, 2 / 3, 1 / 2, 4 / 5])


@pytest.fixture(scope="module")
def two_topics():
    """Tags of two topics, each word with its own kind, and concepts to match; every tenth picture lacks tags."""
    rng = np.random.default_rng(0)
    words = [["sea", "wave", "sand", "boat"], ["tree", "leaf", "moss", "fern"]]
    topic = rng.integers(2, size=400)
    tags = [list(rng.choice(words[t], 1 + i % 3, replace=False)) if i % 10 else [] for i, t in enumerate(topic)]
    labels = np.eye(2, dtype=bool)[topic]
    return tagged(tags, labels, ["sea", "forest"], salient=labels & (rng.random((400, 2)) < 0.5))


def test_tags_that_follow_the_concepts_have_the_lift_of_a_perfect_choice(two_topics):
    # Half of the pairs share the topic, so pairs that all do are 1 / chance times as often relevant.
    ceiling = 1 / statistics.chance(two_topics.labels)
    assert statistics.lift(two_topics, n_pairs=20_000) == pytest.approx([ceiling, ceiling], rel=0.03)


def test_statistics_count_what_is_there_and_survive_the_disk(two_topics, tmp_path):
    series = statistics.statistics(two_topics, n_frequent=3)
    sizes = [len(row) for row in two_topics.tags if row]
    assert series["pictures", "number"] == 400
    assert series["pictures", "without a tag"] == pytest.approx(0.1)
    assert series["tags", "mean"] == pytest.approx(np.mean(sizes))
    assert series["tags", "only one"] == pytest.approx(np.mean(np.array(sizes) == 1))
    assert series["tags", "different tags"] == 8
    assert list(series["concept"].index) == ["sea", "forest"]
    assert len(series["tag"]) == 3 and series["tag"].is_monotonic_decreasing
    assert series["chance", "one salient concept shared"] < series["chance", "one concept shared"]

    statistics.write(series, tmp_path)
    pd.testing.assert_series_equal(statistics.read(tmp_path), series, check_names=False, rtol=1e-5)


def test_a_tag_that_reads_as_missing_stays_a_tag(two_topics, tmp_path):
    index = pd.MultiIndex.from_tuples([("tag", "nan"), ("tag", "null"), ("recall", "sea")], names=["part", "what"])
    series = pd.Series([0.25, 0.125, np.nan], index=index)
    statistics.write(series, tmp_path)
    pd.testing.assert_series_equal(statistics.read(tmp_path), series, check_names=False)
