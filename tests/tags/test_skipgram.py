"""Skip-gram: deterministic, blind to order, meaning found where it was put."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from gensim.models import Word2Vec

from wshash import InputError
from wshash.tags import TagVectors, choose_epochs, tag_indicator, train_skipgram

ROOT = Path(__file__).parents[2]


def themed(n=400, n_themes=6, seed=0):
    """Tag lists of three of a theme's four tags; "sea", "beach", "wave" and "sand" are one theme."""
    rng = np.random.default_rng(seed)
    themes = [["sea", "beach", "wave", "sand"], *([f"{t}{i}" for i in range(4)] for t in range(1, n_themes))]
    return [list(rng.choice(themes[rng.integers(n_themes)], 3, replace=False)) for _ in range(n)]


def test_meaning_is_found():
    vectors = train_skipgram(themed(), dim=16, epochs=20, sample=0)
    alike = [vectors.similarity("sea", tag) for tag in vectors.vocabulary]
    assert {vectors.vocabulary[v] for v in np.argsort(alike)[-4:]} == {"sea", "beach", "wave", "sand"}
    assert vectors.similarity("sea", "beach") > vectors.similarity("sea", "10") + 0.3
    assert vectors.vectors.dtype == np.float32 and vectors.vectors.shape == (24, 16)


