"""The loop: it lowers the loss, repeats itself to the byte, and says when training went wrong."""

import warnings

import numpy as np
import pytest
import torch

from wshash.errors import InputError
from wshash.hashing.network import HashNetwork
from wshash.hashing.training import TrainingWarning, check_codes, train
from wshash.study.grid.methods import TABLE2

X = torch.from_numpy(np.random.default_rng(0).normal(size=(60, 5)).astype(np.float32))
TARGET = X @ torch.linspace(-1, 1, 15).view(5, 3)


def fit(loss=None, X=X, target=TARGET, **options):
    torch.manual_seed(0)
    network = HashNetwork(5, 3, 16)

    def error(outputs, rows, x):
        return (outputs - target[rows]).square().mean()

    options = {"epochs": 5, "batch_size": 16, "learning_rate": 1e-2} | options
    return network, train(network, X, loss or error, **options), error


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_the_loss_goes_down_and_is_recorded(optimizer):
    network, history, error = fit(optimizer=optimizer, epochs=30, learning_rate=0.02)
    assert len(history["loss"]) == 30
    assert history["loss"][-1] < 0.5 * history["loss"][0]


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


def test_rate_falls_by_the_decay_factor_after_each_third():
    rates = []

    def loss(outputs, rows, x):  # a gradient of 1 on the bias: each step shows its rate
        rates.append(network_bias[-1] if network_bias else None)
        return outputs.sum() / len(outputs)

    torch.manual_seed(0)
    network, network_bias = HashNetwork(5, 3, 16), []
    bias = []

    def spy(outputs, rows, x):
        bias.append(network.hash.bias[0].item())
        return outputs.sum() / len(outputs)

    train(network, X, spy, epochs=9, batch_size=60, learning_rate=1e-2, optimizer="sgd", momentum=0.0, decay=0.1)
    steps = -np.diff([*bias, network.hash.bias[0].item()])
    np.testing.assert_allclose(steps, np.repeat([1e-2, 1e-3, 1e-4], 3), rtol=1e-2)


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
