"""Search on a small study whose features are given, so that no network runs over pictures."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import wshash.vision
from wshash import InputError
from wshash.datasets import TaggedImages
from wshash.datasets.files import UnreadableImage
from wshash.study import Study, StudyConfig
from wshash.study.cli import main
from wshash.study.grid.collection import Collection
from wshash.study.grid.store import Store
from wshash.study.search import search


class Pictures(list):
    fingerprint = "toy"


def colour(images, *_, **__):
    """In place of the network: the mean colour and its products."""
    mean = np.stack([np.asarray(image, np.float32).mean(axis=(0, 1)) for image in images]) / 255 - 0.5
    return np.concatenate([mean, mean[:, :1] * mean[:, 1:], mean**2], axis=1).astype(np.float32)


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.setattr(wshash.vision, "extract_features", colour)
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (80, 3), dtype=np.uint8)
    images = Pictures(np.tile(rgb, (4, 4, 1)) for rgb in colours)
    labels = colours > 127
    data = TaggedImages(
        "toy",
        images,
        [["red" if red else "dark"] for red, _, _ in labels],
        labels,
        list("rgb"),
        [f"p{i}" for i in range(80)],
    )
    store = Store(tmp_path / "runs")
    pictures = Collection(store=store, data=data, features=colour(images))
    return Study(StudyConfig(options={"n": 80}, preset="smoke"), store, pictures)


def test_the_answers_are_the_nearest_by_a_loop(study):
    answers = search(study, study.data.images[7], "LSH", 16, top=9)
    codes = study.model("LSH", 16).transform(study.features)
    distances = [(int((codes[7] != code).sum()), i) for i, code in enumerate(codes)]
    expected = sorted(distances)[:9]  # equal distances: in the order of the data set
    assert answers["distance"].tolist() == [d for d, _ in expected]
    assert answers["id"].tolist() == [study.data.ids[i] for _, i in expected]
    assert answers["tags"].tolist() == [" ".join(study.data.tags[i]) for _, i in expected]


def test_a_file_finds_itself_at_distance_0_though_a_query_of_the_split(study, tmp_path):
    i = int(study.split.query[0])
    Image.fromarray(study.data.images[i]).save(tmp_path / "query.png")
    answers = search(study, tmp_path / "query.png", "LSH", 64, top=3)
    assert answers.iloc[0].tolist()[:2] == [study.data.ids[i], 0]
    named = [c for c, has in zip("rgb", study.data.labels[i], strict=True) if has]
    assert answers["concepts"][0] == ", ".join(named)


def test_two_files_of_one_name_and_size_are_two_pictures(study, tmp_path):
    for folder, value in (("a", 10), ("b", 240)):
        (tmp_path / folder).mkdir()
        Image.new("RGB", (4, 4), (value,) * 3).save(tmp_path / folder / "x.bmp")
    dark, bright = (search(study, tmp_path / folder / "x.bmp", "LSH", 64, top=1) for folder in "ab")
    assert dark["id"][0] != bright["id"][0]


def test_without_concepts_all_pictures_train_and_supervised_methods_say_no(study):
    bare = replace(study.data, labels=study.data.labels[:, :0], concepts=[])
    study = Study(study.config, study.store, Collection(store=study.store, data=bare, features=study.features))
    answers = search(study, study.data.images[3], "LSH", 32, top=2)
    assert (answers["id"][0], answers["distance"][0], answers["concepts"][0]) == ("p3", 0, "")
    with pytest.raises(InputError, match="no concepts.*WS-DSH"):
        search(study, study.data.images[3], "WS-DSH", 32)


def test_bad_input_is_named(study, tmp_path):
    with pytest.raises(UnreadableImage, match="missing"):
        search(study, tmp_path / "none.png", "LSH", 16)
    with pytest.raises(InputError, match="k=81"):
        search(study, study.data.images[0], "LSH", 16, top=81)


def test_the_command_prints_a_table(study, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("wshash.study.commands._study_of", lambda arguments: study)
    Image.fromarray(study.data.images[5]).save(tmp_path / "query.png")
    command = ["search", str(tmp_path / "query.png"), "--method", "LSH", "--bits", "32", "--top", "4"]
    assert main(command) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 4 and "| p5 " in lines[2]
    assert main(["search", str(tmp_path / "none.png"), "--method", "LSH", "--bits", "32"]) == 2
    assert "none.png" in capsys.readouterr().err
