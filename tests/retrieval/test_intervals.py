from itertools import product

import numpy as np
import pytest
from scipy import stats

from wshash.errors import InputError
from wshash.retrieval import paired_difference, t_interval
from wshash.retrieval.intervals import _resampled_means


def difference(per_seed, **options):
    """Of values against zeros."""
    return paired_difference(per_seed, [np.zeros(len(values)) for values in per_seed], **options)


def test_over_queries_it_is_scipys_bootstrap_up_to_resampling():
    values = np.random.default_rng(0).beta(2, 5, 300)
    ours = difference([values], n_resamples=5000).over_queries
    theirs = stats.bootstrap((values,), np.mean, n_resamples=5000, method="percentile", rng=1).confidence_interval
    width = theirs.high - theirs.low
    assert ours.mean == pytest.approx(values.mean())
    assert ours.low == pytest.approx(theirs.low, abs=0.05 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.05 * width)


def test_the_interval_over_queries_covers_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = 0
    for seed in range(200):
        interval = difference([rng.exponential(size=150)], n_resamples=400, random_state=seed).over_queries
        covered += interval.low <= 1 <= interval.high
    assert 0.88 <= covered / 200 <= 0.99


def test_resampled_means_are_those_of_drawn_rows():
    """All columns by the same rows, in whatever pieces they are drawn (of 3,000 rows, 1,398 resamples at a time)."""
    values = np.random.default_rng(0).random((3000, 2))
    means = _resampled_means(values, 1500, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    for resample in range(1500):
        drawn = np.repeat(values, rng.multinomial(3000, np.full(3000, 1 / 3000)), axis=0)
        if resample in (0, 1397, 1398, 1499):
            np.testing.assert_allclose(means[resample], drawn.mean(axis=0))


def test_more_queries_than_are_drawn_at_once():
    values = np.arange(2**22 + 1, dtype=float)[:, None]
    means = _resampled_means(values, 2, np.random.default_rng(0))
    assert means.ravel() == pytest.approx(np.full(2, values.mean()), rel=2e-3) and means[0] != means[1]


def test_the_seed_decides():
    values = list(np.random.default_rng(2).random((3, 100)))
    found = difference(values)
    assert found == difference(values, n_resamples=2000, random_state=0)
    assert found != difference(values, random_state=5) and found != difference(values, n_resamples=2001)


def test_a_paired_interval_is_narrower_than_the_noise_that_both_share():
    rng = np.random.default_rng(3)
    shared = rng.random(400)
    a, b = shared + 0.02 + rng.normal(0, 0.01, 400), shared
    paired = paired_difference([a], [b])
    assert paired.mean == pytest.approx((a - b).mean()) and paired.n_positive == 1
    assert paired.over_queries.low > 0.01 and paired.over_queries.high < 0.03
    alone = difference([a]).over_queries
    assert paired.over_queries.high - paired.over_queries.low < 0.1 * (alone.high - alone.low)
    assert paired_difference([b], [a]).n_positive == 0


def test_t_interval_is_the_textbooks():
    values = [0.61, 0.63, 0.60, 0.64, 0.62]
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert t_interval(values) == pytest.approx((0.62, low, high))
    columns = t_interval(np.array([values, [x**2 for x in values]]).T)
    assert columns.low.shape == columns.mean.shape == (2,)
    assert [x[0] for x in columns] == pytest.approx(t_interval(values))
    assert [x[1] for x in columns] == pytest.approx(t_interval([x**2 for x in values]))
    two = t_interval([1.0, 3.0])  # the quantile for one degree of freedom is 12.706, the standard error 1
    assert two == pytest.approx((2, 2 - 12.7062, 2 + 12.7062), abs=1e-4)
    one = t_interval([0.5])
    assert one.mean == 0.5 and np.isnan(one.low) and np.isnan(one.high)


def test_paired_difference_over_seeds_and_queries():
    """Its parts have the variances that a crossed design has: seeds, queries, and both."""
    rng = np.random.default_rng(4)
    n_seeds, n_queries = 8, 500
    seeds, queries = rng.normal(0, 0.02, n_seeds), rng.normal(0, 0.3, n_queries)
    values = [seeds[s] + queries + 0.05 for s in range(n_seeds)]
    found = difference(values, n_resamples=8000)
    assert found.mean == found.over_queries.mean == found.over_both.mean == pytest.approx(np.mean(values))
    assert (found.n_seeds, found.n_positive) == (n_seeds, sum(v.mean() > 0 for v in values))
    width = found.over_queries.high - found.over_queries.low
    assert width == pytest.approx(2 * 1.96 * queries.std() / n_queries**0.5, rel=0.06)
    assert found.over_seeds == pytest.approx(t_interval([v.mean() for v in values]))
    both = np.hypot(queries.std() / n_queries**0.5, seeds.std(ddof=1) / n_seeds**0.5)
    assert found.over_both.high - found.over_both.low == pytest.approx(2 * 1.96 * both, rel=0.06)


def test_over_both_three_of_four_seeds_are_drawn():
    """Queries all alike, seeds 0, 1, 2 and 3: what is left is the mean of three seeds drawn with replacement.

    All three are 0 in 1 of 64 draws, less than 2.5 %, and their sum is 0 or 1 in 4 of 64: the lower limit is 1/3. Of
    four drawn seeds it would be 2/4.
    """
    found = difference([np.full(9, float(seed)) for seed in range(4)], n_resamples=20_000)
    assert (found.over_both.low, found.over_both.high) == pytest.approx((1 / 3, 3 - 1 / 3))
    means = [sum(seeds) / 3 for seeds in product(range(4), repeat=3)]
    assert (found.over_both.low, found.over_both.high) == pytest.approx(np.quantile(means, [0.025, 0.975]))
    assert found.over_queries == pytest.approx((1.5, 1.5, 1.5))
    assert found.n_positive == 3  # a difference of 0 is none


def test_a_query_is_drawn_in_all_seeds_at_once():
    """Two seeds whose queries cancel: the mean over both seeds is the same whichever queries are drawn."""
    values = np.random.default_rng(0).normal(size=50)
    found = difference([1 + values, 1 - values])
    assert found.over_queries == pytest.approx((1, 1, 1))
    assert found.over_both.low < 0.9 and found.over_both.high > 1.1


def test_one_seed_has_an_interval_over_queries_only():
    found = difference([np.arange(10.0)])
    assert found.over_queries.low < 4.5 < found.over_queries.high
    assert found.n_seeds == 1 and found.over_seeds.mean == found.over_both.mean == 4.5
    assert np.isnan([*found.over_seeds[1:], *found.over_both[1:]]).all()


def test_halves_and_singles_are_subtracted_as_doubles():
    a, b = np.float32([0.1, 0.2]), np.float32([1e-9, 0.1])
    assert paired_difference([a], [b]).mean == (a.astype(float) - b).mean()


@pytest.mark.parametrize(
    ("values", "other", "message"),
    [
        ([np.zeros(3)], [], "1 and 0 seeds"),
        ([], [], "0 and 0 seeds, measures of shape none"),
        ([np.zeros(0)], [np.zeros(0)], "at least one of each"),
        ([np.zeros(3)] * 2, [np.zeros(3), np.zeros(4)], r"shape \(3,\), \(4,\)"),
        ([np.zeros(3), np.zeros(4)], [np.zeros(3), np.zeros(4)], r"shape \(3,\), \(4,\)"),
        ([np.zeros((3, 2))], [np.zeros((3, 2))], r"shape \(3, 2\)"),
        ([1.0], [1.0], r"shape \(\)"),
    ],
)
def test_bad_input_is_named(values, other, message):
    with pytest.raises(InputError, match=message):
        paired_difference(values, other)
