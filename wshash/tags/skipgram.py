"""A vector for each tag: skip-gram on the tag lists (gensim), or a file of vectors."""

import logging
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors, Word2Vec

from wshash.errors import InputError
from wshash.tags.equations import image_similarity, tag_indicator, tag_similarity_matrix, tanimoto

logging.getLogger("gensim").setLevel(logging.ERROR)

# Epochs × lists where epochs cannot be chosen. On parts of MIRFLICKR with 320 to 1,800 lists, judged by 2,000 other
# lists, the best number of epochs made 51,000 to 77,000.
LISTS_SEEN = 60_000


@dataclass(frozen=True, eq=False)
class TagVectors:
    """Tags and their vectors.

    Attributes
    ----------
    vocabulary : list of V str
        Most frequent first, ties by name, where the vectors were trained here.
    vectors : float32 array, V×d
    epochs : int
        Passes over the tag lists; 0 for vectors from a file.
    trials : dict of int to float
        What :func:`choose_epochs` measured: number of epochs to score.
    """

    vocabulary: list[str]
    vectors: np.ndarray
    epochs: int = 0
    trials: dict[int, float] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.vocabulary)

    def vector(self, tag: str) -> np.ndarray:
        """The vector of one tag; InputError if it is unknown."""
        try:
            return self.vectors[self.vocabulary.index(tag)]
        except ValueError:
            raise InputError(f"tag {tag!r} is not among the {len(self)} known tags") from None

    def similarity(self, tag: str, other: str) -> float:
        """Eq. (2) of two tags."""
        return float(tanimoto(self.vector(tag), self.vector(other)))

    def most_similar(self, tag: str, n: int = 10) -> list[tuple[str, float]]:
        """The ``n`` other tags most like ``tag`` by eq. (2), best first."""
        similarity = tanimoto(self.vectors, self.vector(tag))
        order = np.argsort(-similarity, kind="stable")
        order = [v for v in order if self.vocabulary[v] != tag][:n]
        return [(self.vocabulary[v], float(similarity[v])) for v in order]

    def keep(self, tags: Iterable[str]) -> "TagVectors":
        """Only these tags, in the order of the vocabulary: after the visual filter, for instance."""
        tags = set(tags)
        rows = [v for v, tag in enumerate(self.vocabulary) if tag in tags]
        return TagVectors([self.vocabulary[v] for v in rows], self.vectors[rows], self.epochs, self.trials)


def train_skipgram(
    tags: Sequence[Sequence[str]],
    dim: int = 32,
    epochs: int | str = "auto",
    window: int | None = None,
    negative: int = 5,
    min_count: int = 5,
    sample: float = 1e-3,
    seed: int = 0,
) -> TagVectors:
    """Skip-gram with negative sampling (Mikolov et al. 2013): a picture's tag list is a sentence.

    Parameters
    ----------
    tags : n lists of str
        A list is a set: repeated tags count once, and the order is dropped (the lists are sorted).
    dim : int
        Length d of the vectors. On MIRFLICKR's tags 32 recognises held-out lists better than 16, 64 or 100, and
        depends less on the number of epochs; a collection with many more tags may bear more.
    epochs : int or "auto"
        Passes over the lists. The scale of eq. (2) depends on it strongly, so ``"auto"`` leaves it to
        :func:`choose_epochs`, which sees tags only; of a small collection it cannot tell, and the lists are passed
        60,000 times in all, at most 1,000 times each, with a warning.
    window : int, optional
        Context on each side. Default: the longest list, and never shrunk at random as for running text, where
        near words say more: the tags of a picture are all equally near.
    negative : int
        Tags drawn as contrast for each pair.
    min_count : int
        A rarer tag gets no vector.
    sample : float
        gensim's down-sampling of frequent tags; 0 is none. The most frequent ones (cameras, years, groups)
        say least, and held-out lists are recognised better without most of them.
    seed : int
        Same seed, same bytes: one thread.

    Raises
    ------
    InputError
        No list holds two tags that reach ``min_count``, so that there is nothing to learn from.
    """
    lists = [sorted(set(row)) for row in tags]
    kept = _count(lists, min_count)
    lists = [[tag for tag in row if tag in kept] for row in lists]
    together = [row for row in lists if len(row) > 1]
    if not together:
        raise InputError(
            f"{len(kept)} tags are on {min_count} or more of the {len(lists)} pictures, and no picture has two of "
            "them: nothing tells what tags mean. Add pictures or tags; without, choose methods that learn from no tags"
        )
    lists = together
    options = dict(dim=dim, window=window, negative=negative, sample=sample, seed=seed)
    trials = {}
    if epochs == "auto":
        epochs, trials = choose_epochs(lists, **options)
        if not epochs:
            epochs = min(1000, round(LISTS_SEEN / len(lists)))
            warnings.warn(
                f"{len(lists)} pictures with two tags are too few, or their tags go together too loosely, to choose "
                f"how long to train the tag vectors: {epochs} epochs are taken; more pictures or tags would help",
                stacklevel=2,
            )
    vectors = _skipgram(lists, kept, epochs, **options)
    return TagVectors(list(kept), vectors, epochs, trials)


