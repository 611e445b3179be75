"""CCA-ITQ with labels as a third view: directions computed a second way, what labels add to tags, few labels."""

import numpy as np
import pytest
from scipy import linalg, sparse
from sklearn.utils.estimator_checks import parametrize_with_checks

from wshash.errors import InputError
from wshash.hashing import CCAITQ, HashingMethod
from wshash.hashing.cca_itq import canonical_directions
from wshash.hashing.three_views import ThreeViewCCAITQ, agreeing_directions

from .test_cca_itq import contrast, views


def test_directions_solve_the_generalised_eigenproblem_of_all_views():
    X, tags = views()
    labels = (X[:, :2] @ [[1.0, 2], [3, -1]] + tags[:, :2] > 1) * 1.0
    W, found = agreeing_directions([X, sparse.csr_array(tags), labels], 4, ridge=0.01)
    C = np.cov(X.T, np.hstack([tags, labels]).T, bias=True)
    D = np.zeros_like(C)
    for part in (slice(0, 8), slice(8, 14), slice(14, 16)):
        C[part, part] += 0.01 * np.mean(np.diag(C)[part]) * np.eye(part.stop - part.start)
        D[part, part] = C[part, part]
    expected, w = linalg.eigh(C, D)
    np.testing.assert_allclose(found, expected[::-1][:4] - 1, rtol=1e-9)
    w = w[:8, ::-1][:, :4]
    np.testing.assert_allclose(W * np.sign(W[0]), w * np.sign(w[0]), rtol=1e-6, atol=1e-9)
    assert found[0] > 1  # the first agrees with both others


def test_of_two_views_they_are_the_canonical_directions():
    X, tags = views()
    W, found = agreeing_directions([X, tags], 3, ridge=2.0)
    directions, rho = canonical_directions(X, tags, 3, ridge=2.0)
    np.testing.assert_allclose(found, rho, rtol=1e-9)
    np.testing.assert_allclose(abs(W) * np.sqrt(2), abs(directions), rtol=1e-6)
    with pytest.raises(InputError, match="ridge=0: the covariance of a view is singular"):
        agreeing_directions([X, np.hstack([tags, tags])], 3, ridge=0)


def problem(n=400, seed=0):
    """Sixteen clusters: tags tell the four columns, labels the four rows, features of high variance nothing."""
    rng = np.random.default_rng(seed)
    column, row = rng.integers(4, size=(2, n))
    X = np.hstack([np.eye(4)[column], np.eye(4)[row], 5 * rng.normal(size=(n, 6))]) + 0.1 * rng.normal(size=(n, 14))
    tags = (rng.random((n, 8)) < np.where(np.arange(8) // 2 == column[:, None], 0.8, 0.05)) * 1.0
    return X.astype(np.float32), np.eye(4, dtype=bool)[row], tags, column, row


def test_codes_say_what_tags_and_labels_name():
    X, y, tags, *_ = problem()
    other, _, _, column, row = problem(seed=1)

    def told(method, *targets):
        codes = method(n_bits=6, ridge=1e-3).fit(X, *targets).transform(other)
        return contrast(codes, column), contrast(codes, row)

    assert min(told(ThreeViewCCAITQ, y, tags)) > 0.2
    assert told(CCAITQ, tags)[1] < 0.1
    codes = ThreeViewCCAITQ(n_bits=3, ridge=1e-3).fit(X, y).transform(other)  # without tags: CCA-ITQ on labels
    assert contrast(codes, row) > 0.5 and contrast(codes, column) < 0.1


def test_a_row_without_labels_has_their_mean_and_one_without_tags_is_left_out():
    X, y, tags, *_ = problem()
    tags[:, 0] = 1
    y[100:] = False
    model = ThreeViewCCAITQ(n_bits=5).fit(X, y, tags)
    centred = y * 1.0
    centred[:100] -= y[:100].mean(axis=0)
    centred[100:] = 0
    _, expected = agreeing_directions([X.astype(float), tags, centred], 5, 3.0)
    np.testing.assert_allclose(model.correlations_, expected, rtol=1e-9)
    tags[350:] = 0
    changed = X.copy()
    changed[350:] *= 3
    with_them, without = (
        ThreeViewCCAITQ(n_bits=5).fit(*given) for given in ((changed, y, tags), (X[:350], y[:350], tags[:350]))
    )
    np.testing.assert_array_equal(with_them.embed(X), without.embed(X))


def test_few_labels_drown_no_tags_and_many_count_as_much():
    X, y, tags, *_ = problem()
    other, _, _, column, row = problem(seed=1)
    alone = CCAITQ(n_bits=6, ridge=1e-3).fit(X, tags)
    moved, said = [], []
    for n in (4, 40, 400):
        few = y.copy()
        few[n:] = False
        model = ThreeViewCCAITQ(n_bits=6, ridge=1e-3).fit(X, few, tags)
        moved.append(np.linalg.norm(model.correlations_ - alone.correlations_))
        said.append([contrast(model.transform(other), of) for of in (column, row)])
    assert moved[0] < 0.1 < moved[1] < 0.5 < moved[2]
    assert said[0][0] > 0.6 and abs(said[0][1]) < 0.05 and min(said[2]) > 0.3


def test_a_file_of_it(tmp_path):
    X, y, tags, *_ = problem()
    fitted = ThreeViewCCAITQ(n_bits=3).fit(X, y, tags)
    fitted.save(tmp_path / "model")
    loaded = HashingMethod.load(tmp_path / "model")
    assert type(loaded) is ThreeViewCCAITQ and loaded.embed(X).tobytes() == fitted.embed(X).tobytes()


def test_bad_input_is_named():
    X, y, tags, *_ = problem()
    with pytest.raises(InputError, match="ridge=-1"):
        ThreeViewCCAITQ(n_bits=3, ridge=-1).fit(X, y, tags)
    with pytest.raises(InputError, match="tags have shape"):
        ThreeViewCCAITQ(n_bits=3).fit(X, y, tags[1:])
    with pytest.raises(InputError, match="0 of 10 rows have a label and a tag; CCA needs 2"):
        ThreeViewCCAITQ(n_bits=3).fit(X, y * (np.arange(400) > 9)[:, None], tags * (np.arange(400) < 10)[:, None])
    with pytest.raises(InputError, match="n_bits=5.* in 4 directions|n_bits=5.* in 3 directions"):
        ThreeViewCCAITQ(n_bits=5).fit(X, y)


@parametrize_with_checks([ThreeViewCCAITQ(n_bits=1)])
def test_scikit_learn_conventions(estimator, check):
    check(estimator)
