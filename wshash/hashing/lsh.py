"""LSH: random hyperplanes."""

from dataclasses import dataclass

import numpy as np
from sklearn.utils import check_random_state

from wshash.hashing.base import HashingMethod


@dataclass(eq=False, repr=False, kw_only=True)
class LSH(HashingMethod):
    """Locality-sensitive hashing by random hyperplanes (Charikar 2002).

    Bit j of a picture says on which side of a hyperplane with random normal ``w_j`` it lies: 1 where
    ``(x - mean)·w_j > 0``, ``w_j ~ N(0, I)``. Pictures at an angle θ differ in a bit with probability θ/π.

    The paper cites Gionis, Indyk and Motwani (1999), whose scheme writes the coordinates in unary and samples
    bits of that. Hashing papers cite it and run hyperplanes, and so do we: bit sampling approximates the L1
    distance of integer coordinates, not the angle between CNN features.

    Parameters shared with all methods: see :class:`HashingMethod`. LSH is random: report several seeds.

    Parameters
    ----------
    center : bool
        Subtract the training mean. Features after a ReLU all lie in one orthant, where planes through the
        origin leave most pairs on the same side. ``False`` is the code that most papers ran.

    Attributes
    ----------
    mean_ : float32 array, d
        The training mean; zeros if ``center=False``.
    hyperplanes_ : float32 array, d×k

    Examples
    --------
    Two rows lie opposite each other around their mean, so θ = π, and every bit differs:

    >>> codes = LSH(n_bits=8).fit_transform([[0.0, 1.0], [2.0, 5.0]])
    >>> codes[0] + codes[1]
    array([1, 1, 1, 1, 1, 1, 1, 1], dtype=uint8)
    """

    center: bool = True

    _shapes = {"mean_": "d", "hyperplanes_": "dk"}

    def _fit(self, X, y):
        d = X.shape[1]
        self.mean_ = X.mean(axis=0, dtype=np.float64).astype(np.float32) * bool(self.center)
        self.hyperplanes_ = check_random_state(self.random_state).randn(d, self.n_bits).astype(np.float32)

    def _embed(self, X):
        return (X - self.mean_) @ self.hyperplanes_
