"""The visual filter against its definitions written out, and on data where the right answer is known."""

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import cosine
from scipy.stats import entropy
from sklearn.feature_extraction.text import TfidfTransformer

from wshash import InputError
from wshash.tags import concept_precision, visual_tags
from wshash.tags.visual import SMOOTHING, _geometry, _random_sets


def made_up(n=300, d=40, seed=0):
    """Counts of words; pictures with "red" have more of five words, "holiday" is given at random."""
    rng = np.random.default_rng(seed)
    red, holiday = rng.random(n) < 0.2, rng.random(n) < 0.2
    rate = np.full((n, d), 2.0)
    rate[red, :5] *= 3
    tags = [["red"] * r + ["holiday"] * h + ["photo"] for r, h in zip(red.tolist(), holiday.tolist(), strict=True)]
    return tags, rng.poisson(rate), red


def test_values_equal_their_definitions():
    tags, counts, red = made_up()
    table = visual_tags(tags, counts, n_random=20)
    X = TfidfTransformer().fit_transform(counts).toarray()
    members, centre = X[red], X.mean(axis=0)
    centroid = members.mean(axis=0)
    row = table.loc["red"]
    assert row["count"] == red.sum()
    assert row["cohesion"] == pytest.approx(np.mean([cosine(x, centroid) for x in members]))
    assert row["separation"] == pytest.approx(cosine(centroid, centre))
    own, all_words = counts[red].sum(axis=0) / counts[red].sum(), counts.sum(axis=0) / counts.sum()
    assert row["clarity"] == pytest.approx(entropy(SMOOTHING * own + (1 - SMOOTHING) * all_words, all_words))


def test_null_equals_independent_random_sets():
    X = np.random.default_rng(0).random((80, 6))
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    drawn = _random_sets([_geometry(X)], np.array([5, 30]), 80, n_random=3000, seed=0)
    rng, centre = np.random.default_rng(1), X.mean(axis=0)
    for s, size in enumerate((5, 30)):
        sets = [X[rng.choice(80, size, replace=False)] for _ in range(3000)]
        centroids = [m.mean(axis=0) for m in sets]
        cohesion = [1 - np.mean(m @ c) / np.linalg.norm(c) for m, c in zip(sets, centroids, strict=True)]
        separation = [cosine(c, centre) for c in centroids]
        assert drawn["cohesion"][:, s].mean() == pytest.approx(np.mean(cohesion), rel=0.02)
        assert drawn["cohesion"][:, s].std() == pytest.approx(np.std(cohesion), rel=0.12)
        assert drawn["separation"][:, s].mean() == pytest.approx(np.mean(separation), rel=0.05)
        assert drawn["separation"][:, s].std() == pytest.approx(np.std(separation), rel=0.12)


@pytest.mark.parametrize("words", [True, False])
def test_z_and_score_equal_their_definitions(words):
    """From the random sets that the seed draws: shuffled pictures, of which each size takes the first."""
    tags, counts, _ = made_up()
    tags = [row + ["rare"] * (i < 20) + ["rarer"] * (i < 19) for i, row in enumerate(tags)]
    table = visual_tags(tags, counts, words=words, n_random=30, seed=4)
    X = TfidfTransformer().fit_transform(counts).toarray() if words else counts.astype(float)
    X /= np.linalg.norm(X, axis=1, keepdims=True)
    centre, everything = X.mean(axis=0), counts.sum(axis=0) / counts.sum()
    rng = np.random.default_rng(4)
    orders = [rng.permutation(300) for _ in range(30)]
    assert set(table.index) == {"red", "holiday", "photo", "rare"}  # 20 pictures are enough, 19 are not
    for tag in ("red", "holiday", "rare"):
        size = int(table.loc[tag, "count"])
        drawn = {"cohesion": [], "separation": [], "clarity": []}
        for order in orders:
            members = X[order[:size]]
            centroid = members.mean(axis=0)
            drawn["cohesion"].append(np.mean([cosine(x, centroid) for x in members]))
            drawn["separation"].append(cosine(centroid, centre))
            own = counts[order[:size]].sum(axis=0)
            drawn["clarity"].append(entropy(SMOOTHING * own / own.sum() + (1 - SMOOTHING) * everything, everything))
        z, z_drawn = {}, {}
        for name, sets in drawn.items() if words else list(drawn.items())[:2]:
            mean, deviation = np.mean(sets), np.std(sets, ddof=1)
            z[name], z_drawn[name] = (table.loc[tag, name] - mean) / deviation, (sets - mean) / deviation
            assert table.loc[tag, f"z_{name}"] == pytest.approx(z[name])
        spread = np.std(z_drawn["separation"] - z_drawn["cohesion"], ddof=1)
        assert table.loc[tag, "score"] == pytest.approx((z["separation"] - z["cohesion"]) / spread)
    assert table["score"].is_monotonic_decreasing and table.index.name == "tag"


