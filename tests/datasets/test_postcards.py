"""The drawn data set: the same for the same seed, its labels visible, its tags like real ones."""

import hashlib
import pickle
import subprocess
import sys

import numpy as np
import pytest

from wshash import InputError
from wshash.datasets import is_ready, load_dataset
from wshash.datasets.postcards import collection
from wshash.datasets.postcards.concepts import CONCEPTS, IN_THE_SKY, MINIMA, NIGHT, SIGHTS, SUNSET, WHAT, shares, tiers
from wshash.datasets.postcards.drawing import draw

N = 600


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A cache of this module's own."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WSHASH_RUNS", str(folder))
        yield folder


@pytest.fixture(scope="module")
def postcards(runs):
    return load_dataset("postcards", n=N, size=64)


def shares_a_concept(labels):
    """Chance by a plain loop over pairs."""
    n = len(labels)
    return np.mean([(labels[i] & labels[j]).any() for i in range(n) for j in range(i + 1, n)])


@pytest.mark.parametrize("option", [{"m": 3}, {"n": 0}, {"n": 1.5}, {"tag_noise": 2}, {"size": 8}, {"untagged": "no"}])
def test_whether_they_are_drawn_is_told_of_options_that_load_would_take(runs, option):
    assert not is_ready("postcards", n=N, seed=11)
    for ask in (is_ready, load_dataset):
        with pytest.raises(InputError, match="postcards"):
            ask("postcards", **option)


def test_rows_are_whole(postcards):
    assert len(postcards) == N and postcards.labels.shape == (N, 24) and postcards.concepts == list(CONCEPTS)
    image, labels = postcards[5]
    assert image.shape == (64, 64, 3) and image.dtype == np.uint8 and np.array_equal(labels, postcards.labels[5])
    assert all(postcards.tags)


