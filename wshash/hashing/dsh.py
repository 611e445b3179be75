"""DSH: Deep Supervised Hashing (Liu, Wang, Shan and Chen, CVPR 2016)."""

from dataclasses import dataclass

from wshash.hashing.losses import dsh_loss
from wshash.hashing.supervised import SupervisedHashing


@dataclass(eq=False, repr=False, kw_only=True)
class DSH(SupervisedHashing):
    """Pairs that share a label are drawn together, others pushed m = 2k apart, outputs drawn to ±1.

    No squashing at the output; bit = 1 where it is above 0. With ``start`` it is WS-DSH.

    Parameters shared with other networks: see :class:`SupervisedHashing`.

    Parameters
    ----------
    alpha : float
        Weight of the quantisation term; .01 in the authors' code.
    margin : float, optional
        m, on the squared distance; 2k by default.
    """

    epochs: int = 15
    learning_rate: float = 3e-4
    alpha: float = 0.01
    margin: float | None = None

    def _label_loss(self, network, seed):
        return lambda b, similar: dsh_loss(b, similar, self.margin, self.alpha)
