import json
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
        tags='file,tags\na.png,"Sunset, New York, 2007"\nsub/b.jpg,"sunset; beach"\n',
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
    report = {"pictures": 3, "other_files": 1, "untagged": 1, "unlabelled": 1, "left_out": 1}
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
        ("a,x", ["x"]),  # without its ending
        # white space, or another separator: what most cells of several words have
        ("a.png,polar bear\nsub/b.jpg,sunset\nc.gif,x y z", ["polar", "bear"]),
        ('a.png,polar bear\nsub/b.jpg,"sunset, sea"\nc.gif,"x y, z"', ["polar bear"]),
        ("a.png,smile ;) sea\nsub/b.jpg,sunset sea\nc.gif,x y z", ["smile", "sea"]),
        ("a.png,polar bear\nsub/b.jpg,x y,z", ["polar bear"]),
        ("a.png,\"['new york', 'sea']\"", ["new york", "sea"]),  # as pandas writes a list
        # nothing
        *((f"a.png,{nothing}\nsub/b.jpg,x", []) for nothing in ("nan", "NaN", "None", "null", "N/A", "NA", " ")),
        ("a.png,none,x", ["x"]),
        ("a.png,none of these;x", ["none of these", "x"]),
        # columns, by their names
        ("file,date,tags,rating\na.png,2007-08-01,x;y,5", ["x", "y"]),
        ("file,tag1,tag2,title\na.png,x,y z,Holiday", ["x", "y z"]),
        ("file,Tag 1,Tag 2\na.png,x,", ["x"]),
        ("file,category\na.png,x", ["x"]),
        ("file,stichworte\na.png,x;y z", ["x", "y z"]),  # the only one
        ("tags;file\nx y;a.png", ["x", "y"]),
        (",file,tags\n0,a.png,x\n1,c.gif,y", ["x"]),  # as pandas writes an index
        (",tags\na.png,x\nc.gif,y", ["x"]),
        ("id,filename,tags\n7,a.png,x", ["x"]),
        ("a.png,photo\nc.gif,y", ["photo"]),  # a tag that could be the name of a column
        # a tag a column
        ("file,dog,Polar Bear\na.png,0,1\nc.gif,1,0", ["polar bear"]),
        ("file,dog,sea\na.png,True,true\nc.gif,False,false", ["dog", "sea"]),
        ("file,dog,sea\na.png,x,\nc.gif,,X", ["dog"]),
        ("file,dog,sea\na.png,yes,no\nc.gif,no,nan", ["dog"]),
        ("file,dog,sea\na.png,1.0,0.0\nc.gif,,1.0", ["dog"]),
        ("file,dog,sea\na.png,-1,1\nc.gif,1,-1", ["sea"]),
        ("file,tags,,\na.png,x,y z,u", ["x", "y z", "u"]),  # what follows without a name
        ("file,title,dog,sea\na.png,Holiday,1,0", ["dog"]),
        (",dog,sea\na.png,1,0", ["dog"]),
        ("file,dog,sea\na.png,1\nc.gif,0,1", ["dog"]),  # a short line
        ("file,dog,sea\na.png,1,0\na.png,0,1", ["dog", "sea"]),
        ('"a,b",file,tags\n1,a.png,x', ["x"]),
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


@pytest.mark.parametrize(
    "table, message",
    [
        ("file,date\na.png,2007-08-01\nc.gif,2007-08-02T12:00:00Z", "numbers or dates, such as '2007-08-01'"),
        ("file,width\na.png,640\nc.gif,1e3", "numbers or dates"),
        ("a.png,1,0\nc.gif,0,1", "a column a tag or concept, and no first line says which"),
        ("a.png,yes,no\nc.gif,no,yes", "a column a tag or concept, and no first line says which"),
        ("a.png,x,\nc.gif,,x", "a column a tag or concept, and no first line says which"),
        ("a.png,2007\nc.gif,2008", "numbers or dates, such as '2007'.*'file,tags'"),
        ("file,title,description\na.png,Holiday,we swam", "which of its columns title, description holds the tags"),
    ],
)
def test_columns_that_do_not_say_what_they_are(tmp_path, table, message):
    with pytest.raises(InputError, match=f"tags.csv: .*{message}"):
        load("f", write(tmp_path, tags=table))


