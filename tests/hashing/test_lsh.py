"""LSH: the collision probability that defines it, and the centring."""

import numpy as np
import pytest

from wshash.hashing import LSH


@pytest.mark.parametrize("degrees", [30, 60, 90, 150])
def test_bits_differ_with_probability_angle_over_pi(degrees):
    theta = np.deg2rad(degrees)
    pair = np.zeros((2, 12))
    pair[0, 0], pair[1, 0], pair[1, 7] = 1, 3 * np.cos(theta), 3 * np.sin(theta)  # lengths do not matter
    codes = [LSH(256, random_state=seed, center=False).fit_transform(pair) for seed in range(40)]
    differing = np.mean([a != b for a, b in codes])
    # 10,240 independent bits: four standard deviations are at most 0.02. (1 - cos θ)/2, what one might think
    # instead, is .10 away at 30°, and 0.07 or more off at 60° and 150°.
    deviation = np.sqrt(theta / np.pi * (1 - theta / np.pi) / 10_240)
    assert abs(differing - theta / np.pi) < 4 * deviation


def test_hyperplanes_are_standard_normal():
    planes = LSH(256).fit(np.random.default_rng(0).normal(size=(5, 400))).hyperplanes_.ravel()
    assert abs(planes.mean()) < 4 / np.sqrt(planes.size)
    assert abs(planes.var() - 1) < 4 * np.sqrt(2 / planes.size)


def test_centred_on_the_training_mean():
    rng = np.random.default_rng(0)
    X, new = rng.normal(size=(300, 20)) + 5, rng.normal(size=(50, 20)) + 5
    fitted = LSH(32).fit(X)
    np.testing.assert_allclose(fitted.embed(new), (new - X.mean(axis=0)) @ fitted.hyperplanes_, atol=1e-4)
    # Far from the origin nearly all rows lie on one side of a plane through it; centred, about half do.
    minority = {c: np.minimum(b := LSH(32, center=c).fit_transform(X).mean(axis=0), 1 - b) for c in (True, False)}
    assert np.median(minority[True]) > 0.4 and np.median(minority[False]) < 0.2
    assert not LSH(center=False).fit(X).mean_.any()


def test_the_mean_is_summed_in_double_precision():
    X = (1e4 + np.random.default_rng(0).random((5000, 3))).astype(np.float32)
    np.testing.assert_array_equal(LSH(4).fit(X).mean_, X.astype(np.float64).mean(axis=0).astype(np.float32))
    assert (LSH(4).fit(X).mean_ != X.mean(axis=0)).any()
