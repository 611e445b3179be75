"""Intervals: over the queries by bootstrap, over the seeds by Student's t, and over both for a difference."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from wshash.errors import InputError


class Interval(NamedTuple):
    """A mean and its confidence limits: floats, or arrays where several columns were given."""

    mean: float | np.ndarray
    low: float | np.ndarray
    high: float | np.ndarray


def _resampled_means(values: np.ndarray, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Means of ``n_resamples`` samples of the rows with replacement: n_resamples×columns."""
    n = len(values)
    means = np.empty((n_resamples, values.shape[1]))
    step = max(1, (1 << 22) // n)
    for start in range(0, n_resamples, step):
        # How often each row is drawn is multinomial, so a matrix product resamples all columns at once.
        drawn = rng.multinomial(n, np.full(n, 1 / n), size=min(step, n_resamples - start))
        means[start : start + step] = drawn @ values / n
    return means


def _limits(means: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0))


def bootstrap(
    values: np.ndarray,
    other: np.ndarray | None = None,
    level: float = 0.95,
    n_resamples: int = 2000,
    random_state: int = 0,
) -> Interval:
    """Percentile bootstrap of the mean over the queries, or of the mean paired difference.

    Parameters
    ----------
    values : array, q or q×t
        A measure per query; columns (depths, ranks) are resampled together.
    other : array of the same shape, optional
        The same measure of another method on the same queries in the same order: the interval is of
        ``values − other``.
    level : float
        Confidence, between 0 and 1.
    n_resamples : int
    random_state : int

    Returns
    -------
    Interval
    """
    values = np.asarray(values, dtype=np.float64)
    if other is not None:
        if np.shape(other) != values.shape:
            raise InputError(
                f"shapes {values.shape} and {np.shape(other)}; a paired interval needs the same queries twice"
            )
        values = values - other
    if not len(values):
        raise InputError("an interval needs at least one query, got none")
    table = values[:, None] if values.ndim == 1 else values
    means = _resampled_means(table, n_resamples, np.random.default_rng(random_state))
    low, high = _limits(means, level)
    if values.ndim == 1:
        return Interval(float(values.mean()), float(low[0]), float(high[0]))
    return Interval(values.mean(axis=0), low, high)


def t_interval(values: Sequence[float], level: float = 0.95) -> Interval:
    """Student's t interval of the mean over the seeds; its limits are NaN for fewer than two.

    Parameters
    ----------
    values : float array, s or s×t
        One number per seed.
    level : float
    """
    values = np.asarray(values, dtype=np.float64)
    n, mean = len(values), np.mean(values, axis=0)
    if n < 2:
        return Interval(mean, mean * np.nan, mean * np.nan)
    half = stdtrit(n - 1, (1 + level) / 2) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return Interval(mean, mean - half, mean + half)


class PairedDifference(NamedTuple):
    """Mean of WS-X minus X, and how sure it is.

    Attributes
    ----------
    mean : float
    over_queries : Interval
        Bootstrap: other queries, the same trained models.
    over_seeds : Interval
        Student's t: other trainings, the same queries.
    over_both : Interval
        Bootstrap of seeds and queries together: other trainings and other queries.
    n_positive, n_seeds : int
        Seeds with a positive difference, and seeds.
    """

    mean: float
    over_queries: Interval
    over_seeds: Interval
    over_both: Interval
    n_positive: int
    n_seeds: int


def paired_difference(
    values: Sequence[np.ndarray],
    other: Sequence[np.ndarray],
    level: float = 0.95,
    n_resamples: int = 2000,
    random_state: int = 0,
) -> PairedDifference:
    """The difference of two methods over seeds and queries, e.g. WS-X minus X.

    Parameters
    ----------
    values, other : sequence of s float arrays
        Per seed, the measure per query; ``values[i]`` and ``other[i]`` on the same queries in the same order.
        Where all seeds have the same number of queries they are taken to be the same queries, and a query is
        drawn in all seeds at once; otherwise each seed's are drawn apart.
    level, n_resamples, random_state
        As in :func:`bootstrap`.

    Notes
    -----
    The bootstrap over both multiplies the weights of drawn seeds and drawn queries (the pigeonhole bootstrap,
    Owen, Annals of Applied Statistics 2007). It draws s − 1 of s seeds: with s draws it would understate
    their variance by the factor (s − 1)/s, which matters at 5 seeds (Rao & Wu, JASA 1988).
    """
    if len(values) != len(other) or not len(values):
        raise InputError(f"{len(values)} and {len(other)} seeds; a paired difference needs the same, at least one")
    differences = []
    for seed, (a, b) in enumerate(zip(values, other, strict=True)):
        if np.shape(a) != np.shape(b) or np.ndim(a) != 1 or not len(a):
            raise InputError(f"seed {seed}: measures of shape {np.shape(a)} and {np.shape(b)}; pair the same queries")
        differences.append(np.asarray(a, np.float64) - b)
    n_seeds = len(differences)
    rng = np.random.default_rng(random_state)
    per_seed = np.array([difference.mean() for difference in differences])
    if len({len(difference) for difference in differences}) == 1:
        means = _resampled_means(np.stack(differences, axis=1), n_resamples, rng)
    else:
        means = np.hstack([_resampled_means(d[:, None], n_resamples, rng) for d in differences])
    mean = float(per_seed.mean())
    over_queries = Interval(mean, *map(float, _limits(means.mean(axis=1), level)))
    over_both = Interval(mean, np.nan, np.nan)
    if n_seeds > 1:
        drawn = rng.multinomial(n_seeds - 1, np.full(n_seeds, 1 / n_seeds), size=n_resamples) / (n_seeds - 1)
        over_both = Interval(mean, *map(float, _limits((drawn * means).sum(axis=1), level)))
    over_seeds = Interval(*map(float, t_interval(per_seed, level)))
    return PairedDifference(mean, over_queries, over_seeds, over_both, int((per_seed > 0).sum()), n_seeds)
