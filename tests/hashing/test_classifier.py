"""The classifier baseline: its probabilities against scikit-learn's, its hashing against the definition."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from wshash.errors import InputError
from wshash.hashing import ClassifierHash


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.random((400, 5)) < 0.3
    return (y @ rng.normal(size=(5, 12)) + rng.normal(size=(400, 12))).astype(np.float32), y


def probabilities(fitted, X):
    return expit((X - fitted.mean_) / fitted.scale_ @ fitted.coef_ + fitted.intercept_)


@pytest.mark.parametrize("C", [0.01, 1.0])
def test_probabilities_are_those_of_scikit_learn(data, C):
    X, y = data
    fitted = ClassifierHash(C=C).fit(X, y)
    Z = StandardScaler().fit_transform(X)
    for label in range(5):
        expected = LogisticRegression(C=C, tol=1e-8, max_iter=1000).fit(Z, y[:, label]).predict_proba(Z)[:, 1]
        np.testing.assert_allclose(probabilities(fitted, X)[:, label], expected, atol=2e-3)
    losses = fitted.history_["loss"]
    assert fitted.n_iter_ == len(losses) and (np.diff(losses) <= 0).all()


@pytest.mark.parametrize("n_bits", [3, 5, 16])
def test_hashing_is_a_rotation_and_a_median(data, n_bits):
    X, y = data
    fitted = ClassifierHash(n_bits).fit(X, y)
    R = fitted.rotation_.astype(np.float64)
    np.testing.assert_allclose(R.T @ R if n_bits <= 5 else R @ R.T, np.eye(min(n_bits, 5)), atol=1e-5)
    if n_bits >= 5:  # an isometry: no information of the probabilities is lost before the signs
        np.testing.assert_allclose(pdist(fitted.embed(X)), pdist(probabilities(fitted, X)), atol=1e-5)
    assert (np.abs(fitted.transform(X).mean(axis=0) - 0.5) <= 1 / 400).all()


def test_separable_classes_get_codes_of_their_own():
    rng = np.random.default_rng(0)
    labels = rng.integers(4, size=200)
    X = 10 * np.eye(4)[labels] + rng.normal(size=(200, 4))
    codes = ClassifierHash(32, C=1.0).fit(X, labels).transform(X)
    distance = (codes[:, None] != codes).sum(axis=2)
    same = labels[:, None] == labels
    assert distance[same].mean() + 8 < distance[~same].mean()


def test_stopping_early_is_said(data):
    with pytest.warns(ConvergenceWarning, match="max_iter=2"):
        ClassifierHash(max_iter=2).fit(*data)


def test_bad_penalty_is_named(data):
    for C in (0, -1.0, np.nan):
        with pytest.raises(InputError, match="C="):
            ClassifierHash(C=C).fit(*data)