def _skipgram(lists, count, epochs, dim, window, negative, sample, seed) -> np.ndarray:
    model = Word2Vec(
        sg=1,
        vector_size=dim,
        window=max(map(len, lists)) - 1 if window is None else window,
        shrink_windows=False,
        negative=negative,
        sample=sample,
        min_count=1,
        seed=seed,
        workers=1,
    )
    model.build_vocab_from_freq(count)
    model.train(lists, total_examples=len(lists), total_words=sum(map(len, lists)), epochs=epochs)
    return model.wv[list(count)]


def choose_epochs(
    lists: Sequence[Sequence[str]],
    grid: Sequence[int] = (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256),
    share: float = 0.2,
    dim: int = 32,
    window: int | None = None,
    negative: int = 5,
    sample: float = 1e-3,
    seed: int = 0,
) -> tuple[int, dict[int, float]]:
    """The number of epochs whose vectors recognise best which two half lists belong together; sees no label.

    A share of the lists is held out. After training on the others, each held-out list is cut into two random
    halves, and eq. (1) compares the first half with the second half of every held-out list. The score is the
    probability (AUC; .5 is chance) that the right one is more alike than a wrong one, sharing no tag either.

    Parameters
    ----------
    lists : lists of at least two different str
    grid : int, ascending
        Tried in this order until the best of them is better than chance and lies two steps behind.
    share : float
        Part of the lists held out; 2,000 lists are compared at most.
    dim, window, negative, sample, seed
        As in :func:`train_skipgram`.

    Returns
    -------
    epochs : int
        0 where nothing can be told: fewer than 20 held-out lists have two tags that the others know, or the best score
        is not better than chance by three standard errors.
    trials : dict of int to float
        Score per number of epochs tried.
    """
    rng = np.random.default_rng([seed, 0x401D])
    lists = [sorted(row) for row in lists]
    order = rng.permutation(len(lists))
    held = order[: round(share * len(lists))]
    train = [lists[i] for i in np.sort(order[len(held) :])]
    count = _count(train)
    halves = [rng.permutation([tag for tag in lists[i] if tag in count]) for i in held]
    halves = [(row[: len(row) // 2], row[len(row) // 2 :]) for row in halves if len(row) > 1][:2000]
    B, C = (tag_indicator([pair[h] for pair in halves], list(count)) for h in (0, 1))
    # Two halves of one set share no tag, so a wrong half that does would win by that alone: not counted.
    wrong = (B @ C.T).toarray() == 0
    wrong[np.diag_indices(len(halves))] = False
    trials = {}
    if len(halves) < 20 or not wrong.any():
        return 0, trials
    clear = 0.5 + 3 / np.sqrt(12 * len(halves))  # by chance, a list's share of wins is uniform: of variance 1/12
    for epochs in grid:
        vectors = _skipgram(train, count, epochs, dim, window, negative, sample, seed)
        S = image_similarity(B, tag_similarity_matrix(vectors), C)
        right = S.diagonal()[:, None]
        wins = ((S < right) & wrong).sum() + ((S == right) & wrong).sum() / 2
        trials[epochs] = float(wins / wrong.sum())
        best = max(trials, key=trials.get)
        if trials[best] > clear and list(trials).index(best) + 2 < len(trials):
            break
    return best if trials[best] > clear else 0, trials


def _count(lists, min_count: int = 1) -> dict[str, int]:
    count = Counter(tag for row in lists for tag in row)
    return {t: c for t, c in sorted(count.items(), key=lambda item: (-item[1], item[0])) if c >= min_count}


def load_vectors(path: str | Path, keep: Iterable[str] | None = None, limit: int | None = None) -> TagVectors:
    """Vectors from a word2vec file (text; binary if it ends in ``.bin``) or a fastText ``.vec`` file.

    Parameters
    ----------
    path : path
        ``.gz`` behind the ending is fine. Pickles (gensim's own ``.model`` and ``.kv``) are refused: loading
        one can run code.
    keep : str, optional
        Keep only these words: the tags in use, of a file with millions of words.
    limit : int, optional
        Read only the first, most frequent words.

    Raises
    ------
    InputError
        The file is missing or of another format, or none of ``keep`` is in it.
    """
    path = Path(path)
    suffixes = [suffix for suffix in path.suffixes if suffix != ".gz"]
    if not path.is_file():
        raise InputError(f"{path} is missing; give a word2vec file (.bin, .txt) or a fastText .vec file")
    if not suffixes or suffixes[-1] not in (".bin", ".txt", ".vec"):
        raise InputError(f"{path}: only .bin, .txt and .vec files are read; export with save_word2vec_format")
    try:
        words = KeyedVectors.load_word2vec_format(
            str(path), binary=suffixes[-1] == ".bin", limit=limit, unicode_errors="replace"
        )
    except Exception as error:  # gensim, gzip and NumPy have a dozen ways to say it
        raise InputError(f"{path} is not a word2vec file ({error}); its first line must be 'words length'") from error
    found = TagVectors(list(words.index_to_key), words.vectors)
    if not np.isfinite(found.vectors).all():
        word = found.vocabulary[int(np.flatnonzero(~np.isfinite(found.vectors).all(axis=1))[0])]
        raise InputError(f"{path}: the vector of {word!r} has NaN or infinite values; get the file again")
    if keep is None:
        return found
    kept = found.keep(keep)
    if not len(kept):
        raise InputError(f"none of the tags is among the {len(found)} words of {path}; is it the same language?")
    return kept
