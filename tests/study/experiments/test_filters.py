"""The judgement of tag filters against scikit-learn and against numbers worked by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from wshash import InputError
from wshash.study.experiments import filters as module
from wshash.study.experiments.filters import (
    auc,
    filter_scores,
    filters,
    filters_text,
    judge,
    judged_filter,
    resampled,
    share,
)
from wshash.study.grid.tagside import tag_table


def made_up(n=240, seed=0):
    """A study of as little as the filter looks at: "red" and "blue" are seen and labelled, three others are not."""
    rng = np.random.default_rng(seed)
    has = rng.random((n, 5)) < [0.2, 0.15, 0.2, 0.3, 0.1]
    names = ("red", "blue", "nikon", "2007", "me")
    shift = 4.0 * has[:, :2] @ np.eye(2, 30)
    tags = [[names[k] for k in np.flatnonzero(row)] for row in has]
    looks_at = {"cnn": rng.normal(size=(n, 30)) + shift, "sift": rng.poisson(2.0 + shift).astype(float)}
    return SimpleNamespace(
        train_tags=tags,
        data=SimpleNamespace(labels=has[:, :2]),
        train=np.arange(n),
        config=SimpleNamespace(tag_filter="cnn"),
        tag_table=lambda kind="cnn": tag_table(tags, looks_at[kind], words=kind == "sift"),
    )


@pytest.fixture
def scored():
    rng = np.random.default_rng(0)
    visual = rng.random(40) < 0.4
    score = np.round(rng.normal(size=40) + visual, 1)  # ties among them
    return score, visual


def test_auc_equals_scikit_learn_with_ties_and_weights(scored):
    score, visual = scored
    weights = resampled(40, 50)
    expected = [roc_auc_score(visual, score, sample_weight=w) for w in weights]
    assert np.allclose(auc(score, visual, weights), expected)
    assert np.isnan(auc(score, visual, visual[None] * 1.0)).all()  # a draw without one other tag


def test_shares_by_hand():
    flags, among = np.array([1, 0, 1, 1], bool), np.array([1, 1, 1, 0], bool)
    assert share(flags, among, np.array([[1, 1, 1, 1], [0, 3, 1, 5]])).tolist() == [2 / 3, 1 / 4]
    assert np.isnan(share(flags, among, np.array([[0, 0, 0, 2]]))).all()


def test_intervals_are_those_of_an_explicit_bootstrap(scored):
    score, visual = scored
    scores = pd.DataFrame({"good": score, "tag frequency": np.arange(40.0)})
    kept = pd.DataFrame({"good": score > 1, "tag frequency": np.arange(40) >= 30})
    table = judge(scores, kept, visual, seed=3).set_index(["score", "measure"])
    rng = np.random.default_rng(3)
    drawn = [rng.integers(40, size=40) for _ in range(1000)]
    lead = [roc_auc_score(visual[i], score[i]) - roc_auc_score(visual[i], np.arange(40)[i]) for i in drawn]
    row = table.loc[("good", "over frequency")]
    assert row["value"] == pytest.approx(roc_auc_score(visual, score) - roc_auc_score(visual, np.arange(40)))
    assert [row["low"], row["high"]] == pytest.approx(np.percentile(lead, [2.5, 97.5]))
    assert table.loc[("good", "visual kept"), "value"] == pytest.approx((score > 1)[visual].mean())
    assert table.loc[("good", "others removed"), "value"] == pytest.approx((score <= 1)[~visual].mean())
    assert ("tag frequency", "over frequency") not in table.index
    assert table.loc[("random", "visual kept"), "value"] == (score > 1).mean()
    assert (table["n_visual"] == visual.sum()).all()


def test_the_filter_is_better_than_frequency_and_sees_no_label():
    study = made_up()
    table = filters(study).set_index(["score", "measure"])["value"]
    assert table["network's features", "auc"] == table["SIFT words", "auc"] == 1
    assert table["SIFT words", "visual kept"] == 1 and table["tag frequency", "auc"] < 1
    scores, kept = filter_scores(study)
    study.data.labels = None
    assert filter_scores(study)[0].equals(scores)
    assert kept["tag frequency"].sum() == kept["network's features"].sum()
    counts = pd.Series([t for row in study.train_tags for t in row]).value_counts()
    most = counts.index[: kept["tag frequency"].sum()]
    assert set(kept.index[kept["tag frequency"]]) == set(most)


def test_the_text_has_a_row_a_score_and_intervals():
    text = filters_text(filters(made_up()))
    assert text.index.tolist()[-2:] == ["tag frequency", "random"]
    assert text.columns.tolist() == ["AUC", "over frequency", "visual kept", "others removed"]
    assert text.loc["SIFT words", "AUC"] == "1.00 [1.00, 1.00]" and text.loc["random", "AUC"] == "0.50"
    assert text.loc["SIFT words", "over frequency"].startswith("+") and text.loc["random", "over frequency"] == ""


def test_tags_of_one_kind_judge_nothing():
    study = made_up()
    study.data.labels = np.ones_like(study.data.labels)
    with pytest.raises(InputError, match="0 of 5 tags are visual"):
        filters(study)


def test_claim_c5_has_the_numbers_of_the_filters_table(monkeypatch):
    rng = np.random.default_rng(0)
    names = [f"tag{k}" for k in rng.permutation(60)]  # not in the alphabet's order
    columns = {name: 2 + rng.normal(size=60) for name in ("score", "z_clarity")} | {"count": rng.integers(20, 99, 60)}
    table = pd.DataFrame(columns, index=names)
    study = SimpleNamespace(config=SimpleNamespace(tag_filter="cnn"), tag_table=lambda kind="cnn": table)
    monkeypatch.setattr(module, "visual_by_labels", lambda _, tags: np.array([int(t[3:]) % 3 == 0 for t in tags]))
    own, among = judged_filter(study), filters(study)
    pd.testing.assert_frame_equal(own.iloc[:4, 1:], among.iloc[:4, 1:])
