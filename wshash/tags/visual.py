"""Which tags name something visible (section 2.2): cohesion, separation and clarity of a tag's pictures.

The formulas that the paper cites were not found. The definitions here are ours: with unit vectors ``x_i``
(TF-IDF of visual words, or features) and the centroid ``c_t`` of the pictures of tag t,

* cohesion ``mean_i (1 − cos(x_i, c_t))``: low where the pictures look alike;
* separation ``1 − cos(c_t, c)`` from the collection's centroid ``c``: high where they look unlike the rest;
* clarity ``Σ_w P(w|t) log(P(w|t) / P(w))`` of the words, as a second opinion (after Sun and Bhowmick 2009).

All three depend on the number of pictures (a small set looks tight and separate), so each is compared with
random sets of the same size: ``z = (value − mean of the random sets) / their standard deviation``.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

from wshash.errors import InputError
from wshash.progress import progress
from wshash.tags.equations import tag_indicator

SMOOTHING = 0.99  # share of the tag's own words in P(w|t); the rest is the collection's (Jelinek-Mercer)


def visual_tags(
    tags: Sequence[Sequence[str]],
    X,
    words: bool = True,
    min_count: int = 20,
    threshold: float = 2.0,
    n_random: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Score each tag by how visual it is, and say which ones to keep.

    Parameters
    ----------
    tags : n lists of str
    X : array or sparse matrix, n×d
        Counts of visual words (:func:`wshash.vision.sift_words`, NUS-WIDE's ``BoW_int``) or, with
        ``words=False``, features of a network. A picture whose row is zero (no words) or has NaN (not
        readable) is left out.
    words : bool
        ``X`` holds counts: they are weighted by TF-IDF, and the clarity is computed.
    min_count : int
        A tag on fewer pictures is not judged and not in the table.
    threshold : float
        The rule: a tag is kept if its score exceeds this.
    n_random : int
        Random sets per size.
    seed : int

    Returns
    -------
    DataFrame, one row a tag, highest score first
        ``count``; ``cohesion``, ``separation``, (``clarity``,) and each as ``z_...``; ``score``; ``kept``.
        ``score`` is ``z_separation − z_cohesion``, divided by the standard deviation of this difference among
        the random sets: of mean 0 and variance 1 for a tag given at random.

    Raises
    ------
    InputError
        Unequal lengths, negative counts, or no tag on ``min_count`` pictures.
    """
    X = sparse.csr_matrix(X, dtype=np.float64) if words or sparse.issparse(X) else np.asarray(X, np.float64)
    if X.shape[0] != len(tags):
        raise InputError(f"{len(tags)} tag lists for {X.shape[0]} rows of X; both must be the same pictures")
    if words and (X.data < 0).any():
        raise InputError("X has negative values; counts of words are 0 or more (for features: words=False)")
    total = np.asarray(abs(X).sum(axis=1)).ravel()
    seen = np.flatnonzero(np.isfinite(total) & (total > 0))
    X, tags = X[seen], [tags[i] for i in seen]

    counts = pd.Series([tag for row in tags for tag in set(row)], dtype=object).value_counts()
    counts = counts[counts >= min_count]
    if not len(counts):
        raise InputError(
            f"no tag is on {min_count} of the {len(tags)} pictures that have features, so that none can be judged "
            "visual or not; add pictures or tags, or leave the filter out (tag_filter='none', --tag-filter none)"
        )
    vocabulary = sorted(counts.index)
    members = tag_indicator(tags, vocabulary).T.sign().tocsr()  # V×n of 0 and 1
    sizes = np.asarray(members.sum(axis=1)).ravel().astype(int)

    measures = [_geometry(normalize(TfidfTransformer().fit_transform(X) if words else X))]
    if words:
        measures.append(_clarity(X))
    value = _measure(measures, members, sizes)
    drawn = _random_sets(measures, np.unique(sizes), len(tags), n_random, seed)
    at = np.searchsorted(np.unique(sizes), sizes)
    z, z_drawn = {}, {}
    for name, sets in drawn.items():
        # A set of (nearly) all pictures has no random sets unlike it: nothing can be said, z = 0.
        mean, deviation = sets.mean(axis=0), sets.std(axis=0, ddof=1)
        deviation[deviation < 1e-9] = np.inf
        z[name], z_drawn[name] = (value[name] - mean[at]) / deviation[at], (sets - mean) / deviation
    spread = (z_drawn["separation"] - z_drawn["cohesion"]).std(axis=0, ddof=1)
    table = pd.DataFrame(
        {"count": sizes, **value, **{f"z_{name}": z[name] for name in value}}, index=pd.Index(vocabulary, name="tag")
    )
    table["score"] = (z["separation"] - z["cohesion"]) / np.where(spread > 0, spread, 1)[at]
    table["kept"] = table["score"] > threshold
    return table.sort_values("score", ascending=False, kind="stable")


