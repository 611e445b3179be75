"""What a study lets its methods see, and by what it judges them."""

import contextlib

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from threadpoolctl import threadpool_info
from torch import nn

from wshash import InputError, load_dataset
from wshash.study.grid.collection import Collection
from wshash.study.grid.config import StudyConfig
from wshash.study.grid.fitting import hidden_concepts, labelled_rows, pinned_threads, shuffled
from wshash.study.grid.methods import recipe
from wshash.study.grid.store import Store
from wshash.study.grid.study import Study
from wshash.tags import TagVectors


@pytest.fixture(scope="module")
def data():
    return load_dataset("postcards", n=80)


@pytest.fixture
def make(data, tmp_path):
    """Studies of 80 postcards with features drawn at random around their concepts: no network."""
    rng = np.random.default_rng(0)
    labels = data.labels
    X = (labels @ rng.normal(size=(labels.shape[1], 12)) + rng.normal(size=(80, 12))).astype(np.float32)
    store = Store(tmp_path)

    def study(**settings) -> Study:
        defaults = {"options": {"n": 80}, "n_queries": 16, "depths": (10,), "preset": "smoke"}
        return Study(StudyConfig(**defaults | settings), store, Collection(store=store, data=data, features=X))

    return study


@pytest.fixture
def seen_by(monkeypatch):
    """The labels that KSH is given."""
    from wshash.hashing import KSH

    given, fit = [], KSH.fit

    def spy(self, X, y=None):
        given.append(y)
        return fit(self, X, y)

    monkeypatch.setattr(KSH, "fit", spy)
    return given


def test_unseen_concepts_are_hidden_from_supervision_and_judge_alone(make, seen_by):
    study = make(unseen=("tree", "sky"))
    row = study.row("KSH", 8, 0)
    (given,) = seen_by
    names = study.data.concepts
    hidden = [names.index("sky"), names.index("tree")]
    shown = [i for i in range(len(names)) if i not in hidden]
    assert np.array_equal(given, study.data.labels[study.labelled][:, shown])
    assert given.any(axis=1).all()  # a picture of unseen concepts alone teaches nothing
    truth = study.data.labels[:, hidden]
    relevant = (truth[study.query].astype(int) @ truth[study.database].T.astype(int)) > 0
    judged = relevant.any(axis=1)
    assert row["measures"]["chance"] == pytest.approx(relevant[judged].mean())
    assert row["measures"]["n_queries"] == judged.sum()
    assert row["unseen"] == ["sky", "tree"]


def test_what_is_unseen_is_part_of_an_address_where_it_matters(make):
    whole, part = make(), make(unseen=("sky",))
    for method in ("LSH", "KSH"):  # judged otherwise
        assert whole.row_path(method, 8, 0) != part.row_path(method, 8, 0)
    models = [study.model_path(m, 8, 0) for study in (whole, part) for m in ("LSH", "KSH")]
    assert models[0] == models[2] and models[1] != models[3]


@pytest.mark.parametrize("unseen", [("dragon",), None])
def test_concepts_that_are_unknown_or_all_are_refused(make, unseen, data):
    study = make(unseen=unseen or tuple(data.concepts))
    with pytest.raises(InputError, match="dragon.*choose some" if unseen else "are all that there are"):
        _ = study.judged_labels


def test_real_features_are_ranked_by_the_cosine_of_centred_rows(make):
    study = make()
    row = study.row("Real-Features", 8, 0)
    centred = study.features - study.features[study.train].mean(axis=0)
    nearest = cdist(centred[study.query], centred[study.database], "cosine").argsort(axis=1)[:, :10]
    labels = study.data.labels
    relevant = [
        (labels[q] & labels[study.database[near]]).any(axis=1) for q, near in zip(study.query, nearest, strict=True)
    ]
    assert row["measures"]["precision@10"] == pytest.approx(np.mean(relevant))


def test_few_labels_are_a_part_of_all_and_of_the_size_asked_for(make):
    study = make(label_share=0.25)
    assert len(study.labelled) == round(0.25 * len(study.train))
    assert np.isin(study.labelled, study.train).all()
    assert study.row("LSH", 8, 0)["n_labelled"] == 0  # sees none
    assert study.row("KSH", 8, 0)["n_labelled"] == len(study.labelled)


def test_which_labels_are_seen_is_drawn_by_the_seed_alone():
    train = np.arange(100, 300)
    for share, n in ((1, 200), (0.25, 50), (0.2525, 50), (0.2575, 52), (0.001, 2)):
        for seed in (0, 1):
            drawn = np.random.default_rng([seed, 0x1ABE]).permutation(train)[:n]
            assert labelled_rows(train, share, seed).tolist() == sorted(drawn)


