"""CCA-ITQ: weights of tags, canonical directions computed a second way, what it finds that ITQ cannot, files."""

import math

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.cross_decomposition import CCA
from sklearn.utils.estimator_checks import parametrize_with_checks

from wshash.errors import InputError
from wshash.hashing import ITQ, HashingMethod
from wshash.hashing.cca_itq import CCAITQ, canonical_directions
from wshash.tags import tag_weights


def test_weights_of_tags_equal_a_loop():
    rng = np.random.default_rng(0)
    tags = [[f"t{t}" for t in rng.integers(12, size=rng.integers(5)) ** 2 // 8] for _ in range(60)]
    found = tag_weights(tags, min_count=10).toarray()
    count = {tag: sum(tag in row for row in tags) for row in tags for tag in row}
    vocabulary = sorted(tag for tag in count if count[tag] >= 10)
    assert 2 < len(vocabulary) < len(count)
    for row, weights in zip(tags, found, strict=True):
        expected = [math.log(60 / count[tag]) if tag in row else 0.0 for tag in vocabulary]
        np.testing.assert_allclose(weights, np.array(expected) / (math.hypot(*expected) or 1), rtol=1e-5)


def test_tags_that_nobody_shares_are_refused():
    with pytest.raises(InputError, match="none of 2 tags is on 2 of the 2 pictures"):
        tag_weights([["sea"], ["sky"]], min_count=2)


def views(n=400, seed=0):
    """Features and tags that share three signals of falling strength, beside strong variance of their own."""
    rng = np.random.default_rng(seed)
    mix = np.random.default_rng(7)
    signal = rng.normal(size=(n, 3))
    X = signal @ mix.normal(size=(3, 8)) + rng.normal(size=(n, 8)) @ np.diag([5, 1, 1, 1, 0.5, 0.5, 0.5, 0.5]) + 2
    tags = signal * [1, 0.8, 0.6] @ mix.normal(size=(3, 6)) + rng.normal(size=(n, 6)) + 1
    return X, tags


def test_without_a_ridge_directions_are_those_of_scikit_learn():
    X, tags = views()
    W, rho = canonical_directions(X, tags, 3, ridge=0)
    ours = (X - X.mean(axis=0)) @ W
    theirs = CCA(3, scale=False, max_iter=10_000, tol=1e-12).fit(X, tags).transform(X, tags)
    for j in range(3):
        assert rho[j] == pytest.approx(np.corrcoef(theirs[0][:, j], theirs[1][:, j])[0, 1], abs=1e-6)
        assert abs(np.corrcoef(ours[:, j], theirs[0][:, j])[0, 1]) == pytest.approx(1, abs=1e-6)
    assert rho[0] > rho[1] > rho[2] > 0.3


@pytest.mark.parametrize("ridge", [0.1, 3.0])
def test_with_a_ridge_directions_are_singular_vectors_of_the_whitened_covariance(ridge):
    X, tags = views()
    W, rho = canonical_directions(X, tags, 4, ridge)
    joint = np.cov(X.T, tags.T, bias=True)
    xx, xt, tt = joint[:8, :8], joint[:8, 8:], joint[8:, 8:]
    xx, tt = (C + ridge * np.mean(np.diag(C)) * np.eye(len(C)) for C in (xx, tt))

    def whiten(C):
        values, vectors = np.linalg.eigh(C)
        return vectors / np.sqrt(values) @ vectors.T

    left, singular, _ = np.linalg.svd(whiten(xx) @ xt @ whiten(tt))
    np.testing.assert_allclose(rho, singular[:4], rtol=1e-9)
    expected = whiten(xx) @ left[:, :4]
    np.testing.assert_allclose(W * np.sign(W[0]), expected * np.sign(expected[0]), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(W.T @ xx @ W, np.eye(4), atol=1e-9)


def test_sparse_tags_give_the_directions_of_dense_ones():
    X, tags = views()
    tags = np.maximum(tags - 1, 0)
    for dense, found in zip(
        canonical_directions(X, tags, 3, 1), canonical_directions(X, sparse.csr_matrix(tags), 3, 1), strict=True
    ):
        np.testing.assert_allclose(found, dense, rtol=1e-9)


def problem(n=400, seed=0):
    """Four clusters that tags name, in features of low variance; the features of high variance say nothing."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(4, size=n)
    X = np.concatenate([np.eye(4)[cluster] + 0.1 * rng.normal(size=(n, 4)), 5 * rng.normal(size=(n, 6))], axis=1)
    tags = (rng.random((n, 8)) < np.where(np.arange(8) // 2 == cluster[:, None], 0.8, 0.05)) * 1.0
    return X.astype(np.float32), tags, cluster


def contrast(codes, cluster):
    """Mean distance of codes of different clusters, less that of one cluster."""
    distance = (codes[:, None] != codes).mean(axis=2)
    same = cluster[:, None] == cluster
    return distance[~same].mean() - distance[same].mean()


def test_codes_say_what_tags_name_and_variance_hides():
    X, tags, _ = problem()
    other, _, cluster = problem(seed=1)
    assert contrast(CCAITQ(n_bits=3, ridge=1e-3).fit(X, tags).transform(other), cluster) > 0.5
    assert abs(contrast(ITQ(n_bits=3).fit(X).transform(other), cluster)) < 0.05
    shuffled = np.random.default_rng(0).permutation(tags)
    assert contrast(CCAITQ(n_bits=3, ridge=1e-3).fit(X, shuffled).transform(other), cluster) < 0.2


def test_the_embedding_is_the_weighted_directions_turned():
    X, tags, _ = problem()
    known = tags.any(axis=1)
    W, rho = canonical_directions(X[known].astype(float), tags[known], 3, 0.5)
    model = CCAITQ(n_bits=3, ridge=0.5).fit(X, tags)
    weighted = (X - X[known].mean(axis=0)) @ (W * rho**2)
    np.testing.assert_allclose(np.linalg.norm(model.embed(X), axis=1), np.linalg.norm(weighted, axis=1), rtol=1e-3)
    np.testing.assert_allclose(model.correlations_, rho, rtol=1e-6)
    assert (np.diff(model.history_["loss"]) < 1e-9).all() and len(model.history_["loss"]) == 51


def test_rows_without_a_tag_are_left_out():
    X, tags, _ = problem()
    tags[:150] = 0
    changed = X.copy()
    changed[:150] = X[:150][::-1] * 3
    codes = CCAITQ(n_bits=3).fit(X, tags).transform(X)
    np.testing.assert_array_equal(CCAITQ(n_bits=3).fit(changed, tags).transform(X), codes)
    np.testing.assert_array_equal(CCAITQ(n_bits=3).fit(X[150:], sparse.csr_array(tags[150:])).transform(X), codes)


def test_the_order_of_rows_changes_nothing():
    X, tags, _ = problem()
    order = np.random.default_rng(1).permutation(len(X))
    first, second = (CCAITQ(n_bits=3).fit(X[o], tags[o]).transform(X) for o in (slice(None), order))
    assert (first != second).mean() < 1e-3


def test_same_seed_same_codes_and_a_file_of_them(tmp_path):
    X, tags, _ = problem()
    fitted = CCAITQ(n_bits=3).fit(X, tags)
    embedding = fitted.embed(X)
    assert clone(fitted).fit(X, tags).embed(X).tobytes() == embedding.tobytes()
    assert clone(fitted).set_params(random_state=1).fit(X, tags).embed(X).tobytes() != embedding.tobytes()
    fitted.save(tmp_path / "model")
    loaded = HashingMethod.load(tmp_path / "model")
    assert type(loaded) is CCAITQ and loaded.embed(X).tobytes() == embedding.tobytes()


@pytest.mark.parametrize(
    ("params", "y", "message"),
    [
        ({}, None, "requires y"),
        ({}, np.ones((399, 2)), "each of the 400 rows"),
        ({}, np.ones((400, 2, 2)), "tags: .*give numbers"),
        ({}, np.full((400, 2), "sea"), "give numbers"),
        ({}, np.full((400, 2), np.nan), "NaN"),
        ({}, np.zeros((400, 2)), "0 of 400 rows have a tag"),
        ({"ridge": -1}, np.ones((400, 2)), "ridge=-1"),
        ({"ridge": 0}, np.eye(2)[np.arange(400) % 2], "singular; raise ridge"),
        ({"n_bits": 3}, np.random.default_rng(0).random((400, 2)), "n_bits=3.* in 2 directions"),
    ],
)
def test_bad_input_is_named(params, y, message):
    with pytest.raises(InputError, match=message):
        CCAITQ(**({"n_bits": 1} | params)).fit(problem()[0], y)


@parametrize_with_checks([CCAITQ(n_bits=1)])
def test_scikit_learn_conventions(estimator, check):
    check(estimator)
