"""DRSCH: bit-scalable deep hashing with regularised similarity (Zhang et al., TIP 2015)."""

from dataclasses import dataclass

import torch
from torch import nn

from wshash.hashing.losses import drsch_loss
from wshash.hashing.supervised import SupervisedHashing


@dataclass(eq=False, repr=False, kw_only=True)
class DRSCH(SupervisedHashing):
    """Triplets of outputs in [−1, 1] whose bits carry learnt weights, and a Laplacian term that smooths them.

    Outputs are tanh(βx/2); bit = 1 where they are above 0. Codes are compared by plain Hamming distance; the authors'
    weighted one, Σ w²[h ≠ h′], has the weights ``network_.weights``. With ``start`` it is WS-DRSCH.

    Parameters shared with other networks: see :class:`SupervisedHashing`.

    Parameters
    ----------
    margin : float, optional
        −C of the hinge; k/2 by default.
    laplacian : float
        λ of the Laplacian term.
    beta : float
        β of the activation; 5 in the authors' code.
    n_triplets : int or None
        Triplets sampled from each batch; None: all of them.
    """

    margin: float | None = None
    laplacian: float = 0.001
    beta: float = 5.0
    n_triplets: int | None = 20_000

    _activation = "tanh"

    def _build(self, seed, weights=None):
        network = super()._build(seed, weights)
        network.beta, network.weights = self.beta, nn.Parameter(torch.ones(self.n_bits))
        return network

    def _label_loss(self, network, seed):
        generator = torch.Generator().manual_seed(seed)
        margin = self.n_bits / 2 if self.margin is None else self.margin
        options = margin, self.laplacian, self.n_triplets, generator
        return lambda h, similar: drsch_loss(h, network.weights, similar, *options)
