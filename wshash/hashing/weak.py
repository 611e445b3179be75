"""Weakly-supervised pre-training on the tags (sections 1.1 and 1.2, equations 3-5)."""

from dataclasses import dataclass

import numpy as np
import torch

from wshash.errors import InputError
from wshash.hashing.losses import pair_loss
from wshash.hashing.trained import TrainedHashing


@dataclass(eq=False, repr=False, kw_only=True)
class WeakPretraining(TrainedHashing):
    """The paper's hash network trained on pairs of pictures whose tags are alike or not: no label is seen.

    Sigmoid units, the pair loss of equations (3) and (4) on batches of pictures with a known tag, codes by
    equation (5). Fitted, it is the ``start`` of KSH, DSH and DRSCH, and a method of its own.

    ``fit(X, similarity)`` takes a :class:`~wshash.tags.TagSimilarity` of the pictures in X; so does ``validation``.

    Parameters shared with other networks: see :class:`TrainedHashing`.

    Parameters
    ----------
    margin : float
        λ of equation (3). Distances reach √k: 1 is 35 % of the range at 8 bits and 12.5 % at 64.
    reduction : {"mean", "sum"}
        Of equation (3); see :func:`wshash.hashing.losses.pair_loss`.
    threshold : float, optional
        Pictures whose similarity, equation (1), exceeds it are similar: .4 in the paper, for its vectors.
    quantile : float
        Where no threshold is given, it is the similarity that a share ``1 - quantile`` of all pairs exceeds.

    Attributes
    ----------
    threshold_ : float
    share_similar_ : float
        Share of all pairs of pictures with a known tag that is similar, from 200,000 random pairs.
    """

    epochs: int = 5
    min_steps: int = 190
    learning_rate: float = 3e-4
    margin: float = 1.0
    reduction: str = "mean"
    threshold: float | None = None
    quantile: float = 0.9

    _activation, _target = "sigmoid", "the pictures' TagSimilarity"
    _stream = 1

    def features(self, X) -> np.ndarray:
        """What the hidden layer is fed, float32 n×d: X, or what a backbone that trained too makes of it."""
        return self._infer(self._validate_features(X, reset=False), "features")

    def trunk_features(self, X) -> np.ndarray:
        """Activations of the hidden layer: float32 n×hidden. What WS-KSH is fed."""
        return self._infer(self._validate_features(X, reset=False), "hidden")

    def _fit(self, X, similarity, validation=None):
        threshold = similarity.quantile_threshold(self.quantile) if self.threshold is None else self.threshold
        self.threshold_ = float(threshold)
        drawn = similarity.pairs(*similarity.random_pairs(200_000, seed=0))
        self.share_similar_ = float((drawn > self.threshold_).mean())
        if self.share_similar_ in (0, 1):
            raise InputError(
                f"threshold={self.threshold_:.3g}: {'all' if self.share_similar_ else 'none'} of 200,000 random "
                f"pairs are above it (similarities from {drawn.min():.3g} to {drawn.max():.3g}); choose one between"
            )
        super()._fit(X, similarity, validation)

    def _loss_of(self, network, X, similarity, seed):
        known = torch.from_numpy(similarity.known)

        def loss(f, rows, x):
            similar = torch.from_numpy(similarity.block(rows.numpy()) > self.threshold_)
            valid = known[rows][:, None] & known[rows]  # all of a training batch, not of a validation batch
            return pair_loss(f, similar.to(f.device), self.margin, self.reduction, valid.to(f.device))

        return loss

    def _rows(self, similarity):
        return np.flatnonzero(similarity.known)

    def _validate_target(self, X, similarity):
        if not hasattr(similarity, "block"):
            raise InputError(f"similarity={similarity!r}; give a TagSimilarity of the rows of X")
        if similarity.n != len(X):
            raise InputError(f"similarity is of {similarity.n} pictures, X has {len(X)} rows; both must be one list")
        return similarity
