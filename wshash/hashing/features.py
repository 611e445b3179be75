"""The features themselves: what codes of them come close to."""

from dataclasses import dataclass

import numpy as np

from wshash.hashing.base import HashingMethod


@dataclass(eq=False, repr=False, kw_only=True)
class CentredFeatures(HashingMethod):
    """A ceiling, not a code: ranked by the cosine of its embedding, LSH with more and more bits.

    ``n_bits`` and ``random_state`` are without effect: nothing is drawn, and the embedding has the d values of the
    features.

    Attributes
    ----------
    mean_ : float32 array, d

    Examples
    --------
    >>> CentredFeatures().fit([[0, 1], [2, 5]]).embed([[1, 3], [3, 3]])
    array([[0., 0.],
           [2., 0.]], dtype=float32)
    """

    _shapes = {"mean_": "d"}

    def _fit(self, X, y):
        self.mean_ = X.mean(axis=0, dtype=np.float64).astype(np.float32)

    def _embed(self, X):
        return X - self.mean_

    @property
    def _n_features_out(self):
        return len(self.mean_)
