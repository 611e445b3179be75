import os
import shutil
import unicodedata

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.datasets import trees
from wshash import InputError, load_dataset
from wshash.datasets.folder import load


def write(root, pictures=("a.png", "sub/b.jpg", "sub/deep/c.gif"), tags="", labels=None):
    for i, name in enumerate(pictures):
        trees.picture(root / name, seed=i)
    (root / "tags.csv").write_text(tags, encoding="utf-8")
    if labels is not None:
        (root / "labels.csv").write_text(labels, encoding="utf-8")
    return root


def test_nested_pictures_with_tags_and_labels(tmp_path):
    write(
        tmp_path,
        tags='file,tags\na.png,"Sunset, New York, 2007"\nsub/b.jpg,sunset beach\n',
        labels="file,labels\na.png,sky\nsub/b.jpg,sky;sea\n",
    )
    (tmp_path / "notes.txt").write_text("no picture")
    trees.picture(tmp_path / ".hidden/d.png")
    data = load_dataset("folder", tmp_path)
    assert data.ids == ["a.png", "sub/b.jpg"]
    assert data.tags == [["sunset", "new york", "2007"], ["sunset", "beach"]]
    assert data.concepts == ["sea", "sky"]
    np.testing.assert_array_equal(data.labels, [[False, True], [True, True]])
    assert data.images[1].shape == (6, 8, 3)
    report = {"pictures": 3, "other_files": 1, "untagged": 1, "unlabelled": 1}
    assert report.items() <= data.report.items()
    data = load("f", tmp_path, unlabelled="negative")
    assert data.ids[2] == "sub/deep/c.gif" and data.tags[2] == [] and not data.labels[2].any()
    assert load("f", tmp_path, untagged="drop", unlabelled="negative").ids == ["a.png", "sub/b.jpg"]


def test_without_labels_there_are_no_concepts(tmp_path):
    data = load("f", write(tmp_path, tags="a.png,x\n"))
    assert len(data) == 3 and data.labels.shape == (3, 0) and data.concepts == []
    assert data.fingerprint and data.images.fingerprint


@pytest.mark.parametrize(
    "table, tags",
    [
        ("a.png,x y", ["x", "y"]),  # white space, where nothing else separates
        ('a.png,"x y, z"', ["x y", "z"]),
        ("a.png,x y;z", ["x y", "z"]),
        ("a.png,x|y", ["x", "y"]),
        ("a.png,x,y z", ["x", "y z"]),  # columns
        ("a.png;x;y", ["x", "y"]),  # a spreadsheet of a country with decimal commas
        ('a.png;"x, y"', ["x", "y"]),
        ("a.png\tx\ty", ["x", "y"]),
        ("file,tag\na.png,x\na.png,y\na.png,x", ["x", "y"]),  # one line per tag
        ("Filename,tags,,\na.png,x,,", ["x"]),
        ("\ufeffimage,tags\r\na.png,X\r\n", ["x"]),
        ('a.png,"x\ny"', ["x", "y"]),
        ('a.png, "x, y"', ["x", "y"]),
        ("a.png,❤️ 日の出 #Tag!", ["❤️", "日の出", "tag"]),
        ("\n\r\nfile;tags\na.png;x", ["x"]),
        ("a.png,", []),
        ("a.png", []),
        ("./a.png,x", ["x"]),
        ("A.PNG,x", ["x"]),
    ],
)
def test_tables(tmp_path, table, tags):
    assert load("f", write(tmp_path, tags=table)).tags[0] == tags


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_tables_in_any_encoding(tmp_path, encoding):
    write(tmp_path)
    (tmp_path / "tags.csv").write_bytes("file,tags\na.png,café".encode(encoding))
    data = load("f", tmp_path)
    assert data.tags[0] == ["café"]
    assert data.report["tables_not_utf8"] == (not encoding.startswith("utf-8"))


def test_how_a_file_may_be_named(tmp_path):
    write(tmp_path, tags="sub\\b.jpg,backslash\nC.GIF,bare\nnone.jpg,x\n")
    data = load("f", tmp_path)
    assert data.tags == [[], ["backslash"], ["bare"]] and data.report["tags_without_picture"] == 1


def test_a_bare_name_of_two_pictures_means_neither(tmp_path):
    write(tmp_path, pictures=("a/x.png", "b/x.png", "y.png"), tags="x.png,one\ny.png,two\n")
    data = load("f", tmp_path)
    assert data.tags == [[], [], ["two"]] and data.report["tags_without_picture"] == 1


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("in_table", ["NFC", "NFD"])
def test_composed_and_decomposed_names_are_one(tmp_path, on_disk, in_table):
    name = "Über café 日本.png"
    write(tmp_path, [unicodedata.normalize(on_disk, name)], unicodedata.normalize(in_table, name) + ",x\n")
    data = load("f", tmp_path)
    assert data.ids == [unicodedata.normalize("NFC", name)] and data.tags == [["x"]]
    assert data.images[0].shape == (6, 8, 3)


