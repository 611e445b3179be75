"""One training loop for every network of the study, and what can go wrong in it."""

import math
import warnings
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR
from tqdm import tqdm

from wshash.errors import InputError
from wshash.hashing.network import HashNetwork, half_precision, load_batches

STILL_FALLING = 0.02
"""Of a training of fewer steps than its method's ``min_steps``: the share of the loss's fall, from the first batch to
the last quarter of the steps, that may come after the second quarter. scikit-learn's digits in 165 steps: .045 for DSH,
whose precision@100 is .77 then and .97 in 770; .012 for DRSCH, which has .98. MIRFLICKR in 3 epochs: .05 to .26."""

WIDTH = 1280  # features of efficientnet_lite0, on which the default rates were chosen


class TrainingWarning(UserWarning):
    """A network was trained, but its codes are poor: the message says how, and the remedy."""


def train(
    network: HashNetwork,
    X,
    loss: Callable[[Tensor, Tensor, Tensor], Tensor],
    *,
    epochs: int,
    batch_size: int,
    min_steps: int = 0,
    learning_rate: float,
    backbone_rate: float = 1.0,
    optimizer: str = "adam",
    momentum: float = 0.5,
    decay: float = 0.1,
    rows: np.ndarray | None = None,
    validation: tuple | None = None,
    seed: int = 0,
    name: str = "network",
) -> tuple[dict[str, list[float]], list[float]]:
    """Train in place, on the device where the network is.

    Parameters
    ----------
    network : HashNetwork
    X : float tensor with n rows on the network's device, or sequence of n pictures
    loss : callable
        ``loss(outputs, rows, x)`` → scalar tensor; ``x = X[rows]`` went into the network, ``outputs`` came out.
    epochs, batch_size : int
        Batches are drawn anew each epoch, without replacement; an incomplete last one is left out.
    min_steps : int
        More epochs where ``epochs`` make fewer steps than this.
    learning_rate : float
    backbone_rate : float
        Times that rate is the one of the backbone.
    optimizer : {"adam", "sgd"}
        ``"adam"``: cosine schedule to 0; the rate of the layer that sees the d features is √(1280/d) times this one.
        ``"sgd"``: with ``momentum``, the rate multiplied by ``decay`` after each third of the epochs: the paper's Table
        2 names both and does not say when.
    rows : int array, optional
        Those of X to train on; all by default.
    validation : (X, loss), optional
        Judged after each epoch.
    seed : int
        Draws the batches. The same seed gives the same bytes on the same machine and number of threads.

    Returns
    -------
    history : dict
        ``"loss"`` and, with ``validation``, ``"validation_loss"``: the mean over the batches of each epoch.
    losses : list
        Of each step.

    Raises
    ------
    InputError
        Unknown optimiser, non-positive budget.
    RuntimeError
        The loss became infinite or NaN.
    """
    if optimizer not in ("adam", "sgd"):
        raise InputError(f"optimizer={optimizer!r} is unknown; choose 'adam' or 'sgd'")
    if epochs < 0 or batch_size < 2 or not learning_rate > 0:
        raise InputError(
            f"epochs={epochs}, batch_size={batch_size}, learning_rate={learning_rate}: need at least 0 epochs, "
            "2 rows a batch (losses compare pairs) and a positive rate"
        )
    device = network.mean.device
    pool = torch.arange(len(X)) if rows is None else torch.as_tensor(rows)
    per_epoch = max(len(pool) // batch_size, 1)
    epochs = max(epochs, math.ceil(min_steps / per_epoch))
    total = max(epochs * per_epoch, 1)
    below = [p for name, p in network.named_parameters() if name.startswith("backbone.") and p.requires_grad]
    above = [p for name, p in network.named_parameters() if not name.startswith("backbone.")]
    groups = [{"params": below, "lr": learning_rate * backbone_rate}] if below else []
    if optimizer == "adam":
        # A step of Adam has the size of the rate, and weights on d features are drawn with a size of 1/√d: their rate
        # goes with it, so that a step changes them by the same share. Else few features are learnt from more slowly.
        first = network.first.weight
        rate = learning_rate * math.sqrt(WIDTH / first.shape[1])
        groups += [{"params": [p for p in above if p is not first]}, {"params": [first], "lr": rate}]
        steps = torch.optim.Adam(groups, learning_rate, fused=True)
        schedule = LambdaLR(steps, lambda step: (1 + math.cos(math.pi * min(step / total, 1))) / 2)
    else:
        steps = torch.optim.SGD([*groups, {"params": above}], learning_rate, momentum)
        schedule = LambdaLR(steps, lambda step: decay ** min(3 * step // total, 2))
    # Float16 gradients underflow unless scaled; bfloat16 and float32 ones do not.
    half = network.backbone is not None and device.type == "cuda"
    scaler = torch.amp.GradScaler(device.type, enabled=half and half_precision("cuda") == torch.float16)
    generator = torch.Generator().manual_seed(seed)
    history, losses = {"loss": []} | ({} if validation is None else {"validation_loss": []}), []

    progress = tqdm(total=epochs, desc=name, unit="epoch", disable=None, leave=False)
    with torch.random.fork_rng(), progress as bar:
        torch.manual_seed(seed)  # dropout
        for epoch in range(epochs):
            network.train()
            order = pool[torch.randperm(len(pool), generator=generator)]
            summed, found = torch.zeros((), device=device), []
            batches = order[: per_epoch * batch_size].split(batch_size)
            for batch, x in load_batches(X, batches, device):
                value = loss(network(x), batch, x)
                steps.zero_grad(set_to_none=True)
                scaler.scale(value).backward()
                scaler.step(steps)
                scaler.update()
                schedule.step()
                found.append(value.detach())
                summed += found[-1]
            losses += torch.stack(found).tolist()
            history["loss"].append(summed.item() / per_epoch)
            if not math.isfinite(history["loss"][-1]):
                raise RuntimeError(
                    f"{name}: the loss is {history['loss'][-1]} in epoch {epoch + 1} of {epochs}; training "
                    f"diverged. Lower learning_rate (now {learning_rate}), and check that no feature is huge"
                )
            if validation is not None:
                history["validation_loss"].append(_judge(network, *validation, batch_size))
            bar.set_postfix({key: f"{values[-1]:.4g}" for key, values in history.items()})
            bar.update()
    network.eval()
    return history, losses


@torch.no_grad()
def _judge(network: HashNetwork, X, loss: Callable, batch_size: int) -> float:
    network.eval()
    batches = [rows for rows in torch.arange(len(X)).split(batch_size) if len(rows) > 1]
    values = []
    for rows, x in load_batches(X, batches, network.mean.device):
        values.append(loss(network(x), rows, x).item() * len(rows))
    return sum(values) / sum(len(rows) for rows in batches)


def check_length(losses: list[float], enough: int, name: str) -> None:
    """Warn of a training that was too short: of fewer steps than ``enough``, its loss falling by :data:`STILL_FALLING`.

    After that many nothing is said: a loss can fall for ever, by learning its rows by heart.
    """
    n = len(losses)
    if not 0 < n < enough:
        return
    second, last = np.mean(losses[n // 4 : max(n // 2, 1)]), np.mean(losses[-max(n // 4, 1) :])
    share = (second - last) / (losses[0] - last) if losses[0] > last else 1.0
    if share > STILL_FALLING:
        _warn(
            f"{name}: too short a training, {n} steps of the {enough} that its budget has at least: "
            f"{share:.0%} of the fall of the loss came in the second half; raise epochs, or leave them to the budget"
        )


def check_codes(codes: np.ndarray, name: str) -> None:
    """Warn of bits that are the same in all these rows (dead), and of codes that more than half of them share."""
    n, k = codes.shape
    ones = codes.sum(axis=0, dtype=np.int64)
    dead = np.flatnonzero((ones == 0) | (ones == n))
    if len(dead):
        _warn(
            f"{name}: {len(dead)} of {k} bits are dead, the same in all {n} training rows (the first is bit "
            f"{dead[0]}); use fewer bits, a lower learning_rate or a larger margin"
        )
    largest = np.unique(np.packbits(codes, axis=1), axis=0, return_counts=True)[1].max()
    if n > 2 and largest > n / 2:
        _warn(
            f"{name}: codes have collapsed, {largest} of {n} training rows share one; check that some pairs are "
            "similar and some are not, lower learning_rate, or raise the margin"
        )


def _warn(message: str) -> None:
    warnings.warn(message, TrainingWarning, stacklevel=5)  # at fit()
