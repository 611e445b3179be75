import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.datasets import trees
from wshash import InputError, load_dataset
from wshash.datasets import mirflickr
from wshash.datasets.mirflickr import CONCEPTS, load

REAL = Path(os.environ.get("WSHASH_DATA", "/nowhere")) / "mirflickr25k-128"

TAGS = {
    1: b"Sunset\r\nsea\r\nsunset\r\n",
    2: b"",
    3: None,
    4: "café\r\n日の出\r\n".encode(),
    10: "caf\xe9\r\n".encode("latin-1"),
    7: "\ufeffsea\n".encode(),
}
LISTS = {"sunset": [1, 4, 7, 99], "sea": [1, 2], "sea_r1": [1, 10], "dog": [10], "dog_r1": [99]}


@pytest.fixture
def tree(tmp_path):
    return trees.mirflickr(tmp_path / "mirflickr25k", TAGS, LISTS)


def label(data, id_, tier="labels"):
    row = getattr(data, tier)[data.ids.index(id_)]
    return {concept for concept, here in zip(data.concepts, row, strict=True) if here}


def test_official_layout(tree):
    data = load_dataset("mirflickr25k", tree)
    assert data.ids == ["im1", "im4", "im7", "im10"]  # by number, not by name
    assert data.tags == [["sunset", "sea"], ["café", "日の出"], ["sea"], ["café"]]
    assert data.concepts == CONCEPTS and len(CONCEPTS) == 24
    assert label(data, "im1") == {"sunset", "sea"} and label(data, "im10") == {"dog"}
    # sea has a list of its own; sunset has none, so there both tiers are equal; dog's names no photo here
    assert label(data, "im1", "salient") == {"sunset", "sea"}
    assert label(data, "im10", "salient") == set()
    assert not (data.salient & ~data.labels).any()
    assert data.images[3].shape == (6, 8, 3)
    assert data.report == {
        "photos": 6,
        "tag_files_not_utf8": 1,
        "salient_not_labelled": 2,
        "annotated_without_photo": 1,
        "missing_photos": 0,
        "empty_files": 0,
        "untagged": 2,
        "unlabelled": 1,
        "left_out": 2,
    }


def test_options_keep_photos(tree):
    assert load("m", tree, untagged="keep").ids == ["im1", "im2", "im4", "im7", "im10"]
    data = load("m", tree, untagged="keep", unlabelled="negative")
    assert data.ids == ["im1", "im2", "im3", "im4", "im7", "im10"]
    assert data.tags[2] == [] and not data.labels[2].any()
    for options in ({"untagged": "no"}, {"unlabelled": "no"}):
        with pytest.raises(InputError, match="choose"):
            load("m", tree, **options)


def test_unreadable_photos(tree):
    (tree / "mirflickr/im1.jpg").write_bytes(b"")
    (tree / "mirflickr/im4.jpg").write_bytes(b"no picture")
    data = load("m", tree)
    assert data.ids == ["im4", "im7", "im10"] and data.report["empty_files"] == 1
    data = load("m", tree, check=True)
    assert data.ids == ["im7", "im10"] and data.report["unreadable"] == 1
    assert set(data.dropped) == {"im1", "im4"}


@pytest.mark.parametrize(
    "missing",
    ["mirflickr", "mirflickr/meta/tags", "mirflickr25k_annotations_v080", "mirflickr25k_annotations_v080/sky.txt"],
)
def test_what_is_missing_is_named_with_the_layout(tree, missing):
    path = tree / missing
    path.unlink() if path.is_file() else shutil.rmtree(path)
    with pytest.raises(InputError) as caught:
        load("m", tree)
    assert str(path) in str(caught.value) and "mirflickr/meta/tags/tags1.txt" in str(caught.value)


def test_a_list_of_something_else_is_refused(tree):
    (tree / "mirflickr25k_annotations_v080/sky.txt").write_text("1\n<html>\n")
    with pytest.raises(InputError, match=r"sky.txt, line 2: '<html>'"):
        load("m", tree)


def test_an_empty_list_is_named(tree):
    for name in ("male", "dog_r1"):
        path = tree / f"mirflickr25k_annotations_v080/{name}.txt"
        text = path.read_text()
        for empty in ("", "\r\n \n"):
            path.write_text(empty)
            with pytest.raises(InputError, match=f"{name}.txt is empty; fetch the annotations again"):
                load("m", tree)
        assert load("m", tree, official=False).ids == ["im1", "im4", "im7", "im10"]
        path.write_text(text)


@pytest.fixture
def complete(tmp_path, monkeypatch):
    """A collection that ends with photo 10, whose official lists are known up to there."""
    monkeypatch.setitem(mirflickr._CHECKSUMS, 10, trees.known_checksums(mirflickr))
    return trees.mirflickr(tmp_path / "complete", TAGS, trees.known_lists(mirflickr))


