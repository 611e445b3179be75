import shutil

import pytest

from tests.datasets import trees
from wshash.datasets.check import MIN_PICTURES, check


def write(root, n=MIN_PICTURES, labels=True):
    for i in range(n):
        trees.picture(root / f"{i:03d}.png", seed=i, size=(4, 4))
    tags = [f"{i:03d}.png,{'sunset sea' if i % 2 else 'dog'}\n" for i in range(n)]
    (root / "tags.csv").write_text("".join(tags))
    if labels:
        (root / "labels.csv").write_text("".join(f"{i:03d}.png,c{i % 3}\n" for i in range(n)))
    return root


def test_a_sound_folder(tmp_path):
    report = check(write(tmp_path))
    assert report.can_run and report.layout == "folder"
    assert not report.mend and not report.unreadable and not report.duplicates
    assert report.counts["readable pictures"] == report.counts["pictures with both"] == 100
    assert report.counts["different tags"] == 3
    assert report.counts["tags per tagged picture, mean"] == 1.5
    assert report.counts["pictures with one tag only"] == 50
    assert dict(report.concepts) == {"c0": 34, "c1": 33, "c2": 33}
    assert dict(report.frequent_tags) == {"sunset": 50, "sea": 50, "dog": 50}
    assert "The study can run." in str(report)
    assert "| readable pictures | 100 |" in report.to_markdown()


def test_what_is_found_and_what_to_mend(tmp_path):
    write(tmp_path, 110)
    (tmp_path / "000.png").write_bytes(b"")
    (tmp_path / "001.png").write_bytes(b"<html>")
    shutil.copy(tmp_path / "002.png", tmp_path / "copy.png")
    trees.picture(tmp_path / "same.bmp", seed=3, size=(4, 4))  # the pixels of 003.png in another format
    with (tmp_path / "tags.csv").open("a") as file:
        file.write("lost.png,x\n")
    report = check(tmp_path)
    assert report.can_run
    assert set(report.unreadable) == {"000.png", "001.png"} and "empty" in report.unreadable["000.png"]
    assert sorted(map(sorted, report.duplicates)) == [["002.png", "copy.png"], ["003.png", "same.bmp"]]
    assert report.counts["pictures equal to another"] == 2
    assert report.counts["readable pictures"] == 110
    advice = "\n".join(report.mend)
    for word in ("cannot be read", "equal pictures", "give tags", "give concepts", "tags.csv"):
        assert word in advice
    assert "001.png: not a picture" in str(report)


def test_obstacles(tmp_path):
    report = check(write(tmp_path / "a", labels=False))
    assert not report.can_run and "labels.csv" in report.obstacles[0]
    report = check(write(tmp_path / "b", n=30))
    assert not report.can_run and "30 pictures" in report.obstacles[0]
    folder = write(tmp_path / "c")
    (folder / "tags.csv").write_text("000.png,x\n")
    assert any("no meaning" in text for text in check(folder).obstacles)
    folder = write(tmp_path / "d", n=3)
    (folder / "labels.csv").write_text("000.png,a\n001.png,b\n")
    assert any("no two pictures" in text for text in check(folder).obstacles)


@pytest.mark.parametrize("case", ["nowhere", "empty", "no table"])
def test_nothing_to_read_is_an_obstacle(tmp_path, case):
    if case == "no table":
        trees.picture(tmp_path / "a.png")
    report = check(tmp_path / "nowhere" if case == "nowhere" else tmp_path)
    assert not report.can_run and len(report.obstacles) == 1
    assert str(tmp_path) in str(report)


def test_official_layouts_are_recognised(tmp_path):
    trees.mirflickr(tmp_path / "m", {1: b"sky\n", 2: b""}, {"sky": [1, 2]})
    report = check(tmp_path / "m")
    assert report.layout == "mirflickr25k" and report.counts["readable pictures"] == 2
    trees.nuswide(tmp_path / "n", ["a/0001_1", "a/0002_2"], {"sky": [1, 0]}, ["x", "y"], ["x"])
    report = check(tmp_path / "n")
    assert report.layout == "nuswide" and report.counts["pictures with tags"] == 1