def test_same_bytes_for_any_hash_seed_and_tag_order():
    code = (
        "import hashlib, numpy as np\n"
        "from tests.tags.test_skipgram import themed\n"
        "from wshash.tags import train_skipgram\n"
        "v = train_skipgram(themed(100), dim=8, epochs=3)\n"
        "print(hashlib.sha256(v.vectors.tobytes()).hexdigest(), ' '.join(v.vocabulary))"
    )
    out = [
        subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, text=True,
                       cwd=ROOT, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert out[0] == out[1]
    reversed_lists = [row[::-1] + row[:1] for row in themed(100)]
    a, b = train_skipgram(themed(100), dim=8, epochs=3), train_skipgram(reversed_lists, dim=8, epochs=3)
    assert np.array_equal(a.vectors, b.vectors) and a.vocabulary == b.vocabulary
    assert not np.array_equal(a.vectors, train_skipgram(themed(100), dim=8, epochs=3, seed=1).vectors)


def test_the_window_covers_the_longest_list():
    long = [[f"t{v:02d}" for v in range(30)]] * 50
    narrow, wide = (train_skipgram(long, dim=4, epochs=2, window=w, min_count=1).vectors for w in (5, None))
    assert not np.array_equal(narrow, wide)
    assert np.array_equal(wide, train_skipgram(long, dim=4, epochs=2, window=29, min_count=1).vectors)


def test_epochs_are_chosen_without_labels():
    lists = themed()
    epochs, trials = choose_epochs(lists, dim=16)
    assert epochs == max(trials, key=trials.get) and trials[epochs] > 0.7
    vectors = train_skipgram(lists, dim=16)
    assert (vectors.epochs, vectors.trials) == (epochs, trials)
    rng = np.random.default_rng(0)
    noise = [list(rng.choice([f"t{v}" for v in range(40)], 4, replace=False)) for _ in range(400)]
    assert abs(max(choose_epochs(noise, dim=16)[1].values()) - 0.5) < 0.08  # nothing to recognise: chance


def test_a_tag_on_five_pictures_has_a_vector():
    lists = [["a", "b", "c"]] * 4 + [["a", "b"]]
    assert train_skipgram(lists, dim=4, epochs=1).vocabulary == ["a", "b"]


def test_vocabulary_by_frequency_and_min_count():
    lists = [["a", "b"]] * 3 + [["b", "c"]] * 2 + [["c", "rare"]]
    assert train_skipgram(lists, dim=4, epochs=1, min_count=2).vocabulary == ["b", "a", "c"]
    kept = train_skipgram(lists, dim=4, epochs=1, min_count=1).keep(["rare", "a", "unknown"])
    assert kept.vocabulary == ["a", "rare"] and kept.vectors.shape == (2, 4)
    every = train_skipgram(lists, dim=4, epochs=1, min_count=1)
    assert np.array_equal(kept.vectors, [every.vector("a"), every.vector("rare")]) and kept.epochs == every.epochs == 1
    assert TagVectors(["x"], np.ones((1, 2)), 7, {7: 0.6}).keep(["x"]).trials == {7: 0.6}


def test_the_score_is_the_share_of_wrong_halves_that_are_less_alike():
    """Drawn as the docstring says, compared by loops."""
    lists = [sorted(row) for row in themed(150, seed=3)]
    _, trials = choose_epochs(lists, grid=(5,), share=0.3, dim=8, sample=0, seed=2)
    rng = np.random.default_rng([2, 0x401D])
    order = rng.permutation(150)
    vectors = train_skipgram([lists[i] for i in sorted(order[45:])], dim=8, epochs=5, min_count=1, sample=0, seed=2)
    halves = []
    for i in order[:45]:
        row = rng.permutation([tag for tag in lists[i] if tag in vectors.vocabulary])
        halves.append((row[:1], row[1:]))  # of three

    def alike(a, b):
        return np.mean([vectors.similarity(x, y) for x in a for y in b])

    wins, n = 0, 0
    for i, (first, second) in enumerate(halves):
        for j, (_, wrong) in enumerate(halves):
            if j != i and not set(first) & set(wrong):
                difference = alike(first, second) - alike(first, wrong)
                wins, n = wins + (0.5 if abs(difference) < 1e-6 else difference > 0), n + 1
    assert trials[5] == pytest.approx(wins / n, abs=1e-9)


def test_trials_depend_on_what_is_given_and_on_nothing_else():
    lists = themed()
    _, trials = choose_epochs(lists, dim=16)
    best, tried = max(trials, key=trials.get), list(trials)
    assert tried == [1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256][: len(tried)]
    assert choose_epochs(lists, dim=16, grid=(best,)) == (best, {best: trials[best]})
    default = {"share": 0.2, "dim": 32, "window": None, "negative": 5, "sample": 1e-3, "seed": 0}
    plain = choose_epochs(lists, grid=(24,))
    assert plain == choose_epochs(lists, grid=(24,), **default)
    for name, value in {"share": 0.3, "dim": 8, "window": 1, "negative": 1, "sample": 0, "seed": 1}.items():
        assert choose_epochs(lists, grid=(24,), **default | {name: value}) != plain, name


def test_a_score_that_chance_can_reach_chooses_and_ends_nothing(monkeypatch):
    """Of 80 held-out lists, chance stays below .5 + 3/√(12·80) = .597; a tie counts one half."""
    lists = [[f"a{i}", f"b{i}"] for i in range(20)] * 20
    scores = {}

    def vectors(train, count, epochs, *rest):
        tags = list(count)
        X = np.zeros((len(tags), 41), np.float32)
        for v, tag in enumerate(tags):  # the share of themes whose two tags have one direction; the others have none
            X[v, int(tag[1:]) if int(tag[1:]) < scores[epochs] * 20 else 40] = 1
        return X

    monkeypatch.setattr("wshash.tags.skipgram._skipgram", vectors)
    for share in (0.0, 0.1, 0.4):
        scores[1] = share
        chosen, trials = choose_epochs(lists, grid=(1,))
        assert 0.5 <= trials[1] and chosen == int(trials[1] > 0.5 + 3 / np.sqrt(12 * 80))
        assert (trials[1] == 0.5) == (share == 0)
    scores |= {1: 0.1, 2: 0, 4: 0, 8: 0, 16: 0.9, 32: 0.5, 64: 0.5, 128: 1.0}
    chosen, trials = choose_epochs(lists, grid=tuple(scores))
    assert chosen == 16 and list(trials) == [1, 2, 4, 8, 16, 32, 64]  # chance's best of 1 ends nothing


def test_chance_ends_three_standard_errors_above_one_half(monkeypatch):
    """Of m lists whose shares of wins are uniform, the mean has the standard error 1/√(12 m)."""
    lists = [[f"a{i % 30}", f"b{i % 30}"] for i in range(300)]
    wins, choices = np.linspace(0.55, 0.65, 60), []
    monkeypatch.setattr("wshash.tags.skipgram._skipgram", lambda train, count, *_: np.ones((len(count), 2), np.float32))
    for share in wins:

        def alike(B, T, C, share=share):
            S = np.where(np.random.default_rng(0).random((60, 60)) < share, 0.0, 2.0)
            np.fill_diagonal(S, 1)
            return S

        monkeypatch.setattr("wshash.tags.skipgram.image_similarity", alike)
        chosen, trials = choose_epochs(lists, grid=(1,))
        choices.append((trials[1], chosen))
    scores, chosen = np.array(choices).T
    assert (chosen == (scores > 0.5 + 3 * (1 / 12 / 60) ** 0.5)).all() and 0 < chosen.sum() < 60


@pytest.mark.parametrize(("n", "epochs"), [(20, 1000), (100, 600), (7, 1000)])
def test_of_a_small_collection_the_lists_are_passed_60000_times(n, epochs):
    lists = [list("abcdefghijklmnopqrst")] * n  # all alike: any half has a tag in common with other halves
    assert choose_epochs(lists) == (0, {})
    with pytest.warns(UserWarning, match=f"{n} pictures with two tags are too few.*: {epochs} epochs are taken"):
        vectors = train_skipgram([*lists, ["a"], []], dim=4)
    assert (vectors.epochs, vectors.trials) == (epochs, {})
    assert np.array_equal(vectors.vectors, train_skipgram(lists + [["a"]], dim=4, epochs=epochs).vectors)


def test_twenty_held_out_lists_are_enough_to_choose():
    lists = [[f"{'ab'[i % 2]}{v}" for v in range(4)] for i in range(100)]
    assert list(choose_epochs(lists, grid=(3,))[1]) == [3]
    assert choose_epochs(lists[:95], grid=(3,)) == (0, {})


def test_at_most_2000_held_out_lists_are_compared(monkeypatch):
    sizes = []
    monkeypatch.setattr(
        "wshash.tags.skipgram.tag_indicator", lambda tags, known: sizes.append(len(tags)) or tag_indicator(tags, known)
    )
    choose_epochs(themed(4000, n_themes=20), grid=(1,), share=0.6, dim=2)
    assert sizes == [2000, 2000]


def test_vectors_are_those_of_gensims_skip_gram():
    lists = [sorted(row) for row in themed(60)]
    count = Counter(tag for row in lists for tag in row)
    words = sorted(count, key=lambda tag: (-count[tag], tag))
    model = Word2Vec(sg=1, vector_size=8, window=2, shrink_windows=False, negative=3, sample=0.01, min_count=1, seed=5,
                     workers=1)  # fmt: skip
    model.build_vocab_from_freq({tag: count[tag] for tag in words})
    model.train(lists, total_examples=60, total_words=sum(map(len, lists)), epochs=4)
    ours = train_skipgram(lists, dim=8, epochs=4, negative=3, min_count=1, sample=0.01, seed=5)
    assert ours.vocabulary == words and np.array_equal(ours.vectors, model.wv[words])
    plain = train_skipgram(lists, epochs=2)
    stated = train_skipgram(lists, dim=32, epochs=2, window=None, negative=5, min_count=5, sample=1e-3, seed=0)
    assert np.array_equal(plain.vectors, stated.vectors)


@pytest.mark.parametrize(
    "tags, message",
    [
        ([], "^0 tags are on 5 or more of the 0 pictures"),
        ([[], []], "^0 tags are on 5 or more of the 2 pictures"),
        ([["a", "b"]] * 4, "^0 tags are on 5 or more of the 4 pictures, and no picture has two of them: nothing"),
        ([["a"]] * 9, "^1 tags are on 5 or more of the 9 pictures"),
        ([["a", "a"]] * 9, "^1 tags are on 5"),
    ],
)
def test_nothing_to_learn_from(tags, message):
    with pytest.raises(InputError, match=message):
        train_skipgram(tags)


def test_unknown_tag():
    with pytest.raises(InputError, match="'moon' is not among"):
        train_skipgram(themed(), dim=4, epochs=1).similarity("sea", "moon")