@pytest.mark.parametrize("name", ["animals", "male", "water", "sea_r1"])
@pytest.mark.parametrize("change", ["one less", "one more", "another", "missing"])
def test_a_complete_collection_has_the_official_lists(complete, name, change):
    load("m", complete)
    path = complete / f"mirflickr25k_annotations_v080/{name}.txt"
    listed = path.read_text().split()
    first = listed[0]
    free = next(str(n) for n in range(1, 10) if str(n) not in listed)
    if change == "missing":
        path.unlink()
    else:
        changed = {"one less": [n for n in listed if n != first], "one more": [*listed, free]}
        changed["another"] = [free if n == first else n for n in listed]
        path.write_text("\n".join(changed[change]))
    with pytest.raises(InputError, match=rf"{name}.txt (is not the official list|cannot be read)"):
        load("m", complete)
    (complete / "mirflickr/im10.jpg").unlink()  # a part of the collection: nothing is known of it
    if change != "missing":
        load("m", complete)


def test_the_order_of_a_list_and_what_is_beyond_the_last_photo_do_not_matter(complete):
    path = complete / "mirflickr25k_annotations_v080/sky.txt"
    path.write_text("\r\n".join([*path.read_text().split()[::-1], "24999"]))
    load("m", complete)


def test_the_same_photo_twice_is_refused(tree):
    trees.picture(tree / "mirflickr/im7.png")
    with pytest.raises(InputError, match=r"im7.*im7"):
        load("m", tree)


@pytest.mark.posix
def test_links_and_folders_among_the_photos(tree):
    os.symlink(tree / "mirflickr/im21.jpg", tree / "mirflickr/im20.jpg")
    os.symlink(tree / "mirflickr/im20.jpg", tree / "mirflickr/im21.jpg")
    (tree / "mirflickr/im22.jpg").mkdir()
    data = load("m", tree, untagged="keep", unlabelled="negative")
    assert data.ids == ["im1", "im2", "im3", "im4", "im7", "im10"] and data.report["missing_photos"] == 2
    assert set(data.dropped) == {"im20", "im21"} and data.report["left_out"] == 2
    path = tree / "mirflickr25k_annotations_v080/sky.txt"
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match=r"sky.txt cannot be read: Is a directory"):
        load("m", tree)


def test_a_folder_of_photos_that_cannot_be_read(tree, monkeypatch):
    def scandir(path):
        raise PermissionError(13, "Permission denied", os.fspath(path))

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(InputError, match=r"mirflickr cannot be read \(Permission denied\)"):
        load("m", tree)


def test_nothing_left(tree):
    for path in (tree / "mirflickr25k_annotations_v080").iterdir():
        path.write_text("99\n")
    with pytest.raises(InputError, match="unlabelled=negative"):
        load("m", tree)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_broken_trees_are_read_or_refused(tmp_path, seed, n_broken):
    rng = np.random.default_rng(seed)
    root = tmp_path / "tree"
    shutil.rmtree(root, ignore_errors=True)
    trees.mirflickr(root, TAGS, LISTS)
    files = sorted(path for path in root.rglob("*") if path.is_file())
    for i in rng.choice(len(files), n_broken, replace=False):
        trees.damage(files[i], rng)
    try:
        data = load("m", root, check=True, untagged="keep", unlabelled="negative")
    except InputError:
        return
    assert set(data.ids) <= {f"im{n}" for n in TAGS}
    assert all(data.images[i].shape[2] == 3 for i in range(len(data)))
    assert not (data.salient & ~data.labels).any()


@pytest.mark.skipif(not REAL.is_dir(), reason="WSHASH_DATA has no mirflickr25k-128")
def test_an_altered_official_list(tmp_path):
    (tmp_path / "mirflickr").symlink_to(REAL / "mirflickr")
    shutil.copytree(REAL / "mirflickr25k_annotations_v080", tmp_path / "mirflickr25k_annotations_v080")
    assert len(load("m", tmp_path)) == 11_644
    path = tmp_path / "mirflickr25k_annotations_v080/male.txt"
    path.write_bytes(path.read_bytes().replace(b"14998", b"14996"))
    with pytest.raises(InputError, match=r"male.txt is not the official list, which has 6,081 of the 25,000 photos"):
        load("m", tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="WSHASH_DATA has no mirflickr25k-128")
def test_real_photos():
    data = load("mirflickr25k-128", REAL)
    assert len(data) == 11_644 and data.report["salient_not_labelled"] == 2
    assert sum(map(len, data.tags)) / len(data) == pytest.approx(4.5, abs=0.05)
    assert sum("sunset" in tags for tags in data.tags) == 339
    # counted once more, with nothing but int() and sets
    numbers = {int(id_[2:]) for id_ in data.ids}
    for j, concept in enumerate(data.concepts):
        listed = {int(n) for n in (REAL / f"mirflickr25k_annotations_v080/{concept}.txt").read_text().split()}
        assert data.labels[:, j].sum() == len(listed & numbers)
    assert data.images[0].shape == (128, 128, 3)
    assert len(load("mirflickr25k-128", REAL, untagged="keep", unlabelled="negative")) == 15_000
