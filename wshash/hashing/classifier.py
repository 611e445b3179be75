"""The trivial baseline: hash what a classifier says."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from wshash.errors import InputError
from wshash.hashing.base import HashingMethod


@dataclass(eq=False, repr=False, kw_only=True)
class ClassifierHash(HashingMethod):
    """Codes of a classifier's outputs (Sablayrolles et al., ICASSP 2017): what supervision has to beat.

    One logistic regression per label on standardised features gives c probabilities a row. These are hashed
    as the authors' code hashes them, which is faiss' ``IndexLSH`` with ``rotate_data`` and
    ``train_thresholds``: a random rotation from c to k dimensions (k orthonormal rows where k <= c, c
    orthonormal columns where k > c), and each of the k values against its median over the training rows. No
    hash function is learnt.

    Two things differ from the authors' single-label setting: the probabilities are those of independent
    labels, not of one class out of c; and every row is coded from its features, where the authors give the
    labelled database rows the code of their true labels.

    Parameters shared with all methods: see :class:`HashingMethod`.

    Parameters
    ----------
    C : float, above 0
        Inverse strength of the L2 penalty, as in scikit-learn's ``LogisticRegression``. The authors choose it
        by cross-validation.
    max_iter : int
        Of L-BFGS.

    Attributes
    ----------
    mean_, scale_ : float32 arrays, d
    coef_ : float32 array, d×c
    intercept_ : float32 array, c
    rotation_ : float32 array, c×k
    thresholds_ : float32 array, k
    n_iter_ : int
    history_ : dict
        ``"loss"``: the penalised log-loss per row after each step of L-BFGS.
    """

    C: float = 0.01
    max_iter: int = 500

    _target = "labels"
    _shapes = {"mean_": "d", "scale_": "d", "coef_": "dc", "intercept_": "c", "rotation_": "ck", "thresholds_": "k"}

    def _fit(self, X, y):
        if not self.C > 0:
            raise InputError(f"C={self.C!r}; give a positive number")
        n, d, c = len(X), X.shape[1], y.shape[1]
        scaler = StandardScaler().fit(X)
        self.mean_, self.scale_ = scaler.mean_.astype(np.float32), scaler.scale_.astype(np.float32)
        Z = (X - self.mean_) / self.scale_
        self.history_ = {"loss": []}

        def objective(w):
            # All c problems at once: their sum is least where each is, and a step costs two matrix products.
            w = w.reshape(d + 1, c)
            logits = Z @ w[:-1].astype(np.float32) + w[-1].astype(np.float32)
            loss = np.logaddexp(0, logits).sum(dtype=np.float64) - logits[y].sum(dtype=np.float64)
            residual = expit(logits) - y
            gradient = np.vstack([Z.T @ residual, residual.sum(axis=0)]).astype(np.float64)
            gradient[:-1] += w[:-1] / self.C
            return (loss + (w[:-1] ** 2).sum() / (2 * self.C)) / n, gradient.ravel() / n

        def record(intermediate_result):
            self.history_["loss"].append(float(intermediate_result.fun))

        options = {"method": "L-BFGS-B", "options": {"maxiter": self.max_iter}, "callback": record}
        result = minimize(objective, np.zeros((d + 1) * c), jac=True, **options)
        self.n_iter_ = int(result.nit)
        if result.nit >= self.max_iter:
            warnings.warn(
                f"L-BFGS stopped at max_iter={self.max_iter} before it converged; raise max_iter or lower C",
                ConvergenceWarning,
                stacklevel=3,
            )
        w = result.x.reshape(d + 1, c).astype(np.float32)
        self.coef_, self.intercept_ = w[:-1], w[-1]
        gaussian = check_random_state(self.random_state).randn(max(c, self.n_bits), min(c, self.n_bits))
        orthonormal = np.linalg.qr(gaussian)[0]
        self.rotation_ = (orthonormal if c >= self.n_bits else orthonormal.T).astype(np.float32)
        self.thresholds_ = np.median(self._probabilities(X) @ self.rotation_, axis=0)

    def _probabilities(self, X):
        return expit((X - self.mean_) / self.scale_ @ self.coef_ + self.intercept_)

    def _embed(self, X):
        return self._probabilities(X) @ self.rotation_ - self.thresholds_
