"""Measures of a ranking with ties, in closed form from the counts per level.

A ranking is a sequence of *levels*: sets of items at one distance, between which no order is given. Arrays
are q×L, a row per query: ``n`` items and ``r`` relevant items per level, nearest level first; empty levels
are harmless. Numbers are expectations over all orders of the items within each level (McSherry & Najork, ECIR
2008; He et al., arXiv 1705.08562). Counts that come from :func:`order_ties` give the best or the worst order.
"""

from math import exp, lgamma

import numpy as np
from numba import njit

from wshash.errors import InputError


def order_ties(counts: np.ndarray, order: str) -> np.ndarray:
    """Counts of a ranking in which each level is ordered by relevance: no tie is left that matters.

    Parameters
    ----------
    counts : int array, q×L×g
        Items per level and grade.
    order : {"expected", "best", "worst"}
        ``"best"`` puts the highest grade of each level first, ``"worst"`` the lowest, ``"expected"`` leaves
        the level as it is.

    Returns
    -------
    int array, q×L×g or q×(L·g)×g
    """
    if order == "expected":
        return counts
    q, levels, grades = counts.shape
    split = np.zeros((q, levels, grades, grades), counts.dtype)
    for place, grade in enumerate(range(grades) if order == "worst" else reversed(range(grades))):
        split[:, :, place, grade] = counts[:, :, grade]
    return split.reshape(q, levels * grades, grades)


def _cumulative(counts: np.ndarray) -> np.ndarray:
    """q×(L+1): the sum over the levels before each level, and over all."""
    total = np.zeros((counts.shape[0], counts.shape[1] + 1), np.int64)
    np.cumsum(counts, axis=1, out=total[:, 1:])
    return total


def _harmonic(n: np.ndarray) -> np.ndarray:
    """Harmonic numbers 0, 1, 3/2, ... up to the longest row of ``n``."""
    return np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, n.sum(axis=1).max(initial=0) + 1))])