def test_the_placebo_deals_out_all_rows_by_its_seed():
    targets = np.arange(40).reshape(20, 2)
    for seed in (0, 1):
        assert (shuffled(targets, seed) == targets[np.random.default_rng(seed).permutation(20)]).all()


def test_hidden_concepts_are_those_named_and_neither_unknown_nor_all():
    assert hidden_concepts(["sea", "sky", "sun"], ("sun", "sea")).tolist() == [True, False, True]
    assert hidden_concepts(["sea"], ()).tolist() == [False] and hidden_concepts([], ()).tolist() == []
    assert hidden_concepts(["sea", "sky"], ("sky",)).tolist() == [False, True]
    with pytest.raises(InputError, match="^unseen concepts a, b: choose some, not all, of sea, sky$"):
        hidden_concepts(["sea", "sky"], ("b", "a"))
    with pytest.raises(InputError, match="^unseen concepts are all that there are: choose some, not all, of sea$"):
        hidden_concepts(["sea"], ("sea",))


def test_threads_are_as_before_after_a_run_and_after_one_that_failed():
    before = torch.get_num_threads()
    for error in (None, KeyError):
        with contextlib.suppress(KeyError), pinned_threads(before + 1):
            assert torch.get_num_threads() == before + 1
            blas = {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}
            assert blas <= {before + 1}
            if error:
                raise error
        assert torch.get_num_threads() == before


