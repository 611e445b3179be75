"""What a method learns from, and its fit: arrays in, a fitted estimator out."""

import numpy as np

from wshash.errors import InputError
from wshash.study.grid.threads import pinned_threads


def hidden_concepts(concepts: list[str], unseen: tuple[str, ...]) -> np.ndarray:
    """bool c: the concept is left out of supervision."""
    unknown = set(unseen) - set(concepts)
    if unknown or 0 < len(unseen) == len(concepts):
        raise InputError(
            f"unseen concepts {', '.join(sorted(unknown)) or 'are all that there are'}: choose some, not all, of "
            f"{', '.join(concepts)}"
        )
    return np.isin(concepts, unseen)


def labelled_rows(train: np.ndarray, share: float, seed: int) -> np.ndarray:
    """A share of the training rows, at random, at least two: those whose labels are seen.

    Parameters
    ----------
    train : int array
        Row numbers.
    share : float in (0, 1]
    seed : int
        Of the split.
    """
    n = max(2, round(share * len(train)))
    rng = np.random.default_rng([seed, 0x1ABE])
    return np.sort(rng.permutation(train)[:n])


def fit(estimator, X, *targets, threads: int = 1):
    """Fit on ``threads`` threads: sums in another order differ in the last bit."""
    with pinned_threads(threads):
        return estimator.fit(X, *targets)


def shuffled(targets: np.ndarray, seed: int) -> np.ndarray:
    """The placebo: the same targets, dealt out to the pictures at random."""
    return targets[np.random.default_rng(seed).permutation(len(targets))]
