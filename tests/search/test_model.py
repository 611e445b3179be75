"""The model of a search: against the network that it is made of, as a file, its words; and the one that ships."""

import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save_file

from tests.search.conftest import by_hand
from wshash import InputError
from wshash.hashing import WDHT, mean_tag_vectors
from wshash.search import SHIPPED, SearchModel
from wshash.search.training import train
from wshash.tags import train_skipgram

FAST = {"hidden": 16, "epochs": 3, "min_steps": 0}
quiet = pytest.mark.filterwarnings("ignore::UserWarning")


def tagged(n=400, seed=0):
    """Pictures of three kinds, each with two or three tags of its kind, and one tag that goes with all."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(3, size=n)
    X = 3 * np.eye(3)[kind] @ np.random.default_rng(9).normal(size=(3, 10)) + rng.normal(size=(n, 10))
    words = [["sea", "wave", "beach"], ["tree", "wood", "leaf"], ["cat", "dog", "pet"]]
    tags = [
        sorted(rng.choice(words[k], size=2 + (i % 2), replace=False)) + ["any"] * (i % 3 == 0)
        for i, k in enumerate(kind)
    ]
    return X.astype(np.float32), tags, kind


@quiet
def test_it_is_the_network_that_it_was_made_of():
    X, tags, _ = tagged()
    model = train(X, tags, {"backbone": "none"}, n_bits=12, **FAST)
    vectors = train_skipgram(tags)
    wdht = WDHT(n_bits=12, random_state=0, **FAST).fit(X, mean_tag_vectors(tags, vectors))
    codes, predicted = model.predict(X)
    assert (codes == wdht.transform(X)).mean() > 0.995  # in half precision a unit near ½ may tip over
    p = wdht.predict_tags(X)
    p /= np.linalg.norm(p, axis=1, keepdims=True)
    p -= p.mean(axis=0)
    np.testing.assert_allclose(predicted, p / np.linalg.norm(p, axis=1, keepdims=True), atol=0.03)
    v = vectors.vectors / np.linalg.norm(vectors.vectors, axis=1, keepdims=True)
    v -= v.mean(axis=0)
    assert model.words == vectors.vocabulary and model.facts["counts"][0] >= model.facts["counts"][-1]
    np.testing.assert_allclose(model.arrays["vectors"], v / np.linalg.norm(v, axis=1, keepdims=True), atol=1e-3)


@quiet
def test_words_find_pictures_never_seen_and_pictures_get_words_of_their_kind():
    X, tags, _ = tagged()
    model = train(X, tags, {"backbone": "none"}, n_bits=8, hidden=32, epochs=30)
    other, _, kind = tagged(seed=5)
    _, predicted = model.predict(other)
    for k, word in enumerate(("wave", "leaf", "dog")):
        cosines = predicted @ model.vector(word)
        assert cosines[kind == k].min() > np.median(cosines[kind != k])
        assert (kind[np.argsort(-cosines)[:50]] == k).all()
    kinds = [{"sea", "wave", "beach"}, {"tree", "wood", "leaf"}, {"cat", "dog", "pet"}]
    proposed = model.propose(predicted, 2, visual=False)
    assert np.mean([{w for w, _ in row} <= kinds[k] | {"any"} for row, k in zip(proposed, kind, strict=True)]) > 0.95
    chances = [p for row in proposed for _, p in row]
    assert 0.3 < np.mean(chances) < 1  # typed on more than half of their pictures


@quiet
def test_one_class_each_is_enough_to_learn_from_and_rare_words_are_not_kept():
    X, _, kind = tagged()
    tags = [[("sea", "wood", "pet")[k]] for k in kind]
    model = train(X, tags, {"backbone": "none"}, n_bits=8, min_count=20, hidden=32, epochs=30)
    assert sorted(model.words) == ["pet", "sea", "wood"]
    _, predicted = model.predict(X)
    assert [model.words[v] for v in np.argmax(predicted @ model.arrays["vectors"].T, axis=1)] == [t for [t] in tags]
    few = [[*row, "alice"] if i < 8 else row for i, row in enumerate(tags)]
    assert "alice" not in train(X, few, {"backbone": "none"}, n_bits=8, min_count=20, **FAST).words
    with pytest.raises(InputError, match="nothing tells what tags mean"):
        train(X, [["one"] for _ in X], {"backbone": "none"}, **FAST)


def test_a_file_holds_all_in_half_precision_and_the_same_bytes(tmp_path):
    model = by_hand()
    model.save(tmp_path / "a.safetensors")
    loaded = SearchModel.load(tmp_path / "a.safetensors")
    loaded.save(tmp_path / "b.safetensors")
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    assert loaded.digest == model.digest != by_hand(more=1).digest
    with safe_open(tmp_path / "a.safetensors", framework="numpy") as file:
        assert {str(file.get_tensor(name).dtype) for name in file.keys()} == {"float16"}


def test_a_file_that_is_none_or_does_not_fit_together_is_refused(tmp_path):
    model = by_hand()

    def write(arrays, told):
        half = {name: array.astype(np.float16) for name, array in arrays.items()}
        save_file(half, tmp_path / "m.safetensors", metadata={"search": json.dumps(told)})

    told = {"words": model.words, "facts": model.facts, "digest": model.digest}
    write(model.arrays, told)
    assert SearchModel.load(tmp_path / "m.safetensors").words == model.words
    for change, says in (
        ({"heads": model.arrays["heads"][:5]}, "do not fit"),
        ({"vectors": model.arrays["vectors"][:, :2]}, "do not fit"),
        ({"extra": np.ones(3)}, "do not fit"),
        ({"centre": np.array([0, 0, np.nan])}, "NaN"),
        ({"centre": np.array([0, 0, 0.5])}, "not what was written"),
    ):
        write(model.arrays | change, told)
        with pytest.raises(InputError, match=says):
            SearchModel.load(tmp_path / "m.safetensors")
    write(model.arrays, {"words": model.words})
    (tmp_path / "text.safetensors").write_text("no model")
    for name in ("m.safetensors", "text.safetensors", "none.safetensors"):
        with pytest.raises(InputError, match=f"{name} is no model of a search.*--train"):
            SearchModel.load(tmp_path / name)


def test_words_are_asked_in_any_spelling_and_unknown_ones_get_suggestions():
    model = by_hand(words=("new york", "sunset", "red"))
    assert model.vector(' "Sunset!"').tolist() == [0, 1, 0]
    assert model.vector("New York").tolist() == [1, 0, 0]
    np.testing.assert_allclose(model.vector("red, SUNSET"), [0, np.sqrt(0.5), np.sqrt(0.5)], rtol=1e-6)
    with pytest.raises(InputError, match="'sunste' is not among the 3.*nearest in spelling: sunset"):
        model.vector("red sunste")
    with pytest.raises(InputError, match="'qqq' is not among the 3.*known are new york, sunset, red"):
        model.vector("qqq")
    with pytest.raises(InputError):
        model.vector(" ... ")


def test_proposals_weigh_the_cosine_against_how_often_a_word_is_typed():
    model = by_hand()
    model.arrays["offset"][:] = [0, 3, 0]
    [row] = model.propose(np.array([[0.8, 0.0, -0.6]], np.float32), 2)
    assert [word for word, _ in row] == ["red", "green"]  # 4 · .8 against 3
    np.testing.assert_allclose([p for _, p in row], 1 / (1 + np.exp([-3.2, -3.0])), rtol=1e-6)
    model.arrays["visual"][0] = 0
    assert [word for word, _ in model.propose(np.array([[0.8, 0.0, -0.6]]), 3)[0]] == ["green", "blue"]


def test_the_model_that_ships_is_small_and_knows_common_words_and_nobodys_name():
    model = SearchModel.load()
    assert SHIPPED.stat().st_size < 3_000_000
    assert model.n_bits == 64 and model.facts["backbone"] == "efficientnet_lite0" and model.n_features == 1280
    assert {"sunset", "dog", "beach", "snow"} <= set(model.words)
    assert min(model.facts["counts"]) >= 20  # a word of many people
    assert model.digest in SHIPPED.with_name("MODEL.md").read_text(encoding="utf-8")
    assert model.vector("sunset") @ model.vector("sunrise") > 0.4 > 0.1 > model.vector("sunset") @ model.vector("cake")
