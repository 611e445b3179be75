"""A model of a search from pictures with tags: features and words in, a :class:`SearchModel` out."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from wshash.errors import InputError
from wshash.hashing.wdht import WDHT, mean_tag_vectors
from wshash.search.model import SearchModel, unit
from wshash.study.grid.fitting import pinned_threads
from wshash.tags.equations import tag_indicator
from wshash.tags.skipgram import TagVectors, train_skipgram
from wshash.tags.visual import visual_tags

JUDGED_FROM = 20  # pictures of a word that is judged visual or not


def train(
    X: np.ndarray,
    tags: Sequence[Sequence[str]],
    facts: dict,
    n_bits: int = 64,
    min_count: int = 5,
    seed: int = 0,
    **network,
) -> SearchModel:
    """Tag vectors, WDHT on them, and how likely a word is typed.

    Parameters
    ----------
    X : float array, n×d
    tags : n lists of str
        Tags; concepts too, where these are known, as words like others.
    facts : dict
        What the model shall say of itself: at least its ``backbone``.
    n_bits : int
    min_count : int, at least 5
        A word on fewer pictures is learnt from, but not kept: it may be somebody's name.
    seed : int
    **network
        Parameters of :class:`wshash.hashing.WDHT`.

    Raises
    ------
    InputError
        Fewer than two words are on five pictures.
    """
    with pinned_threads(1):
        vectors = _vectors(tags, seed)
        wdht = WDHT(n_bits=n_bits, random_state=seed, **network).fit(X, mean_tag_vectors(tags, vectors))
        predicted = unit(wdht.predict_tags(X))
        counts = Counter(tag for row in tags for tag in set(row))
        kept = vectors.keep(tag for tag in vectors.vocabulary if counts[tag] >= min_count)
        if not len(kept):
            raise InputError(f"no word is on {min_count} of the {len(X)} pictures, so there is none to search by")
        net = {name: value.double().cpu().numpy() for name, value in wdht.network_.state_dict().items()}
        hidden = net["trunk.0.weight"] / net["scale"]
        arrays = {
            "hidden": hidden,
            "hidden_bias": net["trunk.0.bias"] - hidden @ net["mean"],
            "heads": net["hash.weight"],
            "heads_bias": net["hash.bias"],
            "centre": predicted.mean(axis=0),
            "vectors": unit(unit(kept.vectors) - unit(kept.vectors).mean(axis=0)),
            "visual": _visual(tags, X, kept.vocabulary),
        }
        cosines = unit(predicted - arrays["centre"]) @ arrays["vectors"].T
        arrays |= _typed(cosines, tags, kept.vocabulary, seed)
    rounded = {name: np.asarray(array, np.float16).astype(np.float32) for name, array in arrays.items()}
    facts = {**facts, "n_bits": n_bits, "counts": [counts[word] for word in kept.vocabulary]}
    return SearchModel(rounded, kept.vocabulary, facts)


def _vectors(tags, seed) -> TagVectors:
    """Skip-gram; where no picture has two words, as with one class each, every word a direction of its own."""
    try:
        return train_skipgram(tags, seed=seed)
    except InputError:
        counts = Counter(tag for row in tags for tag in set(row))
        words = [word for word, count in counts.most_common(256) if count >= 5]
        if len(words) < 2:
            raise
        return TagVectors(words, np.eye(len(words), dtype=np.float32))


def _visual(tags, X, words) -> np.ndarray:
    """1 where a word is visual (section 2.2), or too rare to be judged while no word is judged at all."""
    try:
        table = visual_tags(tags, X, words=False, min_count=JUDGED_FROM)
    except InputError:
        return np.ones(len(words))
    kept = set(table.index[table["kept"]])
    return np.array([word in kept for word in words], float)


def _typed(cosines, tags, words, seed) -> dict[str, np.ndarray]:
    """Logistic regression of "has the word" on the cosine and the log of the word's share, by all that have it and a
    sample of all pairs: the rarer a word, the nearer it must be. It sees no label."""
    has = (tag_indicator(tags, words) > 0).toarray()
    share = np.log(has.mean(axis=0))
    rng = np.random.default_rng([seed, 0x7A65])
    i, j = (rng.integers(n, size=min(4 * 10**5, has.size)) for n in has.shape)
    i, j = i[~has[i, j]], j[~has[i, j]]
    rows, columns = (np.concatenate(pair) for pair in zip(np.nonzero(has), (i, j), strict=True))
    weight = np.where(has[rows, columns], 1, (~has).sum() / max(1, len(i)))
    fit = LogisticRegression(C=1e3).fit(
        np.stack([cosines[rows, columns], share[columns]], axis=1), has[rows, columns], sample_weight=weight
    )
    return {"slope": fit.coef_[:, 0], "offset": fit.coef_[0, 1] * share + fit.intercept_[0]}
