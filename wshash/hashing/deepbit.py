"""DeepBit: unsupervised codes that survive binarising and rotation (Lin, Lu, Chen and Zhou, CVPR 2016)."""

from dataclasses import dataclass

import numpy as np
import torch

from wshash.errors import InputError
from wshash.hashing.codes import binarize
from wshash.hashing.losses import deepbit_loss
from wshash.hashing.trained import TrainedHashing

ANGLES = (-10, -5, 5, 10)  # degrees; the authors' list also holds 0, which rotates nothing


@dataclass(eq=False, repr=False, kw_only=True)
class DeepBit(TrainedHashing):
    """One new layer of sigmoid units on the CNN's features, trained without labels.

    Like the authors' released model, whose CNN is frozen, it has no hidden layer (``hidden=None``). Their
    code sends one gradient to all units; here the three terms are differentiated as written. Bit = 1 where a
    unit is at least ½, which the second term makes an even cut; theirs cuts at one mean over all units.

    The third term needs the pictures rotated by ±5° and ±10°. At depths ``"stage"`` and ``"full"`` they are.
    Cached features cannot be: give the features of the rotated pictures to :meth:`fit`, or Gaussian noise on
    the standardised features stands in, as large as these rotations move efficientnet_lite0 features of
    MIRFLICKR photos. It is as large, but it has no preferred direction, which a rotation has.

    Parameters
    ----------
    n_bits, random_state, hidden, epochs, ...
        The network and its training: see :class:`TrainedHashing`.
    loss_weights : three floats
        Of binarising, evenness and rotation; 1, 1, .001 in the authors' code.
    noise : pair of floats
        Standard deviations that stand in for ±5° and ±10°, as shares of each feature's own.

    Attributes
    ----------
    network_, history_
    """

    hidden: int | None = None
    epochs: int = 10
    min_steps: int = 380
    loss_weights: tuple[float, float, float] = (1.0, 1.0, 0.001)
    noise: tuple[float, float] = (0.63, 0.77)

    _activation = "sigmoid"

    def fit(self, X, y=None, validation=None, rotated=None):
        """Train the layer.

        Parameters
        ----------
        X : float array n×d, or n uint8 pictures
        y : ignored
        validation : (X, y), optional
        rotated : float array 4×n×d, optional
            With ``depth="head"``: features of the n pictures rotated by −10, −5, 5 and 10 degrees.

        Returns
        -------
        self
        """
        return super().fit(X, rotated, validation)

    def _validate_fit(self, X, rotated):
        X, _ = super()._validate_fit(X, None)
        if rotated is None or self.depth != "head":
            return X, None
        rotated, wanted = np.asarray(rotated, np.float32), (len(ANGLES), *X.shape)
        if rotated.shape != wanted or not np.isfinite(rotated).all():
            raise InputError(
                f"rotated has shape {rotated.shape}; give finite features of the {len(X)} pictures rotated by each "
                f"of {ANGLES} degrees: shape {wanted}"
            )
        return X, torch.from_numpy(rotated)

    def _loss_of(self, network, X, rotated, seed):
        device, generator = network.mean.device, torch.Generator().manual_seed(seed)
        angles = torch.tensor(ANGLES)
        weights = torch.exp(-((angles / 5) ** 2) / 2).to(device)  # the authors' C, with σ = 5 degrees
        size = torch.tensor(self.noise)[(angles.abs() > 5).long(), None, None]

        def turn(rows, x):
            if self.depth != "head":
                from torchvision.transforms.functional import InterpolationMode, rotate

                upright = x.permute(0, 3, 1, 2)
                turned = [rotate(upright, angle, InterpolationMode.BILINEAR) for angle in ANGLES]
                return torch.stack(turned).permute(0, 1, 3, 4, 2)
            if rotated is not None:
                return rotated[:, rows].to(device)
            noise = size * torch.randn(len(ANGLES), *x.shape, generator=generator)
            return x + noise.to(device) * network.scale

        def loss(f, rows, x):
            outputs = network(turn(rows, x).flatten(0, 1)).view(len(ANGLES), *f.shape)
            return deepbit_loss(f, outputs, weights, self.loss_weights)

        return loss

    def _binarize(self, embedding):
        return binarize(embedding)
