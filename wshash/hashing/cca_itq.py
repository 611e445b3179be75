"""CCA-ITQ on tags: directions in which features and tags agree, rotated so that the signs lose least."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse
from sklearn.utils import check_array
from sklearn.utils.extmath import safe_sparse_dot

from wshash.errors import InputError
from wshash.hashing.base import HashingMethod, label_indicator
from wshash.hashing.itq import ITQ


def check_tags(tags, n_samples: int):
    """Numbers n×V as a finite float64 array or CSR matrix; n ids count as one tag a picture."""
    tags = tags if sparse.issparse(tags) else np.asarray(tags)
    tags = label_indicator(tags, n_samples) if tags.ndim == 1 else tags
    try:
        tags = check_array(tags, accept_sparse="csr", dtype=np.float64, input_name="tags")
    except (TypeError, ValueError) as error:
        raise InputError(f"tags: {error}; give numbers n×V, a row of zeros for a picture without a tag") from None
    if tags.shape[0] != n_samples:
        raise InputError(f"tags have shape {tags.shape}; give a row for each of the {n_samples} rows of X")
    return tags


def canonical_directions(X: np.ndarray, tags, n_directions: int, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Regularised canonical correlation analysis of features and tags, for the side of the features.

    .. math:: C_{xt} (C_{tt} + r_t I)^{-1} C_{tx}\, w = \rho^2 (C_{xx} + r_x I)\, w

    with the covariances C of the rows; r is ``ridge`` times the mean variance of a feature, and of a tag. In float64,
    so that the order of the rows changes nothing.

    Parameters
    ----------
    X : float64 array, n×d
    tags : float64 array or CSR matrix, n×V
    n_directions : int
        m, those of the largest ρ; all d where there are fewer.
    ridge : float, not negative

    Returns
    -------
    W : float64 array, d×m
        ``Wᵀ (C_xx + r_x I) W = I``.
    rho : float64 array, m
        In [0, 1], the largest first: canonical correlations, damped by the ridges.

    Raises
    ------
    InputError
        A covariance is singular and the ridge 0.
    """
    n, d = X.shape
    X = X - X.mean(axis=0)
    mean = np.asarray(tags.mean(axis=0)).ravel()
    C_xx = X.T @ X / n
    C_tt = safe_sparse_dot(tags.T, tags, dense_output=True) / n - np.outer(mean, mean)
    C_tx = safe_sparse_dot(tags.T, X, dense_output=True) / n  # X is centred, so the mean of the tags drops out
    for C in (C_xx, C_tt):
        C[np.diag_indices(len(C))] += ridge * np.trace(C) / len(C)
    try:
        agreement = C_tx.T @ linalg.solve(C_tt, C_tx, assume_a="pos")
        top = [max(d - n_directions, 0), d - 1]
        squared, W = linalg.eigh((agreement + agreement.T) / 2, C_xx, subset_by_index=top)
    except linalg.LinAlgError:
        raise InputError(f"ridge={ridge}: a covariance of features or tags is singular; raise ridge") from None
    return W[:, ::-1], np.sqrt(squared[::-1].clip(0))


@dataclass(eq=False, repr=False, kw_only=True)
class CCAITQ(HashingMethod):
    """CCA-ITQ (Gong and Lazebnik, CVPR 2011; Gong, Ke, Isard and Lazebnik, IJCV 2014) with tags: no label is seen.

    The k leading canonical directions of features and tags, each times its squared correlation (Gong's code: an
    eigenvalue, 1 + ρ, to the power 2, 3 or 4), then ITQ: linear, in closed form but for the rotation.

    ``fit(X, y)`` takes tags, numbers n×V, dense or sparse, from :func:`wshash.tags.tag_weights`. A row of zeros: no tag
    is known, the picture is left out. Parameters shared with all methods: see :class:`HashingMethod`.

    Parameters
    ----------
    ridge : float, not negative
        See :func:`canonical_directions`.
    n_iter : int
        Of ITQ.

    Attributes
    ----------
    mean_, projection_ : float32 arrays, d and d×k
    correlations_ : float64 array, k
        ρ, largest first.
    history_ : dict
        ``"loss"`` of ITQ.
    """

    ridge: float = 3.0
    n_iter: int = 50

    _target = "the weights of tags"
    _shapes = {"mean_": "d", "projection_": "dk", "correlations_": "k"}

    def _fit(self, X, tags):
        if not self.ridge >= 0:
            raise InputError(f"ridge={self.ridge!r}; give a number, 0 or more")
        known = np.flatnonzero(abs(tags).sum(axis=1))
        if len(known) < 2:
            raise InputError(f"{len(known)} of {len(X)} rows have a tag; CCA needs at least 2")
        X, tags = X[known].astype(np.float64), tags[known]
        W, self.correlations_ = canonical_directions(X, tags, self.n_bits, self.ridge)
        W = W * self.correlations_**2
        mean = X.mean(axis=0)
        itq = ITQ(n_bits=self.n_bits, random_state=self.random_state, n_iter=self.n_iter).fit((X - mean) @ W)
        self.mean_, self.projection_ = mean.astype(np.float32), (W @ itq.projection_).astype(np.float32)
        self.history_ = itq.history_

    def _embed(self, X):
        return (X - self.mean_) @ self.projection_

    def _validate_target(self, X, y):
        return check_tags(y, len(X))
