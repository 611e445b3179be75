"""The loop: it lowers the loss, repeats itself to the byte, and says when training went wrong."""

import warnings

import numpy as np
import pytest
import torch
from torch import nn

from wshash.errors import InputError
from wshash.hashing.network import HashNetwork
from wshash.hashing.training import STILL_FALLING, TrainingWarning, check_codes, check_length, train
from wshash.study.grid.methods import TABLE2

X = torch.from_numpy(np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32))
TARGET = X @ torch.linspace(-1, 1, 15).view(5, 3)


def fit(loss=None, X=X, target=TARGET, **options):
    torch.manual_seed(0)
    network = HashNetwork(5, 3, 16)

    def error(outputs, rows, x):
        return (outputs - target[rows]).square().mean()

    options = {"epochs": 5, "batch_size": 16, "learning_rate": 1e-2} | options
    return network, *train(network, X, loss or error, **options)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_the_loss_goes_down_and_is_recorded(optimizer):
    network, history, losses = fit(optimizer=optimizer, epochs=30, learning_rate=0.02)
    assert len(history["loss"]) == 30
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    np.testing.assert_allclose(np.reshape(losses, (30, 3)).mean(axis=1), history["loss"], rtol=1e-5)


def test_validation_loss_is_the_mean_over_the_rows_and_changes_nothing():
    other = torch.randn(21, 5, generator=torch.Generator().manual_seed(1))

    def judge(outputs, rows, x):
        assert torch.equal(x, other[rows])
        return outputs.square().mean()

    network, history, _ = fit(validation=(other, judge))
    plain, without, _ = fit()
    assert history["loss"] == without["loss"]
    assert history["validation_loss"][-1] == pytest.approx(network(other).square().mean().item(), rel=1e-5)


def test_the_same_seed_gives_the_same_bytes():
    first, second, other = fit(seed=3)[0], fit(seed=3)[0], fit(seed=4)[0]
    assert torch.equal(first.hash.weight, second.hash.weight)
    assert not torch.equal(first.hash.weight, other.hash.weight)


def test_only_the_given_rows_train():
    spoilt = X.clone()
    spoilt[40:] = torch.nan
    network, history, _ = fit(X=spoilt, rows=np.arange(40))
    assert np.isfinite(history["loss"]).all()


def biases(**options):
    """Of the first hash unit, before each step and after the last, where the gradient on it is always 1."""
    torch.manual_seed(0)
    network, found = HashNetwork(5, 3, 16), []

    def spy(outputs, rows, x):
        found.append(network.hash.bias[0].item())
        return outputs.sum() / len(outputs)

    train(network, X, spy, batch_size=60, **options)
    return [*found, network.hash.bias[0].item()]


def test_rate_falls_by_the_decay_factor_after_each_third():
    found = biases(epochs=9, learning_rate=1e-2, optimizer="sgd", momentum=0.0, decay=0.1)
    np.testing.assert_allclose(-np.diff(found), np.repeat([1e-2, 1e-3, 1e-4], 3), rtol=1e-2)


def test_momentum_is_that_of_sgd():
    found, b, v = biases(epochs=3, learning_rate=1e-2, optimizer="sgd", momentum=0.8, decay=1.0), 0, 0
    for step in found:
        assert step == pytest.approx(b, rel=1e-4)
        v = 0.8 * v + 1
        b -= 1e-2 * v


def test_adams_rate_falls_along_half_a_cosine():
    found = biases(epochs=8, learning_rate=1e-2)  # a step of Adam on a constant gradient is its rate
    np.testing.assert_allclose(-np.diff(found), 1e-2 * (1 + np.cos(np.pi * np.arange(8) / 8)) / 2, rtol=1e-3)


