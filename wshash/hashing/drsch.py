"""DRSCH: bit-scalable deep hashing with regularised similarity (Zhang et al., TIP 2015)."""

import numpy as np
import torch
from torch import nn

from wshash.hashing.base import similar
from wshash.hashing.losses import drsch_loss
from wshash.hashing.network import as_tensor
from wshash.hashing.trained import TrainedHashing


class DRSCH(TrainedHashing):
    """Triplets of outputs in [−1, 1] whose bits carry learnt weights, and a Laplacian term that smooths them.

    Outputs are tanh(βx/2); bit = 1 where they are above 0. Plain Hamming distance by default;
    ``bit_weights_`` gives the authors' weighted one, Σ w²[h ≠ h′]. With ``start`` it is WS-DRSCH.

    Parameters
    ----------
    n_bits, random_state, hidden, epochs, ...
        The network and its training: see :class:`TrainedHashing`.
    margin : float, optional
        −C of the hinge; k/2 by default.
    laplacian : float
        λ of the Laplacian term.
    beta : float
        β of the activation; 5 in the authors' code.
    n_triplets : int or None
        Triplets sampled from each batch; None: all of them.
    start : fitted WeakPretraining, optional
        Start from its network: the WS- version of the method.
    start_layers : {"trunk", "all", "plain"}
        What of it is copied; see :func:`wshash.hashing.network.hand_over`.

    Attributes
    ----------
    network_, history_
    weights_ : float32 array, k
        w, the element-wise weights.
    bit_weights_ : float32 array, k
        w², the weight of each bit in the weighted Hamming distance.
    """

    _supervised = True
    _activation = "tanh"

    def __init__(
        self,
        n_bits=64,
        random_state=0,
        margin=None,
        laplacian=0.001,
        beta=5.0,
        n_triplets=20_000,
        hidden=512,
        epochs=20,
        batch_size=128,
        learning_rate=1e-3,
        optimizer="adam",
        momentum=0.5,
        decay=0.1,
        depth="head",
        backbone="efficientnet_lite0",
        image_size=None,
        device="auto",
        start=None,
        start_layers="all",
    ):
        super().__init__(
            n_bits,
            random_state,
            hidden,
            epochs,
            batch_size,
            learning_rate,
            optimizer,
            momentum,
            decay,
            depth,
            backbone,
            image_size,
            device,
        )
        self.start = start
        self.start_layers = start_layers
        self.margin = margin
        self.laplacian = laplacian
        self.beta = beta
        self.n_triplets = n_triplets

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

    def _loss_of(self, network, X, y, seed):
        y = as_tensor(y).to(network.mean.device)
        generator = torch.Generator().manual_seed(seed)
        margin = self.n_bits / 2 if self.margin is None else self.margin

        def loss(h, rows, x):
            labels = y[rows]
            return drsch_loss(
                h,
                network.weights,
                similar(labels, labels),
                margin,
                self.laplacian,
                self.n_triplets,
                generator,
            )

        return loss