@pytest.mark.filterwarnings("ignore::wshash.hashing.training.TrainingWarning")
@pytest.mark.parametrize(("preset", "inputs"), [("paper", "pictures"), ("full", "pictures"), ("stage", "maps")])
def test_presets_that_train_the_backbone_go_from_pictures_to_rows(preset, inputs, data, tmp_path, monkeypatch):
    import wshash.vision.backbones
    import wshash.vision.features
    from wshash.study.experiments.timing import extraction_time
    from wshash.study.grid import tagside
    from wshash.study.grid.methods import PRESETS

    def load(name, weights=None):
        assert name == ("vgg16" if preset == "paper" else "efficientnet_lite0")
        torch.manual_seed(0)
        lower = nn.Conv2d(3, 6, 5, stride=4).eval()
        upper = nn.Sequential(nn.Conv2d(6, 6, 1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
        return wshash.vision.Backbone(name, lower, upper, 6, (6, 7, 7), 32, (127.0,) * 3, (128.0,) * 3)

    rng = np.random.default_rng(0)
    words = sorted({tag for row in data.tags for tag in row})
    vectors = TagVectors(words, rng.normal(size=(len(words), 8)).astype(np.float32))
    for module in (wshash.vision, wshash.vision.backbones, wshash.vision.features):
        monkeypatch.setattr(module, "load_backbone", load)
    monkeypatch.setattr(tagside, "tag_vectors", lambda *_: vectors)  # too few pictures to train them on
    short = {name: budget | {"epochs": 1, "min_steps": 0} for name, budget in PRESETS[preset].items()}
    short["WS-KSH"] = PRESETS[preset].get("WS-KSH", {})
    monkeypatch.setitem(PRESETS, preset, short)
    store, X = Store(tmp_path), rng.normal(size=(80, 6)).astype(np.float32)
    options = {"options": {"n": 80}, "n_queries": 16, "depths": (10,), "preset": preset, "tag_filter": "none"}
    config = StudyConfig(**options)
    study = Study(config, store, Collection(backbone=config.backbone, store=store, data=data, features=X))
    trained = ["Weak", "WDHT", "DSH", "WS-KSH", "WS-DSH", "WS-DRSCH", "Real-Weak"]
    trained += ["Twin", "Joint"] if preset == "stage" else ["DeepBit"]
    assert {recipe(name, preset).inputs for name in trained} == {inputs}
    others = ("LSH", "KSH", "Classifier", "Real-Features")
    assert {recipe(name, preset).inputs for name in others} == {"features"}
    for name in ("KSH", *trained):
        row = study.row(name, 4, 0)
        assert row["measures"]["n_queries"] > 0 and 0 < row["measures"]["precision@10"] <= 1
    start, model = (study.model(name, 4).network_.backbone.state_dict() for name in ("Weak", "WS-DSH"))
    moved = {name for name in start if not torch.equal(start[name], model[name])}  # trained further
    parts = {"1.0.weight"} if preset == "stage" else {"module.0.weight", "module.1.0.weight"}
    assert parts <= moved and len(moved) == 2 * len(parts)
    times = extraction_time(study, ["KSH", "WS-DSH"], 4, n_pictures=4, repeats=2)
    hashing = times[times["part"] == "hashing"].set_index("method")["seconds"]
    assert hashing["KSH"] > 0 and (hashing["WS-DSH"] == 0) == (preset != "stage")  # then all of it is the network's


def test_the_paper_preset_is_of_vgg16():
    assert StudyConfig(preset="paper").backbone == "vgg16" and StudyConfig().backbone == "efficientnet_lite0"
    with pytest.raises(InputError, match="preset 'paper', backbone 'efficientnet_lite0'.*vgg16"):
        StudyConfig(preset="paper", backbone="efficientnet_lite0")


def test_features_of_fewer_pictures_are_not_those_of_more(tmp_path, monkeypatch):
    import wshash.vision

    monkeypatch.setattr(
        wshash.vision, "extract_features", lambda images, *_, **__: np.zeros((len(images), 3), np.float32)
    )
    for n in (60, 40, 80):  # postcards' picture i is the same whatever their number, and so is their fingerprint
        assert len(Collection("postcards", {"n": n}, store=Store(tmp_path)).features) == n


# -- the controls that the conclusions stand on ------------------------------------------------------------------------


@pytest.fixture
def tagged(make, monkeypatch):
    """A study whose tags are its concepts' names, with a vector each: what is learnt from tags can be told."""
    from wshash.study.grid import tagside

    def vectors(tags, table=None):
        words = sorted({tag for row in tags for tag in row})
        return TagVectors(words, np.eye(len(words), dtype=np.float32))

    monkeypatch.setattr(tagside, "tag_vectors", vectors)
    return make(tag_filter="none")


@pytest.mark.filterwarnings("ignore::wshash.hashing.training.TrainingWarning")
def test_the_placebo_learns_from_the_same_tags_dealt_out_anew(tagged, monkeypatch):
    from wshash.hashing import CCAITQ, WDHT, WeakPretraining

    given = {}
    for cls in (WeakPretraining, WDHT, CCAITQ):
        fit = cls.fit

        def spy(self, X, target, fit=fit, **more):
            given.setdefault(type(self).__name__, []).append(target)
            return fit(self, X, target, **more)

        monkeypatch.setattr(cls, "fit", spy)
    for method in ("Weak", "Placebo-Weak", "WDHT", "Placebo-WDHT", "CCAITQ", "Placebo-CCAITQ"):
        tagged.model(method, 4)
    real, placebo = (similarity.B.toarray() for similarity in given["WeakPretraining"])
    weights = [tags.toarray() for tags in given["CCAITQ"]]
    for whole, moved in ((real, placebo), given["WDHT"], weights):
        assert sorted(map(tuple, whole)) == sorted(map(tuple, moved))  # the same tag lists
        assert (whole == moved).all(axis=1).mean() < 0.5  # of other pictures
    other = tagged.similarity.permuted(1).B.toarray()
    assert (placebo == tagged.similarity.permuted(0).B.toarray()).all() and (placebo != other).any()


@pytest.mark.filterwarnings("ignore::wshash.hashing.training.TrainingWarning")
def test_what_ws_starts_from_learnt_real_tags_and_what_placebo_starts_from_shuffled_ones(tagged):
    weak, placebo = tagged.model("Weak", 8), tagged.model("Placebo-Weak", 8)
    for method, expected in (("WS-DSH", weak), ("Placebo-DSH", placebo)):
        start = tagged.model(method, 8).start
        assert torch.equal(start.network_.hash.weight, expected.network_.hash.weight)
    assert not torch.equal(weak.network_.hash.weight, placebo.network_.hash.weight)


def test_vectors_are_of_the_tags_that_the_filter_keeps_and_of_no_other():
    from wshash.study.grid.tagside import tag_table, tag_vectors

    rng = np.random.default_rng(0)
    visual = rng.integers(0, 4, 800)  # what is seen; its tags stand beside two that are not seen
    X = 3.0 * np.eye(4, 20)[visual] + rng.normal(size=(800, 20))
    names = np.array(["red", "green", "blue", "grey"])
    tags = [[names[v], names[(v + 1) % 4], rng.choice(["nikon", "2007", "me"])] for v in visual]
    table = tag_table(tags, X, words=False)
    assert set(table.index[table["kept"]]) == set(names) and not table.loc[["nikon", "2007", "me"], "kept"].any()
    assert set(tag_vectors(tags, table).vocabulary) == set(names)
    assert set(tag_vectors(tags).vocabulary) == {*names, "nikon", "2007", "me"}


def test_the_study_filters_the_tags_before_their_vectors(make, monkeypatch):
    import pandas as pd

    from wshash.study.grid import tagside

    given = []
    monkeypatch.setattr(
        tagside, "tag_vectors", lambda tags, table=None: given.append(table) or TagVectors(["a"], np.eye(1))
    )
    monkeypatch.setattr(
        tagside, "tag_table", lambda tags, X, words: pd.DataFrame({"kept": [True]}, index=[f"{words} {X.shape}"])
    )
    for kind in ("cnn", "none"):
        _ = make(tag_filter=kind).vectors
    assert given[0].index.tolist() == ["False (64, 12)"] and given[1] is None