@pytest.mark.parametrize("hidden", [16, None])
def test_the_first_layer_moves_by_the_same_share_however_many_features(hidden):
    # Adam's first step is its rate; weights on d features are drawn with a size of 1/√d.
    for d in (5, 20, 1280):
        torch.manual_seed(0)
        network = HashNetwork(d, 3, hidden)
        before = [p.clone() for p in (network.first.weight, network.first.bias, network.hash.bias)]
        X = torch.randn(16, d, generator=torch.Generator().manual_seed(0))
        train(network, X, lambda f, rows, x: f.square().mean(), epochs=1, batch_size=16, learning_rate=1e-4)
        after = network.first.weight, network.first.bias, network.hash.bias
        moved = [(a - b).abs().max().item() for a, b in zip(after, before, strict=True)]
        assert moved == pytest.approx([1e-4 * (1280 / d) ** 0.5, 1e-4, 1e-4], rel=1e-2)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_the_backbone_moves_by_its_share_of_the_rate_and_what_is_frozen_not_at_all(optimizer):
    X, moved = torch.randn(16, 4, generator=torch.Generator().manual_seed(0)), {}
    for share in (1.0, 0.1):
        torch.manual_seed(0)
        backbone = nn.Sequential(nn.Linear(4, 6), nn.Linear(6, 5))
        backbone[0].requires_grad_(False)
        network = HashNetwork(5, 3, 16, backbone=backbone)
        before = {name: p.clone() for name, p in network.named_parameters()}
        options = {"epochs": 1, "batch_size": 16, "learning_rate": 1e-3, "backbone_rate": share, "optimizer": optimizer}
        train(network, X, lambda f, rows, x: f.square().mean(), **options)
        moved[share] = {name: (p - before[name]).abs().max().item() for name, p in network.named_parameters()}
    for name, distance in moved[1.0].items():
        expected = 0 if name.startswith("backbone.0") else distance * (0.1 if name.startswith("backbone") else 1)
        assert moved[0.1][name] == pytest.approx(expected, rel=1e-2), name
        assert distance > 0 or name.startswith("backbone.0")


