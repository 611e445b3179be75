"""KSH: every step against a plain derivation of the authors' definition, and a task with a known answer."""

import numpy as np
import pytest
from scipy.linalg import eig
from scipy.optimize import approx_fprime
from scipy.spatial.distance import cdist
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.metrics.pairwise import rbf_kernel
from threadpoolctl import threadpool_info, threadpool_limits

from wshash.errors import InputError
from wshash.hashing import KSH, LSH
from wshash.hashing.ksh import Residue, minimise_smoothed, smoothed_objective


def multi_label(n=120, d=6, c=5, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.random((n, c)) < 0.3
    return (y @ rng.normal(size=(c, d)) + rng.normal(size=(n, d))).astype(np.float32), y


def S0_by_loop(y):
    return np.array([[1.0 if (a & b).any() else -1.0 for b in y] for a in y])


def sign(z):
    return np.where(z > 0, 1.0, -1.0)


def plain_minimise(a0, K, S, max_iter):
    """OptProjectionFast.m in plain steps: K applied to each vector, S dense."""

    def g(a):
        b = 2 * expit(K @ a) - 1
        return -b @ S @ b, -K.T @ ((S @ b) * (1 - b**2))

    a1, beta, deltas = a0, 1.0, [0.0, 1.0]
    cost = g(a0)[0]
    for _ in range(max_iter):
        v = a1 + (deltas[-2] - 1) / deltas[-1] * (a1 - a0)
        g_v, gradient = g(v)
        for j in range(51):
            z = v - gradient / (2**j * beta)
            g_z = g(z)[0]
            if g_z <= g_v + gradient @ (z - v) + 2**j * beta / 2 * ((z - v) @ (z - v)):
                break
        else:
            return a1
        beta *= 2**j
        a0, a1 = a1, z
        if abs(g_z - cost) / len(K) <= 1e-2:
            return a1
        cost = g_z
        deltas.append((1 + np.sqrt(1 + 4 * deltas[-1] ** 2)) / 2)
    return a1


def plain_ksh(K, S0, k, max_iter, ridge):
    S, vectors, accepted = k * S0, [], []
    for _ in range(k):
        R = K.T @ K
        values, candidates = eig(K.T @ S @ K, R + ridge * R.diagonal().mean() * np.eye(len(R)))
        a = candidates[:, np.argmax(values.real)].real
        a = a * np.sqrt(len(K) / (a @ K.T @ K @ a))
        smoothed = plain_minimise(a, K, S, max_iter)
        y, y_smoothed = sign(K @ a), sign(K @ smoothed)
        accepted.append(bool(y_smoothed @ S @ y_smoothed > y @ S @ y))
        if accepted[-1]:
            a, y = smoothed, y_smoothed
        S = S - np.outer(y, y)
        vectors.append(a)
    return np.array(vectors).T, accepted, S


def test_residue_is_the_dense_matrix():
    _, y = multi_label()
    y = y[y.any(axis=1)]
    rng = np.random.default_rng(0)
    S, dense, K = Residue(y, 7), 7 * S0_by_loop(y), rng.normal(size=(len(y), 4))
    for _ in range(3):
        b = rng.normal(size=len(y))
        np.testing.assert_allclose(S @ b, dense @ b)
        np.testing.assert_allclose(S.within(K), K.T @ dense @ K)
        bit = sign(rng.normal(size=len(y)))
        S.subtract(bit)
        dense -= np.outer(bit, bit)


def test_objective_against_a_double_loop_and_gradient_against_differences():
    rng = np.random.default_rng(0)
    K, a = rng.normal(size=(15, 4)), rng.normal(size=4)
    S = rng.normal(size=(15, 15))
    S += S.T
    value, gradient = smoothed_objective(K @ a, S)

    def phi(z):
        return 2 / (1 + np.exp(-z)) - 1

    loop = -sum(phi(K[i] @ a) * S[i, j] * phi(K[j] @ a) for i in range(15) for j in range(15))
    assert value == pytest.approx(loop)
    differences = approx_fprime(a, lambda a: smoothed_objective(K @ a, S)[0], 1e-6)
    np.testing.assert_allclose(K.T @ gradient, differences, rtol=1e-4, atol=1e-4)
    assert np.isfinite(smoothed_objective(np.array([1e4, -1e4]), np.eye(2))[0])  # e^10000 is not


def test_minimiser_follows_the_authors_and_goes_down():
    X, y = multi_label()
    y = y[y.any(axis=1)]
    rng = np.random.default_rng(0)
    K, a = rng.normal(size=(len(y), 6)), rng.normal(size=6)
    costs = []
    for steps in (0, 1, 2, 5, 20, 500):
        S = Residue(y, 8)
        found = minimise_smoothed(a, K, S, steps)
        np.testing.assert_allclose(found, plain_minimise(a, K, 8 * S0_by_loop(y), steps), rtol=1e-6)
        costs.append(smoothed_objective(K @ found, S)[0])
    assert costs[0] > costs[1] > costs[3] > costs[4] >= costs[5]


@pytest.mark.parametrize(("seed", "ridge"), [(0, 0), (1, 0), (2, 0.1)])
def test_fit_is_the_definition(seed, ridge):
    X, y = multi_label(seed=seed)
    y[:10] = False  # without a label: among the training rows of σ and the mean, not among the labelled
    fitted = KSH(8, seed, n_anchors=12, max_iter=60, ridge=ridge).fit(X, y)
    anchors = fitted.anchors_.astype(np.float64)
    assert all((X == a).all(axis=1).any() for a in fitted.anchors_) and len(np.unique(anchors, axis=0)) == 12
    squared = cdist(X, anchors) ** 2
    assert fitted.sigma_ == pytest.approx(squared.mean())
    K = np.exp(-squared / (2 * squared.mean()))
    np.testing.assert_allclose(fitted.kernel_mean_, K.mean(axis=0))
    K -= K.mean(axis=0)
    labelled = y.any(axis=1)
    vectors, accepted, S = plain_ksh(K[labelled], S0_by_loop(y[labelled]), 8, 60, ridge)
    assert fitted.history_["accepted"] == accepted
    flips = sign((vectors * fitted.coefficients_).sum(axis=0))  # an eigenvector's sign is free
    np.testing.assert_allclose(fitted.coefficients_, vectors * flips, rtol=1e-4, atol=1e-4 * abs(vectors).max())
    np.testing.assert_allclose(fitted.embed(X), K @ fitted.coefficients_, atol=1e-3)
    assert fitted.history_["loss"][-1] == pytest.approx(np.mean((S / 8) ** 2))


def test_a_smoothed_vector_that_explains_less_is_rejected(monkeypatch):
    X, y = multi_label()
    honest = KSH(4, n_anchors=12, max_iter=60).fit(X, y)
    assert any(honest.history_["accepted"])
    # Scores as near to all ones as K allows: nearly one sign, which explains little.
    monkeypatch.setattr("wshash.hashing.ksh.minimise_smoothed", lambda a, K, S, n: np.linalg.pinv(K) @ np.ones(len(K)))
    spectral = KSH(4, n_anchors=12).fit(X, y)
    assert not all(spectral.history_["accepted"])
    assert honest.history_["loss"][-1] < spectral.history_["loss"][-1]


def test_one_thread_whatever_is_allowed(monkeypatch):
    X, y = multi_label()
    seen = []

    def spy(function):
        def spied(*arguments, **options):
            seen.append({pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"})
            return function(*arguments, **options)

        return spied

    monkeypatch.setattr("wshash.hashing.ksh.rbf_kernel", spy(rbf_kernel))
    monkeypatch.setattr("wshash.hashing.ksh.minimise_smoothed", spy(minimise_smoothed))
    with threadpool_limits(2, user_api="blas"):
        fitted = KSH(2, n_anchors=12, max_iter=2).fit(X, y)
        assert len(seen) == 4
        fitted.transform(X)
    assert seen == [{1}] * 5


def test_loss_falls_with_every_bit():
    X, y = multi_label(400)
    losses = KSH(16, n_anchors=100).fit(X, y).history_["loss"]
    assert (np.diff([1.0, *losses]) < 0).all()


def test_row_order_changes_no_distance():
    # All rows are anchors and labelled, so nothing is drawn; a bit may turn around for all rows at once.
    X, y = multi_label()
    order = np.random.default_rng(1).permutation(len(X))
    arguments = {"n_anchors": 120, "n_labelled": None, "max_iter": 30, "ridge": 1e-3}
    codes, permuted = (KSH(6, **arguments).fit(X[o], y[o]).transform(X) for o in (slice(None), order))
    distance, other = ((c[:, None] != c).sum(axis=2) for c in (codes, permuted))
    assert (distance != other).mean() < 0.01


def precision_at_100(method, X, labels, new, new_labels):
    codes, queries = method.transform(X), method.transform(new)
    distance = (queries[:, None] != codes).sum(axis=2) + np.random.default_rng(0).random((len(new), len(X)))
    nearest = np.argsort(distance, axis=1)[:, :100]
    return (labels[nearest] == new_labels[:, None]).mean()


def test_classes_hidden_under_louder_features_are_found():
    # 5 classes differ in 4 features; 60 others, three times as loud, say nothing.
    rng = np.random.default_rng(0)
    centres = 6 * rng.normal(size=(5, 4))
    labels, new_labels = rng.integers(5, size=1500), rng.integers(5, size=100)
    X, new = (
        np.hstack([centres[l] + rng.normal(size=(len(l), 4)), 3 * rng.normal(size=(len(l), 60))])
        for l in (labels, new_labels)
    )
    ksh = precision_at_100(KSH(16, n_labelled=1000, max_iter=100).fit(X, labels), X, labels, new, new_labels)
    lsh = precision_at_100(LSH(16).fit(X), X, labels, new, new_labels)
    assert ksh > 0.9 and lsh < 0.5, (ksh, lsh)


def test_fewer_labelled_rows_than_anchors():
    X, y = multi_label(300)
    y[40:] = False
    fitted = KSH(8, n_anchors=100).fit(X, y)
    assert np.isfinite(fitted.coefficients_).all() and len(fitted.anchors_) == 100
    codes, labelled = fitted.transform(X[:40]), y[:40].any(axis=1)
    similar_pairs = S0_by_loop(y[:40][labelled]) > 0
    distance = (codes[labelled][:, None] != codes[labelled]).sum(axis=2)
    assert distance[similar_pairs].mean() + 1 < distance[~similar_pairs].mean()


def test_fewer_rows_than_anchors():
    X, y = multi_label(50)
    assert KSH(5).fit(X, y).anchors_.shape == (50, 6)


def test_labelled_rows_are_drawn_when_there_are_more():
    X, y = multi_label(300)
    sampled, all_rows = (KSH(4, n_anchors=20, max_iter=20, n_labelled=l).fit(X, y) for l in (100, None))
    np.testing.assert_array_equal(sampled.anchors_, all_rows.anchors_)
    assert (sampled.coefficients_ != all_rows.coefficients_).any()


def test_one_labelled_class_is_named():
    X, _ = multi_label()
    one = np.zeros((120, 3), dtype=bool)
    one[:60, 1] = True
    with pytest.raises(InputError, match="one class only"):
        KSH(4).fit(X, one)
    assert KSH(4, max_iter=20).fit(X, one[:, 1].astype(int)).transform(X).shape == (120, 4)  # against the rest


@pytest.mark.parametrize(
    "parameters, message",
    [
        ({"n_anchors": 0}, "n_anchors=0"),
        ({"n_labelled": 0}, "n_labelled=0"),
        ({"max_iter": 0}, "max_iter=0"),
        ({"start_layer": "last"}, "trunk, embedding, concat"),
        ({"start": LSH()}, "WeakPretraining"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises(InputError, match=message):
        KSH(4, **parameters).fit(*multi_label())


class Start(BaseEstimator):
    """Stands in for a fitted WeakPretraining: its trunk is a known function of the features."""

    def __sklearn_is_fitted__(self):
        return True

    def fit(self):
        return self

    def features(self, X):
        return X

    def trunk_features(self, X):
        return (X[:, :3] ** 2).astype(np.float32)

    def embed(self, X):
        return 1 / (1 + np.exp(-X[:, 3:]))


@pytest.mark.parametrize("layer", ["trunk", "embedding", "concat"])
def test_ws_ksh_is_ksh_on_the_representation_of_start(layer):
    X, y = multi_label()
    start = Start()
    trunk = start.trunk_features(X)
    parts = [X / np.sqrt(X.var(axis=0).sum()), trunk / np.sqrt(trunk.var(axis=0).sum())]
    representation = {"trunk": trunk, "embedding": start.embed(X), "concat": np.hstack(parts)}[layer]
    arguments = {"n_bits": 6, "n_anchors": 20, "max_iter": 20}
    codes = KSH(**arguments, start=start, start_layer=layer).fit(X, y).transform(X)
    assert (codes != KSH(**arguments).fit(representation, y).transform(representation)).mean() < 0.01


def test_by_default_500_steps_to_a_hundredth_a_row():
    _, y = multi_label()
    y = y[y.any(axis=1)]
    rng = np.random.default_rng(0)
    K, a, S = rng.normal(size=(len(y), 6)), rng.normal(size=6), Residue(y, 8)
    np.testing.assert_array_equal(minimise_smoothed(a, K, S), minimise_smoothed(a, K, S, 500, 1e-2))
    defaults = KSH()
    assert (defaults.n_anchors, defaults.n_labelled, defaults.max_iter) == (300, 2000, 500)


def test_a_part_that_does_not_vary_stays_as_it_is():
    class Flat(Start):
        def trunk_features(self, X):
            return np.full((len(X), 3), 2, np.float32)

    X, y = multi_label()
    fitted = KSH(4, n_anchors=20, max_iter=5, start=Flat(), start_layer="concat").fit(X, y)
    np.testing.assert_allclose(fitted.scales_, [np.sqrt(X.var(axis=0).sum()), 1], rtol=1e-5)
    with pytest.raises(InputError, match="the same for all rows"):
        KSH(4, n_anchors=20, start=Flat()).fit(X, y)


def test_blocks_change_nothing(monkeypatch):
    X, y = multi_label()
    whole = KSH(4, n_anchors=20, max_iter=5).fit(X, y).embed(X)
    monkeypatch.setattr("wshash.hashing.ksh.BLOCK", 7)
    np.testing.assert_allclose(KSH(4, n_anchors=20, max_iter=5).fit(X, y).embed(X), whole, rtol=1e-3, atol=1e-3)


def test_the_width_of_the_kernel_is_found_far_from_the_origin():
    X, y = multi_label()
    X = X + np.float32(1e4)
    fitted = KSH(2, n_anchors=12, max_iter=2).fit(X, y)
    squared = cdist(X.astype(np.float64), fitted.anchors_.astype(np.float64)) ** 2
    assert fitted.sigma_ == pytest.approx(squared.mean(), rel=1e-8)
