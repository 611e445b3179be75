"""What a threshold parts: how many of the similar pairs Ω and of the dissimilar pairs Λ share a concept."""

import numpy as np
import pandas as pd

from wshash.errors import InputError
from wshash.tags.similarity import TagSimilarity


def relevance_above(
    similarity: TagSimilarity, labels, thresholds, n_pairs: int = 200_000, seed: int = 0
) -> pd.DataFrame:
    """How many pairs are above each threshold, and how many of them share a concept. Labels only judge here.

    Parameters
    ----------
    similarity : TagSimilarity
    labels : bool array, n×c
    thresholds : float or sequence of float
    n_pairs, seed : int
        Random pairs of known pictures on which everything is measured.

    Returns
    -------
    DataFrame, one row a threshold
        ``threshold``; ``share`` of pairs above it (in Ω); ``relevant_above`` and ``relevant_below``, the shares of
        these and of the others that have a concept in common, ``base`` of all; ``lift``, relevant_above / base, and
        ``lift_error``, its standard error over pictures. NaN where no pair lies.
    """
    labels = np.asarray(labels, bool)
    if len(labels) != similarity.n:
        raise InputError(f"{len(labels)} rows of labels for {similarity.n} pictures; both must be the same pictures")
    i, j = similarity.random_pairs(n_pairs, seed)
    s, relevant = similarity.pairs(i, j), (labels[i] & labels[j]).any(axis=1)
    rows = []
    for threshold in np.atleast_1d(thresholds):
        above = s > threshold
        p = _mean(relevant[above])
        rows.append(
            {
                "threshold": float(threshold),
                "share": above.mean(),
                "relevant_above": p,
                "relevant_below": _mean(relevant[~above]),
                "base": relevant.mean(),
                "lift": p / relevant.mean(),
                "lift_error": _lift_error(above, relevant, i, j) if above.any() else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _lift_error(above, relevant, i, j) -> float:
    """Standard error of the lift of the pairs (i, j).

    Pairs that share a picture are not independent, so what pairs add to the variance is summed by picture first
    (Fafchamps and Gubert 2007, "The formation of risk sharing networks", for pairs; to first order for the ratio).
    """
    base, p = relevant.mean(), relevant[above].mean()
    term = (above * (relevant - p) / above.mean() - p / base * (relevant - base)) / base
    by_picture = np.bincount(np.concatenate([i, j]), np.concatenate([term, term]))
    return np.sqrt(max((by_picture**2).sum() - (term**2).sum(), 0)) / len(term)


def _mean(x: np.ndarray) -> float:
    return x.mean() if len(x) else np.nan
