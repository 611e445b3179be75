"""The collection: pictures drawn when asked for, labels and tags known from the start."""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal
from zipfile import BadZipFile

import joblib
import numpy as np
from joblib.externals.loky import get_reusable_executor

from wshash.atomic import atomic
from wshash.datasets.base import TaggedImages
from wshash.datasets.options import check, checked
from wshash.datasets.postcards import folksonomy
from wshash.datasets.postcards.concepts import CONCEPTS, SIGHTS, shares, tiers
from wshash.datasets.postcards.drawing import draw, drawing_version, sights
from wshash.errors import InputError
from wshash.paths import runs_root
from wshash.progress import progress

BLOCK, CHUNK = 1000, 50  # pictures to a cache file; pictures to a task
N, SIZE, MIN_SIZE = 6000, 128, 32


class Postcards(Sequence):
    """Pictures 0 to n-1 of the collection ``seed``, drawn when asked for.

    ``self[i]`` is a uint8 array, size×size×3, RGB: the same bytes for the same (seed, i, size) in every process and
    whatever n.
    """

    def __init__(self, n: int, seed: int = 0, size: int = SIZE):
        self.n, self.seed, self.size = n, seed, size

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, i: int) -> np.ndarray:
        i = int(i)
        if not -self.n <= i < self.n:
            raise IndexError(f"picture {i} of {self.n}")
        return draw(self.seed, i % self.n, self.size)[0]

    @property
    def fingerprint(self) -> str:
        """Seed, size and version of the drawing code."""
        return f"postcards-{drawing_version()}-seed{self.seed}-{self.size}px"

    def digests(self) -> list[str]:
        """What identifies each picture."""
        return [f"{self.fingerprint}-{i}" for i in range(self.n)]