def test_what_was_understood_of_the_columns_is_reported(tmp_path):
    write(tmp_path, tags="file,date,tags\na.png,2007,x", labels="file,dog,sea,remark\na.png,1,0,?\nsub/b.jpg,1,0,\n")
    data = load("f", tmp_path)
    assert data.report["columns of tags.csv not read: date"] == 1
    assert data.report["columns of labels.csv not read: remark"] == 1
    assert data.report["columns that are a concept each, in labels.csv"] == 2
    assert data.concepts == ["dog", "sea"] and data.labels.tolist() == [[True, False], [True, False]]


def test_years_in_a_column_called_tags_are_tags(tmp_path):
    assert load("f", write(tmp_path, tags="file,tags\na.png,2007")).tags[0] == ["2007"]


@pytest.mark.parametrize(
    "table, concepts",
    [
        ("file,labels\na.png,polar bear\nc.gif,dog", ["polar bear"]),  # white space never separates concepts
        ("a.png,polar bear", ["polar bear"]),
        ('a.png,"polar bear, dog"', ["dog", "polar bear"]),
        ("file,label\na.png,3\nc.gif,0", ["3"]),  # numbers of classes
        ("file,label\na.png,1\nc.gif,0", ["1"]),
        ("file,label\na.png,nan\nc.gif,dog", []),
    ],
)
def test_concepts(tmp_path, table, concepts):
    data = load("f", write(tmp_path, tags="a.png,x", labels=table), unlabelled="negative")
    assert [c for c, has in zip(data.concepts, data.labels[0], strict=True) if has] == concepts


def test_a_concept_on_no_picture_is_one(tmp_path):
    for nothing in ("0", "", "nan"):
        write(tmp_path, tags="a.png,x", labels=f"file,dog,sea\na.png,1,{nothing}\nc.gif,0,{nothing}")
        data = load("f", tmp_path, unlabelled="negative")
        assert data.concepts == ["dog", "sea"] and data.labels.sum(axis=0).tolist() == [1, 0]


def test_a_comma_in_a_quoted_name_is_no_delimiter(tmp_path):
    data = load("f", write(tmp_path, pictures=("b, c.png",), tags='"b, c.png";x;y'))
    assert data.tags == [["x", "y"]]


def test_a_separator_of_ones_own(tmp_path):
    write(tmp_path, tags="a.png,new york/sea\n", labels="a.png,haze primary\n")
    data = load("f", tmp_path, separator="/")
    assert data.tags == [["new york", "sea"]] and data.concepts == ["haze primary"]
    data = load("f", tmp_path, separator=" ")
    assert data.tags == [["new", "york/sea"]] and data.concepts == ["haze", "primary"]


def coco(root, **changes):
    content = {
        "images": [
            {"id": 7, "file_name": "b.jpg"},
            {"id": 9, "file_name": "a.png"},
            {"id": 1, "file_name": "lost.jpg"},
        ],
        "categories": [{"id": 1, "name": "dog"}, {"id": 3, "name": "polar bear"}, {"id": 4, "name": "cat"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 3},
            {"id": 2, "image_id": 7, "category_id": 3},
            {"id": 3, "image_id": 9, "category_id": 1},
            {"id": 4, "image_id": 1, "category_id": 4},
            {"id": 5, "image_id": 9, "category_id": 3},
        ],
    }
    (root / "annotations").mkdir()
    (root / "annotations/instances_val.json").write_text(json.dumps(content | changes))
    return root


