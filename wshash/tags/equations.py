"""How alike two tags are (eq. 2), and two pictures by their tags (eq. 1), as functions of arrays."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from wshash.errors import InputError


def tanimoto(x, y) -> np.ndarray:
    """Similarity of two tags from their vectors, eq. (2): ``x·y / (|x|² + |y|² − x·y)``.

    The paper calls it Jaccard with range [0, 1]; on real vectors it is the Tanimoto coefficient.

    Parameters
    ----------
    x, y : array_like, (..., d)
        Compared along the last axis; the others broadcast.

    Returns
    -------
    ndarray, (...)
        In [−1/3, 1]: 1 for equal vectors, −1/3 for opposite ones of equal length. A zero vector has no
        direction: its similarity is 0, to itself as well.

    Examples
    --------
    >>> round(float(tanimoto([1, 2], [2, 1])), 3)  # 4 / (5 + 5 − 4)
    0.667
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    dot = (x * y).sum(-1)
    denominator = (x * x).sum(-1) + (y * y).sum(-1) - dot  # at least half of |x|² + |y|²
    return np.divide(dot, denominator, out=np.zeros_like(dot), where=denominator > 0)


def tag_similarity_matrix(vectors) -> np.ndarray:
    """Eq. (2) for all pairs of tags.

    Parameters
    ----------
    vectors : array_like, V×d
        One row a tag.

    Returns
    -------
    float32 array, V×V
        Symmetric, in [−1/3, 1]; ones on the diagonal, but 0 for a zero vector (see :func:`tanimoto`).

    Raises
    ------
    InputError
        Not a matrix, or NaN or infinite values in it.
    """
    vectors = np.asarray(vectors, np.float32)
    if vectors.ndim != 2:
        raise InputError(f"tag vectors must be a matrix, one row a tag; got shape {vectors.shape}")
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise InputError(f"tag vector {row} has NaN or infinite values; train or load the vectors again")
    dot = vectors @ vectors.T
    norms = np.einsum("ij,ij->i", vectors, vectors)
    denominator = norms[:, None] + norms
    denominator -= dot
    similarity = np.divide(dot, denominator, out=np.zeros_like(dot), where=denominator > 0)
    np.fill_diagonal(similarity, norms > 0)
    return similarity


def tag_indicator(tags: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> sparse.csr_matrix:
    """The matrix ``B`` of eq. (1) in the form ``B T Bᵀ``.

    Parameters
    ----------
    tags : n lists of str
        A tag given twice to one picture counts once; a tag outside the vocabulary does not count.
    vocabulary : V str

    Returns
    -------
    float32 CSR matrix, n×V
        Row i: 1 for each known tag of picture i, divided by their number. A picture without a known tag has a
        row of zeros.

    Raises
    ------
    InputError
        The vocabulary is empty (all tags filtered out?) or holds a tag twice.
    """
    column = {tag: v for v, tag in enumerate(vocabulary)}
    if not column:
        raise InputError("the vocabulary is empty: no tag is left; lower min_count or keep more tags in the filter")
    if len(column) != len(vocabulary):
        raise InputError(f"the vocabulary holds {len(vocabulary) - len(column)} tags more than once")
    known = [sorted({column[tag] for tag in row if tag in column}) for row in tags]
    sizes = np.array([len(row) for row in known], dtype=np.int64)
    indices = np.array([v for row in known for v in row], dtype=np.int32)
    data = np.repeat(1 / np.maximum(sizes, 1), sizes).astype(np.float32)
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    return sparse.csr_matrix((data, indices, indptr), shape=(len(known), len(column)))


def image_similarity(B, T, other=None) -> np.ndarray:
    """Similarity of pictures by their tags, eq. (1): ``s(i, j) = 1/(m n) Σ_a Σ_b sim(x_a, y_b)``.

    The double sum over their m and n tags is ``b_i T b_jᵀ``: no loop over pairs. A plain mean (the
    paper calls it SimRank), by which a picture with two different tags is less than 1 like itself.

    Parameters
    ----------
    B : matrix, dense or sparse, n×V
        From :func:`tag_indicator`.
    T : array, V×V
        From :func:`tag_similarity_matrix`.
    other : matrix, dense or sparse, p×V, optional
        Default: ``B``.

    Returns
    -------
    ndarray, n×p
    """
    other = B if other is None else other
    return np.asarray(other @ np.ascontiguousarray(np.asarray(B @ T).T)).T
