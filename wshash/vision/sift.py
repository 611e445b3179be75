"""Pictures as bags of visual words: SIFT, quantised to 500 words (section 2.2)."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import cv2
import numpy as np
from scipy import sparse
from sklearn.cluster import MiniBatchKMeans

from wshash.errors import InputError
from wshash.progress import progress


class SiftWords(NamedTuple):
    """How often each visual word occurs in each picture; a row of zeros has no key point, or is in ``skipped``."""

    counts: sparse.csr_matrix  # float32, n×n_words
    codebook: np.ndarray  # float32, n_words×128
    skipped: dict[int, str]  # rows of pictures that could not be read, and why


def sift_words(
    images: Sequence,
    n_words: int = 500,
    n_training: int = 1000,
    max_descriptors: int = 500,
    n_jobs: int | None = None,
    seed: int = 0,
) -> SiftWords:
    """SIFT descriptors (Lowe 2004), each counted as the nearest of ``n_words`` k-means centres.

    InputError where the training pictures have fewer descriptors than words.

    Parameters
    ----------
    images : sequence of n uint8 arrays, H×W×3 (RGB) or H×W
        Read one at a time; only descriptors of the training pictures are held.
    n_words, seed : int
    n_training : int
        Pictures, drawn at random, on whose descriptors the words are trained.
    max_descriptors : int
        Strongest key points kept of a picture.
    n_jobs : int, optional
        Threads; default, all processors. The result does not depend on it.

    """
    skipped: dict[int, str] = {}

    def descriptors(i: int) -> np.ndarray:
        try:
            image = images[i]
            grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) if image.ndim == 3 else image
            found = cv2.SIFT_create(nfeatures=max_descriptors).detectAndCompute(grey, None)[1]
        except (InputError, cv2.error) as error:  # one bad picture must not end a run over thousands
            skipped[int(i)] = str(error).strip()
            found = None
        return np.zeros((0, 128), np.float32) if found is None else found

    rng = np.random.default_rng(seed)
    sample = np.sort(rng.choice(len(images), min(len(images), n_training), replace=False))
    with ThreadPoolExecutor(n_jobs or os.cpu_count()) as pool:
        training = np.concatenate([np.zeros((0, 128), np.float32), *pool.map(descriptors, sample)])
        if len(training) < n_words:
            raise InputError(
                f"{len(training)} SIFT descriptors in {len(sample)} pictures are too few for {n_words} words "
                f"({len(skipped)} of the pictures cannot be read); add pictures or lower n_words"
            )
        codebook = MiniBatchKMeans(n_words, batch_size=4096, n_init=1, random_state=seed).fit(training).cluster_centers_
        offset = (codebook**2).sum(axis=1) / 2

        def words(i: int) -> np.ndarray:
            found = descriptors(i)
            return np.bincount(np.argmin(offset - found @ codebook.T, axis=1), minlength=n_words)

        bar = progress(pool.map(words, range(len(images))), total=len(images), desc="SIFT words")
        counts = sparse.vstack([sparse.csr_matrix(row, dtype=np.float32) for row in bar], format="csr")
    return SiftWords(counts, codebook, dict(sorted(skipped.items())))
