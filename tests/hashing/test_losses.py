"""Each loss against loops over its formula, its gradient against finite differences, and its edge cases."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from wshash.hashing.losses import contrastive_loss, deepbit_loss, drsch_loss, dsh_loss, pair_loss, sample_triplets


def batch(n=7, k=5, seed=0, dtype=torch.float64):
    rng = np.random.default_rng(seed)
    f = torch.tensor(rng.normal(size=(n, k)), dtype=dtype)
    labels = rng.random((n, 3)) < 0.4
    similar = torch.from_numpy((labels[:, None] & labels[None]).any(axis=2))
    valid = rng.random((n, n)) < 0.7
    return f, similar, torch.from_numpy(valid | valid.T)


def distance(a, b):
    return sum((x - y) ** 2 for x, y in zip(a.tolist(), b.tolist(), strict=True)) ** 0.5


def pairs(n, valid=None):
    return [(i, j) for i, j in itertools.combinations(range(n), 2) if valid is None or valid[i, j]]


def loop_pair(f, similar, margin, reduction, valid):
    omega, lambda_ = [], []
    for i, j in pairs(len(f), valid):
        d = distance(f[i], f[j])
        if similar[i, j]:
            omega.append(d)
        else:
            lambda_.append(max(0.0, margin - d))
    if reduction == "sum":
        return sum(omega) + sum(lambda_)
    return sum(omega) / max(len(omega), 1) + sum(lambda_) / max(len(lambda_), 1)


def loop_dsh(b, similar, margin, alpha):
    total = 0.0
    for i, j in pairs(len(b)):
        squared = distance(b[i], b[j]) ** 2
        total += squared / 2 if similar[i, j] else max(margin - squared, 0) / 2
        total += alpha * sum(abs(abs(x) - 1) for x in b[i].tolist() + b[j].tolist())
    return total / len(pairs(len(b)))


def loop_drsch(h, w, similar, margin, laplacian):
    n, v = len(h), h * w
    triplets = [
        max(distance(v[i], v[j]) ** 2 - distance(v[i], v[l]) ** 2, -margin)
        for i, j, l in itertools.permutations(range(n), 3)
        if similar[i, j] and not similar[i, l]
    ]
    W = torch.where(similar, 1.0, 0.001).double()
    W.fill_diagonal_(0)
    L = torch.diag(W.sum(dim=1)) - W
    trace = torch.trace(v.double().T @ L @ v.double()).item()  # tr(V L Vᵀ) with the codes in columns of V
    return sum(triplets) / max(len(triplets), 1) + laplacian * trace / len(pairs(n))


def loop_deepbit(f, rotated, C, weights):
    n, k = f.shape
    bits = [[float(x >= 0.5) for x in row] for row in f.tolist()]
    loss = sum(
        weights[0] * (bits[i][m] - f[i, m].item()) ** 2 / n
        + weights[2] * sum(C[t] * (bits[i][m] - rotated[t, i, m].item()) ** 2 for t in range(len(C))) / n
        for i in range(n)
        for m in range(k)
    )
    means = [sum(f[i, m].item() for i in range(n)) / n for m in range(k)]
    return float(loss + weights[1] * sum((mean - 0.5) ** 2 for mean in means))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_pair_loss_equals_the_double_loop(dtype, masked, reduction):
    f, similar, valid = batch(dtype=dtype)
    valid = valid if masked else None
    got = pair_loss(f, similar, 2.5, reduction, valid)
    assert got.dtype == dtype
    assert got.item() == pytest.approx(loop_pair(f, similar, 2.5, reduction, valid), rel=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("margin", [None, 4.0])
def test_dsh_loss_equals_the_double_loop(dtype, margin):
    b, similar, _ = batch(dtype=dtype)
    expected = loop_dsh(b, similar, margin or 2 * b.shape[1], 0.3)
    assert dsh_loss(b, similar, margin, 0.3).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("margin", [0.05, 0.5])
def test_contrastive_loss_equals_the_double_loop(margin):
    f, similar, _ = batch()
    f = f.sigmoid()
    near, far = [], []
    for i, j in pairs(len(f), None):
        share = distance(f[i], f[j]) ** 2 / f.shape[1]
        near.append(share**2) if similar[i, j] else far.append(max(0.0, margin - share) ** 2)
    assert max(far) > 0 and (min(far) == 0) == (margin < 0.5)
    assert contrastive_loss(f, similar, margin).item() == pytest.approx(np.mean(near) + np.mean(far), rel=1e-9)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_drsch_loss_equals_the_triple_loop(dtype):
    h, similar, _ = batch(dtype=dtype)
    w = torch.linspace(0.5, 1.5, 5, dtype=dtype)
    got = drsch_loss(h, w, similar, 3.0, 0.2).item()
    assert got == pytest.approx(loop_drsch(h, w, similar, 3.0, 0.2), rel=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_deepbit_loss_equals_the_loop(dtype):
    rng = np.random.default_rng(3)
    f = torch.tensor(rng.random((6, 4)), dtype=dtype)
    rotated = torch.tensor(rng.random((2, 6, 4)), dtype=dtype)
    C = torch.tensor([0.5, 0.2], dtype=dtype)
    got = deepbit_loss(f, rotated, C, (1.0, 0.7, 0.3)).item()
    assert got == pytest.approx(loop_deepbit(f, rotated, C.tolist(), (1.0, 0.7, 0.3)), rel=1e-5)


def test_gradients_equal_finite_differences():
    f, similar, valid = batch()
    w = torch.linspace(0.5, 1.5, 5, dtype=torch.float64, requires_grad=True)
    sigmoid = torch.rand(6, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    turned = sigmoid.detach().roll(1, 0)[None].requires_grad_()
    f.requires_grad_()
    assert torch.autograd.gradcheck(lambda f: pair_loss(f, similar, 2.5, valid=valid), f)
    assert torch.autograd.gradcheck(lambda f: pair_loss(f, similar, 2.5, "sum"), f)
    assert torch.autograd.gradcheck(lambda f: dsh_loss(f, similar, alpha=0.3), f)
    assert torch.autograd.gradcheck(lambda h, w: drsch_loss(h, w, similar, 3.0, 0.2), (f, w))
    assert torch.autograd.gradcheck(lambda f, r: deepbit_loss(f, r, torch.ones(1), (1.0, 0.7, 0.3)), (sigmoid, turned))


def test_dsh_gradient_is_twice_that_of_the_authors_layer():
    # Their backward pass: (b_i − b_j)/(n(n−1)) for a pair that costs, the sign of the regulariser times α/n.
    b, similar, _ = batch()
    n, k = b.shape
    by_hand = torch.zeros_like(b)
    for i, j in itertools.permutations(range(n), 2):
        difference = b[i] - b[j]
        if similar[i, j]:
            by_hand[i] += difference / (n * (n - 1))
        elif 2 * k - difference.square().sum() > 0:
            by_hand[i] -= difference / (n * (n - 1))
    by_hand += 0.01 / n * torch.where((b >= 1) | ((b >= -1) & (b <= 0)), 1.0, -1.0)
    b.requires_grad_()
    dsh_loss(b, similar).backward()
    torch.testing.assert_close(b.grad / 2, by_hand)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(seed):
    f, similar, valid = batch(seed=seed)
    order = torch.from_numpy(np.random.default_rng(seed).permutation(len(f)))
    g, twisted, allowed = f[order], similar[order][:, order], valid[order][:, order]
    w = torch.linspace(0.5, 1.5, 5, dtype=torch.float64)
    close = {"rtol": 1e-9, "atol": 1e-9}
    torch.testing.assert_close(pair_loss(g, twisted, valid=allowed), pair_loss(f, similar, valid=valid), **close)
    torch.testing.assert_close(dsh_loss(g, twisted), dsh_loss(f, similar), **close)
    torch.testing.assert_close(drsch_loss(g, w, twisted), drsch_loss(f, w, similar), **close)
    C = torch.ones(1)
    torch.testing.assert_close(
        deepbit_loss(g.sigmoid(), g.cos()[None], C), deepbit_loss(f.sigmoid(), f.cos()[None], C), **close
    )


@pytest.mark.parametrize("value", [False, True])
def test_a_batch_of_one_kind_of_pairs(value):
    f, _, _ = batch()
    f.requires_grad_()
    w = torch.ones(5, dtype=torch.float64)
    similar = torch.full((7, 7), value)
    assert pair_loss(f, similar).item() == pytest.approx(loop_pair(f, similar, 1.0, "mean", None))
    assert dsh_loss(f, similar).item() == pytest.approx(loop_dsh(f, similar, 10, 0.01))
    assert drsch_loss(f, w, similar, laplacian=0.2).item() == pytest.approx(loop_drsch(f, w, similar, 5.0, 0.2))
    sampled = drsch_loss(f, w, similar, n_triplets=100)
    (pair_loss(f, similar) + dsh_loss(f, similar) + sampled).backward()
    assert torch.isfinite(f.grad).all()


def test_no_pair_counts():
    f, similar, _ = batch()
    f.requires_grad_()
    loss = pair_loss(f, similar, valid=torch.zeros(7, 7, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0 and not f.grad.any()


def test_equal_rows_have_a_finite_gradient():
    f = torch.zeros(4, 3, requires_grad=True)
    similar = torch.eye(4, dtype=torch.bool)
    similar[0, 1] = similar[1, 0] = True
    (pair_loss(f, similar) + dsh_loss(f, similar) + drsch_loss(f, torch.ones(3), similar)).backward()
    assert torch.isfinite(f.grad).all()


def test_sampled_triplets_are_uniform_over_the_valid_ones():
    _, similar, _ = batch(n=6, seed=1)
    other = ~torch.eye(6, dtype=torch.bool)
    near, far = similar & other, ~similar & other
    truth = {(i, j, l) for i, j, l in itertools.permutations(range(6), 3) if near[i, j] and far[i, l]}
    size = 400 * len(truth)
    rows = sample_triplets(near, far, size, torch.Generator().manual_seed(0))
    found, counts = np.unique(rows.numpy().T, axis=0, return_counts=True)
    assert {tuple(row) for row in found.tolist()} == truth
    assert ((counts - 400) ** 2 / 400).sum() < len(truth) + 4 * (2 * len(truth)) ** 0.5  # χ²: mean + 4 σ
    again = sample_triplets(near, far, size, torch.Generator().manual_seed(0))
    assert torch.equal(rows, again)


def test_a_large_sample_of_triplets_gives_the_loss_of_all():
    h, similar, _ = batch()
    w = torch.ones(5, dtype=torch.float64)
    sampled = drsch_loss(h, w, similar, n_triplets=200_000, generator=torch.Generator().manual_seed(0))
    assert sampled.item() == pytest.approx(drsch_loss(h, w, similar).item(), abs=0.05)


def test_default_weights_are_those_of_the_documentation():
    f, similar, _ = batch()
    near = 0.1 * f
    w, turned, C = torch.ones(5), f.cos()[None], torch.ones(1)
    assert pair_loss(near, similar) == pair_loss(near, similar, 1.0, "mean") != pair_loss(near, similar, 1.1)
    assert dsh_loss(f, similar) == dsh_loss(f, similar, 10.0, 0.01) != dsh_loss(f, similar, 10.0, 0.011)
    assert drsch_loss(5 * f, w, similar) == drsch_loss(5 * f, w, similar, 5.0, 0.001)
    assert drsch_loss(5 * f, w, similar) not in (
        drsch_loss(5 * f, w, similar, 5.1, 0.001),
        drsch_loss(5 * f, w, similar, 5.0, 0.0011),
    )
    assert deepbit_loss(f, turned, C) == deepbit_loss(f, turned, C, (1.0, 1.0, 0.001))
