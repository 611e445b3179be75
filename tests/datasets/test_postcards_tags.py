"""The simulated folksonomy, without drawing a picture: labels are made up, so that many are cheap."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from wshash.datasets.postcards.concepts import CONCEPTS, SIGHTS
from wshash.datasets.postcards.folksonomy import TAG_NOISE, tag
from wshash.datasets.postcards.lexicon import FOREIGN, LOOKS, NAMES

N = 2500


@pytest.fixture(scope="module")
def labels():
    rng = np.random.default_rng(0)
    visible = rng.random((N, 24)) < rng.uniform(0.04, 0.2, 24)
    visible[np.arange(N), rng.integers(24, size=N)] = True
    return visible, visible & (rng.random((N, 24)) < 0.5)


@pytest.fixture(scope="module")
def tagged(labels):
    sights = [["macro"] if i % 10 == 0 else ["church"] if i % 30 == 1 else [] for i in range(N)]

    @cache
    def with_noise(noise=TAG_NOISE, tag_seed=0, n=N):
        return tag(labels[0][:n], labels[1][:n], sights[:n], 0, noise, tag_seed)

    return with_noise


def about(word):
    """Concepts that a word can name."""
    return [CONCEPTS.index(concept) for concept, (_, words) in NAMES.items() if word in words]


def precision(tags, visible):
    """Of the uses of words that name a concept, and are not also words for something else: how many are right."""
    context = {word for _, words in LOOKS.values() for word in words}
    right = [visible[i, about(w)].any() for i, row in enumerate(tags) for w in row if about(w) and w not in context]
    return np.mean(right)


def test_counts_are_those_of_real_tags(tagged):
    counts = np.array([len(row) for row in tagged()])
    assert counts.min() >= 1
    assert counts.mean() == pytest.approx(4.5, abs=0.3)
    assert np.median(counts) in (3, 4)
    assert (counts == 1).mean() == pytest.approx(0.17, abs=0.02)
    assert np.quantile(counts, 0.95) == pytest.approx(12, abs=1.5)


def test_no_tag_twice_on_a_picture(tagged):
    assert all(len(set(row)) == len(row) for row in tagged())


def test_cameras_years_and_groups_lead_the_counts(tagged):
    leading = {word for word, _ in Counter(w for row in tagged() for w in row).most_common(60)}
    assert {"explore", "nikon", "canon", "2007", "365days", "me"} <= leading


def test_words_of_table_1_occur(tagged):
    counts = Counter(w for row in tagged() for w in row)
    assert all(counts[word] >= 5 for word in ("sunset", "dusk", "sun", "sunrise", "sky", "plants", "religion"))


def test_names_are_precise_and_incomplete(tagged, labels):
    tags = tagged()
    assert precision(tags, labels[0]) > 0.8
    for concept in ("sky", "clouds", "tree"):
        j = CONCEPTS.index(concept)
        recall = np.mean([concept in tags[i] for i in np.flatnonzero(labels[0][:, j])])
        assert 0.03 < recall < 0.4, concept


def test_no_noise_means_every_tag_is_about_the_picture(tagged, labels):
    assert precision(tagged(0.0), labels[0]) == 1
    flat = Counter(w for row in tagged(0.0) for w in row)
    assert not {"nikon", "canon", "explore", "2007", "me"} & set(flat)


def test_noise_is_a_dial(tagged, labels):
    def relevance_of_a_shared_tag(tags):
        pairs = [(i, j) for i in range(400) for j in range(i + 1, 400) if set(tags[i]) & set(tags[j])]
        return np.mean([(labels[0][i] & labels[0][j]).any() for i, j in pairs])

    base = np.mean([(labels[0][i] & labels[0][j]).any() for i in range(400) for j in range(i + 1, 400)])
    lifts = [relevance_of_a_shared_tag(tagged(noise, n=400)) / base for noise in (0.0, 0.5, 0.8, 1.0)]
    assert lifts == sorted(lifts, reverse=True)
    assert lifts[0] > 1.25
    assert lifts[-1] == pytest.approx(1, abs=0.08)


def test_tags_have_a_seed_of_their_own_and_do_not_depend_on_n(tagged):
    assert tagged(n=51)[:50] == tagged()[:50] == tagged(n=50)
    assert tagged(tag_seed=1, n=50) != tagged(n=50)


def test_foreign_words_are_words_of_the_lexicon():
    known = {word for table in (NAMES, LOOKS) for _, words in table.values() for word in words}
    assert {w for words in FOREIGN.values() for w in words} <= known
    assert set(NAMES) == set(CONCEPTS) and set(LOOKS) == set(SIGHTS)