def test_kept_is_what_scores_above_the_threshold():
    tags, counts, _ = made_up()
    table = visual_tags(tags, counts)
    assert table.equals(visual_tags(tags, counts, words=True, min_count=20, threshold=2.0, n_random=200, seed=0))
    at = table.loc["holiday", "score"]
    assert visual_tags(tags, counts, threshold=at)["kept"].tolist() == (table["score"] > at).tolist()
    assert visual_tags(tags, counts, threshold=at - 1e-9).loc["holiday", "kept"]
    assert not table.equals(visual_tags(tags, counts, seed=1))
    assert not table.equals(visual_tags(tags, counts, n_random=201))


@pytest.mark.parametrize("words", [True, False])
@pytest.mark.parametrize("kind", [np.float32, np.uint8])
def test_it_is_computed_in_doubles_whatever_is_given(words, kind):
    tags, counts, _ = made_up()
    given, doubles = (visual_tags(tags, x, words=words, n_random=5) for x in (counts.astype(kind), counts * 1.0))
    assert given.equals(doubles)


def test_features_have_no_unit():
    tags, counts, _ = made_up()
    small, plain = (visual_tags(tags, counts * unit, words=False, n_random=5) for unit in (1e-6, 1.0))
    assert np.allclose(small.astype(float), plain.astype(float))


def test_the_score_of_a_random_tag_varies_by_one_where_loose_sets_are_far_ones_too():
    """Three pictures unlike all others make a set both looser and farther: the z-scores cancel in part."""
    rng = np.random.default_rng(0)
    X = np.concatenate([[1.0, 0, 0] + rng.normal(0, 0.01, (60, 3)), [[0, 1.0, 0]] * 3])
    tags = [[f"t{v}" for v in range(60) if rng.random() < 0.3] for _ in X]
    table = visual_tags(tags, X, words=False, min_count=5)
    spread = (table["z_separation"] - table["z_cohesion"]) / table["score"]
    sets = _random_sets([_geometry(X / np.linalg.norm(X, axis=1, keepdims=True))], np.array([12]), 63, 200, seed=0)
    z = {name: (values - values.mean()) / values.std(ddof=1) for name, values in sets.items()}
    of_twelve = spread[table["count"] == 12]
    assert len(of_twelve) and of_twelve.to_numpy() == pytest.approx((z["separation"] - z["cohesion"]).std(ddof=1))
    assert spread.min() < 0.9 and table["score"].std() == pytest.approx(1, abs=0.1)


def test_a_tag_given_twice_to_a_picture_counts_once():
    tags, counts, _ = made_up()
    assert visual_tags([row * 2 for row in tags], counts, n_random=5).equals(visual_tags(tags, counts, n_random=5))
    assert visual_tags([["red"] * 20], counts[:1], min_count=1, n_random=2).loc["red", "count"] == 1


@pytest.mark.parametrize("words", [True, False])
def test_the_visual_tag_is_kept_and_the_others_dropped(words):
    tags, counts, _ = made_up()
    table = visual_tags(tags, counts, words=words)
    assert table.index[0] == "red" and table["kept"].tolist() == [True, False, False]
    assert table.loc["red", ["z_separation"]].item() > 5 and table.loc["red", "z_cohesion"] < -3
    assert abs(table.loc["holiday", "score"]) < 2
    assert table.loc["photo", "score"] == 0  # on every picture: no random set of its size is another set
    assert ("z_clarity" in table) == words


