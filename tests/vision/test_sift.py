"""Bags of SIFT words: counted right, for any number of threads; bad pictures skipped and reported."""

import cv2
import numpy as np
import pytest

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
