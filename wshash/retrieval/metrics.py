"""Measures of a ranking with ties, in closed form from the counts per level.

A ranking is a sequence of *levels*: sets of items at one distance, between which no order is given. Arrays
are q×L, a row per query: ``n`` items and ``r`` relevant items per level, nearest level first; empty levels
are harmless. Numbers are expectations over all orders of the items within each level (McSherry & Najork, ECIR
2008; He et al., arXiv 1705.08562), or values under the best or worst order, as :func:`level_sums` was asked.
"""

from math import exp, lgamma

import numpy as np
from numba import njit

from wshash.errors import InputError


def level_sums(counts: np.ndarray, value: np.ndarray, order: str = "expected") -> np.ndarray:
    """Sum over the items of each level of what an item of each grade is worth: items, relevant items, gains.

    Parameters
    ----------
    counts : int array, q×L×g
        Items per level and grade.
    value : array, g
        1 for every grade counts the items; 1 for the relevant grades counts the relevant ones.
    order : {"expected", "best", "worst"}
        ``"best"`` cuts each level into g, the highest grade first, ``"worst"`` the lowest first: no tie is left
        that matters. ``"expected"`` leaves the levels as they are.

    Returns
    -------
    array, q×L or q×(L·g)
    """
    if order == "expected":
        return counts @ value
    each = counts * value
    each = each[:, :, ::-1] if order == "best" else each
    return each.reshape(len(counts), each.shape[1] * each.shape[2])


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


@njit(nogil=True, cache=True)
def _precision_sum(n, r, cut, harmonic, out):
    """Sum of the precision at the rank of each relevant item among the first ``cut``.

    ``Σ_d (r_d/n_d) Σ_{t=N_{d−1}+1}^{N_d} [R_{d−1} + 1 + (t−N_{d−1}−1)(r_d−1)/(n_d−1)] / t``; the inner sum is a
    difference of harmonic numbers.
    """
    for q in range(n.shape[0]):
        before, found, total = 0, 0, 0.0  # items and relevant items in the levels so far
        for d in range(n.shape[1]):
            size, good = n[q, d], r[q, d]
            taken = min(size, cut - before)
            if taken > 0:
                slope = (good - 1) / max(size - 1, 1)  # a level of one item has no second term
                start = found + 1 - slope * (before + 1)
                total += good / size * (start * (harmonic[before + taken] - harmonic[before]) + slope * taken)
            before, found = before + size, found + good
        out[q] = total


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
    if denominator not in ("total", "found", "min(R,total)"):
        raise InputError(f"denominator {denominator!r} is unknown; choose 'total', 'found' or 'min(R,total)'")
    out, harmonic, total = np.zeros(len(n)), _harmonic(n), r.sum(axis=1)
    if denominator == "found" and cut is not None:
        _over_found(n, r, cut, harmonic, out)
        return out
    if denominator == "min(R,total)" and cut is not None:
        total = np.minimum(cut, total)
    _precision_sum(n, r, len(harmonic) - 1 if cut is None else cut, harmonic, out)
    return out / np.maximum(total, 1)


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
    per_grade = counts.sum(axis=1)[:, ::-1]
    ideal = dcg(per_grade, per_grade * gains[::-1], ranks)
    n, gain = level_sums(counts, np.ones_like(gains, dtype=np.int64), order), level_sums(counts, gains, order)
    return dcg(n, gain, ranks) / np.where(ideal > 0, ideal, 1.0)