def test_a_tag_given_at_random_scores_about_standard_normal():
    counts = np.random.default_rng(0).poisson(2.0, (400, 30))
    tags = [[f"t{v}" for v in np.flatnonzero(row)] for row in np.random.default_rng(1).random((400, 200)) < 0.1]
    z = visual_tags(tags, counts, min_count=10)[["z_cohesion", "z_separation", "z_clarity", "score"]]
    assert (abs(z.mean()) < 0.25).all() and (z.std() > 0.8).all() and (z.std() < 1.25).all()


def test_order_of_pictures_and_tags_changes_no_value():
    tags, counts, _ = made_up()
    order = np.random.default_rng(0).permutation(len(tags))
    table = visual_tags(tags, counts, n_random=5)
    other = visual_tags([tags[i][::-1] for i in order], sparse.csr_matrix(counts[order]), n_random=5)
    names = ["count", "cohesion", "separation", "clarity"]
    assert np.allclose(table.loc[sorted(table.index), names], other.loc[sorted(table.index), names])
    again = visual_tags(tags, counts, n_random=5)
    assert table.equals(again)


def test_pictures_without_words_are_left_out():
    tags, counts, _ = made_up()
    table = visual_tags(tags, counts, n_random=5)
    blank = visual_tags([*tags, ["red"], ["red"]], np.vstack([counts, np.zeros((2, 40))]), n_random=5)
    assert table.equals(blank)
    features = np.vstack([counts, np.full((1, 40), np.nan)])
    assert (
        visual_tags([*tags, ["red"]], features, words=False, n_random=5).loc["red", "count"]
        == table.loc["red", "count"]
    )


def test_bad_input():
    tags, counts, _ = made_up()
    with pytest.raises(InputError, match="299 tag lists for 300 rows"):
        visual_tags(tags[1:], counts)
    with pytest.raises(InputError, match="negative"):
        visual_tags(tags, counts - 5)
    with pytest.raises(InputError, match="no tag is on 1000 of the 300 .*--tag-filter none"):
        visual_tags(tags, counts, min_count=1000)
    with pytest.raises(InputError, match="no tag is on 20 of the 0"):
        visual_tags([], np.zeros((0, 5)))


def test_concept_precision_by_hand():
    labels = np.zeros((400, 2), bool)
    labels[:100, 0] = True
    labels[100:150, 1] = True
    tags = [["sky"] if i < 80 else ["me"] if i % 2 else [] for i in range(400)]
    table = concept_precision(tags, labels, ["sky", "me", "unused"])
    assert table.index.name == "tag" and table.equals(concept_precision(tags, labels, ["sky", "me", "unused"], seed=0))
    assert table.loc["sky", ["concept", "precision", "base", "lift"]].tolist() == [0, 1, 0.25, 4]
    assert table.loc["me", "gain"] < 0.15
    assert np.isnan(table.loc["unused", "precision"])


def test_concept_precision_is_chosen_on_one_half_and_measured_on_the_other():
    rng = np.random.default_rng(1)
    labels = rng.random((60, 5)) < rng.random(5)
    tags = [["x"] if has else [] for has in rng.random(60) < 0.5]
    has_it = np.array([bool(row) for row in tags])
    row = concept_precision(tags, labels, ["x"], seed=3).loc["x"]
    base = labels.mean(axis=0)
    half = np.random.default_rng(3).permutation(60) % 2 == 0
    found = []
    for choose, measure in ((half, ~half), (~half, half)):
        best = np.argmax(labels[choose & has_it].mean(axis=0) - base)
        found.append((labels[measure & has_it, best].mean(), base[best]))
    precision, chance = np.mean(found, axis=0)
    assert row["precision"] == pytest.approx(precision) and row["base"] == pytest.approx(chance)
    assert row["gain"] == pytest.approx(precision - chance) and row["lift"] == pytest.approx(precision / chance)
    assert row["concept"] == np.argmax(labels[has_it].mean(axis=0) - base)


def test_concept_precision_is_not_fooled_by_the_best_of_many():
    rng = np.random.default_rng(0)
    labels = rng.random((2000, 24)) < 0.2
    tags = [[f"t{v}" for v in np.flatnonzero(row)] for row in rng.random((2000, 100)) < 0.01]
    table = concept_precision(tags, labels, [f"t{v}" for v in range(100)])
    assert abs(table["gain"].mean()) < 0.03  # chosen and measured on the same 20 pictures it would be .2
