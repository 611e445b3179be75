"""DRSCH: bit-scalable deep hashing with regularised similarity (Zhang et al., TIP 2015)."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from wshash.hashing.losses import drsch_loss
from wshash.hashing.supervised import SupervisedHashing


@dataclass(eq=False, repr=False, kw_only=True)
class DRSCH(SupervisedHashing):
    """Triplets of outputs in [−1, 1] whose bits carry learnt weights, and a Laplacian term that smooths them.

    Outputs are tanh(βx/2); bit = 1 where they are above 0. Plain Hamming distance by default;
    ``bit_weights_`` gives the authors' weighted one, Σ w²[h ≠ h′]. With ``start`` it is WS-DRSCH.

    Parameters
    ----------
    n_bits, ..., start, start_layers
        The network, its training and its start: see :class:`SupervisedHashing`.
    margin : float, optional
        −C of the hinge; k/2 by default.
    laplacian : float
        λ of the Laplacian term.
    beta : float
        β of the activation; 5 in the authors' code.
    n_triplets : int or None
        Triplets sampled from each batch; None: all of them.

    Attributes
    ----------
    network_, history_
    weights_ : float32 array, k
        w, the element-wise weights.
    bit_weights_ : float32 array, k
        w², the weight of each bit in the weighted Hamming distance.
    """

    margin: float | None = None
    laplacian: float = 0.001
    beta: float = 5.0
    n_triplets: int | None = 20_000

    _activation = "tanh"

    @property
    def weights_(self) -> np.ndarray:
        return self.network_.weights.detach().cpu().numpy()

    @property
    def bit_weights_(self) -> np.ndarray:
        return self.weights_**2

    @property
    def _beta(self):
        return self.beta

    def _build(self, n_features, seed, weights=None):
        network, stages = super()._build(n_features, seed, weights)
        network.weights = nn.Parameter(torch.ones(self.n_bits))
        return network, stages

    def _label_loss(self, network, seed):
        generator = torch.Generator().manual_seed(seed)
        margin = self.n_bits / 2 if self.margin is None else self.margin

        def loss(h, similar):
            return drsch_loss(h, network.weights, similar, margin, self.laplacian, self.n_triplets, generator)

        return loss
