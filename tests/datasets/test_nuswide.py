import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.datasets import trees
from wshash import InputError, load_dataset
from wshash.datasets.files import UnreadableImage
from wshash.datasets.nuswide import load

REAL = Path(os.environ.get("WSHASH_DATA", "/nowhere")) / "nuswide-groundtruth"
N_REAL = 269_648

PHOTOS = ["actor/0001_21", "actor/0002_9", "zoo/0003_35", "zoo/0004_21", "zoo/0005_4"]
LABELS = {"sky": [1, 0, 1, 0, 0], "animal": [0, 0, 1, 1, 0], "lake": [0, 1, 0, 0, 0]}
TAGS = ["Sky  nature unknown", "nature", "", "zoo sky", "unknown"]
FINAL = ["nature", "sky", "zoo"]


def write(root, **options):
    return trees.nuswide(root, PHOTOS, LABELS, TAGS, FINAL, **options)


@pytest.fixture
def tree(tmp_path):
    return write(tmp_path / "nuswide")


@pytest.mark.parametrize("prefix", ["", "C:\\ImageData\\Flickr\\"])
def test_official_layout(tmp_path, prefix):
    root = write(tmp_path, prefix=prefix)
    data = load_dataset("nuswide", root, untagged="keep", unlabelled="negative")
    # 21 is listed twice: one picture with the labels and tags of both lines
    assert data.ids == ["21", "9", "35", "4"]
    assert data.tags == [["sky", "nature", "zoo"], ["nature"], [], []]
    assert data.concepts == ["sky", "animal", "lake"]
    np.testing.assert_array_equal(data.labels, [[1, 1, 0], [0, 0, 1], [1, 1, 0], [0, 0, 0]])
    assert data.images.names[0] == "actor/0001_21.jpg" and data.images[3].shape == (6, 8, 3)
    assert data.report == {
        "listed": 5,
        "duplicate_ids": 1,
        "duplicate_ids_unequal_labels": 1,
        "tag_lines_without_photo": 0,
        "tag_lines_not_utf8": 0,
        "missing_photos": 0,
        "empty_files": 0,
        "untagged": 2,
        "unlabelled": 1,
        "left_out": 0,
    }
    assert load("nuswide", root).ids == ["21", "9"]


def test_words_to_choose_from(tree):
    keep = {"untagged": "keep", "unlabelled": "negative"}
    assert load("n", tree, tags="all", **keep).tags[0] == ["sky", "nature", "unknown", "zoo"]
    (tree / "NUS_WID_Tags/TagList1k.txt").write_bytes(b"sky\r\nzoo\r\n")
    assert load("n", tree, tags="1k", **keep).tags[0] == ["sky", "zoo"]


def test_missing_photos(tmp_path):
    root = write(tmp_path, skip=(0, 1))
    (root / "Flickr/zoo/0005_4.jpg").write_bytes(b"")
    data = load("n", root, untagged="keep", unlabelled="negative")
    assert data.ids == ["35", "21"]  # of the repeated id the file that is there
    assert data.images.names[1] == "zoo/0004_21.jpg" and data.labels[1].sum() == 2
    assert data.report["missing_photos"] == 1 and data.report["empty_files"] == 1
    data = load("n", root, untagged="keep", unlabelled="negative", missing="keep")
    assert data.ids == ["9", "35", "21", "4"]
    with pytest.raises(UnreadableImage, match="missing"):
        data.images[0]
    shutil.rmtree(root / "Flickr")
    with pytest.raises(InputError, match="missing=keep"):
        load("n", root)
    assert load("n", root, missing="keep").ids == ["21", "9"]


def test_concepts_to_choose_from(tree):
    keep = {"untagged": "keep", "unlabelled": "negative"}
    assert load("n", tree, concepts=2, **keep).concepts == ["sky", "animal"]
    assert load("n", tree, concepts=["lake", "sky"], **keep).concepts == ["sky", "lake"]
    assert load("n", tree, concepts=["lake"], untagged="keep").ids == ["9"]
    for wrong in (0, 4, ["cat"], []):
        with pytest.raises(InputError, match="concepts="):
            load("n", tree, concepts=wrong)


def test_tags_in_another_encoding(tree):
    path = tree / "NUS_WID_Tags/All_Tags.txt"
    path.write_bytes(path.read_bytes().replace(b"unknown", "café".encode("latin-1"), 1))
    data = load("n", tree, tags="all")
    assert data.tags[0] == ["sky", "nature", "café", "zoo"] and data.report["tag_lines_not_utf8"] == 1


@pytest.mark.parametrize(
    "file, content, message",
    [
        ("ImageList/Imagelist.txt", "", "empty"),
        ("ImageList/Imagelist.txt", "actor\\0001_21.jpg\nnonsense\n", "line 2: 'nonsense'"),
        ("ImageList/Imagelist.txt", "..\\0001_21.jpg\n", "line 1"),
        ("ImageList/Imagelist.txt", "C:\\0001_21.jpg\n", "line 1"),
        ("ConceptsList/Concepts81.txt", None, "Concepts81.txt is missing"),
        ("ConceptsList/Concepts81.txt", "sky\n../../x\n", "'../../x' is not the name"),
        ("ConceptsList/Concepts81.txt", "cat\n", "Labels_cat.txt is missing"),
        ("Groundtruth/AllLabels/Labels_sky.txt", None, "Labels_sky.txt is missing"),
        ("Groundtruth/AllLabels/Labels_sky.txt", "1\n0\n", "2 labels for 5 listed photos"),
        ("Groundtruth/AllLabels/Labels_sky.txt", "1\n0\n1\n0\n-1130179\n", "label 5: b'-1130179' is not 0 or 1"),
        ("Groundtruth/AllLabels/Labels_sky.txt", "10101\n", "label 1: b'10101'"),
        ("Groundtruth/AllLabels/Labels_sky.txt", "1\n0\n1\n0\n2\n", "label 5: b'2'"),
        ("Groundtruth/AllLabels/Labels_sky.txt", "1\n0\n1\n0\nx\n", "label 5"),
        ("NUS_WID_Tags/All_Tags.txt", None, "All_Tags.txt is missing"),
        ("NUS_WID_Tags/All_Tags.txt", "<html>\n", "line 1"),
        ("NUS_WID_Tags/Final_Tag_List.txt", None, "Final_Tag_List.txt is missing"),
    ],
)
def test_what_is_wrong_is_named(tree, file, content, message):
    (tree / file).unlink()
    if content is not None:
        (tree / file).write_text(content)
    with pytest.raises(InputError, match=message):
        load("n", tree)