def _look(seed: int, first: int, last: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of the concepts and sights seen in pictures first to last-1, without keeping the pictures."""
    share = np.zeros((last - first, len(CONCEPTS)), np.float32)
    seen = np.zeros((last - first, len(SIGHTS)), bool)
    for k in range(last - first):
        picture, surface, facts = draw(seed, first + k, size)
        share[k], seen[k] = shares(surface), np.isin(SIGHTS, sights(picture, facts))
    return share, seen


def _table(n: int, seed: int, size: int, n_jobs: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares n×24 and sights n×12 of the first n pictures, from the cache as far as it reaches.

    A cache file holds the first pictures of a block; what is missing is drawn, in parallel, and added to it.
    """
    folder = _folder(seed, size)
    blocks = {start: [_stored(folder / f"{start:08d}.npz")] for start in range(0, n, BLOCK)}
    missing = [
        (start, first, min(first + CHUNK, start + BLOCK, n))
        for start, parts in blocks.items()
        for first in range(start + len(parts[0][0]), min(start + BLOCK, n), CHUNK)
    ]
    parallel = joblib.Parallel(n_jobs=n_jobs if len(missing) > 2 else 1, return_as="generator")
    drawn = parallel(joblib.delayed(_look)(seed, first, last, size) for _, first, last in missing)
    with progress(total=sum(last - first for _, first, last in missing), desc="drawing postcards") as bar:
        for (start, first, last), part in zip(missing, drawn, strict=True):
            blocks[start].append(part)
            bar.update(last - first)
            if last in (start + BLOCK, n):
                blocks[start] = [tuple(np.concatenate(column) for column in zip(*blocks[start], strict=True))]
                _store(folder / f"{start:08d}.npz", *blocks[start][0])
    if len(missing) > 2:  # the workers would wait for more, and be reported as leaked where the command is stopped
        get_reusable_executor().shutdown(wait=True)
    share, seen = (np.concatenate([parts[0][k] for parts in blocks.values()])[:n] for k in range(2))
    return share, seen


def _folder(seed: int, size: int) -> Path:
    return runs_root() / "postcards" / f"{drawing_version()}-seed{seed}-{size}px"


def is_drawn(name: str, /, **options) -> bool:
    """Whether all of a collection was drawn before; options as of :func:`load`, and as strictly."""
    check(load, name, options)
    _check_ranges(name, **options)
    n = options.get("n", N)
    folder = _folder(options.get("seed", 0), options.get("size", SIZE))
    return all(len(_stored(folder / f"{i:08d}.npz")[0]) >= min(BLOCK, n - i) for i in range(0, n, BLOCK))


def _check_ranges(name, n=1, seed=0, size=MIN_SIZE, tag_noise=0.0, tag_seed=0, **_) -> None:
    for label, value, least in (("n", n, 1), ("seed", seed, 0), ("size", size, MIN_SIZE), ("tag_seed", tag_seed, 0)):
        if value < least:
            raise InputError(f"{name}: {label} must be at least {least}, got {value!r}")
    if not 0 <= tag_noise <= 1:
        raise InputError(f"{name}: tag_noise must lie between 0 and 1, got {tag_noise!r}")


def _stored(path: Path) -> tuple[np.ndarray, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return stored["share"], stored["seen"]
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, BadZipFile, zlib.error):  # not there, or damaged
        return np.zeros((0, len(CONCEPTS)), np.float32), np.zeros((0, len(SIGHTS)), bool)


def _store(path: Path, share: np.ndarray, seen: np.ndarray) -> None:
    with atomic(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, share=share, seen=seen)


@checked
def load(
    name: str,
    folder: object = None,
    n: int = N,
    seed: int = 0,
    size: int = SIZE,
    tag_noise: float = folksonomy.TAG_NOISE,
    tag_seed: int = 0,
    untagged: Literal["drop", "keep"] = "drop",
    n_jobs: int = -1,
) -> TaggedImages:
    """Draw a collection of postcards.

    Parameters
    ----------
    name : str
    folder : ignored
        Nothing is read; what was seen in the pictures is cached under ``runs/postcards``.
    n : int
        Number of pictures. A larger collection begins with the pictures, labels and tags of a smaller one.
    seed : int
        Of the collection.
    size : int
        Side of the pictures in pixels, at least 32.
    tag_noise : float in [0, 1]
        Share of tags that are not about the picture: 0, all are; 1, none is.
    tag_seed : int
        Of the tagging: another one leaves pictures and labels as they are.
    untagged : {"drop", "keep"}
        ``"drop"``: all n pictures have tags. ``"keep"``: 22 % of the n have none, as on MIRFLICKR; the tags of the
        others stay the same.
    n_jobs : int
        Processes to draw with; -1: one for each core.

    Returns
    -------
    TaggedImages
        ``labels`` are the visible tier, ``salient`` the main concepts (at most three a picture); both count visible
        pixels, see ``concepts.MINIMA``.

    Raises
    ------
    InputError
        A parameter outside its range.

    Notes
    -----
    Chance, the probability that two random pictures share a visible concept, is kept in the range of photographs
    (MIRFLICKR: .55) by two rules: half of the scenes show no sky or little, and what is frequent (sky, grass) counts
    only where it takes a good part of the picture. On the default 6,000 pictures it is .47, and .13 for salient
    concepts; a picture has 3.2 visible and 1.7 salient concepts; sky, the most frequent, is in .52 of them.

    The tags imitate those of 11,644 MIRFLICKR photos: their number (mean 4.5, median 4, 17 % with one; here 4.7, 4
    and 17 %), names that are right but mostly missing (precision / recall of "sunset" .86/.24, "sky" .96/.12,
    "clouds" .95/.16; here .84/.28, .92/.16, .94/.14), and cameras, years, groups and moods among the most frequent.
    What share of them is not about the picture, ``tag_noise``, is calibrated on one number, the lift: how much more
    often than chance pairs above a quantile of eq. (1) share a concept, with skip-gram vectors of default settings
    (``benchmarks/calibrate_postcards.py``). Above the 90 % quantile it is 1.27 on MIRFLICKR and 1.25 here, above the
    95 % quantile 1.32 and 1.27; the number of epochs that skip-gram settles on moves it by .03.
    At ``tag_noise=0`` it is about 1.9 and 2.0; at 1 there is none (1.00).
    """
    _check_ranges(name, n, seed, size, tag_noise, tag_seed)
    n, seed, size = int(n), int(seed), int(size)
    share, seen = _table(n, seed, size, n_jobs)
    visible, salient = tiers(share)
    names = np.array(list(SIGHTS))
    tags = folksonomy.tag(visible, salient, [names[row] for row in seen], seed, tag_noise, tag_seed)
    report = {"pictures": n, "without any concept": int((~visible.any(axis=1)).sum())}
    if untagged == "keep":
        bare = np.random.default_rng([seed, 0xBA2E]).random(n) < folksonomy.UNTAGGED
        tags = [[] if empty else row for empty, row in zip(bare, tags, strict=True)]
        report["without tags"] = int(bare.sum())
    return TaggedImages(
        name=name,
        images=Postcards(n, seed, size),
        tags=tags,
        labels=visible,
        concepts=list(CONCEPTS),
        ids=[f"postcard{i:06d}" for i in range(n)],
        salient=salient,
        report=report,
    )
