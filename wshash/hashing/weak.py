"""Weakly-supervised pre-training on the tags (sections 1.1 and 1.2, equations 3-5)."""

from dataclasses import dataclass

import numpy as np
import torch

from wshash.errors import InputError
from wshash.hashing.codes import binarize
from wshash.hashing.losses import pair_loss
from wshash.hashing.network import infer
from wshash.hashing.trained import TrainedHashing


@dataclass(eq=False, repr=False, kw_only=True)
class WeakPretraining(TrainedHashing):
    """The paper's hash network trained on pairs of pictures whose tags are alike or not: no label is seen.

    Sigmoid units, the pair loss of equations (3) and (4) on batches of pictures with a known tag, codes by
    equation (5). Fitted, it is the ``start`` of KSH, DSH and DRSCH, and a method of its own.

    Parameters
    ----------
    n_bits, random_state, hidden, epochs, ...
        The network and its training: see :class:`TrainedHashing`.
    margin : float
        λ of equation (3). Distances reach √k: 1 is 35 % of the range at 8 bits and 12.5 % at 64.
    threshold : float, optional
        Pictures whose similarity, equation (1), exceeds it are similar: .4 in the paper, for its vectors.
    quantile : float
        Where no threshold is given, it is the similarity that a share ``1 - quantile`` of all pairs exceeds.

    Attributes
    ----------
    network_, history_
    threshold_ : float
    share_similar_ : float
        Share of all pairs of pictures with a known tag that is similar, from 200,000 random pairs.
    """

    epochs: int = 5
    min_steps: int = 190
    learning_rate: float = 3e-4
    margin: float = 1.0
    threshold: float | None = None
    quantile: float = 0.9

    _activation = "sigmoid"
    _stream = 1

    def fit(self, X, similarity=None, validation=None):
        """Train on the pairs.

        Parameters
        ----------
        X : float array n×d, or n uint8 pictures
        similarity : TagSimilarity of the same n pictures
        validation : (X, TagSimilarity), optional

        Returns
        -------
        self
        """
        return super().fit(X, similarity, validation)

    def trunk_features(self, X) -> np.ndarray:
        """Activations of the hidden layer: float32 n×hidden. What WS-KSH is fed."""
        return infer(self.network_, self._validate_features(X, reset=False), "hidden")

    def _fit(self, X, similarity, validation=None):
        self.threshold_ = (
            similarity.quantile_threshold(self.quantile) if self.threshold is None else float(self.threshold)
        )
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
            return pair_loss(f, similar.to(f.device), self.margin, valid=valid.to(f.device))

        return loss

    def _rows(self, similarity):
        return np.flatnonzero(similarity.known)

    def _binarize(self, embedding):
        return binarize(embedding)

    def _validate_fit(self, X, similarity):
        X, _ = super()._validate_fit(X, None)
        return X, self._validate_similarity(X, similarity)

    def _validate_validation(self, X, similarity):
        X = self._validate_features(X, reset=False)
        return X, self._validate_similarity(X, similarity)

    def _validate_similarity(self, X, similarity):
        if not hasattr(similarity, "block"):
            raise InputError(f"similarity={similarity!r}; give a TagSimilarity of the rows of X")
        if similarity.n != len(X):
            raise InputError(f"similarity is of {similarity.n} pictures, X has {len(X)} rows; both must be one list")
        return similarity
