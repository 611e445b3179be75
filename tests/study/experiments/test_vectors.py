"""The study of skip-gram's settings against the library's other ways to the same numbers."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import spearmanr

from wshash.retrieval import t_interval
from wshash.study.experiments.vectors import DEFAULT, GRID, PAPER_TABLE1, skipgram_study, skipgram_text
from wshash.tags import TagSimilarity, relevance_above, train_skipgram

THEMES = [["sunset", "dusk", "sun", "sunrise", "sky"], ["plants", "garden", "park"], ["religion", "church", "stone"]]
THEMES += [[f"{kind}{k}" for kind in ("a", "b", "c", "d")] for k in range(10)]


@pytest.fixture(scope="module")
def study():
    """Pictures of one theme each, with three of its words; every theme is a concept."""
    rng = np.random.default_rng(0)
    theme = rng.integers(len(THEMES), size=900)
    return SimpleNamespace(
        train_tags=[rng.choice(THEMES[k], 3, replace=False).tolist() for k in theme],
        data=SimpleNamespace(labels=theme[:, None] == np.arange(len(THEMES))),
        train=np.arange(900),
        config=SimpleNamespace(preset="study", threads=1),
    )


@pytest.fixture(scope="module")
def table(study):
    return skipgram_study(study, seeds=2, grid={"dim": (8,), "window": (2,)})


def mean(table, setting, value):
    rows = table[(table["setting"] == setting) & (table["value"] == value)]
    return rows.set_index("measure")["mean"]


def test_values_equal_the_library_used_directly(study, table):
    tags = study.train_tags
    epochs = train_skipgram(tags).epochs  # chosen by the rule
    runs = [train_skipgram(tags, dim=8, epochs=epochs, seed=seed) for seed in (0, 1)]
    ranks = [
        spearmanr([*PAPER_TABLE1.values()], [run.similarity("sunset", w) for w in PAPER_TABLE1])[0] for run in runs
    ]
    similarities = [TagSimilarity.from_tags(tags, run) for run in runs]
    lifts = [relevance_above(s, study.data.labels, s.quantile_threshold(0.9)).iloc[0]["lift"] for s in similarities]
    share = [relevance_above(s, study.data.labels, 0.4).iloc[0]["share"] for s in similarities]
    found = mean(table, "dim", "8")
    assert found["rank correlation"] == pytest.approx(np.mean(ranks))
    assert found["lift"] == pytest.approx(np.mean(lifts), rel=1e-3)
    assert found["share above 0.4"] == pytest.approx(np.mean(share))
    rows = table[(table["value"] == "8") & (table["measure"] == "lift")]
    assert rows[["low", "high"]].to_numpy()[0] == pytest.approx(t_interval(lifts)[1:], rel=1e-2)


def test_the_rule_scores_held_out_lists(study, table):
    trials = [train_skipgram(study.train_tags, seed=seed).trials for seed in (0, 1)]
    epochs = max(trials[0], key=trials[0].get)
    found = mean(table, "dim", "32")["halves recognised"]
    assert found == pytest.approx(np.mean([t[epochs] for t in trials])) and found > 0.8


def test_related_words_are_more_alike(table):
    assert mean(table, "dim", "32")["related − unrelated"] > 0.3


def test_default_is_in_every_setting_once(table):
    assert table[table["default"]].groupby("setting")["value"].unique().map(list).to_dict() == {
        "dim": ["32"],
        "window": ["longest list"],
    }
    one, other = mean(table, "dim", "32"), mean(table, "window", "longest list")
    assert one.equals(other)
    assert set(GRID) == {*DEFAULT, "epochs"} and all(DEFAULT[name] in GRID[name] for name in DEFAULT)


def test_labels_only_judge(study, table):
    blind = SimpleNamespace(**vars(study))
    blind.data = SimpleNamespace(labels=study.data.labels[::-1])
    found = mean(skipgram_study(blind, seeds=2, grid={"dim": ()}), "dim", "32")
    same = mean(table, "dim", "32")
    moved = {name for name in same.index if name != "seconds" and found[name] != same[name]}
    assert moved == {"lift", "lift above 0.4"}


def test_the_text_marks_the_default_and_leaves_out_what_is_unknown(table):
    text = skipgram_text(table)
    assert text["value"].tolist() == ["8", "32 (default)", "2", "longest list (default)"]
    assert text["setting"].tolist() == ["dim", "dim", "window", "window"]
    assert "±" in text["lift"][0] and "nan" not in text.to_string()


def test_words_too_rare_are_unknown(study):
    rare = SimpleNamespace(**vars(study))
    rare.train_tags = [[tag for tag in row if tag != "religion"] for row in study.train_tags]
    table = skipgram_study(rare, seeds=1, grid={"dim": ()})
    assert np.isnan(mean(table, "dim", "32")[["rank correlation", "related − unrelated"]]).all()
    assert skipgram_text(table)["rank correlation"].tolist() == [""]
