"""How long rows take to train on this machine, before one is made: some seconds of the work, measured."""

import os
import time
import warnings
from collections.abc import Iterable
from contextlib import redirect_stderr
from functools import cache
from io import StringIO

import numpy as np

from wshash.hashing.catalogue import LABELS, TAG_PAIRS, Method
from wshash.study.grid.config import StudyConfig
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.methods import Recipe, recipe

N, WIDTH, CONCEPTS, TAGS = 640, 1280, 24, 200  # pictures of a probe, their features, concepts and tags


def rows_seconds(config: StudyConfig, rows: Iterable[tuple[str, int, int]], n: int) -> float:
    """Seconds of one core that the training of rows takes; encoding and judging, a tenth of it, is left out.

    Of each method one training is begun on random data, once in a process; what a step takes there, times all
    steps.

    Parameters
    ----------
    config : StudyConfig
    rows : (method, n_bits, seed) of each
    n : int
        Training pictures.
    """
    work = set(rows)
    work |= {(start, *at) for name, *at in work if (start := recipe(name, config.preset).start)}  # each network once
    usual = round(np.mean([n_bits for _, n_bits, _ in work]))
    return sum(_fit_seconds(recipe(name, config.preset), usual, n, config.threads) for name, *_ in work)


def pictures_seconds(backbone: str, n: int, drawing: bool = True) -> float:
    """Seconds that looking at n pictures takes with all cores, and if asked drawing them as postcards."""
    from wshash.datasets.postcards import Postcards
    from wshash.vision import extract_features

    started = time.perf_counter()
    pictures = [picture for picture in Postcards(24)]
    drawn = (time.perf_counter() - started) / os.cpu_count() if drawing else 0
    with redirect_stderr(StringIO()):  # its bars would be of no use here
        extract_features(pictures[:2], backbone, workers=0)  # loads the network
        started = time.perf_counter()
        extract_features(pictures, backbone, workers=0)
    return (drawn + time.perf_counter() - started) * n / len(pictures)


def _fit_seconds(made: Recipe, n_bits: int, n: int, threads: int) -> float:
    estimator, (begin, each) = made.build(n_bits, 0), _pace(made.method, n_bits, threads)
    if not made.method.trains:
        return each * min(n, getattr(estimator, "n_labelled", None) or n)
    return begin + each * max(estimator.epochs * max(n // estimator.batch_size, 1), estimator.min_steps)


@cache  # asked for before pictures are drawn, and after
def _pace(method: Method, n_bits: int, threads: int) -> tuple[float, float]:
    """CPU seconds that a fit begins with, and those of a step; of what takes none, those of a picture."""
    estimator = method.load()(n_bits=n_bits)
    if not method.trains:  # linear in bits and in rows, of which KSH takes so many
        estimator.set_params(n_bits=max(1, n_bits // 8))
        seconds = min(_timed(estimator, method, threads) for _ in range(2))  # the first waits for libraries to load
        return 0.0, seconds * n_bits / estimator.n_bits / N
    _, few, more = (_timed(estimator.set_params(epochs=e, min_steps=0), method, threads) for e in (1, 1, 4))
    return few, max(more - few, 0) / (3 * max(N // estimator.batch_size, 1))


def _timed(estimator, method: Method, threads: int) -> float:
    """CPU seconds of a fit on random features, labels and tags."""
    from wshash.tags.similarity import TagSimilarity
    from wshash.tags.skipgram import TagVectors

    rng = np.random.default_rng(0)
    labels, names = rng.random((N, CONCEPTS)) < 0.13, [str(i) for i in range(TAGS)]
    X = rng.standard_normal((N, WIDTH), np.float32) + labels @ rng.standard_normal((CONCEPTS, WIDTH), np.float32)
    targets = []
    for kind in method.learns_from:
        if kind == TAG_PAIRS:
            vectors = TagVectors(names, rng.standard_normal((TAGS, 100), np.float32))
            tags = [[names[i] for i in rng.choice(TAGS, 4, replace=False)] for _ in range(N)]
            targets.append(TagSimilarity.from_tags(tags, vectors))
        else:
            targets.append(labels if kind == LABELS else rng.standard_normal((N, 100), np.float32))
    with pinned_threads(threads), warnings.catch_warnings(action="ignore"):  # of trainings that are too short
        started = time.process_time()
        estimator.fit(X, *targets)
    return time.process_time() - started
