"""Rankings whose distances take many values: weighted Hamming codes and real-valued vectors.

Each query has levels of its own, its distinct distances, padded to one length by empty ones; the measures of
``metrics`` are the same functions of the same counts.
"""

import numpy as np
from numba import njit

from wshash.errors import InputError

_BLOCK_ITEMS = 1 << 21  # pairs of one call: bounds the memory
_GRADE_BITS = 16
_FIXED_POINT = 1 << 38  # 256 weights of at most this sum to 46 bits: with 16 bits of grade, one word


def count_levels(distances: np.ndarray, shared: np.ndarray, grades: int) -> np.ndarray:
    """Number of items at each distinct distance with each grade, nearest level first.

    Parameters
    ----------
    distances : uint64 array, q×n, below 2⁴⁸
    shared : int array, q×n
        Grade of each item, below ``grades``.

    Returns
    -------
    int64 array, q×L×grades
        L is the largest number of distinct distances of a query; shorter rows end in zeros.
    """
    # Distance and grade in one word: sorting words is several times as fast as sorting and then gathering.
    keys = np.sort((distances << np.uint64(_GRADE_BITS)) | shared.astype(np.uint64), axis=1)
    distance, grade = keys >> np.uint64(_GRADE_BITS), keys & np.uint64((1 << _GRADE_BITS) - 1)
    level = np.zeros(keys.shape, np.int64)
    np.cumsum(distance[:, 1:] != distance[:, :-1], axis=1, out=level[:, 1:])
    n_levels = int(level[:, -1].max()) + 1
    flat = (level + np.arange(len(keys))[:, None] * n_levels) * grades + grade.astype(np.int64)
    counts = np.bincount(flat.ravel(), minlength=len(keys) * n_levels * grades)
    return counts.reshape(len(keys), n_levels, grades)


@njit(nogil=True, cache=True)
def _weighted_distances(queries, codes, weights, out):
    for q in range(queries.shape[0]):
        for i in range(codes.shape[0]):
            total = np.int64(0)
            for j in range(codes.shape[1]):
                total += weights[j] * np.int64(queries[q, j] ^ codes[i, j])
            out[q, i] = np.uint64(total)


class LevelCounter:
    """Counts by distinct distance: :class:`HammingCounter` for distances that are not whole numbers.

    Parameters
    ----------
    database_codes : array, n×k
        uint8 of 0 and 1 for ``"weighted"``, float otherwise.
    database_labels : bool array, n×c
    grades : int
        As in :class:`HammingCounter`.
    distance : {"weighted", "euclidean", "cosine"}
        ``"weighted"``: ``Σ_j weights_j [b_j ≠ b'_j]``.
    weights : float array, k, optional
        Not negative. DRSCH: the square of its bit weights. Taken in fixed point, to 2⁻³⁸ of the largest, so
        that sums of the same weights are equal in whatever order they are added.
    """

    by_radius = False

    def __init__(self, database_codes, database_labels, grades=2, distance="euclidean", weights=None):
        self.grades, self._distance = grades, distance
        self.block = max(1, _BLOCK_ITEMS // len(database_codes))
        self._labels = np.ascontiguousarray(database_labels.T, dtype=np.float32)
        self._codes = np.ascontiguousarray(database_codes)
        if distance == "weighted":
            weights = np.asarray(weights, dtype=np.float64)
            largest = weights.max(initial=0)
            self._weights = np.rint(weights / (largest if largest > 0 else 1) * _FIXED_POINT).astype(np.int64)
        elif distance in ("euclidean", "cosine"):
            self._codes = self._vectors(database_codes)
            self._squares = (self._codes**2).sum(axis=1)
        else:
            raise InputError(f"distance {distance!r} is unknown; choose 'hamming', 'euclidean' or 'cosine'")

    def _vectors(self, codes: np.ndarray) -> np.ndarray:
        codes = np.asarray(codes, dtype=np.float64)
        if self._distance == "cosine":
            norms = np.linalg.norm(codes, axis=1, keepdims=True)
            codes = codes / np.where(norms > 0, norms, 1.0)
        return codes

    def _keys(self, query_codes: np.ndarray) -> np.ndarray:
        if self._distance == "weighted":
            out = np.empty((len(query_codes), len(self._codes)), np.uint64)
            _weighted_distances(np.ascontiguousarray(query_codes), self._codes, self._weights, out)
            return out
        queries = self._vectors(query_codes)
        squares = (queries**2).sum(axis=1, keepdims=True)
        squared = squares - 2 * queries @ self._codes.T + self._squares
        # Far coarser than the rounding of doubles, far finer than distances differ: equal vectors stay equal.
        reach = (np.sqrt(squares) + np.sqrt(self._squares.max())) ** 2
        scale = _FIXED_POINT / np.where(reach > 0, reach, 1.0)
        return np.rint(np.maximum(squared, 0) * scale).astype(np.uint64)

    def __call__(self, query_codes: np.ndarray, query_labels: np.ndarray) -> np.ndarray:
        """Number of items at each distinct distance with each grade: int64 array, q×L×grades."""
        shared = np.minimum(query_labels.astype(np.float32) @ self._labels, self.grades - 1)
        return count_levels(self._keys(query_codes), shared, self.grades)
