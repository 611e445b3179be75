"""A folder of coloured pictures, and a model written by hand whose bits are red, green, blue and their words too."""

import numpy as np
import pytest
from PIL import Image

import wshash.vision
from wshash.errors import InputError
from wshash.search.model import SearchModel

COLOURS = {"red": (250, 5, 5), "green": (5, 250, 5), "blue": (5, 5, 250), "yellow": (250, 250, 5), "dark": (5, 5, 5)}


class Network:
    """In place of the network: the mean colour from −½ to ½. Counts the pictures that it was shown."""

    seen = 0

    def __call__(self, images, backbone, workers=None):
        assert backbone == "colour"
        rows = np.full((len(images), 3), np.nan, np.float32)
        for i in range(len(images)):
            self.seen += 1
            try:
                rows[i] = images[i].mean(axis=(0, 1)) / 255 - 0.5
            except InputError:
                pass
        return rows


@pytest.fixture
def network(monkeypatch):
    network = Network()
    monkeypatch.setattr(wshash.vision, "extract_features", network)
    monkeypatch.setattr("wshash.search.index.network", lambda backbone: backbone)
    return network


def by_hand(words=("red", "green", "blue"), **facts) -> SearchModel:
    eye = np.eye(3, dtype=np.float32)
    arrays = {
        "hidden": np.concatenate([eye, -eye]),
        "hidden_bias": np.zeros(6, np.float32),
        "heads": np.concatenate([np.concatenate([eye, -eye], axis=1)] * 2),  # bits, and tag vectors: x itself
        "heads_bias": np.zeros(6, np.float32),
        "centre": np.zeros(3, np.float32),
        "vectors": eye[: len(words)],
        "offset": np.zeros(len(words), np.float32),
        "visual": np.ones(len(words), np.float32),
        "slope": np.array([4], np.float32),
    }
    return SearchModel(arrays, list(words), {"n_bits": 3, "backbone": "colour", "counts": [9, 8, 7], **facts})


@pytest.fixture
def model():
    return by_hand()


def paint(path, colour, size=(8, 6)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Five pictures, nested, in two formats; the runs lie elsewhere."""
    monkeypatch.setenv("WSHASH_RUNS", str(tmp_path / "runs"))
    for i, (name, colour) in enumerate(COLOURS.items()):
        paint(tmp_path / "photos" / ("" if i % 2 else "some/where") / f"{name}.{'png' if i else 'bmp'}", colour)
    return tmp_path / "photos"