def test_epochs_grow_until_the_steps_are_enough():
    for rows, batch_size, epochs, min_steps, expected in [
        (60, 16, 5, 0, 15),  # three whole batches an epoch
        (60, 16, 5, 15, 15),
        (60, 16, 5, 16, 18),
        (60, 100, 2, 7, 7),  # one batch of all
        (60, 16, 0, 0, 0),
    ]:
        options = {"epochs": epochs, "batch_size": batch_size, "min_steps": min_steps}
        _, history, losses = fit(rows=np.arange(rows), **options)
        assert len(losses) == expected == len(history["loss"]) * max(rows // batch_size, 1)


def test_the_network_trains_in_training_mode_and_is_judged_and_left_in_the_other():
    torch.manual_seed(0)
    network, modes, other = HashNetwork(5, 3, 16), {True: [], False: []}, torch.randn(21, 5)

    def loss(outputs, rows, x):
        modes[len(x) == 16].append(network.training)
        return outputs.square().mean()

    train(network.eval(), X, loss, epochs=2, batch_size=16, learning_rate=1e-2, validation=(other[:10], loss))
    assert modes == {True: [True] * 6, False: [False] * 2} and not network.training


def test_divergence_is_an_error_with_its_remedy():
    with pytest.raises(RuntimeError, match="epoch 1 of 5.*Lower learning_rate"):
        fit(loss=lambda outputs, rows, x: (outputs * torch.inf).sum())


@pytest.mark.parametrize(
    ("options", "message"),
    [({"optimizer": "lbfgs"}, "lbfgs"), ({"batch_size": 1}, "batch_size=1"), ({"learning_rate": 0}, "positive")],
)
def test_bad_settings(options, message):
    with pytest.raises(InputError, match=message):
        fit(**options)


def curve(share, n=100):
    """n losses that fall by 10, the share of it from the second quarter to the last."""
    return [10.0] + [10 * share] * (n // 2 - 1) + [0.0] * (n - n // 2)


@pytest.mark.parametrize(
    ("losses", "short"),
    [
        (curve(STILL_FALLING + 0.001), True),
        (curve(STILL_FALLING - 0.001), False),
        (curve(STILL_FALLING + 0.001, n=101), False),  # enough steps
        (np.arange(80, 0, -1), True),
        ([1.0], True),
        ([1.0, 2.0, 3.0], True),  # has not fallen
        ([], False),
    ],
)
def test_a_training_that_was_too_short_says_so(losses, short):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_length(losses, 101, "DSH")
    assert [str(w.message)[:25] for w in caught] == ["DSH: too short a training"] * short


def test_dead_bits_and_collapsed_codes_are_reported():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 2, (100, 8)).astype(np.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_codes(codes, "DSH")
    codes[:, [2, 5]] = 0, 1
    with pytest.warns(TrainingWarning, match="DSH: 2 of 8 bits are dead.*first is bit 2"):
        check_codes(codes, "DSH")
    codes[:60] = codes[0]
    codes[60:, 2], codes[60:, 5] = 1 - codes[0, 2], 1 - codes[0, 5]
    with pytest.warns(TrainingWarning, match="6. of 100 training rows share one|60 of 100"):
        check_codes(codes, "DSH")


def test_the_paper_preset_is_table_2():
    assert (TABLE2["batch_size"], TABLE2["learning_rate"], TABLE2["decay"]) == (64, 0.001, 0.1)
    assert (TABLE2["epochs"], TABLE2["momentum"], TABLE2["optimizer"]) == (120, 0.5, "sgd")


def test_a_training_neither_reads_nor_leaves_the_common_random_state():
    found = []
    for state in (1, 2):
        torch.manual_seed(0)
        network = HashNetwork(5, 3, 16)
        network.trunk.append(torch.nn.Dropout(0.5))
        torch.manual_seed(state)
        before = torch.get_rng_state()
        train(network, X, lambda f, rows, x: f.square().mean(), epochs=2, batch_size=16, learning_rate=1e-2)
        assert torch.equal(torch.get_rng_state(), before)
        found.append(network.hash.weight.clone())
    assert torch.equal(*found)


@pytest.mark.parametrize(("n", "counted"), [(17, 16), (18, 18), (10, 10)])
def test_a_last_row_alone_is_not_judged(n, counted):
    other = torch.randn(21, 5, generator=torch.Generator().manual_seed(1))[:n]
    network, history, _ = fit(validation=(other, lambda outputs, rows, x: outputs.square().mean()))
    expected = network(other[:counted]).square().mean().item()
    assert history["validation_loss"][-1] == pytest.approx(expected, rel=1e-5)


def test_settings_at_their_limits():
    assert len(fit(batch_size=2)[2]) == 5 * 30
    assert fit(epochs=0)[1:] == ({"loss": []}, [])
    with pytest.raises(InputError, match="epochs=-1"):
        fit(epochs=-1)
    same, plain = fit(optimizer="adam", seed=0)[0], fit()[0]
    assert torch.equal(same.hash.weight, plain.hash.weight)
    same, plain = fit(optimizer="sgd", momentum=0.5, decay=0.1, min_steps=0)[0], fit(optimizer="sgd")[0]
    assert torch.equal(same.hash.weight, plain.hash.weight)


def test_the_share_of_the_fall_is_told():
    # arange: the second quarter has the mean 50.5, the last 10.5, the first step 80.
    with pytest.warns(TrainingWarning, match="80 steps of the 90 .*: 58% of the fall"):
        check_length(np.arange(80.0, 0, -1), 90, "DSH")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_length(np.arange(80.0, 0, -1), 80, "DSH")  # enough


@pytest.mark.parametrize(
    ("codes", "messages"),
    [
        ([[0, 1], [1, 0]], []),
        ([[0, 1], [0, 0]], ["1 of 2 bits are dead"]),
        ([[0, 1], [0, 1]], ["2 of 2 bits are dead"]),  # two rows are too few for more
        ([[0, 1], [0, 1], [1, 0]], ["codes have collapsed, 2 of 3"]),
        ([[0, 1], [0, 1], [1, 0], [1, 1]], []),  # one half
    ],
)
def test_what_counts_as_dead_and_as_collapsed(codes, messages):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        check_codes(np.array(codes, np.uint8), "DSH")
    assert len(caught) == len(messages)
    assert all(message in str(w.message) for message, w in zip(messages, caught, strict=True))
