"""WDHT: weakly-supervised deep hashing with tag embeddings (Gattupalli, Zhuo and Li, CVPR 2019)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from wshash.errors import InputError
from wshash.hashing.trained import TrainedHashing
from wshash.hashing.wdht_losses import wdht_loss


def mean_tag_vectors(tags: Sequence[Sequence[str]], vectors) -> np.ndarray:
    """w of WDHT: the mean vector of each picture's known tags, each tag once.

    Parameters
    ----------
    tags : n lists of str
    vectors : TagVectors

    Returns
    -------
    float32 array, n×e
        A row of zeros for a picture without a known tag.
    """
    from wshash.tags.equations import tag_indicator

    return tag_indicator(tags, vectors.vocabulary) @ np.asarray(vectors.vectors, np.float32)


@dataclass(eq=False, repr=False, kw_only=True)
class WDHT(TrainedHashing):
    """Codes whose distances follow the cosine of the pictures' mean tag vectors: no label is seen.

    Over the hidden layer two heads: sigmoid units, the code, bit = 1 where one is at least ½; and tanh units that
    predict the picture's tag vector in a hinge ranking loss. See :mod:`wshash.hashing.wdht_losses`.

    Where the paper and the authors' code differ, the paper: distances aim at ½(1 − cos), theirs at 1 − cos. The
    quantisation loss weighs .01 here, 1 in their code: with 1 all codes become one (precision@500 on MIRFLICKR's
    validation part at 16 bits .550, which is chance, .739 with .1, .792 with .01, each after 5 epochs; rates .0003,
    .0003 and .001). Between .003 and .03, and with 10 epochs, it moves by .2 points at 64 bits. Ours too: trunk and
    training are those of the other methods here (theirs: AlexNet or ResNet trained too, 256 hidden units, SGD), and the
    tag vectors are scaled to unit length, so that the margin does not depend on how they were trained.

    ``fit(X, y)`` takes each picture's mean tag vector, float n×e, from :func:`mean_tag_vectors`; so does
    ``validation``. A row of zeros or with NaN: no known tag, and the picture is not trained on.

    Parameters shared with other networks: see :class:`TrainedHashing`.

    Parameters
    ----------
    margin : float
        Of the hinge; .2 in the authors' code.
    loss_weights : three floats
        Of the pairs, the hinge and the quantisation; 1, 10, 1 in the authors' code, where codes collapse here.

    Attributes
    ----------
    n_dimensions_ : int
        e, the length of the tag vectors. The network's last layer has k + e units.
    """

    epochs: int = 5
    min_steps: int = 190
    margin: float = 0.2
    loss_weights: tuple[float, float, float] = (1.0, 10.0, 0.01)

    _activation, _target = "sigmoid", "mean tag vectors"

    def predict_tags(self, X) -> np.ndarray:
        """The second head: what the mean tag vector of a picture may be, for pictures without any tag.

        Float32 n×e, from −1 to 1. It points where the vector points; its length says nothing. So a word finds pictures
        by the cosine of its vector with these.
        """
        check_is_fitted(self)
        return 2 * self._infer(self._validate_features(X, reset=False))[:, self.n_bits :] - 1

    @property
    def _n_outputs(self):
        return self.n_bits + self.n_dimensions_

    def _loss_of(self, network, X, w, seed):
        known = torch.from_numpy(w.any(axis=1))
        w = torch.from_numpy(w).to(network.mean.device)

        def loss(outputs, rows, x):
            counted = known[rows].to(outputs.device)  # all of a training batch, not of a validation batch
            outputs, vectors = outputs[counted], w[rows][counted]
            if not len(outputs):
                return outputs.sum()
            h, p = outputs.tensor_split([self.n_bits], dim=1)
            # 2σ(z) − 1 = tanh(z/2): tanh units, from the activation that both heads share.
            return wdht_loss(h, 2 * p - 1, vectors, self.margin, self.loss_weights)

        return loss

    def _rows(self, w):
        return np.flatnonzero(w.any(axis=1))

    def _fit(self, X, w, validation=None):
        if w.any(axis=1).sum() < 2:
            raise InputError("y: fewer than 2 rows have a tag vector, and a pair needs two; train or load the vectors")
        self.n_dimensions_ = w.shape[1]
        if validation is not None and (e := validation[1].shape[1]) != self.n_dimensions_:
            raise InputError(f"tag vectors for validation have length {e}, for training {self.n_dimensions_}")
        super()._fit(X, w, validation)

    def _validate_target(self, X, y) -> np.ndarray:
        """Unit vectors, and rows of zeros for pictures without one."""
        w = np.asarray(y)
        w = w[:, None] if w.ndim == 1 else w
        if w.dtype.kind not in "fiub":
            raise InputError(f"Unknown label type: y holds {w.dtype}, and tag vectors are numbers: an array n×e")
        if w.ndim != 2 or len(w) != len(X):
            raise InputError(f"y has shape {w.shape}; give one tag vector for each of the {len(X)} rows of X")
        w = np.where(np.isnan(w).any(axis=1, keepdims=True), 0, w).astype(np.float32)
        if not np.isfinite(w).all():
            raise InputError("y contains infinity; give NaN or zeros for a picture without a known tag")
        length = np.linalg.norm(w, axis=1, keepdims=True)
        return w / np.where(length > 0, length, 1)
