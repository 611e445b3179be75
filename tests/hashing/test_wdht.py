"""WDHT: its losses against loops, a toy problem with a known answer, rows without tags, files."""

import itertools
import math

import numpy as np
import pytest
import torch
from sklearn.base import clone

from wshash.errors import InputError
from wshash.hashing import WDHT, HashingMethod, mean_tag_vectors
from wshash.hashing.wdht_losses import cosine_pair_loss, hinge_rank_loss, spread_loss, wdht_loss

pytestmark = pytest.mark.filterwarnings("ignore::wshash.hashing.training.TrainingWarning")
SMALL = {"hidden": 32, "batch_size": 64, "epochs": 15, "min_steps": 0, "learning_rate": 3e-3}


def batch(n=6, b=4, e=3, seed=0):
    rng = np.random.default_rng(seed)
    return (torch.tensor(a) for a in (rng.random((n, b)), rng.normal(size=(n, e)), rng.normal(size=(n, e))))


def loops(h, p, w, margin):
    """L1, L2 and L3 as written in the paper, sums divided by their number of terms."""
    h, p, w = h.tolist(), p.tolist(), w.tolist()
    n, b = len(h), len(h[0])

    def dot(x, y):
        return sum(s * t for s, t in zip(x, y, strict=True))

    pairs = ranks = 0.0
    for i, j in itertools.permutations(range(n), 2):
        cosine = dot(w[i], w[j]) / math.sqrt(dot(w[i], w[i]) * dot(w[j], w[j]))
        distance = sum((s - t) ** 2 for s, t in zip(h[i], h[j], strict=True)) / b
        pairs += (distance - (1 - cosine) / 2) ** 2 / (n * (n - 1))
        ranks += max(0.0, margin + dot(w[j], p[i]) - dot(w[i], p[i])) / (n * (n - 1))
    return pairs, ranks, -sum((s - 0.5) ** 2 for row in h for s in row) / (n * b)


def test_losses_equal_the_loops():
    h, p, w = batch()
    pairs, ranks, spread = loops(h, p, w, 0.2)
    assert cosine_pair_loss(h, w).item() == pytest.approx(pairs, rel=1e-9)
    assert hinge_rank_loss(p, w).item() == pytest.approx(ranks, rel=1e-9)
    assert spread_loss(h).item() == pytest.approx(spread, rel=1e-9)
    assert wdht_loss(h, p, w, weights=(2.0, 3.0, 5.0)).item() == pytest.approx(2 * pairs + 3 * ranks + 5 * spread)


def test_gradient_equals_finite_differences():
    h, p, w = batch()
    assert torch.autograd.gradcheck(lambda h, p: wdht_loss(h, p, w), (h.requires_grad_(), p.requires_grad_()))


