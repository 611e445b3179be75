"""ITQ: principal directions, rotated so that the signs lose least."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA
from sklearn.utils import check_random_state

from wshash.errors import InputError
from wshash.hashing.base import HashingMethod


@dataclass(eq=False, repr=False, kw_only=True)
class ITQ(HashingMethod):
    """Iterative quantisation (Gong and Lazebnik, CVPR 2011): a reference that sees neither labels nor tags.

    The centred features are projected on their k principal directions, ``V = (X - mean) W``. Then two steps
    take turns to lower the quantisation error ``‖B - V R‖²`` over codes B of ±1 and rotations R: ``B = sign(V
    R)``, and the orthogonal Procrustes problem ``R = P Qᵀ`` with ``Vᵀ B = P Σ Qᵀ``. The first R is a random
    rotation.

    Parameters shared with all methods: see :class:`HashingMethod`. ``n_bits`` is at most the number of directions in
    which the training rows vary, so never above d or n - 1.

    Parameters
    ----------
    n_iter : int
        50 in the authors' code.

    Attributes
    ----------
    mean_ : float32 array, d
    projection_ : float32 array, d×k
        ``W R``: orthonormal columns.
    history_ : dict
        ``"loss"``: ``‖B - V R‖² / n`` after each step for B, ``n_iter + 1`` values that never rise.

    Examples
    --------
    Four rows on the axes, 3 from the centre. Turned by 45° they lie at (±3/√2, ±3/√2), each nearest to a code of
    its own, and the error is 2(3/√2 - 1)² = 2.51:

    >>> X = [[3, 0], [-3, 0], [0, 3], [0, -3]]
    >>> itq = ITQ(n_bits=2).fit(X)
    >>> len(np.unique(itq.transform(X), axis=0)), round(itq.history_["loss"][-1], 2)
    (4, 2.51)
    """

    n_iter: int = 50

    _shapes = {"mean_": "d", "projection_": "dk"}

    def _fit(self, X, y):
        n, d = X.shape
        # Through the d×d covariance, in float64: the codes do not depend on the order of the rows.
        pca = PCA(min(self.n_bits, d, n), svd_solver="covariance_eigh").fit(X.astype(np.float64))
        rank = int((pca.explained_variance_ > 1e-10 * pca.explained_variance_[0]).sum())  # less is rounding
        if rank < self.n_bits:
            raise InputError(
                f"n_bits={self.n_bits}, but X with n_samples={n}, n_features={d} varies in {rank} directions "
                f"only; ITQ gives one bit per direction: ask for {rank} bits or fewer, or use LSH"
            )
        projected = pca.transform(X)
        rotation, _ = np.linalg.qr(check_random_state(self.random_state).randn(self.n_bits, self.n_bits))
        losses = []
        for step in range(self.n_iter + 1):
            rotated = projected @ rotation
            signs = np.where(rotated > 0, 1.0, -1.0)
            losses.append(float(((signs - rotated) ** 2).sum() / n))
            if step < self.n_iter:
                left, _, right = np.linalg.svd(projected.T @ signs)
                rotation = left @ right
        self.mean_ = pca.mean_.astype(np.float32)
        self.projection_ = (pca.components_.T @ rotation).astype(np.float32)
        self.history_ = {"loss": losses}

    def _embed(self, X):
        return (X - self.mean_) @ self.projection_
