"""The network: standardising, handing over, running in batches."""

import numpy as np
import pytest
import torch

from wshash.errors import InputError
from wshash.hashing.network import HashNetwork, hand_over, infer, load_batches


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(7)


def network(k=6, d=10, hidden=8, seed=0, **options):
    torch.manual_seed(seed)
    return HashNetwork(d, k, hidden, **options)


@pytest.mark.parametrize("activation", ["sigmoid", "none", "tanh"])
def test_forward_is_the_formula(activation):
    net = network(activation=activation)
    net.beta = 3.0
    x = torch.randn(5, 10) * 4 + 1
    net.standardise(x)
    W, c = net.trunk[0].weight, net.trunk[0].bias
    z = torch.relu((x - x.mean(0)) / x.std(0, correction=0) @ W.T + c) @ net.hash.weight.T + net.hash.bias
    # The DRSCH authors write the last one so.
    expected = {"sigmoid": 1 / (1 + torch.exp(-z)), "none": z, "tanh": 2 / (1 + torch.exp(-3 * z)) - 1}
    torch.testing.assert_close(net(x), expected[activation], rtol=1e-4, atol=1e-5)


def test_a_constant_feature_stays_finite():
    net = network()
    x = torch.randn(20, 10)
    x[:, 3] = 1e4
    net.standardise(x)
    assert net.scale[3] == 1 and torch.isfinite(net(x)).all()


def test_rescaled_features_have_unit_mean_square():
    net, x = network(hidden=None), torch.randn(20, 10) * 1e-3
    net.rescale(x)
    assert net.hidden(x).square().mean().item() == pytest.approx(1, rel=1e-4)


@pytest.mark.parametrize("activation", ["none", "tanh"])
def test_hand_over_of_all_layers_keeps_every_bit_and_sets_the_scale(activation):
    x = torch.randn(400, 10) * 3 + 2
    weak = network(k=6, activation="sigmoid")
    weak.standardise(x)
    target = network(k=6, seed=1, activation=activation)
    hand_over(weak, target, "all", x)
    outputs = infer(target, x)
    np.testing.assert_array_equal(infer(weak, x) >= 0.5, outputs > 0)
    z = outputs if activation == "none" else np.arctanh(outputs.astype(np.float64))
    np.testing.assert_allclose(np.abs(z).mean(axis=0), 1, rtol=1e-4)
    np.testing.assert_array_equal(infer(weak, x, "hidden"), infer(target, x, "hidden"))


def test_hand_over_of_the_trunk_keeps_the_direction_of_the_drawn_hash_layer():
    x = torch.randn(50, 10) * 3 + 2
    weak = network(k=4, activation="sigmoid")
    weak.standardise(x)
    target = network(k=6, seed=1)
    drawn = target.hash.weight.clone()
    hand_over(weak, target, "trunk", x)
    np.testing.assert_array_equal(infer(weak, x, "hidden"), infer(target, x, "hidden"))
    ratio = target.hash.weight / drawn
    torch.testing.assert_close(ratio, ratio[:, :1].expand_as(ratio))
    assert (ratio > 0).all()
    np.testing.assert_allclose(np.abs(infer(target, x)).mean(axis=0), 1, rtol=1e-4)
    with pytest.raises(InputError, match="4 bits, this method 6"):
        hand_over(weak, target, "all", x)
    with pytest.raises(InputError, match="'head'"):
        hand_over(weak, target, "head", x)


def test_a_plain_hand_over_copies_the_scale_too():
    x = torch.randn(50, 10)
    weak = network(activation="sigmoid")
    weak.standardise(x)
    target = network(seed=1)
    hand_over(weak, target, "plain", x)
    np.testing.assert_allclose(infer(weak, x), 1 / (1 + np.exp(-infer(target, x))), rtol=1e-5)
    with pytest.raises(InputError, match="6 bits, this method 4"):
        hand_over(weak, network(k=4), "plain", x)


def test_inference_does_not_depend_on_the_batches():
    net, X = network(), torch.randn(5000, 10)
    parts = [infer(net, part) for part in X.split(777)]
    np.testing.assert_allclose(infer(net, X), np.concatenate(parts), rtol=1e-5, atol=1e-6)


def test_pictures_come_in_the_order_of_the_batches():
    X = [np.full((2, 2, 3), i, np.uint8) for i in range(40)]
    batches = torch.randperm(40, generator=torch.Generator().manual_seed(0)).split(6)
    seen = list(load_batches(X, iter(batches), "cpu"))
    assert len(seen) == 7
    for (rows, x), expected in zip(seen, batches, strict=True):
        assert torch.equal(rows, expected) and torch.equal(x[:, 0, 0, 0].long(), expected)
