"""KSH: supervised hashing with kernels, bit by bit; WS-KSH: the same on the weak network's representation."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.linalg.blas import dsymv
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from wshash.errors import InputError
from wshash.hashing.base import HashingMethod, similar

BLOCK = 4096  # rows of the kernel matrix held at once
START_LAYERS = ("trunk", "embedding", "concat")
# What takes the time is the way of K from memory: a second thread does not shorten it, and fights with other processes.
one_thread = threadpool_limits.wrap(limits=1, user_api="blas")


class Residue:
    """What the bits so far leave to explain, ``S = k·S0 - Σ y yᵀ``, as an operator: ``S @ b``.

    Of labels l×c, at least one in each row. Rows with the same labels have the same row of S0, so S0 is kept for the u
    different label sets; a product costs u² + l·bits operations where the l×l matrix of the authors' code costs l².
    """

    def __init__(self, labels, n_bits: int):
        sets, self.set_of_row = np.unique(labels, axis=0, return_inverse=True)
        self.S0 = np.where(similar(sets, sets), 1.0, -1.0)
        self.k = n_bits
        self._rows = np.empty((n_bits, len(labels)))
        self.bits = self._rows[:0]

    def __matmul__(self, b):
        sums = np.bincount(self.set_of_row, weights=b, minlength=len(self.S0))
        # S0 is symmetric: half of it is read.
        return dsymv(self.k, self.S0.T, sums)[self.set_of_row] - (self.bits @ b) @ self.bits

    def subtract(self, y) -> None:
        """``S ← S - y yᵀ``."""
        n = len(self.bits)
        self._rows[n], self.bits = y, self._rows[: n + 1]

    def within(self, K) -> np.ndarray:
        """``Kᵀ S K``."""
        sums = np.zeros((len(self.S0), K.shape[1]))
        np.add.at(sums, self.set_of_row, K)
        projected = self.bits @ K
        return self.k * (sums.T @ (self.S0 @ sums)) - projected.T @ projected


def smoothed_objective(z, S) -> tuple[float, np.ndarray]:
    """One bit's smoothed objective at the scores ``z = K a``, ``g = -φ(z)ᵀ S φ(z)``, and its gradient in z.

    ``φ(z) = 2/(1 + e⁻ᶻ) - 1`` is written as ``tanh(z/2)``, which can't overflow. As ``φ' = (1 - φ²)/2``, the
    2 of the symmetric form cancels: ``∇g = -(S b) ∘ (1 - b²)`` with ``b = φ(z)``, and in a it is ``Kᵀ ∇g``.

    Parameters
    ----------
    z : float array, l
    S : array, l×l, symmetric, or :class:`Residue`

    Examples
    --------
    Two dissimilar rows, each half-way up φ on its own side, as φ(ln 3) = ½:

    >>> value, gradient = smoothed_objective(np.log([3, 1 / 3]), np.array([[1, -1], [-1, 1]]))
    >>> print(value.round(12), gradient.round(12))  # -(¼ + ¼ + ¼ + ¼); -(½ + ½)·¾ and its opposite
    -1.0 [-0.75  0.75]
    """
    b = np.tanh(0.5 * z)
    Sb = S @ b
    return -(b @ Sb), -Sb * (1 - b * b)


def minimise_smoothed(a, K, S, max_iter: int = 500, tolerance: float = 1e-2) -> np.ndarray:
    """Nesterov's accelerated gradient with backtracking from ``a``, as the authors' ``OptProjectionFast.m``.

    Momentum ``(δ_{t-1} - 1)/δ_t`` with ``δ_0 = 0, δ_1 = 1, δ_t = (1 + √(1 + 4δ_{t-1}²))/2``; the step is
    ``1/β``; β starts at 1 and doubles, at most 50 times a step, until the quadratic bound at the extrapolated
    point holds. Stops when the objective changes by at most ``tolerance`` per row of K.
    """
    beta, delta_before, delta = 1.0, 0.0, 1.0
    z = K @ a  # scores follow their vectors linearly: K is applied to gradients only
    a_before, z_before = a, z
    cost_before = smoothed_objective(z, S)[0]
    for _ in range(max_iter):
        momentum = (delta_before - 1) / delta
        v, z_v = a + momentum * (a - a_before), z + momentum * (z - z_before)
        cost_v, gradient = smoothed_objective(z_v, S)
        gradient = K.T @ gradient
        z_gradient, squared = K @ gradient, gradient @ gradient
        for _ in range(51):
            z_next = z_v - z_gradient / beta
            cost = smoothed_objective(z_next, S)[0]
            if cost <= cost_v - squared / (2 * beta):
                break
            beta *= 2
        else:
            break
        a_before, a, z_before, z = a, v - gradient / beta, z, z_next
        if abs(cost - cost_before) <= tolerance * len(K):
            break
        cost_before, delta_before, delta = cost, delta, (1 + np.sqrt(1 + 4 * delta**2)) / 2
    return a


@dataclass(eq=False, repr=False, kw_only=True)
class KSH(HashingMethod):
    """Supervised hashing with kernels (Liu et al., CVPR 2012), as the authors' MATLAB code defines it.

    A row is described by a Gaussian kernel to m anchors, ``K(x, a) = exp(-‖x - a‖² / 2σ)``, minus its mean
    over *all* training rows. With ``S = k·S0``, ``S0 = 1`` for similar and ``-1`` for dissimilar labelled
    rows, each bit in turn

    1. takes the top generalised eigenvector of ``Kᵀ S K a = λ Kᵀ K a``, scaled to ``aᵀKᵀK a = l``;
    2. lowers ``-φ(K a)ᵀ S φ(K a)`` from there (:func:`smoothed_objective`, :func:`minimise_smoothed`);
    3. keeps the result only where its signs have the larger ``yᵀ S y``;
    4. subtracts what the bit explains: ``S ← S - y yᵀ``, ``y = sign(K a)``, 0 counting as -1.

    Ports of the code often go wrong in these points: σ is the mean of the *squared* distances (here over all
    pairs of a training row and an anchor, as in the authors' demo) and is not squared again; the centring
    uses all training rows, not the labelled ones; S is scaled by k; step 3 is there; the eigenproblem is
    symmetric. The one departure: ``ridge`` on ``KᵀK``, which is singular with fewer labelled rows than
    anchors.

    The authors' data have one class a row. Here rows are similar that share a label, and rows without a label
    are never among the labelled rows; they count as training rows for σ, the mean and the anchors.

    Parameters shared with all methods: see :class:`HashingMethod`.

    Parameters
    ----------
    n_anchors : int
        300 in the authors' code; all training rows where there are fewer.
    n_labelled : int or None
        Labelled rows that S compares, drawn at random; 2,000 in the authors' code. ``None``, or more than
        there are: all.
    max_iter : int
        Of step 2, for each bit; with 2,000 labelled rows it is this limit that stops most bits.
    ridge : float
        Times the mean diagonal of ``KᵀK``.
    start : fitted WeakPretraining, optional
        Gives WS-KSH: the weak network's representation takes the place of the features. X is what that network takes:
        maps or pictures, where it was trained on them.
    start_layer : {"trunk", "embedding", "concat"}
        The representation: the trunk's activations, the k sigmoid units, or the features and the trunk's
        activations side by side, each divided by the root of its total variance over the training rows.

    Attributes
    ----------
    anchors_ : float32 array, m×h
    sigma_ : float
    kernel_mean_ : float64 array, m
    coefficients_ : float64 array, m×k
        The vectors ``a``.
    scales_ : float32 array, 2
        The divisors of ``start_layer="concat"``; ones otherwise.
    history_ : dict
        Per bit: ``"loss"``, the mean square of ``S0 - (1/k) Σ y yᵀ`` after it, and ``"accepted"``, the
        outcome of step 3.
    """

    n_anchors: int = 300
    n_labelled: int | None = 2000
    max_iter: int = 500
    ridge: float = 1e-6
    start: HashingMethod | None = None
    start_layer: str = "trunk"

    _target = "labels"
    _shapes = {"anchors_": "mh", "kernel_mean_": "m", "coefficients_": "mk"}

    def _fit(self, X, y):
        self._check_parameters()
        rng = check_random_state(self.random_state)
        n = len(X)
        X = self._represent(X, fit=True)
        self.anchors_ = X[rng.choice(n, min(self.n_anchors, n), replace=False)]
        rows = np.flatnonzero(y.any(axis=1))
        if self.n_labelled is not None and self.n_labelled < len(rows):
            rows = np.sort(rng.choice(rows, self.n_labelled, replace=False))
        S = Residue(y[rows], self.n_bits)
        if (S.S0 > 0).all():
            raise InputError(
                f"all {len(rows)} labelled rows share labels (one class only), so no pair is dissimilar; "
                "add a class, or give class ids in which the rows without the one concept are a class"
            )
        # The mean of ‖x‖² + ‖a‖² - 2x·a over all pairs, without the pairs.
        centre = X.mean(axis=0, dtype=np.float64)
        self.sigma_ = sum(float(np.mean(((A - centre) ** 2).sum(axis=1))) for A in (X, self.anchors_))
        if self.sigma_ == 0:
            raise InputError("the representation that start gives is the same for all rows; train start longer")
        self.kernel_mean_ = sum(self._kernel(X[block]).sum(axis=0) for block in gen_batches(n, BLOCK)) / n
        K = np.concatenate([self._kernel(X[rows[block]]) for block in gen_batches(len(rows), BLOCK)])
        K -= self.kernel_mean_
        self._learn_bits(K, S)

    def _check_parameters(self):
        for name in ("n_anchors", "n_labelled", "max_iter"):
            value = getattr(self, name)
            if value is not None and not value >= 1:
                raise InputError(f"{name}={value!r}; give a positive integer")
        if self.start_layer not in START_LAYERS:
            raise InputError(f"start_layer={self.start_layer!r}; choose one of {', '.join(START_LAYERS)}")
        if self.start is not None:
            if not hasattr(self.start, "trunk_features"):
                raise InputError(f"start={self.start!r}; give a fitted WeakPretraining, or None")
            check_is_fitted(self.start)

    @property
    def _sees_pictures(self) -> bool:
        return getattr(self.start, "depth", "head") == "full"

    def _validate_features(self, X, reset):
        if self._sees_pictures:
            return self.start._validate_features(X, reset)
        return super()._validate_features(X, reset)

    def _blank(self):
        return self.start._blank() if self._sees_pictures else super()._blank()

    @one_thread
    def _learn_bits(self, K, S):
        l, m = K.shape
        R = K.T @ K
        R_ridged = R + self.ridge * np.trace(R) / m * np.eye(m)
        L = S.within(K)
        self.coefficients_ = np.empty((m, S.k))
        self.history_ = {"loss": [], "accepted": []}
        loss = 1.0
        for bit in tqdm(range(S.k), desc="KSH bits", disable=None, leave=False):
            spectral = eigh(L, R_ridged, subset_by_index=[m - 1, m - 1])[1][:, 0]
            spectral *= np.sqrt(l / (spectral @ R @ spectral))
            candidates = np.stack([spectral, minimise_smoothed(spectral, K, S, self.max_iter)])
            signs = np.where(candidates @ K.T > 0, 1.0, -1.0)
            explained = [y @ (S @ y) for y in signs]
            accepted = bool(explained[1] > explained[0])
            y = signs[int(accepted)]
            self.coefficients_[:, bit] = candidates[int(accepted)]
            S.subtract(y)
            Ky = y @ K
            L -= np.outer(Ky, Ky)  # keeps L = Kᵀ S K
            loss += (l * l - 2 * max(explained)) / (S.k * l) ** 2  # ‖S - yyᵀ‖² = ‖S‖² - 2 yᵀSy + l²
            self.history_["loss"].append(float(loss))
            self.history_["accepted"].append(accepted)

    @one_thread
    def _kernel(self, X):
        return rbf_kernel(X.astype(np.float64), self.anchors_.astype(np.float64), gamma=1 / (2 * self.sigma_))

    def _embed(self, X):
        blocks = [self._scores(self._represent(X[block])) for block in gen_batches(len(X), BLOCK)]
        return np.concatenate(blocks).astype(np.float32)

    @one_thread
    def _scores(self, X):
        return (self._kernel(X) - self.kernel_mean_) @ self.coefficients_

    def _represent(self, X, fit=False):
        if fit:
            self.scales_ = np.ones(2, dtype=np.float32)
        if self.start is None:
            return X
        if self.start_layer == "embedding":
            return self.start.embed(X)
        trunk = self.start.trunk_features(X)
        if self.start_layer == "trunk":
            return trunk
        X = self.start.features(X)
        if fit:
            variances = [part.var(axis=0, dtype=np.float64).sum() for part in (X, trunk)]
            # A part that does not vary tells nothing and stays as it is.
            self.scales_ = np.sqrt([v or 1 for v in variances]).astype(np.float32)
        return np.hstack([X / self.scales_[0], trunk / self.scales_[1]])
