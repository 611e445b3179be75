"""The index of a folder: answers against loops, what is looked at again, and whatever can be wrong with files."""

import os
import shutil

import numpy as np
import pytest

from tests.search.conftest import COLOURS, by_hand, paint
from wshash import InputError
from wshash.datasets.files import ImageFiles
from wshash.search import FolderIndex
from wshash.search.index import home


def files_of(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_nearest_codes_by_hand_and_nothing_is_written_into_the_folder(folder, network, model, tmp_path):
    before = files_of(folder)
    index = FolderIndex(folder, model)
    assert index.names == [
        "green.png",
        "some/where/blue.png",
        "some/where/dark.png",
        "some/where/red.bmp",
        "yellow.png",
    ]
    bits = np.array([[value > 127 for value in COLOURS[name.split("/")[-1][:-4]]] for name in index.names])
    assert (index.codes == bits).all()
    [found] = index.like(ImageFiles(tmp_path, [paint(tmp_path / "query.png", (200, 180, 20)).name]), top=4)
    expected = sorted(((bits != [True, True, False]).sum(axis=1)[i], i) for i in range(5))[:4]
    assert found["file"].tolist() == [index.names[i] for _, i in expected]
    assert found["distance"].tolist() == [d for d, _ in expected] == [0, 1, 1, 2]
    assert files_of(folder) == before


def test_words_are_ranked_by_the_cosine(folder, network, model):
    index = FolderIndex(folder, model)
    predicted = np.tanh((np.array([COLOURS[n.split("/")[-1][:-4]] for n in index.names]) / 255 - 0.5) / 2)
    cosines = predicted[:, 0] / np.linalg.norm(predicted, axis=1)
    found = index.named("Red!", top=3)
    assert set(found["file"][:2]) == {"some/where/red.bmp", "yellow.png"} and found["file"][0] == "some/where/red.bmp"
    np.testing.assert_allclose(found["cosine"], np.sort(cosines)[::-1][:3], atol=2e-3)
    both = index.named("red, green", top=1)  # the mean of two directions
    assert both["file"].tolist() == ["yellow.png"]
    assert len(index.named("blue", top=99)) == 5


def test_only_what_is_new_is_looked_at_and_what_has_gone_is_not_answered(folder, network, model):
    FolderIndex(folder, model)
    assert network.seen == 5
    assert FolderIndex(folder, model).names and network.seen == 5
    paint(folder / "new.png", (9, 200, 200))
    shutil.copy(folder / "green.png", folder / "same.png")  # bytes that were seen
    (folder / "green.png").rename(folder / "renamed.png")
    (folder / "yellow.png").unlink()
    index = FolderIndex(folder, model)
    assert network.seen == 6
    assert index.names[:3] == ["new.png", "renamed.png", "same.png"] and "yellow.png" not in index.names
    paint(folder / "new.png", (200, 9, 200), size=(9, 9))  # changed: asked anew
    index = FolderIndex(folder, model)
    assert network.seen == 7
    assert index.codes[0].tolist() == [1, 0, 1] and index.named("blue", 2)["file"][0] == "some/where/blue.png"


def test_what_was_seen_before_a_stop_is_kept(folder, network, model, monkeypatch, capsys):
    monkeypatch.setattr("wshash.search.index.BLOCK", 2)
    extract, calls = network.__class__.__call__, []

    def stopped(self, images, backbone, workers=None):
        calls.append(len(images))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return extract(self, images, backbone, workers)

    monkeypatch.setattr(network.__class__, "__call__", stopped)
    with pytest.raises(KeyboardInterrupt):
        FolderIndex(folder, model)
    index = FolderIndex(folder, model)
    assert calls == [2, 2, 2, 1] and len(index.names) == 5
    assert "5 pictures to look at, 2 at a time" in capsys.readouterr().err
    bits = [[int(value > 127) for value in COLOURS[name.split("/")[-1][:-4]]] for name in index.names]
    assert index.codes.tolist() == bits


def test_another_model_or_code_is_one_sentence_and_the_index_is_made_again(folder, network, model, capsys, monkeypatch):
    FolderIndex(folder, model)
    capsys.readouterr()
    FolderIndex(folder, by_hand(made="elsewhere"))
    assert capsys.readouterr().err.count("made by another model; it is made again") == 1
    assert network.seen == 5  # features are the same
    monkeypatch.setattr("wshash.search.index.address", lambda parameters, *_: f"another{len(parameters)}")
    FolderIndex(folder, by_hand(made="elsewhere"))
    assert capsys.readouterr().err.count("made by another version of the code; it is made again") == 1
    assert network.seen == 10


@pytest.mark.parametrize("file", ["index.safetensors", "features.safetensors"])
@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b[:-1]])
def test_a_damaged_index_is_made_again(folder, network, model, capsys, file, damage):
    expected = FolderIndex(folder, model)
    path = home(folder) / file
    path.write_bytes(damage(path.read_bytes()))
    paint(folder / "new.png", (9, 200, 200))
    index = FolderIndex(folder, model)
    assert capsys.readouterr().err.count("is damaged; it is made again") == 1
    assert len(index.names) == 6
    assert (index.codes[[index.names.index(name) for name in expected.names]] == expected.codes).all()


