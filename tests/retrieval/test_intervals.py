import numpy as np
import pytest
from scipy import stats

from wshash.errors import InputError
from wshash.retrieval import bootstrap, paired_difference, t_interval


def test_bootstrap_is_scipys_up_to_resampling():
    values = np.random.default_rng(0).beta(2, 5, 300)
    ours = bootstrap(values, n_resamples=5000)
    theirs = stats.bootstrap((values,), np.mean, n_resamples=5000, method="percentile", rng=1).confidence_interval
    width = theirs.high - theirs.low
    assert ours.mean == pytest.approx(values.mean())
    assert ours.low == pytest.approx(theirs.low, abs=0.05 * width)
    assert ours.high == pytest.approx(theirs.high, abs=0.05 * width)


def test_bootstrap_covers_the_true_mean_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = 0
    for seed in range(200):
        interval = bootstrap(rng.exponential(size=150), n_resamples=400, random_state=seed)
        covered += interval.low <= 1 <= interval.high
    assert 0.88 <= covered / 200 <= 0.99


def test_columns_are_resampled_together_and_the_seed_decides():
    values = np.random.default_rng(2).random((100, 3))
    interval = bootstrap(values, random_state=4)
    assert interval.low.shape == interval.mean.shape == (3,)
    one = bootstrap(values[:, 1], random_state=4)
    assert one == pytest.approx((interval.mean[1], interval.low[1], interval.high[1]))
    again = bootstrap(values, random_state=4)
    np.testing.assert_array_equal(interval.low, again.low)
    assert (bootstrap(values, random_state=5).low != interval.low).any()


def test_a_paired_interval_is_narrower_than_the_noise_that_both_share():
    rng = np.random.default_rng(3)
    shared = rng.random(400)
    a, b = shared + 0.02 + rng.normal(0, 0.01, 400), shared
    paired = bootstrap(a, b)
    assert paired.low > 0.01 and paired.high < 0.03
    alone = bootstrap(a)
    assert paired.high - paired.low < 0.1 * (alone.high - alone.low)


def test_t_interval_is_the_textbooks():
    values = [0.61, 0.63, 0.60, 0.64, 0.62]
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert t_interval(values) == pytest.approx((0.62, low, high))
    columns = t_interval(np.array([values, values[::-1]]).T)
    assert columns.low.shape == (2,)
    assert np.isnan(t_interval([0.5]).low)


def test_paired_difference_over_seeds_and_queries():
    """Its parts have the variances that a crossed design has: seeds, queries, and both."""
    rng = np.random.default_rng(4)
    n_seeds, n_queries = 8, 500
    seeds, queries = rng.normal(0, 0.02, n_seeds), rng.normal(0, 0.3, n_queries)
    values = [seeds[s] + queries + 0.05 for s in range(n_seeds)]
    found = paired_difference(values, [np.zeros(n_queries)] * n_seeds, n_resamples=8000)
    assert found.mean == pytest.approx(np.mean(values))
    assert (found.n_seeds, found.n_positive) == (n_seeds, sum(v.mean() > 0 for v in values))
    width = found.over_queries.high - found.over_queries.low
    assert width == pytest.approx(2 * 1.96 * queries.std() / n_queries**0.5, rel=0.06)
    assert found.over_seeds == pytest.approx(t_interval([v.mean() for v in values]))
    both = np.hypot(queries.std() / n_queries**0.5, seeds.std(ddof=1) / n_seeds**0.5)
    assert found.over_both.high - found.over_both.low == pytest.approx(2 * 1.96 * both, rel=0.06)


def test_seeds_with_queries_of_their_own_are_resampled_apart():
    rng = np.random.default_rng(5)
    values = [rng.normal(0.1, 1, n) for n in (200, 210, 190)]
    found = paired_difference(values, [np.zeros(len(v)) for v in values], n_resamples=6000)
    expected = np.sqrt(sum(v.var() / len(v) for v in values)) / 3
    assert found.over_queries.high - found.over_queries.low == pytest.approx(2 * 1.96 * expected, rel=0.06)


def test_one_seed_has_an_interval_over_queries_only():
    found = paired_difference([np.arange(10.0)], [np.zeros(10)])
    assert found.over_queries.low < 4.5 < found.over_queries.high
    assert np.isnan(found.over_seeds.low) and np.isnan(found.over_both.high)


def test_bad_input_is_named():
    with pytest.raises(InputError, match="same queries"):
        bootstrap(np.zeros(3), np.zeros(4))
    with pytest.raises(InputError, match="at least one"):
        bootstrap(np.zeros(0))
    with pytest.raises(InputError, match="seeds"):
        paired_difference([np.zeros(3)], [])
    with pytest.raises(InputError, match="seed 1"):
        paired_difference([np.zeros(3)] * 2, [np.zeros(3), np.zeros(4)])
