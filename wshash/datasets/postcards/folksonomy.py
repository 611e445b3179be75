"""The simulated users: who they are, how many tags they type, and what about.

A user has a language, a camera, a home and habits, and so leaves words on a picture that say nothing about it. Words
about the picture come in a run: something catches the eye, and its name, a synonym, what lies near it follow. Now and
then a whole album gets the same words, so that a word describes another picture than the one it is on.
"""

from functools import cache

import numpy as np

from wshash.datasets.postcards.concepts import CONCEPTS
from wshash.datasets.postcards.lexicon import CAMERAS, CONTEXT, FOREIGN, HOMES, LANGUAGES, LOOKS, NAMES, YEARS

# Share of tags that are not about the picture; see `load` for what was measured with it.
TAG_NOISE = 0.57
UNTAGGED = 0.224  # share of MIRFLICKR's photos without a tag (3,356 of the first 15,000)
N_USERS = 1500
ALBUM, N_ALBUM = 0.05, 12  # of the tags not about the picture, those from the album; how far back it reaches
STAY = 0.55  # chance that the next word is about the same thing as the last
SALIENT = 2.5  # how much more readily the main thing is named


def _table(words: dict[str, float]) -> tuple[list[str], np.ndarray]:
    weights = np.cumsum(list(words.values()))
    return list(words), weights / weights[-1]


def _draw(rng, table) -> str:
    return table[0][int(np.searchsorted(table[1], rng.random(), side="right"))]


@cache
def _topics(language: str) -> dict[str, tuple[float, tuple]]:
    """Words of each concept and sight as users of this language choose them, with their cumulated shares.

    Users of another tongue than English write their own words about half of the time.
    """
    own, others = FOREIGN.get(language, frozenset()), frozenset().union(*FOREIGN.values())

    def weight(word, w):
        if word not in others:
            return w
        return 5.0 * w if word in own else 0.0

    return {
        topic: (readily, _table({word: weight(word, w) for word, w in words.items() if weight(word, w)}))
        for topic, (readily, words) in (NAMES | LOOKS).items()
    }  # fmt: skip


_CONTEXT = {kind: _table(words) for kind, (_, words) in CONTEXT.items()}
_KINDS = _table(
    {kind: share for kind, (share, _) in CONTEXT.items()} | {"camera": 0.15, "home": 0.24, "years": 0.11, "names": 0.12}
)
_YEARS, _CAMERAS, _LANGUAGES = _table(YEARS), _table(CAMERAS), _table(LANGUAGES)
_SYLLABLES = "ka lo mi ra ne to sa vi du be la ri no ma te gu fi po el an".split()


class User:
    """A person who tags: user ``number`` of the community ``seed``."""

    def __init__(self, seed: int, number: int):
        rng = np.random.default_rng([seed, number, 0x05E7])
        self.language = _draw(rng, _LANGUAGES)
        homes = HOMES[self.language]
        self.home = homes[rng.integers(len(homes))].split()
        self.camera = _draw(rng, _CAMERAS).split()
        # Names of friends, cats and streets: the long tail that every folksonomy has.
        self.names = ["".join(rng.choice(_SYLLABLES, rng.integers(2, 4))) for _ in range(3)]
        self.habit = rng.dirichlet(np.full(len(_KINDS[0]), 6.0)) * np.diff(_KINDS[1], prepend=0)
        self.habit = np.cumsum(self.habit) / self.habit.sum()

    def word(self, rng) -> str:
        """A word that says nothing about the picture."""
        kind = _draw(rng, (_KINDS[0], self.habit))
        if kind in _CONTEXT:
            return _draw(rng, _CONTEXT[kind])
        if kind == "years":
            return _draw(rng, _YEARS)
        own = {"camera": self.camera, "home": self.home, "names": self.names}[kind]
        return own[min(rng.geometric(0.6) - 1, len(own) - 1)]


def topics_of(visible: np.ndarray, salient: np.ndarray, sights, language: str):
    """What there is to name in a picture, with the cumulated shares by which it catches the eye."""
    topics = _topics(language)
    names = [CONCEPTS[j] for j in np.flatnonzero(visible)]
    main = {CONCEPTS[j] for j in np.flatnonzero(salient)}
    weights = {name: topics[name][0] * (SALIENT if name in main else 1.0) for name in names}
    weights |= {sight: topics[sight][0] for sight in sights}
    return _table(weights) if weights else None


def tag(visible, salient, sights, seed: int, noise: float = TAG_NOISE, tag_seed: int = 0) -> list[list[str]]:
    """Tags for pictures 0 to n-1 of a collection.

    Parameters
    ----------
    visible, salient : bool arrays, n×24
    sights : list of n collections of str
        Names of ``concepts.SIGHTS`` that apply to the picture.
    seed : int
        Of the collection: who owns which picture.
    noise : float in [0, 1]
        Share of the tags that are not about the picture: 0, all are; 1, none is.
    tag_seed : int
        Of the tagging alone.

    Returns
    -------
    list of n lists of str
        The tags of picture i depend on pictures 0 to i only.
    """
    users = [User(seed, k) for k in range(N_USERS)]
    return [_tag_one(i, visible, salient, sights, users, seed, noise, tag_seed) for i in range(len(visible))]


def _tag_one(i, visible, salient, sights, users, seed, noise, tag_seed) -> list[str]:
    rng = np.random.default_rng([seed, tag_seed, i, 0x7A65])
    user = users[(i * 0x9E3779B1 >> 8) % len(users)]  # the owner, whatever the tag seed
    # 1 + a negative binomial: MIRFLICKR's 17 % with one tag, mean 4.5.
    wanted = 1 + rng.negative_binomial(1.4, 0.275)
    topics = _topics(user.language)
    here = topics_of(visible[i], salient[i], sights[i], user.language)
    album = None
    if i and noise:
        j = i - 1 - int(rng.integers(min(i, N_ALBUM)))
        album = topics_of(visible[j], salient[j], sights[j], user.language)
    tags, subject, source = [], None, None
    for _ in range(12 * wanted):  # a word that is there already is drawn again, a few times
        if len(tags) == wanted:
            break
        if rng.random() < noise or here is None:
            topic_source = album if rng.random() < ALBUM else None
        else:
            topic_source = here
        if topic_source is None:
            if noise == 0 and here is not None:
                continue
            word = user.word(rng)
        else:
            if subject is None or topic_source is not source or rng.random() > STAY:
                subject, source = _draw(rng, topic_source), topic_source
            word = _draw(rng, topics[subject][1])
        if word not in tags:
            tags.append(word)
    return tags