def test_unreadable_pictures_are_named_and_left_out(folder, network, model, capsys):
    (folder / "cut.png").write_bytes((folder / "green.png").read_bytes()[:40])
    (folder / "empty.jpg").touch()
    for _ in range(2):  # also from the index
        index = FolderIndex(folder, model)
        assert sorted(index.skipped) == ["cut.png", "empty.jpg"] and len(index.names) == 5
        assert "2 pictures cannot be read and are left out" in capsys.readouterr().err


def test_no_folder_and_an_empty_one_are_one_sentence(tmp_path, network, model, monkeypatch):
    monkeypatch.setenv("WSHASH_RUNS", str(tmp_path / "runs"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.png").write_bytes(b"no picture")
    for name, says in (("none", "is not a folder"), ("empty", "no pictures among 0"), ("bad", "none of 1 pictures")):
        with pytest.raises(InputError, match=says) as error:
            FolderIndex(tmp_path / name, model)
        assert "\n" not in str(error.value)


@pytest.mark.posix
def test_links_that_lead_out_are_not_looked_at(folder, network, model, tmp_path, capsys):
    secret = paint(tmp_path / "secret" / "s.png", (1, 250, 250))
    (folder / "file.png").symlink_to(secret)
    (folder / "linked").symlink_to(secret.parent)
    (folder / "within.png").symlink_to(folder / "green.png")
    index = FolderIndex(folder, model)
    assert "within.png" in index.names and not {"file.png", "linked/s.png"} & set(index.names)
    assert "links that lead out" in capsys.readouterr().err


def test_copies_of_the_query_and_duplicates_are_said_to_be_such(folder, network, model, tmp_path):
    shutil.copy(folder / "green.png", folder / "some" / "copy of green.png")
    paint(folder / "larger green.png", COLOURS["green"], size=(50, 40))
    index = FolderIndex(folder, model)
    [found] = index.like(ImageFiles(folder, ["green.png"]), top=8)
    said = dict(zip(found["file"], found["copy"], strict=True))
    assert said["green.png"] == said["some/copy of green.png"] == "same file"
    assert said["larger green.png"] == "copy"
    assert said["yellow.png"] == said["some/where/red.bmp"] == ""  # as near by codes, and not alike
    assert index.duplicates() == [["green.png", "larger green.png", "some/copy of green.png"]]


def test_a_query_that_cannot_be_read_leaves_the_others(folder, network, model, tmp_path):
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    bad, good = FolderIndex(folder, model).like(ImageFiles("", [str(tmp_path / "bad.jpg"), str(folder / "green.png")]))
    assert isinstance(bad, InputError) and "bad.jpg" in str(bad)
    assert good["file"][0] == "green.png"


@pytest.mark.posix
def test_names_of_any_bytes_are_found_and_shown_without_what_a_terminal_obeys(folder, network, model, tmp_path):
    from wshash.search.index import printable

    paint(folder / "plain.png", (250, 250, 250))
    os.rename(os.fsencode(folder / "plain.png"), os.fsencode(folder) + b"/a\xff\x1b[31m.png")
    [found] = FolderIndex(folder, model).like(ImageFiles(folder, ["yellow.png"]), top=9)
    [name] = [name for name in found["file"] if name.startswith("a")]
    assert printable(name) == "a\\udcff\\x1b[31m.png"
