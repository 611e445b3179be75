"""Skip-gram: deterministic, blind to order, meaning found where it was put; vector files read or refused."""

import os
import subprocess
import sys

import numpy as np
import pytest
from gensim.models import KeyedVectors

from wshash import InputError
from wshash.tags import load_vectors, train_skipgram
from wshash.tags.skipgram import choose_epochs


def themed(n=400, n_themes=6, seed=0):
    """Tag lists of three of a theme's four tags; "sea", "beach", "wave" and "sand" are one theme."""
    rng = np.random.default_rng(seed)
    themes = [["sea", "beach", "wave", "sand"], *([f"{t}{i}" for i in range(4)] for t in range(1, n_themes))]
    return [list(rng.choice(themes[rng.integers(n_themes)], 3, replace=False)) for _ in range(n)]


def test_meaning_is_found():
    vectors = train_skipgram(themed(), dim=16, epochs=20, sample=0)
    within = vectors.similarity("sea", "beach")
    assert within > vectors.similarity("sea", "10") + 0.3
    assert {tag for tag, _ in vectors.most_similar("sea", 3)} == {"beach", "wave", "sand"}
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
                       capture_output=True, check=True).stdout
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


def test_vocabulary_by_frequency_and_min_count():
    lists = [["a", "b"]] * 3 + [["b", "c"]] * 2 + [["c", "rare"]]
    assert train_skipgram(lists, dim=4, epochs=1, min_count=2).vocabulary == ["b", "a", "c"]
    kept = train_skipgram(lists, dim=4, epochs=1, min_count=1).keep(["rare", "a", "unknown"])
    assert kept.vocabulary == ["a", "rare"] and kept.vectors.shape == (2, 4)


def test_too_few_lists_to_choose_epochs_on():
    with pytest.raises(InputError, match="give it .epochs=10."):
        train_skipgram([["a", "b", "c"], ["a", "b"]] * 10)


@pytest.mark.parametrize(
    "tags, message",
    [
        ([], "none of the 0 different tags"),
        ([[], []], "none of the 0 different tags"),
        ([["a", "b"]] * 4, "occurs 5 times"),
        ([["a"]] * 9, "no picture has two"),
    ],
)
def test_nothing_to_learn_from(tags, message):
    with pytest.raises(InputError, match=message):
        train_skipgram(tags)


def test_unknown_tag():
    with pytest.raises(InputError, match="'moon' is not among"):
        train_skipgram(themed(), dim=4, epochs=1).similarity("sea", "moon")


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.vec", "v.txt.gz", "v.bin.gz"])
def test_vectors_survive_a_file(tmp_path, name):
    words = KeyedVectors(3)
    words.add_vectors(["sunset", "été", "new_york"], np.random.default_rng(0).normal(size=(3, 3)).astype(np.float32))
    words.save_word2vec_format(str(tmp_path / name), binary=".bin" in name)
    loaded = load_vectors(tmp_path / name)
    assert loaded.vocabulary == ["sunset", "été", "new_york"]
    assert np.array_equal(loaded.vectors, words.vectors)
    assert load_vectors(tmp_path / name, keep=["été", "unknown"]).vocabulary == ["été"]
    assert len(load_vectors(tmp_path / name, limit=2)) == 2
    with pytest.raises(InputError, match="none of the tags"):
        load_vectors(tmp_path / name, keep=["unknown"])


def test_files_that_are_refused(tmp_path):
    with pytest.raises(InputError, match="is missing"):
        load_vectors(tmp_path / "none.bin")
    for name, content in [
        ("a.model", b"\x80\x04"), ("a.pkl", b"\x80\x04"), ("a.vec", b""), ("b.vec", b"hello there\n"),
        ("c.vec", b"2 3\nsun 1 2\nsea 1 2\n"), ("d.bin", b"2 3\nsun \x00"), ("e.txt.gz", b"not gzip"),
        ("f.vec", b"2 3\nsun 1 2 3\n"),
    ]:  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError):
            load_vectors(tmp_path / name)
