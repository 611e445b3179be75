"""The network: standardising, handing over, running in batches."""

import numpy as np
import pytest
import torch

from wshash.errors import InputError
from wshash.hashing.network import HashNetwork, as_tensor, half_precision, hand_over, infer, load_batches


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


@pytest.mark.parametrize("activation", ["sigmoid", "none", "tanh"])
def test_layers_are_drawn_at_unit_variance_unless_units_are_sigmoid(activation):
    net = network(k=400, d=300, hidden=500, activation=activation)
    layers = {net.trunk[0]: 2 / 300, net.hash: 1 / 500}  # ReLU halves the square
    for layer, variance in layers.items():
        if activation == "sigmoid":  # torch's own: uniform, as wide as the bias
            variance = 1 / (3 * layer.in_features)
            assert layer.bias.var().item() == pytest.approx(variance, rel=0.2)
        else:
            assert not layer.bias.any()
        assert layer.weight.var().item() == pytest.approx(variance, rel=0.05)


def test_what_hardly_varies_is_not_divided_by_it():
    net, x = network(), torch.randn(4000, 10)
    x[:, 0], x[:, 1], x[:, 2] = 1e-5 * x[:, 0], 1e-7 * x[:, 1], 1000 + 1e-4 * x[:, 2]
    net.standardise(x)
    assert net.scale[0].item() == pytest.approx(1e-5, rel=0.1) and net.scale[1] == net.scale[2] == 1
    net.rescale(torch.zeros(3, 10))
    assert torch.isfinite(net(torch.zeros(3, 10))).all()


def test_inference_is_in_the_other_mode_and_the_first_layer_is_the_one_that_sees_features():
    net, x = network(), torch.randn(20, 10)
    net.trunk.append(torch.nn.Dropout(0.5))
    np.testing.assert_array_equal(infer(net.train(), x), infer(net.train(), x))
    assert net.first is net.trunk[0] and network(hidden=None).first.in_features == 10
    assert not net.training and net.train() is net and net.training


def test_half_precision_is_bfloat16_where_there_is_such(monkeypatch):
    for supported, expected in ((True, torch.bfloat16), (False, torch.float16)):
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda supported=supported: supported)
        assert half_precision("cuda") == expected and half_precision("cpu") == torch.bfloat16


def test_a_read_only_array_is_copied_and_another_is_not():
    array = np.ones(3, np.float32)
    assert as_tensor(array).data_ptr() == array.ctypes.data
    array.flags.writeable = False
    assert as_tensor(array).data_ptr() != array.ctypes.data