def test_names_that_no_text_file_can_hold(tmp_path):
    write(tmp_path, ["a.png"], "a.png,x\n")
    try:
        for name in (b"caf\xe9.png", b"two\nlines.png"):
            shutil.copy(tmp_path / "a.png", os.fsencode(tmp_path) + b"/" + name)
    except OSError:
        pytest.skip("this file system takes no such names")
    data = load("f", tmp_path)
    assert data.ids == ["a.png", "caf\\udce9.png", "two\\nlines.png"]
    assert all(data.images[i].shape == (6, 8, 3) for i in range(3))
    assert data.fingerprint and data.images.fingerprint


@pytest.mark.parametrize(
    "tags, message",
    [
        ("", "no lines"),
        ("nowhere.jpg,x\n", "'nowhere.jpg'.*'a.png'"),
        ('a.png,"x\nsub/b.jpg,y\n', "line 2"),
        ("a\0b", "not a text file"),
    ],
)
def test_bad_tables_are_named(tmp_path, tags, message):
    with pytest.raises(InputError, match=f"tags.csv.*{message}"):
        load("f", write(tmp_path, tags=tags))


def test_nothing_to_load(tmp_path):
    with pytest.raises(InputError, match="not a folder"):
        load("f", tmp_path / "nowhere")
    with pytest.raises(InputError, match="no pictures"):
        load("f", tmp_path)
    trees.picture(tmp_path / "a.png")
    with pytest.raises(InputError, match="tags.csv is missing"):
        load("f", tmp_path)
    write(tmp_path, tags="a.png,\n")
    with pytest.raises(InputError, match="none of 3 pictures"):
        load("f", tmp_path, untagged="drop")
    with pytest.raises(InputError, match="choose"):
        load("f", tmp_path, untagged="no")


def test_the_header_is_no_picture(tmp_path):
    data = load("f", write(tmp_path, tags="\nFile,Tags\na.png,x\n"))
    assert data.report["tags_without_picture"] == 0


def test_linked_folders_are_not_followed(tmp_path):
    write(tmp_path, tags="a.png,x\n")
    os.symlink(tmp_path, tmp_path / "sub/loop")
    os.symlink(tmp_path / "nowhere.png", tmp_path / "dangling.png")
    assert load("f", tmp_path).ids == ["a.png", "sub/b.jpg", "sub/deep/c.gif"]


def test_unreadable_pictures(tmp_path):
    write(tmp_path, tags="a.png,x\n")
    (tmp_path / "sub/b.jpg").write_bytes(b"")
    (tmp_path / "sub/deep/c.gif").write_bytes(b"GIF89a")
    data = load("f", tmp_path)
    assert data.ids == ["a.png", "sub/deep/c.gif"] and data.report["empty_files"] == 1
    data = load("f", tmp_path, check=True)
    assert data.ids == ["a.png"] and set(data.dropped) == {"sub/b.jpg", "sub/deep/c.gif"}


NAMES = ["a.png", "b c.jpg", "sub/é.png", "sub/e\u0301.webp", "日/x.gif"]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from([*NAMES, "none"]), st.text(max_size=12)), max_size=6),
    st.sampled_from(",;\t"),
    st.integers(0, 3),
    st.integers(0, 2**32),
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_random_trees_are_read_or_refused(tmp_path, rows, delimiter, n_broken, seed):
    rng = np.random.default_rng(seed)
    root = tmp_path / "tree"
    shutil.rmtree(root, ignore_errors=True)
    table = "".join(f'"{name}"{delimiter}{text}\n' for name, text in rows)
    root.mkdir()
    for i, name in enumerate(NAMES):
        trees.picture(root / name, seed=i)
    (root / "tags.csv").write_bytes(table.encode("utf-8", "replace"))
    files = sorted(path for path in root.rglob("*") if path.is_file())
    for i in rng.choice(len(files), n_broken, replace=False):
        trees.damage(files[i], rng)
    try:
        data = load("f", root, check=True)
    except InputError:
        return
    assert len(set(data.ids)) == len(data) <= len(NAMES)
    assert all(data.images[i].shape[2] == 3 for i in range(len(data)))
    assert all(tag and tag == tag.strip() for tags in data.tags for tag in tags)
