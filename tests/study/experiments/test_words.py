"""How well words find pictures: the measures against scikit-learn and loops, the tables on a small study."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from wshash import plots
from wshash.study import Study, StudyConfig
from wshash.study.experiments import words as module
from wshash.study.experiments.words import bootstrap, weighted_average_precision
from wshash.study.grid.collection import Collection
from wshash.study.grid.store import Store

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def test_weighted_average_precision_is_that_of_the_repeated_pictures():
    rng = np.random.default_rng(0)
    scores, relevant = rng.normal(size=(50, 3)), rng.random((50, 3)) < 0.3
    measure = weighted_average_precision(scores, relevant)
    for weights in (np.ones(50, int), rng.integers(0, 4, 50)):
        rows = np.repeat(np.arange(50), weights)
        expected = [average_precision_score(relevant[rows, c], scores[rows, c]) for c in range(3)]
        np.testing.assert_allclose(measure(weights), expected, rtol=1e-12)


def test_the_bootstrap_of_a_mean_is_as_wide_as_its_standard_error():
    values = np.random.default_rng(1).random(400)
    value, low, high = bootstrap(lambda weights: weights @ values / len(values), 400, 4000)
    assert value == pytest.approx(values.mean())
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.05)
    assert (low + high) / 2 == pytest.approx(value, abs=0.003)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Pictures of three kinds with features that tell them, and tags of their kind on most."""
    from wshash.datasets import TaggedImages

    rng = np.random.default_rng(0)
    n, names = 600, ["sea", "tree", "female"]
    kind = rng.integers(3, size=n)
    X = (4 * np.eye(3)[kind] @ np.random.default_rng(9).normal(size=(3, 12)) + rng.normal(size=(n, 12))).astype("f4")
    typed = [["sea", "wave"], ["tree", "leaf"], ["woman", "face"]]
    tags = [[*typed[k], "nikon"][: 2 + (i % 2)] for i, k in enumerate(kind)]

    class Pictures(list):
        fingerprint = "toy"

    images = Pictures([np.zeros((2, 2, 3), np.uint8)] * n)
    data = TaggedImages("toy", images, tags, np.eye(3, dtype=bool)[kind], names, [f"p{i}" for i in range(n)])
    store = Store(tmp_path_factory.mktemp("runs"))
    config = StudyConfig(dataset="postcards-toy", options={"n": n}, n_queries=150)
    study = Study(config, store, Collection(store=store, data=data, features=X))
    return study, module.search_model(study)


def test_concepts_are_found_by_the_words_that_people_use(judged):
    study, model = judged
    table = module.concepts(study, model)
    assert set(table["word"]) == {"sea", "tree", "woman", ""} and table["concept"].iloc[-1] == module.ALL
    assert (table["precision"] > 0.9).all() and (table["classifier"] > 0.95).all()
    assert ((table["low"] <= table["precision"]) & (table["precision"] <= table["high"])).all()
    share = study.data.labels[study.query].mean(axis=0)
    assert table.set_index("concept")["chance"]["sea"] == pytest.approx(share[0])
    assert table["precision"].iloc[-1] == pytest.approx(table["precision"].iloc[:-1].mean())
    assert "“" in plots.describe_by_word(table) and plots.by_word(table).axes


def test_a_concept_that_no_query_shows_is_left_out(judged, monkeypatch):
    study, model = judged
    labels = study.data.labels.copy()
    labels[study.query, 1] = False
    monkeypatch.setitem(vars(study.data), "labels", labels)
    table = module.concepts(study, model)
    assert set(table["word"]) == {"sea", "woman", ""} and table["relevant"].min() > 0


def test_visual_words_are_told_from_others(judged):
    table = module.words(*judged).set_index("word")
    assert table.loc[["sea", "leaf", "face"], "auc"].min() > 0.9 and 0.3 < table.loc["nikon", "auc"] < 0.7
    assert not table.loc["nikon", "visual"] and table.loc["sea", "visual"]
    kinds = module.kinds_of_words(table.reset_index())
    assert kinds["words"].sum() == len(table)


def test_proposals_are_judged_by_a_loop(judged):
    study, model = judged
    table = module.proposals(study, model, 2).set_index(["rule", "measure"])["share"]
    _, vectors = model.predict(study.features[study.query].astype(np.float16))
    proposed = model.propose(vectors, 2)
    own = [[word in study.data.tags[i] for word, _ in row] for i, row in zip(study.query, proposed, strict=True)]
    assert table["likeliest visual words (`tag`)", "own tags"] == pytest.approx(np.mean(own))
    assert table["likeliest visual words (`tag`)", "any own tag"] == pytest.approx(np.mean([any(row) for row in own]))
    assert table["likeliest visual words (`tag`)", "concepts"] > 0.95
    found = module.pictures(study, model, (10,))
    assert found["precision"][0] > 0.8 > 0.5 > found["chance"][0]
