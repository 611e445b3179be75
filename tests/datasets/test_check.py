import shutil
import warnings
from inspect import signature

import numpy as np
import pytest

from tests.datasets import trees
from wshash import InputError, TaggedImages
from wshash.datasets.check import MIN_LISTS, MIN_PICTURES, MIN_TAG_COUNT, STANDS, check, obstacles
from wshash.tags import train_skipgram


def write(root, n=140, labels=True, header="file,tags\n"):
    for i in range(n):
        trees.picture(root / f"{i:03d}.png", seed=i, size=(4, 4))
    tags = [f"{i:03d}.png,{'sunset sea' if i % 2 else 'dog cat'}\n" for i in range(n)]
    (root / "tags.csv").write_text(header + "".join(tags))
    if labels:
        (root / "labels.csv").write_text("file,labels\n" + "".join(f"{i:03d}.png,c{i % 3}\n" for i in range(n)))
    return root


def works(report):
    return [line.rpartition(": ")[2] for line in report.found["What works"]]


def test_a_sound_folder(tmp_path):
    report = check(write(tmp_path))
    assert report.can_run and report.layout == "folder"
    names = ("What to mend", "Pictures that cannot be read", "Equal pictures", STANDS)
    assert not any(report.found[name] for name in names)
    assert report.counts["readable pictures"] == report.counts["pictures with both"] == 140
    assert report.counts["different tags"] == 4
    assert report.counts["tags per tagged picture, mean"] == 2
    assert report.counts["pictures with one tag only"] == 0
    assert report.found["Concepts"] == ["c0: 47", "c1: 47", "c2: 46"]
    assert sorted(report.found["Most frequent tags"]) == ["cat: 70", "dog: 70", "sea: 70", "sunset: 70"]
    examples = [f"00{i}.png → tags: {'sunset | sea' if i % 2 else 'dog | cat'}; concepts: c{i}" for i in range(3)]
    assert report.found["As it was understood"] == examples
    assert works(report) == ["yes", "yes", "yes"]
    assert "The study can run." in str(report)
    assert "       140  readable pictures\n" in str(report) and "As it was understood:\n\n- 000.png" in str(report)


def test_what_is_found_and_what_to_mend(tmp_path):
    write(tmp_path, 150)
    (tmp_path / "000.png").write_bytes(b"")
    (tmp_path / "001.png").write_bytes(b"<html>")
    shutil.copy(tmp_path / "002.png", tmp_path / "copy.png")
    trees.picture(tmp_path / "same.bmp", seed=3, size=(4, 4))  # the pixels of 003.png in another format
    with (tmp_path / "tags.csv").open("a") as file:
        file.write("lost.png,x\n")
    report = check(tmp_path)
    assert report.can_run
    assert (
        report.found["Pictures that cannot be read"][0] == "000.png: the file is empty"
        and len(report.found["Pictures that cannot be read"]) == 2
    )
    assert sorted(report.found["Equal pictures"]) == ["002.png, copy.png", "003.png, same.bmp"]
    assert report.counts["pictures equal to another"] == 2
    assert report.counts["readable pictures"] == 150
    advice = "\n".join(report.found["What to mend"])
    for word in ("cannot be read", "equal pictures", "give tags", "give concepts", "tags.csv"):
        assert word in advice
    assert "001.png: not a picture" in str(report)


def test_what_can_be_done_without_labels_or_with_few_tags(tmp_path):
    report = check(write(tmp_path / "a", labels=False))
    assert not report.can_run and "labels.csv" in report.found[STANDS][0]
    assert works(report) == ["yes", "not yet, see below", "yes"]
    report = check(write(tmp_path / "b", n=30))
    assert "30 pictures have concepts" in report.found[STANDS][0] and len(report.found[STANDS]) == 1
    folder = write(tmp_path / "c")
    (folder / "tags.csv").write_text("000.png,x\n")
    report = check(folder)
    assert works(report) == ["yes", "yes", "not yet, see below"]
    assert report.found[STANDS][0].startswith(f"0 of 117 training pictures have two of the 0 tags on {MIN_TAG_COUNT}")
    folder = write(tmp_path / "d", n=3)
    (folder / "labels.csv").write_text("000.png,a\n001.png,b\n")
    assert any("no two pictures" in text for text in check(folder).found[STANDS])


def made(tags, labels, concepts=None):
    labels = np.asarray(labels, dtype=bool)
    concepts = concepts or [f"c{j}" for j in range(labels.shape[1])]
    return TaggedImages("toy", range(len(tags)), tags, labels, concepts, [str(i) for i in range(len(tags))])