def test_same_bytes_whatever_n_and_process(postcards, runs):
    larger = load_dataset("postcards", n=N + 40, size=64)
    smaller = load_dataset("postcards", n=30, size=64)
    assert np.array_equal(larger.labels[:N], postcards.labels) and larger.tags[:N] == postcards.tags
    assert np.array_equal(smaller.labels, postcards.labels[:30]) and smaller.tags == postcards.tags[:30]
    code = (
        "import hashlib; from wshash.datasets.postcards.drawing import draw;"
        "print(*(hashlib.sha256(draw(0, i, 64)[0].tobytes()).hexdigest() for i in range(12)))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert other == [hashlib.sha256(smaller.images[i].tobytes()).hexdigest() for i in range(12)]


def test_seed_and_size_name_the_pictures(postcards):
    other = load_dataset("postcards", n=3, seed=1, size=64)
    assert not np.array_equal(other.images[0], postcards.images[0])
    assert other.images.fingerprint != postcards.images.fingerprint
    assert load_dataset("postcards", n=3, size=64).images.fingerprint == postcards.images.fingerprint
    with pytest.raises(IndexError):
        other.images[3]
    assert np.array_equal(other.images[-1], other.images[2])


def test_retagging_leaves_pictures_and_labels(postcards):
    for options in ({"tag_seed": 1}, {"tag_noise": 0.0}):
        other = load_dataset("postcards", n=N, size=64, **options)
        assert other.tags != postcards.tags and other.ids == postcards.ids
        assert np.array_equal(other.labels, postcards.labels)
        assert other.images.fingerprint == postcards.images.fingerprint
        assert other.fingerprint != postcards.fingerprint


def test_untagged_pictures_can_be_kept(postcards):
    kept = load_dataset("postcards", n=N, size=64, untagged="keep")
    bare = np.array([not row for row in kept.tags])
    assert bare.mean() == pytest.approx(0.224, abs=0.05) and kept.report["without tags"] == bare.sum()
    assert all(row == same for row, same in zip(kept.tags, postcards.tags, strict=True) if row)


def test_a_data_loader_can_draw_in_its_workers(postcards):
    images = pickle.loads(pickle.dumps(postcards.images))
    assert np.array_equal(images[7], postcards.images[7])


def test_labels_agree_with_a_recount_of_the_visible_pixels(postcards):
    for i in range(0, N, 20):
        _, surface, _ = draw(0, i, 64)
        for j, concept in enumerate(CONCEPTS):
            if concept == "night":
                pixels = (surface & NIGHT) > 0
            elif concept == "sunset":
                pixels = (surface & SUNSET) > 0
            elif concept == "sky":
                pixels = np.isin(surface & 31, [WHAT[c] for c in IN_THE_SKY])
            else:
                pixels = (surface & 31) == WHAT[concept]
            assert postcards.labels[i, j] == (np.float32(pixels.mean()) >= np.float32(MINIMA[concept][0])), (i, concept)


def test_a_map_by_hand():
    surface = np.zeros((10, 10), np.uint8)
    surface[:3] = WHAT["sky"] | SUNSET
    surface[3] = WHAT["clouds"] | SUNSET
    surface[4:] = WHAT["sea"]
    share = dict(zip(CONCEPTS, shares(surface), strict=True))
    expected = {"sky": 0.4, "clouds": 0.1, "sunset": 0.4, "sea": 0.6}
    assert share == pytest.approx({concept: expected.get(concept, 0.0) for concept in CONCEPTS})
    visible, salient = tiers(shares(surface)[None])
    assert {CONCEPTS[j] for j in np.flatnonzero(visible[0])} == {"sky", "clouds", "sunset", "sea"}
    assert {CONCEPTS[j] for j in np.flatnonzero(salient[0])} == {"sunset", "sea"}


def test_what_is_covered_does_not_count():
    bordered = [i for i in range(60) if not draw(0, i, 48)[1][[0, -1]].any()]
    assert bordered  # frames and bars exist, and nothing is labelled under them


def test_salient_is_part_of_visible(postcards):
    assert not (postcards.salient & ~postcards.labels).any()
    assert (postcards.salient.sum(axis=1) <= 3).all() and postcards.salient.any(axis=1).mean() > 0.9


def test_concepts_occur_and_none_is_everywhere(postcards):
    share = dict(zip(CONCEPTS, postcards.labels.mean(axis=0), strict=True))
    assert min(share.values()) > 0.015, share
    assert max(share.values()) < 0.6, share
    assert postcards.labels.any(axis=1).all()


def test_chance_is_in_its_band(postcards):
    assert 0.35 < shares_a_concept(postcards.labels) < 0.55
    assert shares_a_concept(postcards.salient) < shares_a_concept(postcards.labels)


def test_scenes_are_not_label_sets():
    found = {}
    for i in range(160):
        _, surface, facts = draw(2, i, 32)
        key = tuple(tiers(shares(surface)[None])[0][0])
        scene = next((name for name in ("harbour", "facade", "lake") if name in facts), None)
        found.setdefault(scene, set()).add(key)
    assert all(len(found[scene]) >= 3 for scene in ("harbour", "facade", "lake"))


def test_cache_survives_damage(runs, postcards):
    block = next(runs.glob("postcards/*seed0-64px/00000000.npz"))
    block.write_bytes(block.read_bytes()[:1000])
    again = load_dataset("postcards", n=20, size=64)
    assert np.array_equal(again.labels, postcards.labels[:20])


def test_no_flipped_bit_of_the_cache_is_used(tmp_path):
    rng = np.random.default_rng(0)
    share, seen = rng.random((9, len(CONCEPTS))).astype(np.float32), rng.random((9, len(SIGHTS))) < 0.5
    collection._store(tmp_path / "a.npz", share, seen)
    data = (tmp_path / "a.npz").read_bytes()
    for place in range(0, len(data), 2):
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(rng.integers(8))
        (tmp_path / "b.npz").write_bytes(damaged)
        found = collection._stored(tmp_path / "b.npz")
        assert not len(found[0]) or (np.array_equal(found[0], share) and np.array_equal(found[1], seen)), place


@pytest.mark.parametrize(
    "bad",
    [{"n": 0}, {"n": 2.5}, {"n": -3}, {"size": 8}, {"seed": -1}, {"tag_noise": -0.1}, {"tag_noise": 1.2},
     {"tag_noise": float("nan")}, {"untagged": "maybe"}],
)  # fmt: skip
def test_bad_arguments_say_what_is_wrong(bad):
    with pytest.raises(InputError, match=next(iter(bad))):
        load_dataset("postcards", **{"n": 5} | bad)
