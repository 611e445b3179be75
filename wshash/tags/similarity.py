"""Similarity of pictures by their tags, for the pairs asked for: of a batch, or random ones."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from wshash.errors import InputError
from wshash.tags.equations import image_similarity, tag_indicator, tag_similarity_matrix


class TagSimilarity:
    """Eq. (1) between any of n pictures, computed for the pairs that are asked for.

    Parameters
    ----------
    B : CSR matrix, n×V
        Weights of each picture's tags; rows of zeros are pictures without a known tag.
    T : float32 array, V×V
        Symmetric similarity of the tags.

    Attributes
    ----------
    n : int
    known : bool array, n
        The picture has a known tag. Of the others nothing is known: their similarity to all is 0, and they
        are left out of :meth:`random_pairs`. Leave them out of training too.
    """

    def __init__(self, B, T):
        B, T = sparse.csr_matrix(B, dtype=np.float32), np.ascontiguousarray(T, np.float32)
        if T.shape != (B.shape[1], B.shape[1]):
            raise InputError(f"B has {B.shape[1]} tags (columns), but T is {T.shape}; both need one vocabulary")
        self.B, self.T, self.n = B, T, B.shape[0]
        self.known = np.diff(B.indptr) > 0

    @classmethod
    def from_tags(cls, tags: Sequence[Sequence[str]], vectors) -> "TagSimilarity":
        """From the raw tags of n pictures and the ``TagVectors`` of the known ones."""
        return cls(tag_indicator(tags, vectors.vocabulary), tag_similarity_matrix(vectors.vectors))

    def __repr__(self) -> str:
        return f"TagSimilarity({self.n} pictures, {self.known.sum()} with a known tag, {len(self.T)} tags)"

    def block(self, rows, columns=None) -> np.ndarray:
        """Similarities of the pictures ``rows`` with the pictures ``columns`` (default, ``rows``): a float32 matrix."""
        right = None if columns is None else self.B[np.asarray(columns)]
        return image_similarity(self.B[np.asarray(rows)], self.T, right)

    def pairs(self, i, j) -> np.ndarray:
        """Similarity of picture ``i[p]`` and picture ``j[p]`` for each p; float32."""
        i, j = np.asarray(i), np.asarray(j)
        out = np.empty(len(i), np.float32)
        for start in range(0, len(i), 2**14):
            part = slice(start, start + 2**14)
            out[part] = _row_by_row(self.B[i[part]], self.B[j[part]], self.T)
        return out

    def quantile_threshold(self, q: float = 0.9, n_pairs: int = 200_000, seed: int = 0) -> float:
        """The similarity that a share ``1 − q`` of all pairs of known pictures exceeds, from random pairs.

        Where no pair exceeds it, since more than that share have the highest there is: the next lower one.

        Raises
        ------
        InputError
            ``q`` is not in [0, 1], or fewer than two pictures have a known tag.
        """
        if not 0 <= q <= 1:
            raise InputError(f"q must be in [0, 1], got {q}")
        s = self.pairs(*self.random_pairs(n_pairs, seed))
        threshold, most = np.quantile(s, q), s.max()
        if threshold == most and q < 1 and (s < most).any():
            threshold = s[s < most].max()
        return float(threshold)

    def random_pairs(self, n_pairs: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """``n_pairs`` pairs ``i ≠ j`` of known pictures, drawn with replacement."""
        rows = np.flatnonzero(self.known)
        if len(rows) < 2:
            raise InputError(
                f"{len(rows)} of {self.n} pictures have a known tag, and a pair needs two; "
                "train the vectors on these tags, lower min_count, or keep more tags in the filter"
            )
        rng = np.random.default_rng(seed)
        i = rng.integers(len(rows), size=n_pairs)
        j = (i + rng.integers(1, len(rows), size=n_pairs)) % len(rows)
        return rows[i], rows[j]

    def permuted(self, seed: int = 0) -> "TagSimilarity":
        """The placebo: the same tag lists, dealt out to the pictures at random."""
        return TagSimilarity(self.B[np.random.default_rng(seed).permutation(self.n)], self.T)


def _row_by_row(left: sparse.csr_matrix, right: sparse.csr_matrix, T: np.ndarray) -> np.ndarray:
    """Entry p: over the tags of left picture p, the mean of their mean similarity to right picture p's tags."""
    row = np.repeat(np.arange(left.shape[0]), np.diff(left.indptr))
    meets = np.diff(right.indptr)[row]
    entry = meets > 0  # reduceat has no empty groups
    row, tag, weight, meets = row[entry], left.indices[entry], left.data[entry], meets[entry]
    if not len(row):
        return np.zeros(left.shape[0])
    starts = np.cumsum(meets) - meets
    k = np.arange(meets.sum()) + np.repeat(right.indptr[row] - starts, meets)
    value = np.add.reduceat(T[np.repeat(tag, meets), right.indices[k]] * right.data[k], starts)
    return np.bincount(row, weight * value, left.shape[0])