def test_labels_that_tell_nothing():
    tags, rng = [["a", "b"]] * 200, np.random.default_rng(0)
    labels = rng.random((200, 5)) < 0.3
    assert obstacles(made(tags, labels)) == {"labels": [], "tags": [], "odd": []}
    for value, word in ((True, "all"), (False, "no")):
        odd = labels.copy()
        odd[:, 2] = value
        found = obstacles(made(tags, odd))
        assert found["odd"] == [f"the concept 'c2' is on {word} pictures, so it tells nothing"]
        # on all pictures: any two share it
        assert bool(found["labels"]) == value and ("'c2'" in str(found["labels"])) == value
    pairs = np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]] * 67, dtype=bool)  # no concept on all, yet any two share one
    assert "chance is 1" in obstacles(made([["a"]] * 201, pairs))["labels"][0]
    pairs[0] = [1, 0, 0]  # unlike the second row
    assert not obstacles(made([["a"]] * 201, pairs))["labels"]


@pytest.mark.parametrize("seed", range(12))
def test_what_is_promised_of_tags_is_what_training_takes(seed):
    rng = np.random.default_rng(seed)
    n_lists = int(rng.integers(2, 12) if seed % 3 == 0 else rng.integers(20, 80) if seed % 3 == 1 else MIN_LISTS + seed)
    words = [f"t{i}" for i in range(int(rng.integers(6, 20)))]
    tags = [list(rng.choice(words, rng.integers(2, 4), replace=False)) for _ in range(n_lists)]
    tags += [[f"rare{i}", words[0]] for i in range(int(rng.integers(0, 60)))] + [[]] * 10
    tags = [tags[i] for i in rng.permutation(len(tags))]
    found = obstacles(made(tags, np.zeros((len(tags), 0))), train=np.arange(len(tags)))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if found["tags"]:
            with pytest.raises(InputError):
                train_skipgram(tags)
        else:
            train_skipgram(tags)
    if found["odd"]:
        assert not found["tags"] and "too few" in str(caught[0].message) and n_lists < MIN_LISTS
    assert bool(found["tags"] or found["odd"]) == (seed % 3 < 2)
    assert signature(train_skipgram).parameters["min_count"].default == MIN_TAG_COUNT


def test_few_labels_among_many_pictures_are_no_traceback():
    labels = np.zeros((3000, 2), dtype=bool)
    labels[:MIN_PICTURES, 0] = labels[MIN_PICTURES // 2 : MIN_PICTURES * 2, 1] = True
    data = made([["a", "b"]] * 3000, labels)
    assert obstacles(data)["labels"] == [] and len(data.split().query) == MIN_PICTURES


@pytest.mark.parametrize("case", ["nowhere", "empty", "no table"])
def test_nothing_to_read_is_an_obstacle(tmp_path, case):
    if case == "no table":
        trees.picture(tmp_path / "a.png")
    report = check(tmp_path / "nowhere" if case == "nowhere" else tmp_path)
    assert not report.can_run and len(report.found[STANDS]) == 1
    assert str(tmp_path) in str(report)


def test_official_layouts_are_recognised(tmp_path):
    trees.mirflickr(tmp_path / "m", {1: b"sky\n", 2: b""}, {"sky": [1, 2]})
    report = check(tmp_path / "m")
    assert report.layout == "mirflickr25k" and report.counts["readable pictures"] == 2
    trees.nuswide(tmp_path / "n", ["a/0001_1", "a/0002_2"], {"sky": [1, 0]}, ["x", "y"], ["x"])
    report = check(tmp_path / "n")
    assert report.layout == "nuswide" and report.counts["pictures with tags"] == 1


def test_a_data_set_is_checked_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setenv("WSHASH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("WSHASH_RUNS", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    report = check("postcards", n=120, size=32)
    assert report.layout == "postcards" and report.counts["readable pictures"] == 120
    write(tmp_path / "data/folder-mine", n=5)
    report = check("folder-mine", labels=None)
    assert report.layout == "folder" and report.counts["readable pictures"] == 5 and not report.found["Concepts"]
    write(tmp_path / "postcards", n=4)  # a folder of that name comes first
    assert check("postcards").counts["readable pictures"] == 4
    for name in ("postcards-/../x", "folder-nowhere"):
        report = check(name)
        assert len(report.found[STANDS]) == 1 and name in report.found[STANDS][0]


def test_pictures_that_the_study_leaves_out_are_not_promised(tmp_path):
    write(tmp_path)
    (tmp_path / "labels.csv").write_text("file,labels\n" + "".join(f"{i:03d}.png,c{i % 3}\n" for i in range(99)))
    report = check(tmp_path)
    assert report.found[STANDS] == ["99 pictures have concepts; at least 100 are needed"]
    (tmp_path / "labels.csv").write_text("file,labels\n" + "".join(f"{i:03d}.png,c{i % 3}\n" for i in range(101)))
    report = check(tmp_path)  # 101 are left, 85 of them to train on: fewer than let the training be chosen
    assert report.can_run and "85 of 85 training pictures have two of the 4 tags" in report.found["What to mend"][0]
    assert "too few" not in str(check(tmp_path, unlabelled="negative").found["What to mend"])
