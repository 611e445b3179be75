"""A vector for each tag: skip-gram on the tag lists (gensim)."""

import logging
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from gensim.models import Word2Vec

from wshash.errors import InputError
from wshash.tags.equations import image_similarity, tag_indicator, tag_similarity_matrix, tanimoto

logging.getLogger("gensim").setLevel(logging.ERROR)

# Epochs × lists where epochs cannot be chosen. On parts of MIRFLICKR with 320 to 1,800 lists, judged by 2,000 other
# lists, the best number of epochs made 51,000 to 77,000.
LISTS_SEEN = 60_000


@dataclass(frozen=True, eq=False)
class TagVectors:
    """Tags and their vectors; those of a word2vec or fastText file, which gensim's ``KeyedVectors`` reads, as well.

    Attributes
    ----------
    vocabulary : list of V str
        Most frequent first, ties by name, where the vectors were trained here.
    vectors : float32 array, V×d
    epochs : int
        Passes over the tag lists.
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
    lists = [row for row in lists if len(row) > 1]
    if not lists:
        raise InputError(
            f"{len(kept)} tags are on {min_count} or more of the {len(tags)} pictures, and no picture has two of "
            "them: nothing tells what tags mean. Add pictures or tags; without, choose methods that learn from no tags"
        )
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
    return TagVectors(list(kept), _skipgram(lists, kept, epochs, **options), epochs, trials)


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
        Part of the lists held out; 2,000 lists are compared at most. The others are :func:`train_skipgram`'s.

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
