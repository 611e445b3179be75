"""The network of section 1.2: features, a hidden layer, and the hash layer with one unit a bit (Fig. 5)."""

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn

from wshash.errors import InputError

START_LAYERS = ("trunk", "all", "plain")


class HashNetwork(nn.Module):
    """Standardised features → hidden layer with ReLU (the trunk) → hash layer → activation.

    Features enter as ``(x - mean) / scale``, buffers of the network: see :meth:`standardise` and :meth:`rescale`.

    Parameters
    ----------
    n_inputs : int
        Features d.
    n_bits : int
        Units of the hash layer.
    hidden : int or None
        Units of the trunk; None: no trunk, the hash layer sees the features.
    activation : {"sigmoid", "none", "tanh"}
        Of the hash layer: the paper's weak network and DeepBit, DSH, DRSCH. ``"tanh"`` is tanh(βx/2), which
        the DRSCH authors write 2/(1 + exp(−βx)) − 1; β is the attribute ``beta``.
    backbone : module, optional
        What makes the features N×d of the input; None: the input is these.
    """

    def __init__(self, n_inputs, n_bits, hidden=512, activation="none", backbone=None):
        super().__init__()
        self.backbone = backbone
        self.register_buffer("mean", torch.zeros(n_inputs))
        self.register_buffer("scale", torch.ones(n_inputs))
        self.trunk = nn.Identity() if hidden is None else nn.Sequential(nn.Linear(n_inputs, hidden), nn.ReLU())
        self.hash = nn.Linear(n_inputs if hidden is None else hidden, n_bits)
        self.activation, self.beta = activation, 5.0
        # DSH and DRSCH want outputs near ±1, so theirs start at unit variance: drawn smaller, as torch does
        # by default, they all grow along the one direction that separates the batch best, and bits repeat
        # each other. Sigmoid units keep torch's: at unit variance all distances start beyond the weak margin
        # of 1, nothing pushes dissimilar pairs apart, and most bits die.
        if activation != "sigmoid":
            if hidden is not None:
                nn.init.kaiming_uniform_(self.trunk[0].weight, nonlinearity="relu")
                nn.init.zeros_(self.trunk[0].bias)
            nn.init.kaiming_uniform_(self.hash.weight, nonlinearity="linear")
            nn.init.zeros_(self.hash.bias)

    def features(self, x: Tensor) -> Tensor:
        """What the trunk is fed, before it is standardised: float N×d."""
        if self.backbone is None:
            return x
        # Half precision on a GPU (bfloat16 where it has it); everything above the backbone is float32.
        device = self.mean.device.type
        with torch.autocast(device, dtype=half_precision(device), enabled=device == "cuda"):
            return self.backbone(x).float()

    def hidden(self, x: Tensor) -> Tensor:
        """Activations of the trunk: float N×hidden."""
        return self.trunk((self.features(x) - self.mean) / self.scale)

    def forward(self, x: Tensor) -> Tensor:
        """Outputs of the hash layer after the activation: float N×k."""
        z = self.hash(self.hidden(x))
        if self.activation == "sigmoid":
            return torch.sigmoid(z)
        return torch.tanh(self.beta / 2 * z) if self.activation == "tanh" else z

    @property
    def first(self) -> nn.Linear:
        """The layer that sees the features."""
        return self.hash if isinstance(self.trunk, nn.Identity) else self.trunk[0]

    def standardise(self, features: Tensor) -> None:
        """Set ``mean`` and ``scale`` from these rows; a constant feature keeps scale 1."""
        self.mean.copy_(features.mean(dim=0))
        std = features.std(dim=0, correction=0)
        self.scale.copy_(torch.where(std > 1e-6 * (1 + self.mean.abs()), std, 1))

    def rescale(self, features: Tensor) -> None:
        """Set ``scale`` to the one root mean square of these rows, and leave ``mean`` at 0.

        For a backbone that trains too: its features move and drop out, so a feature that hardly varied at first
        must not be divided by how little it did.
        """
        self.scale.fill_(features.square().mean().sqrt().clamp_min(1e-12))

    def train(self, mode: bool = True) -> "HashNetwork":
        """As in torch, but batch normalisation keeps the statistics of its pre-training: batches are small."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self


@torch.no_grad()
def hand_over(source: HashNetwork, target: HashNetwork, layers: str, x: Tensor) -> None:
    r"""Start ``target`` from ``source``, the pre-trained weak network.

    ``"trunk"`` copies backbone, standardisation and hidden layer; the hash layer stays as it was drawn, but
    for its scale. ``"all"`` copies the hash layer too.

    Either way the hash layer is rescaled: ``"plain"`` copies all and leaves it out, the careless way, for comparison.
    The source ends in σ(z) ∈ [0, 1], cut at ½; the target in z (DSH)
    or tanh(βz/2) (DRSCH), cut at 0 and drawn to ±1. What the weak margin of 1 in √k asks for is far too small
    there. So each unit's weights and bias are multiplied by the positive number that makes the mean of \|z\|
    (DSH) or \|βz/2\| (DRSCH) over the rows ``x`` equal to 1. As σ(z) ≥ ½ ⇔ z ≥ 0 ⇔ az ≥ 0 for a > 0,
    ``"all"`` starts from the codes of the source (but for a z so near 0 that σ(z) rounds to ½): only the
    distance to the thresholds changes.

    The two have the same hidden layer, and unless ``"trunk"`` is asked for, the same number of bits.
    """
    if layers not in START_LAYERS:
        raise InputError(f"start_layers={layers!r} is unknown; choose one of {', '.join(map(repr, START_LAYERS))}")
    if layers != "trunk" and source.hash.out_features != target.hash.out_features:
        raise InputError(
            f"the weak network has {source.hash.out_features} bits, this method {target.hash.out_features}; "
            "fit WeakPretraining with the same n_bits, or use start_layers='trunk'"
        )
    if source.backbone is not None:
        target.backbone.load_state_dict(source.backbone.state_dict())
    target.mean.copy_(source.mean)
    target.scale.copy_(source.scale)
    target.trunk.load_state_dict(source.trunk.state_dict())
    if layers != "trunk":
        target.hash.load_state_dict(source.hash.state_dict())
    if layers == "plain":
        return
    z = torch.cat([target.hash(target.hidden(part.to(target.mean.device))) for part in x.split(256)])
    gain = target.beta / 2 if target.activation == "tanh" else 1.0
    a = 1 / (gain * z.abs().mean(dim=0)).clamp_min(1e-6)
    target.hash.weight.mul_(a[:, None])
    target.hash.bias.mul_(a)


def load_batches(X, batches: Iterable, device: str) -> Iterator[tuple[np.ndarray | Tensor, Tensor]]:
    """``(rows, X[rows])`` for each batch of row numbers, on the device.

    X is a float tensor with n rows on the device, or a sequence of n uint8 pictures H×W×3 of one size, which threads
    decode a few batches ahead of the network.
    """
    if isinstance(X, Tensor):
        for rows in batches:
            yield rows, X[rows]
        return
    batches = iter(batches)

    def load(rows):
        return torch.from_numpy(np.stack([X[int(i)] for i in rows]))

    with ThreadPoolExecutor() as pool:
        ahead = deque((rows, pool.submit(load, rows)) for rows in islice(batches, 4))
        while ahead:
            rows, future = ahead.popleft()
            following = next(batches, None)
            if following is not None:
                ahead.append((following, pool.submit(load, following)))
            yield rows, future.result().to(device, non_blocking=True)


@torch.inference_mode()
def infer(network: HashNetwork, X, output: str = "forward") -> np.ndarray:
    """Outputs of ``forward``, ``hidden`` or ``features`` for all rows, as float32, in batches."""
    device = network.mean.device
    batches = torch.arange(len(X)).split(4096 if network.backbone is None else 64)
    network.eval()
    parts = [getattr(network, output)(x.to(device)).cpu() for _, x in load_batches(X, batches, device)]
    return torch.cat(parts).numpy()


def as_tensor(array: np.ndarray) -> Tensor:
    """The array as a tensor on the same memory; a read-only one is copied, since a tensor can be written to."""
    return torch.from_numpy(array if array.flags.writeable else array.copy())


def half_precision(device: str) -> torch.dtype:
    return torch.float16 if device == "cuda" and not torch.cuda.is_bf16_supported() else torch.bfloat16
