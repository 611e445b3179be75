"""ITQ: rotation, falling error, a known answer."""

import numpy as np
import pytest

from wshash.errors import InputError
from wshash.hashing import ITQ


@pytest.fixture(scope="module")
def X():
    rng = np.random.default_rng(0)
    return (rng.normal(size=(400, 30)) @ rng.normal(size=(30, 30)) + 3).astype(np.float32)


def test_projection_is_a_rotation_of_the_principal_directions(X):
    fitted = ITQ(10).fit(X)
    W = fitted.projection_.astype(np.float64)
    np.testing.assert_allclose(W.T @ W, np.eye(10), atol=1e-5)
    directions = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[2][:10]
    np.testing.assert_allclose(W @ W.T, directions.T @ directions, atol=1e-4)  # one and the same subspace


def test_quantisation_error_never_rises_and_is_what_it_says(X):
    fitted = ITQ(10, n_iter=30).fit(X)
    losses = fitted.history_["loss"]
    assert len(losses) == 31 and (np.diff(losses) <= 1e-9 * losses[0]).all() and losses[-1] < losses[0] - 1
    embedding = fitted.embed(X)
    signs = np.where(fitted.transform(X) == 1, 1, -1)
    assert losses[-1] == pytest.approx(((signs - embedding) ** 2).sum() / len(X), rel=1e-4)


def test_no_step_of_a_random_search_over_rotations_beats_procrustes(X):
    fitted = ITQ(10, n_iter=200).fit(X)
    V = fitted.embed(X).astype(np.float64)
    B = np.where(V > 0, 1, -1)
    rng = np.random.default_rng(0)
    for scale in (1e-3, 1e-2, 1e-1, 1):
        for _ in range(20):
            R = np.linalg.qr(np.eye(10) + scale * rng.normal(size=(10, 10)))[0]
            R *= np.sign(np.diag(R))
            assert ((B - V) ** 2).sum() <= ((B - V @ R) ** 2).sum() + 1e-6 * V.size


def test_four_clusters_on_the_axes_get_the_four_corners():
    # Turned by 45°, the clusters at distance √2 on the axes are the corners (±1, ±1): no error is left.
    corners = np.sqrt(2) * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    X = np.repeat(corners, 25, axis=0) + 0.01 * np.random.default_rng(0).normal(size=(100, 2))
    fitted = ITQ(2).fit(X)
    codes = fitted.transform(X)
    assert len(np.unique(codes, axis=0)) == 4
    assert all(len(np.unique(codes[i : i + 25], axis=0)) == 1 for i in range(0, 100, 25))
    assert fitted.history_["loss"][-1] < 0.001 < fitted.history_["loss"][0]


def test_row_order_changes_nothing(X):
    order = np.random.default_rng(1).permutation(len(X))
    codes = ITQ(12).fit(X).transform(X)
    assert (ITQ(12).fit(X[order]).transform(X) != codes).mean() < 1e-3


@pytest.mark.parametrize("rows, directions", [(400, 30), (9, 8)])
def test_more_bits_than_directions(X, rows, directions):
    ITQ(directions).fit(X[:rows])
    with pytest.raises(InputError, match=f"varies in {directions} directions.*LSH"):
        ITQ(directions + 1).fit(X[:rows])