def test_annotations_of_coco(tmp_path):
    root = coco(write(tmp_path))
    (root / "tags.csv").unlink()
    with pytest.raises(InputError, match=r"labels=annotations/instances_val.json"):
        load("f", root)
    data = load("f", root, tags=None, labels="annotations/instances_val.json")
    assert data.ids == ["a.png", "sub/b.jpg"] and data.concepts == ["cat", "dog", "polar bear"]
    assert data.labels.tolist() == [[False, True, True], [False, False, True]] and data.tags == [[], []]
    assert data.report["labels_without_picture"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"images": None},
        {"images": []},
        {"images": [{"id": 7, "file_name": "lost.jpg"}], "annotations": []},
        {"categories": [{"id": 1}]},
        {"annotations": [{"image_id": 7, "category_id": 99}]},
        {"annotations": [{"image_id": [], "category_id": 1}]},
    ],
)
def test_what_is_no_annotation_of_coco(tmp_path, changes):
    root = coco(write(tmp_path), **changes)
    with pytest.raises(InputError, match="instances_val.json"):
        load("f", root, tags=None, labels="annotations/instances_val.json")


def test_a_folder_a_concept(tmp_path):
    root = write(tmp_path, pictures=("Polar Bear/a.png", "dog/x/b.jpg", "dog/c.png", "loose.png"))
    (root / "tags.csv").unlink()
    with pytest.raises(InputError, match="labels=folders"):
        load("f", root)
    data = load("f", root, tags=None, labels="folders")
    assert data.ids == ["Polar Bear/a.png", "dog/c.png", "dog/x/b.jpg"] and data.concepts == ["dog", "polar bear"]
    assert data.labels.argmax(axis=1).tolist() == [1, 0, 0] and data.report["left_out"] == 1


def test_nothing_disappears_from_search(tmp_path):
    write(tmp_path, tags="a.png,x\nsub/b.jpg,y\n", labels="a.png,dog\n")
    data = load_dataset("folder", tmp_path)
    assert data.ids == ["a.png"] and data.report["left_out"] == 2 and data.report["unlabelled"] == 2
    every = load_dataset("folder", tmp_path, every=True, untagged="drop")
    assert every.ids == ["a.png", "sub/b.jpg", "sub/deep/c.gif"] and every.report["left_out"] == 0


@pytest.mark.posix
def test_links_in_a_circle_and_things_in_the_wrong_place(tmp_path):
    write(tmp_path, tags="a.png,x\n")
    os.symlink(tmp_path / "two.png", tmp_path / "one.png")
    os.symlink(tmp_path / "one.png", tmp_path / "two.png")
    os.symlink(tmp_path / "sub", tmp_path / "circle")
    (tmp_path / "folder.png").mkdir()
    data = load("f", tmp_path)
    assert data.ids == ["a.png", "sub/b.jpg", "sub/deep/c.gif"] and data.report["missing_photos"] == 2
    assert data.dropped == {
        "one.png": "no file, or a link that leads nowhere",
        "two.png": "no file, or a link that leads nowhere",
    }
    for table in ("tags.csv", "labels.csv"):
        (tmp_path / table).unlink(missing_ok=True)
        (tmp_path / table).mkdir()
        with pytest.raises(InputError, match=rf"{table} cannot be read: Is a directory"):
            load("f", tmp_path)
        (tmp_path / table).rmdir()
        (tmp_path / table).write_text("a.png,x\n")
    os.symlink(tmp_path / "loop", tmp_path / "loop")
    with pytest.raises(InputError, match="not a folder"):
        load("f", tmp_path / "loop")


def test_folders_that_cannot_be_read(tmp_path, monkeypatch):
    write(tmp_path, tags="a.png,x\n")
    real, closed = os.scandir, tmp_path / "sub"

    def scandir(path):
        if os.fspath(path) == os.fspath(closed):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    data = load("f", tmp_path)
    assert data.ids == ["a.png"]
    assert data.report[f"folder that cannot be read: {closed} (Permission denied)"] == 1
    closed = tmp_path
    with pytest.raises(InputError, match=r"not to be read: .* \(Permission denied\)"):
        load("f", tmp_path)


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


@pytest.mark.posix
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
    assert data.dropped == {"sub/b.jpg": "the file is empty"}
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
