"""DSH: Deep Supervised Hashing (Liu, Wang, Shan and Chen, CVPR 2016)."""

from wshash.hashing.base import similar
from wshash.hashing.losses import dsh_loss
from wshash.hashing.network import as_tensor
from wshash.hashing.trained import TrainedHashing


class DSH(TrainedHashing):
    """Pairs that share a label are drawn together, others pushed m = 2k apart, outputs drawn to ±1.

    No squashing at the output; bit = 1 where it is above 0. With ``start`` it is WS-DSH.

    Parameters
    ----------
    n_bits, random_state, hidden, epochs, ...
        The network and its training: see :class:`TrainedHashing`.
    alpha : float
        Weight of the quantisation term; .01 in the authors' code.
    margin : float, optional
        m, on the squared distance; 2k by default.
    start : fitted WeakPretraining, optional
        Start from its network: the WS- version of the method.
    start_layers : {"trunk", "all", "plain"}
        What of it is copied; see :func:`wshash.hashing.network.hand_over`.

    Attributes
    ----------
    network_, history_
    """

    _supervised = True

    def __init__(
        self,
        n_bits=64,
        random_state=0,
        alpha=0.01,
        margin=None,
        hidden=512,
        epochs=15,
        batch_size=128,
        learning_rate=3e-4,
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
        self.alpha = alpha
        self.margin = margin

    def _loss_of(self, network, X, y, seed):
        y = as_tensor(y).to(network.mean.device)

        def loss(b, rows, x):
            labels = y[rows]
            return dsh_loss(b, similar(labels, labels), self.margin, self.alpha)

        return loss
