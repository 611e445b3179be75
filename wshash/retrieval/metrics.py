"""Measures of a ranking with ties, in closed form from the counts per level.

A ranking is a sequence of *levels*: sets of items at one distance, between which no order is given. Arrays
are q×L, a row per query: ``n`` items and ``r`` relevant items per level, nearest level first; empty levels
are harmless. Numbers are expectations over all orders of the items within each level (McSherry & Najork, ECIR
2008; He et al., arXiv 1705.08562), or values under the best or worst order, as :func:`levels` was asked.
"""

import numpy as np


def levels(counts: np.ndarray, order: str = "expected") -> tuple[np.ndarray, np.ndarray]:
    """Items and relevant items of each level.

    Parameters
    ----------
    counts : int array, q×L×2
        Irrelevant and relevant items per level.
    order : {"expected", "best", "worst"}
        ``"best"`` cuts each level in two, the relevant items first, ``"worst"`` the irrelevant ones first: no tie is
        left that matters. ``"expected"`` leaves the levels as they are.

    Returns
    -------
    n, r : int arrays, q×L or q×2L
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


def average_precision(n: np.ndarray, r: np.ndarray) -> np.ndarray:
    """Average precision over the whole ranking: the precision at the rank of each relevant item, averaged.

    Its sum is ``Σ_d (r_d/n_d) Σ_{t=N_{d−1}+1}^{N_d} [R_{d−1} + 1 + (t−N_{d−1}−1)(r_d−1)/(n_d−1)] / t``; the inner
    sum is a difference of harmonic numbers.

    Parameters
    ----------
    n, r : int arrays, q×L

    Returns
    -------
    float64 array, q
        0 for a query without a relevant item.
    """
    items, found = _cumulative(n), _cumulative(r)
    harmonic = np.concatenate([[0.0], np.cumsum(1.0 / np.arange(1, items[:, -1].max(initial=0) + 1))])
    slope = (r - 1) / np.maximum(n - 1, 1)  # a level of one item has no second term
    start = found[:, :-1] + 1 - slope * (items[:, :-1] + 1)
    inner = start * (harmonic[items[:, 1:]] - harmonic[items[:, :-1]]) + slope * n
    total = np.cumsum(r / np.maximum(n, 1) * inner, axis=1)[:, -1]  # one by one: empty levels must not change a bit
    return total / np.maximum(found[:, -1], 1)
