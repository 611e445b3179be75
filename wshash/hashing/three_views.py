"""CCA-ITQ with labels as a third view: directions in which features, tags and labels agree, in closed form."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg
from sklearn.utils.extmath import safe_sparse_dot

from wshash.errors import InputError
from wshash.hashing.base import HashingMethod
from wshash.hashing.cca_itq import CCAITQ, check_tags
from wshash.hashing.itq import ITQ


def agreeing_directions(views, n_directions: int, ridge: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Generalised canonical correlation analysis of several views of the same rows, for the side of the first.

    With C the covariance of all views side by side, and D its blocks on the diagonal with ridges:

    .. math:: (C - D)\, w = \lambda D\, w

    Gong, Ke, Isard and Lazebnik (IJCV 2014), whose eigenvalues are 1 + λ. Of two views λ is ρ of
    :func:`wshash.hashing.cca_itq.canonical_directions`.

    Parameters
    ----------
    views : list of float64 arrays or CSR matrices, n×d, n×V, ...
    n_directions : int
        m, those of the largest λ; as many as all views have columns where these are fewer.
    ridge : float, not negative
        Of each view, times the mean variance of its columns.

    Returns
    -------
    W : float64 array, d×m
        The first view's part of w, where wᵀ D w = 1.
    agreement : float64 array, m
        λ, the largest first: at most the number of the other views.

    Raises
    ------
    InputError
        A covariance is singular and the ridge 0.
    """
    n, means = views[0].shape[0], [np.asarray(view.mean(axis=0)).ravel() for view in views]

    def covariance(i, j):
        return safe_sparse_dot(views[i].T, views[j], dense_output=True) / n - np.outer(means[i], means[j])

    roots = []
    for i in range(len(views)):
        C = covariance(i, i)
        C[np.diag_indices(len(C))] += ridge * np.trace(C) / len(C)
        try:
            roots.append(linalg.cholesky(C, lower=True))
        except linalg.LinAlgError:
            raise InputError(f"ridge={ridge}: the covariance of a view is singular; raise ridge") from None
    ends = np.cumsum([0, *map(len, roots)])
    agreement = np.zeros((ends[-1], ends[-1]))  # C between the views, each whitened
    for i, j in zip(*np.tril_indices(len(views), -1), strict=True):
        half = linalg.solve_triangular(roots[i], covariance(i, j), lower=True)
        agreement[ends[i] : ends[i + 1], ends[j] : ends[j + 1]] = linalg.solve_triangular(
            roots[j], half.T, lower=True
        ).T
    top = [max(ends[-1] - n_directions, 0), ends[-1] - 1]
    values, whitened = linalg.eigh(agreement, lower=True, subset_by_index=top)
    W = linalg.solve_triangular(roots[0], whitened[: ends[1]], trans="T", lower=True)
    return W[:, ::-1], values[::-1]


@dataclass(eq=False, repr=False, kw_only=True)
class ThreeViewCCAITQ(CCAITQ):
    """CCA-ITQ with labels as a third view (Gong, Ke, Isard and Lazebnik, IJCV 2014): linear, tags and labels at once.

    The k leading directions of :func:`agreeing_directions`, each times λ², then ITQ as in :class:`CCAITQ`. A picture
    whose labels are not known has the mean of those that are: the fewer are known, the less they vary with anything.

    Parameters: see :class:`CCAITQ`; no weight is chosen.
    """

    _target = "labels"

    def fit(self, X, y=None, tags=None):
        """Find the directions.

        Parameters
        ----------
        X : float array, n×d
        y : bool array, n×c, or n class ids
            A row of False: its labels are not known.
        tags : float array or sparse matrix, n×V, optional
            From :func:`wshash.tags.tag_weights`; a row of zeros: no tag is known, the picture is left out. Without
            tags: CCA-ITQ on labels.

        """
        X, y = self._validate_fit(X, y)
        views = [y] if tags is None else [check_tags(tags, len(X)), y]
        kept = np.arange(len(X)) if tags is None else np.flatnonzero(abs(views[0]).sum(axis=1))
        X, *tags, y = (view[kept] for view in (X, *views))
        labelled = y.any(axis=1)
        if labelled.sum() < 2:
            raise InputError(f"{labelled.sum()} of {len(X)} rows have a label{' and a tag' * bool(tags)}; CCA needs 2")
        self._fit(X, [*tags, np.where(labelled[:, None], y - y[labelled].mean(axis=0), 0.0)])
        return self

    def _fit(self, X, others):
        if not self.ridge >= 0:
            raise InputError(f"ridge={self.ridge!r}; give a number, 0 or more")
        W, self.correlations_ = agreeing_directions([X.astype(np.float64), *others], self.n_bits, self.ridge)
        W = W * self.correlations_**2
        mean = X.mean(axis=0, dtype=np.float64)
        itq = ITQ(n_bits=self.n_bits, random_state=self.random_state, n_iter=self.n_iter).fit((X - mean) @ W)
        self.mean_, self.projection_ = mean.astype(np.float32), (W @ itq.projection_).astype(np.float32)
        self.history_ = itq.history_

    _validate_target = HashingMethod._validate_target