@pytest.mark.parametrize("flat", [False, True])
def test_without_an_image_list_the_tags_have_the_ids(tree, flat):
    keep = {"untagged": "keep", "unlabelled": "negative"}
    data = load("n", tree, **keep)
    pixels = data.images[1]
    (tree / "ImageList/Imagelist.txt").unlink()
    if flat:
        for path in list((tree / "Flickr").rglob("*.jpg")):
            path.rename(tree / "Flickr" / path.name)
    there = load("n", tree, **keep)
    assert there.fingerprint == data.fingerprint and there.report == data.report
    np.testing.assert_array_equal(there.images[1], pixels)
    (tree / "NUS_WID_Tags/All_Tags.txt").write_text("<html>")
    with pytest.raises(InputError, match="photo number"):
        load("n", tree)
    (tree / "NUS_WID_Tags/All_Tags.txt").unlink()
    with pytest.raises(InputError, match="Imagelist.txt is missing"):
        load("n", tree)


def test_names_in_any_case_and_without_their_folder(tree):
    (tree / "ImageList/Imagelist.txt").rename(tree / "imagelist.TXT")
    (tree / "Groundtruth/AllLabels").rename(tree / "alllabels")
    assert load("n", tree).ids == ["21", "9"]


@pytest.mark.parametrize("option", ["tags", "untagged", "unlabelled", "missing"])
def test_unknown_options(tree, option):
    with pytest.raises(InputError, match=f"{option}='x'"):
        load("n", tree, **{option: "x"})


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(1, 3), st.sampled_from(["final", "1k", "all"]))
def test_broken_trees_are_read_or_refused(tmp_path, seed, n_broken, tags):
    rng = np.random.default_rng(seed)
    root = tmp_path / "tree"
    shutil.rmtree(root, ignore_errors=True)
    write(root)
    (root / "NUS_WID_Tags/TagList1k.txt").write_text("sky\nzoo\n")
    (root / "NUS_WID_Tags/AllTags1k.txt").write_text("1\t0\t\n" * 5)
    files = sorted(path for path in root.rglob("*") if path.is_file())
    for i in rng.choice(len(files), n_broken, replace=False):
        trees.damage(files[i], rng)
    try:
        data = load("n", root, tags, untagged="keep", unlabelled="negative", check=True)
    except InputError:
        return
    assert len(set(data.ids)) == len(data) <= 5
    assert all(data.images[i].shape[2] == 3 for i in range(len(data)))


@pytest.mark.skipif(not REAL.is_dir(), reason="WSHASH_DATA has no nuswide-groundtruth")
def test_real_ground_truth(tmp_path):
    for archive in ("Groundtruth", "ConceptsList"):
        with zipfile.ZipFile(REAL / f"{archive}.zip") as source:
            source.extractall(tmp_path / archive)
    # what is not there of NUS-WIDE: an image list, and one tag per photo
    ids = [str(10_000_000 + 7 * i) for i in range(N_REAL)]
    (tmp_path / "ImageList").mkdir()
    (tmp_path / "NUS_WID_Tags").mkdir()
    lines = (f"C:\\ImageData\\Flickr\\actor\\{i % 10_000:04d}_{id_}.jpg\r\n" for i, id_ in enumerate(ids))
    (tmp_path / "ImageList/Imagelist.txt").write_text("".join(lines), newline="")
    words = (REAL / "TagList1k.txt").read_text().split()
    text = "".join(f"{id_}      {words[i % 1000]} \n" for i, id_ in enumerate(ids))
    (tmp_path / "NUS_WID_Tags/All_Tags.txt").write_text(text)
    shutil.copyfile(REAL / "TagList1k.txt", tmp_path / "NUS_WID_Tags/TagList1k.txt")

    data = load("nuswide", tmp_path, tags="1k", missing="keep")
    assert len(data) == 209_347 and data.labels.sum() == 503_848
    assert data.report["unlabelled"] == N_REAL - 209_347 and data.report["missing_photos"] == N_REAL
    for i in range(0, len(data), 5000):
        assert data.tags[i] == [words[ids.index(data.ids[i]) % 1000].lower()]
    lake = np.loadtxt(tmp_path / "Groundtruth/AllLabels/Labels_lake.txt", dtype=int)
    assert data.labels[:, data.concepts.index("lake")].sum() == lake.sum() == 13_392
    # as many photos as other readers of these files count with one of the 21 most frequent concepts
    frequent = np.argsort(-data.labels.sum(axis=0))[:21]
    assert data.labels[:, frequent].any(axis=1).sum() == 195_834
