"""Measures of a ranking with ties, in closed form from the counts per level.

A ranking is a sequence of *levels*: sets of items at one distance, between which no order is given. Arrays
are q×L, a row per query: ``n`` items and ``r`` relevant items per level, nearest level first; empty levels
are harmless. Numbers are expectations over all orders of the items within each level (McSherry & Najork, ECIR
2008; He et al., arXiv 1705.08562), or values under the best or worst order, as :func:`levels` was asked.
"""

import numpy as np
from scipy.stats import hypergeom


def levels(counts: np.ndarray, order: str = "expected") -> tuple[np.ndarray, np.ndarray]:
    """Items ``n`` and relevant items ``r`` of each level, from the irrelevant and the relevant ones, q×L×2.

    ``"best"`` cuts each level in two, the relevant items first, ``"worst"`` the irrelevant ones first: of the 2L levels
    no tie matters any more. ``"expected"`` leaves the levels as they are.
    """
    if order == "expected":
        return counts.sum(axis=2), counts[:, :, 1]
    n, relevant = (counts[:, :, ::-1], [1, 0]) if order == "best" else (counts, [0, 1])
    shape = len(counts), 2 * counts.shape[1]
    return n.reshape(shape), (n * np.array(relevant)).reshape(shape)


def _cumulative(counts: np.ndarray) -> np.ndarray:
    """q×(L+1): the sum over the levels before each level, and over all."""
    total = np.zeros((counts.shape[0], counts.shape[1] + 1), np.int64)
    np.cumsum(counts, axis=1, out=total[:, 1:])
    return total


def relevant_at(n: np.ndarray, r: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    """Relevant items among the first ``ranks``: linear in the rank within a level.

    ``R_{<τ} + (t − N_{<τ}) r_τ / n_τ`` with τ the level that holds rank t. Precision at t is this over t,
    recall is this over all relevant items.

    Parameters
    ----------
    n, r : int arrays, q×L
    ranks : int array, T
        From 1 to the number of items.
    """
    items, relevant = _cumulative(n), _cumulative(r)
    rows = np.arange(len(n))[:, None]
    # One search for all queries: shifted by more than the longest row, the rows' sums lie one after another.
    shift = rows * (items[:, -1].max(initial=0) + 1)
    level = np.searchsorted((items[:, 1:] + shift).ravel(), (np.asarray(ranks)[None, :] + shift).ravel())
    level = level.reshape(len(n), len(ranks)) - rows * n.shape[1]
    share = r[rows, level] / n[rows, level]
    return relevant[rows, level] + (np.asarray(ranks)[None, :] - items[rows, level]) * share


def _precisions(n, r, before, found, harmonic):
    """Expected sum of the precisions at the ranks of a level's relevant items, ``found`` ones among ``before`` items.

    ``r/n Σ_{t=before+1}^{before+n} [found + 1 + (t−before−1)(r−1)/(n−1)] / t``: a difference of harmonic numbers.
    """
    slope = (r - 1) / np.maximum(n - 1, 1)  # a level of one item has no second term
    start = found + 1 - slope * (before + 1)
    return r / np.maximum(n, 1) * (start * (harmonic[before + n] - harmonic[before]) + slope * n)


def _sums(n: np.ndarray, r: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Up to each level: items, relevant items, precisions at their ranks; and the harmonic numbers."""
    items, found = _cumulative(n), _cumulative(r)
    harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, items[:, -1].max(initial=0) + 1))])
    precisions = _precisions(n, r, items[:, :-1], found[:, :-1], harmonic)
    return items, found, np.cumsum(precisions, axis=1), harmonic  # one by one: empty levels must not change a bit


def average_precision(n: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Average precision over the whole ranking: the precision at each relevant item's rank, averaged; 0 without one."""
    _, found, precisions, _ = _sums(n, r)
    return precisions[:, -1] / np.maximum(found[:, -1], 1)


def average_precision_at(n: np.ndarray, r: np.ndarray, cut: int) -> np.ndarray:
    """Average precision over the first ``cut`` items: the mean over the relevant ones among these, as usual.

    How many these are is hypergeometric where ``cut`` parts a level; the expectation is over it too, with 0 for none.
    It is not monotone, [+ − +] has less than [+ − −], so that the best order of ties need not have the most: no bounds.
    """
    items, found, precisions, harmonic = _sums(n, r)
    out = np.empty(len(n))
    for q, level in enumerate((items[:, 1:] < cut).sum(axis=1)):  # the one that holds rank ``cut``
        before, size, good = items[q, level], n[q, level], r[q, level]
        taken = cut - before
        x = np.arange(max(0, taken - (size - good)), min(good, taken) + 1)
        total = _precisions(taken, x, before, found[q, level], harmonic) + (precisions[q, level - 1] if level else 0)
        out[q] = hypergeom.pmf(x, size, good, taken) @ (total / np.maximum(found[q, level] + x, 1))
    return out