def test_the_order_of_rows_changes_nothing():
    h, p, w = batch()
    order = torch.randperm(6, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(wdht_loss(h[order], p[order], w[order]), wdht_loss(h, p, w))


def problem(n=300, seed=0):
    """Rows around four centres; the tag vectors of two are opposite to those of the other two."""
    rng = np.random.default_rng(seed)
    centre = rng.integers(4, size=n)
    X = np.random.default_rng(99).normal(size=(4, 20))[centre] + 0.4 * rng.normal(size=(n, 20))
    angle = np.pi * (centre // 2) + 0.1 * rng.normal(size=n)
    w = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X.astype(np.float32), w, centre // 2


def test_opposite_tag_vectors_give_opposite_codes():
    X, w, _ = problem()
    # Without L3: at the weight 1 it saturates units before the pairs have moved them, and a bit dies here.
    model = WDHT(n_bits=8, loss_weights=(1.0, 10.0, 0.0), **(SMALL | {"epochs": 60})).fit(X, w)
    other, _, truth = problem(seed=5)
    codes = model.transform(other)
    distance = (codes[:, None] != codes[None]).mean(axis=2)
    same = truth[:, None] == truth[None]
    assert distance[same].mean() < 0.1  # cos 1 asks for distance 0,
    assert distance[~same].mean() > 0.9  # cos −1 for all bits
    assert model.history_["loss"][-1] < model.history_["loss"][0]
    assert codes.shape == (300, 8) and model.embed(other).shape == (300, 8)


def test_the_second_head_predicts_the_tag_vector_of_a_row_never_seen():
    X, w, _ = problem()
    model = WDHT(n_bits=8, **(SMALL | {"epochs": 60})).fit(X, w)
    other, expected, _ = problem(seed=5)
    found = model.predict_tags(other)
    cosine = (found * expected).sum(axis=1) / np.linalg.norm(found, axis=1)  # expected: of length 1
    assert found.shape == (300, 2) and (cosine > 0.3).mean() > 0.98  # the hinge asks for the side, not for the angle
    network = model.network_  # by hand: tanh of half of what the layer gives, beyond its bits
    with torch.no_grad():
        z = network.hash(network.trunk((torch.from_numpy(other) - network.mean) / network.scale))
    np.testing.assert_allclose(found, np.tanh(z[:, 8:].numpy() / 2), atol=1e-5)
    with pytest.raises(InputError, match="X has 3 features"):
        model.predict_tags(other[:, :3])


def test_the_loss_of_a_batch_is_that_of_its_known_rows_with_tanh_units():
    X, w, _ = problem()
    model = WDHT(n_bits=8, hidden=32, epochs=0, margin=0.3, loss_weights=(2.0, 3.0, 5.0)).fit(X, w)
    w[:20:3] = 0
    z = torch.randn(40, 10, generator=torch.Generator().manual_seed(0))
    known = np.flatnonzero(w[:40].any(axis=1))
    f = z.sigmoid()
    pairs, ranks, spread = loops(f[known, :8], torch.tanh(z / 2)[known, 8:], torch.tensor(w[known]), 0.3)
    loss = model._loss_of(model.network_, None, w.astype(np.float32), 0)
    assert loss(f, torch.arange(40), None).item() == pytest.approx(2 * pairs + 3 * ranks + 5 * spread, rel=1e-4)
    assert loss(f[:1], torch.arange(1), None).item() == 0  # none is known


def test_only_the_direction_of_a_tag_vector_counts():
    X, w, _ = problem()
    first, second = (WDHT(n_bits=8, **SMALL).fit(X, c * w).embed(X) for c in (1.0, 4.0))
    np.testing.assert_allclose(second, first, atol=1e-4)


def test_rows_without_a_tag_vector_are_not_trained_on():
    X, w, _ = problem()
    w[:100], w[100:150] = 0, np.nan
    options = SMALL | {"epochs": 2}
    model = WDHT(n_bits=8, **options).fit(X, w, validation=(X[80:180], w[80:180]))
    assert np.isfinite(model.history_["validation_loss"]).all()
    shuffled = X.copy()
    shuffled[:150] = X[:150][::-1]  # standardisation sees the same rows
    np.testing.assert_allclose(WDHT(n_bits=8, **options).fit(shuffled, w).embed(X), model.embed(X), atol=1e-4)


def test_same_seed_same_codes_and_a_file_of_them(tmp_path):
    X, w, _ = problem()
    model = WDHT(n_bits=8, **(SMALL | {"epochs": 2}))
    first = model.fit(X, w).embed(X)
    assert clone(model).fit(X, w).embed(X).tobytes() == first.tobytes()
    assert clone(model).set_params(random_state=1).fit(X, w).embed(X).tobytes() != first.tobytes()
    model.save(tmp_path / "model")
    again = HashingMethod.load(tmp_path / "model")
    assert type(again) is WDHT and again.embed(X).tobytes() == first.tobytes()


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "requires y"),
        (np.ones((299, 2)), "300 rows"),
        (np.full((300, 2), "sea"), "numbers"),
        (np.full((300, 2), np.inf), "infinity"),
        (np.zeros((300, 2)), "fewer than 2"),
    ],
)
def test_bad_tag_vectors_are_refused(y, message):
    with pytest.raises(InputError, match=message):
        WDHT(n_bits=8).fit(problem()[0], y)


def test_mean_tag_vectors():
    class vectors:
        vocabulary = ("sea", "sky")
        vectors = np.array([[1.0, 0], [0, 3]])

    found = mean_tag_vectors([["sea", "sky", "sea"], ["sky", "2007"], [], ["2007"]], vectors)
    np.testing.assert_allclose(found, [[0.5, 1.5], [0, 3], [0, 0], [0, 0]])


def test_tag_vectors_may_be_whole_numbers_or_one_number_and_must_have_one_length():
    X, w, _ = problem()
    options = SMALL | {"epochs": 1}
    whole, real = (WDHT(n_bits=8, **options).fit(X, v).embed(X) for v in (np.sign(w).astype(int), np.sign(w)))
    assert whole.tobytes() == real.tobytes()
    assert WDHT(n_bits=8, **options).fit(X, w[:, 0]).n_dimensions_ == 1
    for y in (np.zeros((300, 2, 2)), np.ones((300, 2), complex)):
        with pytest.raises(InputError, match="one tag vector for each|numbers"):
            WDHT(n_bits=8).fit(X, y)
    with pytest.raises(InputError, match="for validation have length 1, for training 2"):
        WDHT(n_bits=8, **options).fit(X, w, validation=(X, w[:, :1]))
    two = np.zeros_like(w)
    two[:2] = 1  # a pair needs two
    WDHT(n_bits=8, **options).fit(X, two)
    with pytest.raises(InputError, match="fewer than 2"):
        WDHT(n_bits=8, **options).fit(X, two * (np.arange(300) < 1)[:, None])


def test_default_weights_are_those_of_the_authors_code():
    h, p, w = batch()
    assert wdht_loss(h, p, w) == wdht_loss(h, p, w, 0.2, (1.0, 10.0, 1.0)) != wdht_loss(h, p, w, 0.21)
    assert hinge_rank_loss(p, w) == hinge_rank_loss(p, w, 0.2) != hinge_rank_loss(p, w, 0.21)
    assert wdht_loss(h[:1], p[:1], w[:1], weights=(1.0, 1.0, 2.0)) == 2 * spread_loss(h[:1])
    assert wdht_loss(h[:2], p[:2], w[:2]) != spread_loss(h[:2]) and hinge_rank_loss(p[:1], w[:1]) == 0
