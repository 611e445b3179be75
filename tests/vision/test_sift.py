"""Bags of SIFT words: counted right, for any number of threads; bad pictures skipped and reported."""

import os

import cv2
import numpy as np
import pytest
from sklearn.cluster import MiniBatchKMeans

from wshash import InputError
from wshash.vision.sift import sift_words


def pictures(n=8, size=96):
    rng = np.random.default_rng(0)
    return [cv2.resize(rng.integers(0, 256, (12, 12, 3), np.uint8), (size, size)) for _ in range(n)]


def test_counts_equal_the_nearest_centre_written_out():
    images = pictures()
    words = sift_words(images, n_words=10)
    assert words.counts.shape == (8, 10) and words.codebook.shape == (10, 128) and not words.skipped
    grey = cv2.cvtColor(images[3], cv2.COLOR_RGB2GRAY)
    found = cv2.SIFT_create(nfeatures=500).detectAndCompute(grey, None)[1]
    nearest = [np.argmin(np.linalg.norm(words.codebook - x, axis=1)) for x in found]
    assert np.array_equal(words.counts[[3]].toarray().ravel(), np.bincount(nearest, minlength=10))


def descriptors(image, n):
    return cv2.SIFT_create(nfeatures=n).detectAndCompute(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), None)[1]


def test_words_are_the_centres_of_the_descriptors_of_a_drawn_part():
    """By default of 1,000 pictures, up to 500 descriptors each, 500 words; here of 3 of 8, up to 20 each."""
    images = pictures()
    words = sift_words(images, n_words=5, n_training=3, max_descriptors=20, seed=2)
    drawn = np.sort(np.random.default_rng(2).choice(8, 3, replace=False))
    training = np.concatenate([descriptors(images[i], 20) for i in drawn])
    centres = MiniBatchKMeans(5, batch_size=4096, n_init=1, random_state=2).fit(training).cluster_centers_
    np.testing.assert_array_equal(words.codebook, centres)
    counts = [
        np.bincount([np.argmin(np.linalg.norm(centres - x, axis=1)) for x in descriptors(image, 20)], minlength=5)
        for image in images
    ]
    assert words.counts.dtype == np.float32 and words.counts.format == "csr"
    np.testing.assert_array_equal(words.counts.toarray(), counts)


def test_what_is_not_said_is_as_documented(monkeypatch):
    images = [pictures(1, 24)[0]] * 1001
    asked = []
    create = cv2.SIFT_create
    monkeypatch.setattr(cv2, "SIFT_create", lambda **options: asked.append(options) or create(**options))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    words = sift_words(images)
    assert words.counts.shape == (1001, 500) and words.skipped == {}
    assert asked == [{"nfeatures": 500}] * (1000 + 1001)
    few = pictures(3)
    one, other = sift_words(few, n_words=10), sift_words(few, 10, 1000, 500, None, 0)
    np.testing.assert_array_equal(one.codebook, other.codebook)


def test_as_many_descriptors_as_words_are_enough():
    images = pictures(2)
    n = sum(len(descriptors(image, 500)) for image in images)
    assert sift_words(images, n_words=n).codebook.shape == (n, 128)
    with pytest.raises(InputError, match=rf"^{n} SIFT descriptors in 2 pictures are too few for {n + 1} words \(0 of"):
        sift_words(images, n_words=n + 1)


def test_a_picture_that_opencv_refuses_is_skipped():
    images = [*pictures(), np.zeros((4, 4, 5), np.uint8), np.zeros((0, 4, 3), np.uint8)]
    words = sift_words(images, n_words=10)
    assert list(words.skipped) == [8, 9] and all(words.skipped.values())
    assert not words.counts[[8, 9]].nnz


def test_threads_change_nothing():
    images = pictures()
    one, many = (sift_words(images, n_words=10, n_jobs=jobs) for jobs in (1, 4))
    assert (one.counts != many.counts).nnz == 0 and np.array_equal(one.codebook, many.codebook)
    assert not np.array_equal(one.codebook, sift_words(images, n_words=10, seed=1).codebook)


def test_bad_and_empty_pictures():
    class Images(list):
        def __getitem__(self, i):
            if i == 2:
                raise InputError("im3.jpg: the file is empty")
            return super().__getitem__(i)

    images = Images([*pictures(), np.zeros((32, 32, 3), np.uint8), pictures(1)[0][..., 0]])
    words = sift_words(images, n_words=10)
    assert words.skipped == {2: "im3.jpg: the file is empty"}
    totals = np.asarray(words.counts.sum(axis=1)).ravel()
    assert totals[2] == totals[8] == 0 and totals[0] > 0 and totals[9] > 0  # unreadable, black, greyscale


def test_too_few_descriptors():
    with pytest.raises(InputError, match="too few for 500 words"):
        sift_words([np.zeros((32, 32, 3), np.uint8)] * 3)
    with pytest.raises(InputError, match="too few"):
        sift_words([])