def _geometry(X):
    """Cohesion and separation of sets of unit rows of ``X``, from the sums over the sets alone."""
    centre = np.asarray(X.mean(axis=0)).ravel()
    centre = centre / np.linalg.norm(centre)

    def measure(sums, sizes):
        # For unit rows mean_i cos(x_i, c) = c·c/|c| = |c|: the centroid's length is all that cohesion needs.
        length = np.linalg.norm(sums, axis=1)
        return {"cohesion": 1 - length / sizes, "separation": 1 - sums @ centre / np.maximum(length, 1e-12)}

    return X, measure


def _clarity(counts):
    """Kullback-Leibler divergence (nats) of a set's words from the collection's."""
    background = np.asarray(counts.sum(axis=0)).ravel()
    background = background / background.sum()

    def measure(sums, sizes):
        p = SMOOTHING * sums / sums.sum(axis=1, keepdims=True) + (1 - SMOOTHING) * background
        ratio = np.divide(p, background, out=np.ones_like(p), where=background > 0)
        return {"clarity": (p * np.log(ratio)).sum(axis=1)}

    return counts, measure


def _measure(measures, sets, sizes, nested=False) -> dict[str, np.ndarray]:
    out = {}
    for X, measure in measures:
        sums = sets @ X
        sums = sums.toarray() if sparse.issparse(sums) else sums
        out |= measure(np.cumsum(sums, axis=0) if nested else sums, sizes)
    return out


def _random_sets(measures, sizes, n, n_random, seed):
    """Each measure of ``n_random`` random sets of each of the ascending ``sizes``: n_random×n_sizes arrays."""
    # The first m of n shuffled pictures are a random set of size m, so one shuffle serves all sizes: row s of
    # `steps` holds the pictures that size s adds to the size before, and sums are running totals.
    rng = np.random.default_rng(seed)
    indptr = np.concatenate([[0], sizes])
    values = []
    for _ in progress(range(n_random), desc="random sets"):
        members = rng.permutation(n)[: sizes[-1]]
        steps = sparse.csr_matrix((np.ones(sizes[-1]), members, indptr), shape=(len(sizes), n))
        values.append(_measure(measures, steps, sizes, nested=True))
    return {name: np.array([v[name] for v in values]) for name in values[0]}


def concept_precision(tags: Sequence[Sequence[str]], labels, vocabulary: Sequence[str], seed: int = 0) -> pd.DataFrame:
    """How well each tag predicts a concept: the truth by which a filter is judged, never used in it.

    A tag's best concept is the one whose share rises most among its pictures. The best of many concepts looks
    good by luck on a small set, so it is chosen on one random half of the pictures and measured on the other,
    and the two ways round are averaged.

    Parameters
    ----------
    tags : n lists of str
    labels : bool array, n×c
    vocabulary : V str
    seed : int

    Returns
    -------
    DataFrame, indexed by tag in the order of the vocabulary
        ``concept``: column number of the best concept over all pictures; ``precision``: share of the tag's
        pictures with the best concept; ``base``: that concept's share of all pictures; ``gain``: precision −
        base; ``lift``: precision / base. NaN for a tag on fewer than two pictures.
    """
    labels = np.asarray(labels, bool)
    members = tag_indicator(tags, vocabulary).T.sign().tocsr()
    base = labels.mean(axis=0)
    rows = np.arange(len(vocabulary))

    def share(part):
        among = members[:, part]
        count = np.asarray(among.sum(axis=1), float).reshape(-1, 1)
        count[count == 0] = np.nan
        return among @ labels[part].astype(float) / count

    half = np.random.default_rng(seed).permutation(len(labels)) % 2 == 0
    one, two = share(half), share(~half)
    best_of_one, best_of_two = (np.argmax(np.nan_to_num(part) - base, axis=1) for part in (one, two))
    precision = (two[rows, best_of_one] + one[rows, best_of_two]) / 2
    chance = (base[best_of_one] + base[best_of_two]) / 2
    return pd.DataFrame(
        {
            "concept": np.argmax(np.nan_to_num(share(np.ones(len(labels), bool))) - base, axis=1),
            "precision": precision,
            "base": chance,
            "gain": precision - chance,
            "lift": precision / chance,
        },
        index=pd.Index(vocabulary, name="tag"),
    )
