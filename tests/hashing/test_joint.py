"""Tags and labels in one network: its loss against a loop, where it starts, what labels and tags each bring, files."""

import numpy as np
import pytest
import torch
from scipy import sparse
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from tests.hashing.test_cca_itq import contrast, problem
from wshash.errors import InputError
from wshash.hashing import CCAITQ, ITQ, HashingMethod, JointHash, JointTags

SMALL = {"hidden": 32, "epochs": 30, "min_steps": 0, "batch_size": 64, "ridge": 1e-3}


def few_labels(cluster, n, seed=0):
    y = np.eye(4, dtype=bool)[cluster]
    y[np.random.default_rng(seed).permutation(len(y))[n:]] = False
    return y


@pytest.mark.parametrize(("given", "weight"), [(None, 2 / 3), (0.25, 0.25)])
def test_the_loss_is_that_of_a_loop(given, weight):
    X, tags, cluster = problem(24)
    y = few_labels(cluster, 9)
    y[y.any(axis=1).argmax(), 1] = True
    model = JointHash(n_bits=3, tag_weight=given, **(SMALL | {"epochs": 1})).fit(X, y, tags)
    network, rows = model.network_.eval(), np.arange(5, 15)
    data = model._place(X, network)
    outputs = network(data).detach()
    found = model._loss_of(network, data, y, 0)(outputs[rows], torch.from_numpy(rows), data[rows]).item()

    o, z = outputs.numpy().astype(float), X.astype(float) @ model.directions_
    z -= z.mean(axis=0)

    def pairs(rows, cost):
        return np.mean([cost(i, j) for n, i in enumerate(rows) for j in rows[n + 1 :]])

    def distance(i, j):
        return ((o[i, :3] - o[j, :3]) ** 2).sum() / 3

    def cosine(w):
        def cost(i, j):
            return (distance(i, j) - (1 - w[i] @ w[j] / np.linalg.norm(w[i]) / np.linalg.norm(w[j])) / 2) ** 2

        return cost

    labelled = np.flatnonzero(y.any(axis=1))
    both = [(i, j) for i in labelled for j in labelled if i < j]
    near = np.mean([distance(i, j) ** 2 for i, j in both if (y[i] & y[j]).any()])
    far = np.mean([max(0, 0.5 - distance(i, j)) ** 2 for i, j in both if not (y[i] & y[j]).any()])
    p, of = o[labelled, 3:], y[labelled]
    expected = weight * pairs(rows, cosine(z)) - 0.01 * np.mean((o[rows, :3] - 0.5) ** 2)
    expected += (pairs(labelled, cosine(y.astype(float))) + near + far) / 2
    expected -= 0.3 * np.mean(np.where(of, np.log(p), np.log(1 - p)))
    assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.filterwarnings("ignore::wshash.hashing.training.TrainingWarning")
def test_untrained_it_is_cca_itq():
    X, tags, _ = problem()
    model = JointHash(n_bits=3, **(SMALL | {"epochs": 0})).fit(X, None, tags)
    directions = model.directions_[:, :3]
    reference = CCAITQ(n_bits=3, ridge=1e-3).fit(X, tags)
    span = np.linalg.lstsq(directions, reference.projection_, rcond=None)[0]
    np.testing.assert_allclose(directions @ span, reference.projection_, atol=1e-5)  # the same, turned
    z = X @ directions
    assert (model.transform(X) == ITQ(n_bits=3).fit(z).transform(z)).mean() > 0.9


def test_labels_and_tags_each_bring_something_and_shuffled_tags_do_not():
    X, tags, cluster = problem()
    tags[cluster == 3] = tags[cluster == 2][np.arange((cluster == 3).sum()) % (cluster == 2).sum()]  # 2 and 3: alike
    other, _, truth = problem(seed=1)
    y, apart = few_labels(cluster, 100), truth > 1

    def found(y, tags):
        codes = JointHash(n_bits=4, **(SMALL | {"epochs": 100})).fit(X, y, tags).transform(other)
        return contrast(codes, truth), contrast(codes[apart], truth[apart])

    joint, twin, no_label = found(y, tags), found(y, None), found(None, tags)
    shuffled = found(y, np.random.default_rng(0).permutation(tags))
    assert joint[0] > max(twin[0], no_label[0], shuffled[0]) + 0.05
    assert joint[1] > no_label[1] + 0.3  # only labels tell these two clusters apart


def test_pictures_whose_labels_are_not_known_teach_too():
    X, _, cluster = problem()
    y = few_labels(cluster, 24)
    labelled = y.any(axis=1)
    moved = X.copy()
    moved[~labelled] = moved[~labelled][::-1] * 2
    first, second = (JointHash(n_bits=4, **SMALL).fit(rows, y).embed(X) for rows in (X, moved))
    assert np.abs(first - second).max() > 0.01


def test_a_row_of_false_is_a_row_without_labels_and_sparse_tags_are_tags():
    X, tags, _ = problem(100)
    none = JointHash(n_bits=4, **SMALL).fit(X, None, tags).embed(X)
    assert none.tobytes() == JointHash(n_bits=4, **SMALL).fit(X, np.zeros((100, 3), bool), tags).embed(X).tobytes()
    found = JointHash(n_bits=4, **SMALL).fit(X, None, sparse.csr_matrix(tags)).embed(X)
    np.testing.assert_allclose(found, none, atol=1e-3)


def test_same_seed_same_codes_and_a_file_of_them(tmp_path):
    X, tags, cluster = problem(100)
    fitted = JointHash(n_bits=4, **SMALL).fit(X, few_labels(cluster, 30), tags)
    embedding = fitted.embed(X)
    assert embedding.shape == (100, 4)
    assert clone(fitted).fit(X, few_labels(cluster, 30), tags).embed(X).tobytes() == embedding.tobytes()
    fitted.save(tmp_path / "model")
    loaded = HashingMethod.load(tmp_path / "model")
    assert type(loaded) is JointHash and loaded.embed(X).tobytes() == embedding.tobytes()


@pytest.mark.parametrize(
    ("params", "y", "tags", "message"),
    [
        ({}, None, None, "requires y"),
        ({}, np.zeros((100, 2), bool), None, "no label in any row"),
        ({}, None, np.ones((99, 2)), "each of the 100 rows"),
        ({}, None, np.zeros((100, 2)), "0 of 100 rows have a tag"),
        ({"hidden": 15}, None, np.eye(2)[np.arange(100) % 2], "two units for each of the 8 bits"),
    ],
)
def test_bad_input_is_named(params, y, tags, message):
    with pytest.raises(InputError, match=message):
        JointHash(**({"n_bits": 8, "hidden": 32} | params)).fit(problem(100)[0], y, tags)


@pytest.mark.filterwarnings("ignore::wshash.hashing.training.TrainingWarning")
@parametrize_with_checks([JointHash(n_bits=2, hidden=4, epochs=2, batch_size=16)])
def test_scikit_learn_conventions(estimator, check):
    check(estimator)


def test_on_tags_alone_it_is_the_network_without_labels():
    X, tags, _ = problem(100)
    alone = JointTags(n_bits=4, **SMALL).fit(X, tags).embed(X)
    assert alone.tobytes() == JointHash(n_bits=4, **SMALL).fit(X, None, tags).embed(X).tobytes()
    with pytest.raises(InputError, match="each of the 100 rows"):
        JointTags(n_bits=4, **SMALL).fit(X, tags[1:])
