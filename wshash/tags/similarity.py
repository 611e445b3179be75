"""Similarity of pictures by their tags, for the pairs asked for: of a batch, or random ones."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from wshash.errors import InputError
from wshash.tags.equations import image_similarity, tag_indicator, tag_similarity_matrix

MEASURES = ("mean", "best-match", "tf-idf", "cosine")


class TagSimilarity:
    """Eq. (1) between any of n pictures, computed for the pairs that are asked for.

    Parameters
    ----------
    B : CSR matrix, n×V
        Weights of each picture's tags; rows of zeros are pictures without a known tag.
    T : float32 array, V×V
        Symmetric similarity of the tags.
    best_match : bool
        In place of the mean over all pairs of tags: each tag is compared with the tag of the other picture
        most like it; the mean over the tags, then over both directions.

    Attributes
    ----------
    n : int
    known : bool array, n
        The picture has a known tag. Of the others nothing is known: their similarity to all is 0, and they
        are left out of :meth:`random_pairs`. Leave them out of training too.
    """

    def __init__(self, B, T, best_match: bool = False):
        B, T = sparse.csr_matrix(B, dtype=np.float32), np.ascontiguousarray(T, np.float32)
        if T.shape != (B.shape[1], B.shape[1]):
            raise InputError(f"B has {B.shape[1]} tags (columns), but T is {T.shape}; both need one vocabulary")
        self.B, self.T, self.best_match = B, T, best_match
        self.n = B.shape[0]
        self.known = np.diff(B.indptr) > 0

    @classmethod
    def from_tags(cls, tags: Sequence[Sequence[str]], vectors, measure: str = "mean") -> "TagSimilarity":
        """From the raw tags and the vectors of the known ones.

        Parameters
        ----------
        tags : n lists of str
        vectors : TagVectors
            With ``vocabulary`` and ``vectors``.
        measure : {"mean", "best-match", "tf-idf", "cosine"}
            ``"mean"``: eq. (1). ``"best-match"``: see ``best_match``. ``"tf-idf"``: eq. (1) with weights
            ``log(n / pictures with the tag)`` in place of equal ones. ``"cosine"``: cosine of the pictures'
            mean tag vectors.
        """
        if measure not in MEASURES:
            raise InputError(f"measure {measure!r} is unknown; choose one of {', '.join(MEASURES)}")
        B = tag_indicator(tags, vectors.vocabulary)
        if measure == "cosine":
            # cos(b_i X, b_j X) = b_i X Xᵀ b_jᵀ / lengths: again B T Bᵀ, with rows scaled to unit length.
            X = np.asarray(vectors.vectors, np.float32)
            length = np.linalg.norm(B @ X, axis=1)
            return cls(sparse.diags_array(1 / np.where(length > 0, length, 1)) @ B, X @ X.T)
        if measure == "tf-idf":
            count = np.bincount(B.indices, minlength=B.shape[1])
            idf = np.log(B.shape[0] / np.maximum(count, 1)) + 1e-6  # a tag on every picture still is a known tag
            B = B @ sparse.diags_array(idf)
            B = sparse.diags_array(1 / np.maximum(np.asarray(B.sum(axis=1)).ravel(), 1e-12)) @ B
        return cls(B, tag_similarity_matrix(vectors.vectors), best_match=measure == "best-match")

    def __repr__(self) -> str:
        return f"TagSimilarity({self.n} pictures, {self.known.sum()} with a known tag, {len(self.T)} tags)"

    def block(self, rows, columns=None) -> np.ndarray:
        """Similarities of the pictures ``rows`` with the pictures ``columns``.

        Parameters
        ----------
        rows, columns : int arrays
            ``columns=None``: the same as ``rows``.

        Returns
        -------
        float32 array, len(rows)×len(columns)
        """
        left = self.B[np.asarray(rows)]
        right = left if columns is None else self.B[np.asarray(columns)]
        if not self.best_match:
            return image_similarity(left, self.T, right)
        # Only tags that occur here matter: T shrinks from V×V to a few hundred squared.
        (left, left_tags), (right, right_tags) = _compact(left), _compact(right)
        T = self.T[np.ix_(left_tags, right_tags)]
        return (right @ _best(left, T).T).T / 2 + left @ _best(right, T.T).T / 2

    def pairs(self, i, j) -> np.ndarray:
        """Similarity of picture ``i[p]`` and picture ``j[p]`` for each p; float32."""
        i, j = np.asarray(i), np.asarray(j)
        out = np.empty(len(i), np.float32)
        for start in range(0, len(i), 2**14):
            part = slice(start, start + 2**14)
            left, right = self.B[i[part]], self.B[j[part]]
            if self.best_match:
                out[part] = (_towards(left, right, self.T, True) + _towards(right, left, self.T.T, True)) / 2
            else:
                out[part] = _towards(left, right, self.T, False)
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
        order = np.random.default_rng(seed).permutation(self.n)
        return TagSimilarity(self.B[order], self.T, self.best_match)


def _compact(B: sparse.csr_matrix) -> tuple[sparse.csr_matrix, np.ndarray]:
    """``B`` without its empty columns, and the numbers of those kept."""
    used, column = np.unique(B.indices, return_inverse=True)
    return sparse.csr_matrix((B.data, column, B.indptr), shape=(B.shape[0], len(used))), used


def _best(B: sparse.csr_matrix, T: np.ndarray) -> np.ndarray:
    """Row i: for each tag, the similarity of the tag of picture i most like it (0 without a tag)."""
    out = np.zeros((B.shape[0], T.shape[1]), np.float32)
    known = np.diff(B.indptr) > 0
    if known.any():
        out[known] = np.maximum.reduceat(T[B.indices], B.indptr[:-1][known], axis=0)
    return out


def _towards(left: sparse.csr_matrix, right: sparse.csr_matrix, T: np.ndarray, best: bool) -> np.ndarray:
    """Row p: over the tags of left picture p, the mean of their mean (or best) similarity to right picture p's tags."""
    row = np.repeat(np.arange(left.shape[0]), np.diff(left.indptr))
    meets = np.diff(right.indptr)[row]
    entry = meets > 0  # reduceat has no empty groups
    row, tag, weight, meets = row[entry], left.indices[entry], left.data[entry], meets[entry]
    ends = np.cumsum(meets)
    k = np.arange(meets.sum()) + np.repeat(right.indptr[row] - (ends - meets), meets)
    similarity = T[np.repeat(tag, meets), right.indices[k]]
    if not len(row):
        return np.zeros(left.shape[0])
    if best:
        value = np.maximum.reduceat(similarity, ends - meets)
    else:
        value = np.add.reduceat(similarity * right.data[k], ends - meets)
    return np.bincount(row, weight * value, left.shape[0])
