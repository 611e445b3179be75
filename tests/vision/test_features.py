"""Feature extraction: the network on each picture in turn, however they are batched, and bad ones reported."""

import warnings
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from torch import nn

import wshash.vision.features
from wshash import InputError
from wshash.vision import Backbone, extract_features, fit_square


class Mean(nn.Module):
    """Mean and largest value of each channel."""

    def forward(self, x):
        assert not self.training
        return torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)


def backbone(size=16):
    return Backbone("mean", nn.Identity(), Mean(), 6, (3, size, size), size, (10.0, 20.0, 30.0), (2.0, 4.0, 5.0))


def pictures(n=10, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (int(rng.integers(8, 40)), int(rng.integers(8, 40)), 3), np.uint8) for _ in range(n)]


def expected(image, size=16):
    x = (fit_square(image, size).astype(float) - [10, 20, 30]) / [2, 4, 5]
    return np.concatenate([x.mean(axis=(0, 1)), x.max(axis=(0, 1))])


class Unreadable(list):
    def __getitem__(self, i):
        if i in (1, 4):
            raise InputError(f"im{i}.jpg: the file is cut")
        return super().__getitem__(i)


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("batch_size", [3, 64])
def test_features_are_those_of_each_picture(workers, batch_size):
    images = pictures()
    features = extract_features(images, backbone(), batch_size=batch_size, workers=workers)
    assert features.dtype == np.float32 and features.shape == (10, 6)
    np.testing.assert_allclose(features, [expected(image) for image in images], rtol=1e-5)


def test_maps_are_what_the_last_stage_makes_features_of():
    images, network = pictures(5), backbone(8)
    network = replace(network, lower=nn.MaxPool2d(2), maps=(3, 4, 4))
    maps = extract_features(images, network, workers=0, maps=True)
    assert maps.dtype == np.float16 and maps.shape == (5, 48)
    features = network.upper.eval()(torch.from_numpy(maps).float().unflatten(1, network.maps))
    np.testing.assert_allclose(features, extract_features(images, network, workers=0), rtol=2e-3, atol=2e-3)
    with pytest.raises(InputError, match="image_size=5; maps are those of pictures of 8 pixels"):
        extract_features(images, network, workers=0, image_size=5, maps=True)


def test_the_size_is_the_backbones_or_what_is_asked_for():
    images = pictures(3)
    for size, given in ((16, None), (5, 5)):
        features = extract_features(images, backbone(), image_size=given, workers=0, device="cpu")
        np.testing.assert_allclose(features, [expected(image, size) for image in images], rtol=1e-5)


@pytest.mark.parametrize("workers", [0, 2])
def test_pictures_that_cannot_be_read_are_nan_and_told(workers):
    images = Unreadable(pictures())
    with pytest.warns(UserWarning, match="^2 of 10 pictures cannot be read; the first: im1.jpg: the file is cut$"):
        features = extract_features(images, backbone(), batch_size=2, workers=workers)
    assert np.isnan(features).all(axis=1).nonzero()[0].tolist() == [1, 4]
    good = [i for i in range(10) if i not in (1, 4)]
    np.testing.assert_allclose(features[good], [expected(images[i]) for i in good], rtol=1e-5)


def test_what_is_no_picture_is_told():
    images = pictures(5)
    images[0] = images[0][..., 0]
    images[1] = images[1].astype(float)
    images[2] = np.zeros((8, 8, 4), np.uint8)
    images[3] = np.zeros((0, 8, 3), np.uint8)
    with pytest.warns(UserWarning, match=r"4 of 5 .*: picture 0 is uint8 of shape \(\d+, \d+\); uint8 H×W×3 is needed"):
        features = extract_features(images, backbone(), workers=0)
    assert np.isnan(features).all(axis=1).tolist() == [True] * 4 + [False]


class BothBad:
    def __len__(self):
        return 2

    def __getitem__(self, i):
        raise InputError("gone")


def test_a_whole_batch_may_be_unreadable():
    with pytest.warns(UserWarning, match="2 of 2 pictures cannot be read; the first: gone"):
        features = extract_features(BothBad(), backbone(), batch_size=1, workers=0)
    assert features.shape == (2, 6) and np.isnan(features).all()


def test_an_error_of_the_code_is_not_hidden():
    with pytest.raises(AttributeError):
        extract_features([None], backbone(), workers=0)


def test_nothing_to_warn_of_and_nothing_to_do():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extract_features(pictures(2), backbone(), workers=0)
    with pytest.raises(InputError, match="no pictures"):
        extract_features([], backbone())


def test_by_default_lite0_on_the_machines_device_in_at_most_eight_processes(monkeypatch):
    seen = {}

    def load(name):
        seen["name"] = name
        return backbone()

    class Loader(torch.utils.data.DataLoader):
        def __init__(self, *args, batch_size, num_workers, **options):
            seen.update(batch_size=batch_size, workers=num_workers)
            super().__init__(*args, batch_size=batch_size, **options)

    monkeypatch.setattr(wshash.vision.features, "load_backbone", load)
    monkeypatch.setattr(wshash.vision.features, "DataLoader", Loader)
    for cores, workers in ((3, 3), (64, 8), (None, 1)):
        monkeypatch.setattr(wshash.vision.features.os, "cpu_count", lambda cores=cores: cores)
        extract_features(pictures(1))
        assert seen == {"name": "efficientnet_lite0", "batch_size": 64, "workers": workers}
    devices = []
    monkeypatch.setattr(nn.Sequential, "to", lambda self, device: devices.append(device) or self)
    for cuda in (False, True):
        monkeypatch.setattr(torch.cuda, "is_available", lambda cuda=cuda: cuda)
        if cuda:
            with pytest.raises((AssertionError, RuntimeError)):  # a GPU that is not there
                extract_features(pictures(1), backbone(), workers=0)
        else:
            extract_features(pictures(1), backbone(), workers=0)
    assert devices == ["cpu", "cuda"]


def test_a_module_in_training_is_put_to_evaluation():
    network = backbone()
    network.lower.train(), network.upper.train()
    extract_features(pictures(1), network, workers=0)


@pytest.mark.parametrize("shape", [(20, 31), (31, 20), (21, 32), (20, 20)])
def test_fit_square_takes_the_middle(shape):
    """A picture that is white where the middle square lies; the odd pixel is left at the end."""
    image = np.zeros((*shape, 3), np.uint8)
    side = min(shape)
    top, left = (shape[0] - side) // 2, (shape[1] - side) // 2
    image[top : top + side, left : left + side] = 255
    for size in (8, 20, 21, 50):
        square = fit_square(image, size)
        assert square.shape == (size, size, 3) and (square == 255).all()


def test_fit_square_shrinks_by_areas_and_grows_by_cubics():
    image = np.random.default_rng(0).integers(0, 256, (20, 20, 3), np.uint8)
    assert fit_square(image, 20) is image
    assert np.array_equal(fit_square(image, 10), cv2.resize(image, (10, 10), interpolation=cv2.INTER_AREA))
    assert np.abs(fit_square(image, 10).astype(float) - image.reshape(10, 2, 10, 2, 3).mean(axis=(1, 3))).max() <= 0.5
    assert np.array_equal(fit_square(image, 30), cv2.resize(image, (30, 30), interpolation=cv2.INTER_CUBIC))
    wide = np.random.default_rng(0).integers(0, 256, (20, 40, 3), np.uint8)
    assert np.array_equal(fit_square(wide, 20), wide[:, 10:30])
