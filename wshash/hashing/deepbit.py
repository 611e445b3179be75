"""DeepBit: unsupervised codes that survive binarising and rotation (Lin, Lu, Chen and Zhou, CVPR 2016)."""

from dataclasses import dataclass

import torch

from wshash.errors import InputError
from wshash.hashing.losses import deepbit_loss
from wshash.hashing.trained import TrainedHashing

ANGLES = (-10, -5, 5, 10)  # degrees; the authors' list also holds 0, which rotates nothing


@dataclass(eq=False, repr=False, kw_only=True)
class DeepBit(TrainedHashing):
    """One new layer of sigmoid units on the CNN's features, trained without labels.

    Like the authors' released model, whose CNN is frozen, it has no hidden layer (``hidden=None``). Their
    code sends one gradient to all units; here the three terms are differentiated as written. Bit = 1 where a
    unit is at least ½, which the second term makes an even cut; theirs cuts at one mean over all units.

    The third term needs the pictures rotated by ±5° and ±10°. At depth ``"full"`` they are, and ``"stage"`` is refused.
    Cached features cannot be: Gaussian noise on the standardised features stands in, as large as these rotations
    move efficientnet_lite0 features of MIRFLICKR photos, but without the preferred direction that a rotation has.

    Parameters shared with other networks: see :class:`TrainedHashing`.

    Parameters
    ----------
    loss_weights : three floats
        Of binarising, evenness and rotation; 1, 1, .001 in the authors' code.
    noise : pair of floats
        Standard deviations that stand in for ±5° and ±10°, as shares of each feature's own.
    """

    hidden: int | None = None
    epochs: int = 10
    min_steps: int = 380
    loss_weights: tuple[float, float, float] = (1.0, 1.0, 0.001)
    noise: tuple[float, float] = (0.63, 0.77)

    _activation = "sigmoid"

    def _validate_fit(self, X, y):
        if self.depth == "stage":
            raise InputError("depth='stage': maps cannot be rotated; give pictures, depth='full', or features, 'head'")
        return super()._validate_fit(X, y)

    def _loss_of(self, network, X, y, seed):
        device, generator = network.mean.device, torch.Generator().manual_seed(seed)
        angles = torch.tensor(ANGLES)
        weights = torch.exp(-((angles / 5) ** 2) / 2).to(device)  # the authors' C, with σ = 5 degrees
        size = torch.tensor(self.noise)[(angles.abs() > 5).long(), None, None]

        def turn(x):
            if self.depth == "full":
                from torchvision.transforms.functional import InterpolationMode, rotate

                upright = x.permute(0, 3, 1, 2)
                turned = [rotate(upright, angle, InterpolationMode.BILINEAR) for angle in ANGLES]
                return torch.stack(turned).permute(0, 1, 3, 4, 2)
            noise = size * torch.randn(len(ANGLES), *x.shape, generator=generator)
            return x + noise.to(device) * network.scale

        def loss(f, rows, x):
            outputs = network(turn(x).flatten(0, 1)).view(len(ANGLES), *f.shape)
            return deepbit_loss(f, outputs, weights, self.loss_weights)

        return loss