def relevant_at(n: np.ndarray, r: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Relevant items among the first ``ranks``: linear in the rank within a level.

    ``R_{<τ} + (t − N_{<τ}) r_τ / n_τ`` with τ the level that holds rank t. Precision at t is this over t,
    recall is this over all relevant items.

    Parameters
    ----------
    n, r : int arrays, q×L
    ranks : int array, T
        From 1 to the number of items.

    Returns
    -------
    float64 array, q×T
    """
    items, relevant = _cumulative(n), _cumulative(r)
    rows = np.arange(len(n))[:, None]
    # One search for all queries: shifted by more than the longest row, the rows' sums lie one after another.
    shift = rows * (items[:, -1].max(initial=0) + 1)
    level = np.searchsorted((items[:, 1:] + shift).ravel(), (np.asarray(ranks)[None, :] + shift).ravel())
    level = level.reshape(len(n), len(ranks)) - rows * n.shape[1]
    share = r[rows, level] / n[rows, level]
    return relevant[rows, level] + (np.asarray(ranks)[None, :] - items[rows, level]) * share


def precision_sum(n: np.ndarray, r: np.ndarray, cut: int | None = None) -> np.ndarray:
    """Sum of the precision at the rank of each relevant item among the first ``cut``: average precision × R.

    ``Σ_d (r_d/n_d) Σ_{t=N_{d−1}+1}^{N_d} [R_{d−1} + 1 + (t−N_{d−1}−1)(r_d−1)/(n_d−1)] / t``; the inner sum
    is a difference of harmonic numbers.

    Returns
    -------
    float64 array, q
    """
    items, relevant, harmonic = _cumulative(n), _cumulative(r), _harmonic(n)
    cut = len(harmonic) - 1 if cut is None else min(cut, len(harmonic) - 1)
    low, high = np.minimum(items[:, :-1], cut), np.minimum(items[:, 1:], cut)
    slope = (r - 1) / np.maximum(n - 1, 1)  # a level of one item has no second term: there t − N − 1 is 0
    start = relevant[:, :-1] + 1 - slope * (items[:, :-1] + 1)
    share = r / np.maximum(n, 1)
    return (share * (start * (harmonic[high] - harmonic[low]) + slope * (high - low))).sum(axis=1)


@njit(nogil=True, cache=True)
def _over_found(n, r, cut, harmonic, out):
    for q in range(n.shape[0]):
        before, found, total = 0, 0, 0.0  # of the whole levels: items, relevant items, sum of precisions
        for d in range(n.shape[1]):
            size, good = n[q, d], r[q, d]
            taken = min(size, cut - before)
            if taken <= 0:
                continue
            value, gain = 0.0, 0.0
            for x in range(max(0, taken - (size - good)), min(good, taken) + 1):
                slope = (x - 1) / max(taken - 1, 1)
                start = found + 1 - slope * (before + 1)
                gain = x / taken * (start * (harmonic[before + taken] - harmonic[before]) + slope * taken)
                log_probability = (
                    lgamma(good + 1) - lgamma(x + 1) - lgamma(good - x + 1)
                    + lgamma(size - good + 1) - lgamma(taken - x + 1) - lgamma(size - good - taken + x + 1)
                    - lgamma(size + 1) + lgamma(taken + 1) + lgamma(size - taken + 1)
                )  # fmt: skip
                if found + x > 0:
                    value += exp(log_probability) * (total + gain) / (found + x)
            before, found, total = before + taken, found + good, total + gain
            out[q] = value


def average_precision(n: np.ndarray, r: np.ndarray, cut: int | None = None, denominator: str = "total") -> np.ndarray:
    """Average precision of the first ``cut`` items; 0 for a query without a relevant item.

    Parameters
    ----------
    n, r : int arrays, q×L
    cut : int, optional
        Default: the whole ranking, where the three denominators are the same.
    denominator : {"total", "found", "min(R,total)"}
        By what the sum of precisions is divided: all relevant items; those among the first ``cut`` (what most
        hashing repositories do; not monotone: [+ − +] scores less than [+ − −]); or the smaller of ``cut``
        and all relevant items, so that a perfect ranking scores 1. The number found is random where ``cut``
        falls inside a level; it is then hypergeometric, and the expectation is over it too.

    Returns
    -------
    float64 array, q
    """
    total = r.sum(axis=1)
    if denominator == "found" and cut is not None:
        out = np.zeros(len(n))
        _over_found(n.astype(np.int64), r.astype(np.int64), cut, _harmonic(n), out)
        return out
    if denominator not in ("total", "found", "min(R,total)"):
        raise InputError(f"denominator {denominator!r} is unknown; choose 'total', 'found' or 'min(R,total)'")
    if denominator == "min(R,total)" and cut is not None:
        total = np.minimum(cut, total)
    return precision_sum(n, r, cut) / np.maximum(total, 1)


def dcg(n: np.ndarray, gain: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Discounted cumulative gain ``Σ_{t≤rank} gain_t / log₂(t + 1)``; a level's items have its mean gain.

    Parameters
    ----------
    n : int array, q×L
    gain : float array, q×L
        Sum of the gains of the level's items.
    ranks : int array, T
        From 1 to the number of items.

    Returns
    -------
    float64 array, q×T
    """
    items = _cumulative(n)
    last = int(items[:, -1].max(initial=0))
    discount = np.concatenate([[0.0], np.cumsum(1.0 / np.log2(np.arange(2, last + 2)))])
    mean = gain / np.maximum(n, 1)
    out = np.empty((len(n), len(ranks)))
    for column, rank in enumerate(ranks):
        reached = discount[np.minimum(items, rank)]
        out[:, column] = (mean * np.diff(reached, axis=1)).sum(axis=1)
    return out


def ndcg(counts: np.ndarray, gains: np.ndarray, ranks: np.ndarray, order: str = "expected") -> np.ndarray:
    """Normalised DCG (Järvelin & Kekäläinen, TOIS 2002): DCG over that of the items sorted by gain.

    Parameters
    ----------
    counts : int array, q×L×g
    gains : float array, g
        Gain of an item of each grade, not falling, 0 at grade 0.
    ranks : int array, T
    order : {"expected", "best", "worst"}

    Returns
    -------
    float64 array, q×T
        0 where no item has a gain.
    """
    ordered = order_ties(counts, order)
    per_grade = counts.sum(axis=1)[:, ::-1]
    ideal = dcg(per_grade, per_grade * gains[::-1], ranks)
    return dcg(ordered.sum(axis=2), ordered @ gains, ranks) / np.where(ideal > 0, ideal, 1.0)
