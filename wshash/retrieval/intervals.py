"""Intervals of 95 %: over the seeds by Student's t, over the queries by bootstrap, and over both for a difference."""

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


def _percentiles(mean: float, means: np.ndarray) -> Interval:
    return Interval(mean, *np.quantile(means, [0.025, 0.975]).tolist())


def t_interval(values: Sequence[float]) -> Interval:
    """Student's t interval of the mean of s seeds' numbers (s, or s×t); its limits are NaN for fewer than two."""
    values = np.asarray(values, dtype=np.float64)
    n, mean = len(values), np.mean(values, axis=0)
    if n < 2:
        return Interval(mean, mean * np.nan, mean * np.nan)
    half = stdtrit(n - 1, 0.975) * values.std(axis=0, ddof=1) / np.sqrt(n)
    return Interval(mean, mean - half, mean + half)


class PairedDifference(NamedTuple):
    """Mean of WS-X minus X, and how sure it is."""

    mean: float
    over_queries: Interval  # bootstrap: other queries, the same trained models
    over_seeds: Interval  # Student's t: other trainings, the same queries
    over_both: Interval  # bootstrap of both: other trainings and other queries
    n_positive: int  # seeds with a positive difference
    n_seeds: int


def paired_difference(
    values: Sequence[np.ndarray], other: Sequence[np.ndarray], n_resamples: int = 2000, random_state: int = 0
) -> PairedDifference:
    """The difference of two methods over seeds and queries, e.g. WS-X minus X.

    Parameters
    ----------
    values, other : sequence of s float arrays, q
        Per seed, the measure per query: in all the same queries in the same order, at least one; else an InputError.
    n_resamples, random_state : int

    Notes
    -----
    The bootstrap over both multiplies the weights of drawn seeds and drawn queries (the pigeonhole bootstrap,
    Owen, Annals of Applied Statistics 2007). It draws s − 1 of s seeds: with s draws it would understate
    their variance by the factor (s − 1)/s, which matters at 5 seeds (Rao & Wu, JASA 1988).
    """
    shapes = {np.shape(array) for array in (*values, *other)}
    if len(values) != len(other) or len(shapes) != 1 or len(min(shapes)) != 1 or not min(shapes)[0]:
        raise InputError(
            f"{len(values)} and {len(other)} seeds, measures of shape {', '.join(map(str, sorted(shapes))) or 'none'}; "
            "a paired difference needs the same seeds and the same queries, at least one of each"
        )
    differences = np.subtract(values, other, dtype=np.float64)
    n_seeds = len(differences)
    rng = np.random.default_rng(random_state)
    per_seed = differences.mean(axis=1)
    means = _resampled_means(np.ascontiguousarray(differences.T), n_resamples, rng)
    mean = float(per_seed.mean())
    over_queries = _percentiles(mean, means.mean(axis=1))
    over_both = Interval(mean, np.nan, np.nan)
    if n_seeds > 1:
        drawn = rng.multinomial(n_seeds - 1, np.full(n_seeds, 1 / n_seeds), size=n_resamples) / (n_seeds - 1)
        over_both = _percentiles(mean, (drawn * means).sum(axis=1))
    over_seeds = Interval(*map(float, t_interval(per_seed)))
    return PairedDifference(mean, over_queries, over_seeds, over_both, int((per_seed > 0).sum()), n_seeds)
