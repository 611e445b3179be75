"""Rankings by real-valued vectors, whose distances take many values.

Each query has levels of its own, its distinct distances, padded to one length by empty ones; the measures of
``metrics`` are the same functions of the same counts.
"""

import numpy as np

_BLOCK_ITEMS = 1 << 21  # pairs of one call: bounds the memory
_FIXED_POINT = 1 << 38


def count_levels(distances: np.ndarray, relevant: np.ndarray) -> np.ndarray:
    """Number of items at each distinct distance (uint64, below 2⁶³), irrelevant and relevant, nearest level first.

    From q×n to int64, q×L×2 with L the largest number of distinct distances of a query; shorter rows end in zeros.
    """
    # Distance and relevance in one word: sorting words is several times as fast as sorting and then gathering.
    keys = np.sort((distances << np.uint64(1)) | relevant.astype(np.uint64), axis=1)
    distance, relevant = keys >> np.uint64(1), keys & np.uint64(1)
    level = np.zeros(keys.shape, np.int64)
    np.cumsum(distance[:, 1:] != distance[:, :-1], axis=1, out=level[:, 1:])
    n_levels = int(level[:, -1].max()) + 1
    flat = (level + np.arange(len(keys))[:, None] * n_levels) * 2 + relevant.astype(np.int64)
    return np.bincount(flat.ravel(), minlength=len(keys) * n_levels * 2).reshape(len(keys), n_levels, 2)


class LevelCounter:
    """Counts by distinct distance, ``"euclidean"`` or ``"cosine"``: ``HammingCounter`` for real-valued vectors."""

    def __init__(self, database, database_labels, distance="euclidean"):
        self._distance = distance
        self.block = max(1, _BLOCK_ITEMS // len(database))
        self._labels = np.ascontiguousarray(database_labels.T, dtype=np.float32)
        self._vectors = self._scaled(database)
        self._squares = (self._vectors**2).sum(axis=1)

    def _scaled(self, vectors: np.ndarray) -> np.ndarray:
        vectors = np.asarray(vectors, dtype=np.float64)
        if self._distance == "cosine":
            norms = np.linalg.norm(vectors, axis=1, keepdims=True)
            vectors = vectors / np.where(norms > 0, norms, 1.0)
        return vectors

    def __call__(self, query: np.ndarray, query_labels: np.ndarray) -> np.ndarray:
        """Number of items at each distinct distance, irrelevant and relevant: int64 array, q×L×2."""
        query = self._scaled(query)
        squares = (query**2).sum(axis=1, keepdims=True)
        squared = squares - 2 * query @ self._vectors.T + self._squares
        # Far coarser than the rounding of doubles, far finer than distances differ: equal vectors stay equal.
        reach = (np.sqrt(squares) + np.sqrt(self._squares.max())) ** 2
        scale = _FIXED_POINT / np.where(reach > 0, reach, 1.0)
        distances = np.rint(np.maximum(squared, 0) * scale).astype(np.uint64)
        return count_levels(distances, query_labels.astype(np.float32) @ self._labels > 0)
