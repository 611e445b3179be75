"""What the settings of skip-gram do to the tags' vectors (section 1.1): one setting changed at a time, over seeds."""

import time

import numpy as np
import pandas as pd
from scipy.stats import spearmanr
from threadpoolctl import threadpool_limits

from wshash.retrieval import t_interval
from wshash.study.grid.methods import recipe
from wshash.study.grid.study import Study
from wshash.tags import TagSimilarity, TagVectors, choose_epochs, train_skipgram

# Table 1 of the paper: similarity to "sunset" by equation (2).
PAPER_TABLE1 = {
    "dusk": 0.862,
    "sun": 0.791,
    "sunrise": 0.735,
    "sky": 0.687,
    "plants": 0.498,
    "religion": 0.362,
}


def table1(study: Study, seeds: int = 5) -> pd.DataFrame:
    """Table 1: similarity of six words to "sunset", equation (2), beside the paper's.

    From vectors of all tags of the training set, unfiltered: "religion" is there to be far, not to be visual.

    Returns
    -------
    DataFrame, one row a word
        ``paper``; ``ours`` with its t-interval over the seeds ``low``, ``high``; ``count``, pictures with the word. A
        word that is too rare for a vector has NaN.
    """
    path = study.store.path(
        "table1",
        {"data": study.data.fingerprint, "split": study.split.fingerprint, "seeds": seeds, "words": PAPER_TABLE1},
        ".csv",
        ("wshash.tags.skipgram",),
        ("gensim", "numpy"),
        __name__,
    )
    return study.store.get(
        path,
        lambda: _table1(study, seeds),
        lambda path: pd.read_csv(path, index_col="word", float_precision="round_trip"),
        lambda path, table: table.to_csv(path),
    )


def to_sunset(vectors: TagVectors) -> dict[str, float]:
    """Similarity of Table 1's words to "sunset", equation (2); NaN for a word without a vector, or without "sunset"."""
    known = set(vectors.vocabulary) if "sunset" in vectors.vocabulary else set()
    return {word: vectors.similarity("sunset", word) if word in known else np.nan for word in PAPER_TABLE1}


def _table1(study: Study, seeds: int) -> pd.DataFrame:
    tags = study.train_tags
    runs = [to_sunset(train_skipgram(tags, seed=seed)) for seed in range(seeds)]
    table = []
    for word, paper in PAPER_TABLE1.items():
        mean, low, high = t_interval([run[word] for run in runs])
        count = sum(word in row for row in tags)
        table.append({"word": word, "paper": paper, "ours": mean, "low": low, "high": high, "count": count})
    return pd.DataFrame(table).set_index("word").assign(n_seeds=seeds)


DEFAULT = {"dim": 32, "window": None, "negative": 5, "sample": 1e-3}  # of train_skipgram; the epochs are by its rule
GRID = {
    "dim": (8, 16, 32, 64, 128),
    "epochs": (2, 4, 8, 16, 32, 64, 100),
    "window": (2, 5, None),
    "negative": (2, 5, 10, 20),
    "sample": (0, 1e-4, 1e-3),
}
RELATED, UNRELATED = ("dusk", "sun", "sunrise", "sky"), ("plants", "religion")  # above and below .6 in Table 1
PAPER_THRESHOLD = 0.4
LONGEST = "longest list"


def skipgram_study(study: Study, seeds: int = 5, grid: dict | None = None) -> pd.DataFrame:
    """Skip-gram on all tags of the training set, with each setting of the grid in place of its default.

    The number of epochs is fixed by :func:`wshash.tags.choose_epochs`, once, with seed 0: of the tag lists it holds a
    fifth out, and takes the number after which their halves are recognised best. That sees no label. The other
    settings are trained for as many epochs. Labels judge, by the lift. ``grid``: setting to values, default
    :data:`GRID`.

    Returns
    -------
    DataFrame, a row a setting, value and measure
        ``setting``; ``value``; ``default``, whether it is; ``measure``, see :func:`_measures`; ``mean`` with its
        t-interval over the seeds ``low``, ``high``; ``n_seeds``. NaN where Table 1's words are too rare.
    """
    tags, labels = study.train_tags, study.data.labels[study.train]
    quantile = recipe("Weak", study.config.preset).build(64, 0).get_params()["quantile"]

    def measured(options: dict) -> dict:
        runs = [_measures(tags, lists, labels, quantile, seed=seed, **options) for seed in range(seeds)]
        return {name: t_interval([run[name] for run in runs])._asdict() for name in runs[0]}

    rows = []
    with threadpool_limits(study.config.threads):
        trained = train_skipgram(tags)  # of few lists it takes epochs by their number, where none can be chosen
        known, default = set(trained.vocabulary), DEFAULT | {"epochs": trained.epochs}
        lists = [row for row in (sorted(known.intersection(row)) for row in tags) if len(row) > 1]
        standard = measured(default)
        for setting, values in (grid or GRID).items():
            for value in sorted({*values, default[setting]}, key=lambda v: np.inf if v is None else v):
                same = value == default[setting]
                found = standard if same else measured(default | {setting: value})
                named = {"setting": setting, "value": LONGEST if value is None else f"{value:g}", "default": same}
                rows += [{**named, "measure": name, **interval} for name, interval in found.items()]
    return pd.DataFrame(rows).assign(n_seeds=seeds)


def _measures(tags, lists, labels, quantile: float, epochs: int, seed: int, **options) -> dict[str, float]:
    """What one training comes to.

    ``halves recognised`` (AUC on held-out lists, sees no label); ``rank correlation`` of Table 1 with the paper's;
    ``related − unrelated``, the mean of Table 1's first four words minus that of its last two; ``mean s`` of equation
    (1) over random pairs; ``lift``, how much more often the pairs above the default quantile are relevant than any;
    ``share above 0.4`` and ``lift above 0.4``, the same with the paper's threshold; ``seconds`` of the training.
    """
    started = time.process_time()
    vectors = train_skipgram(tags, epochs=epochs, seed=seed, **options)
    seconds = time.process_time() - started
    words = to_sunset(vectors)
    similarity = TagSimilarity.from_tags(tags, vectors)
    i, j = similarity.random_pairs(200_000)
    s, relevant = similarity.pairs(i, j), (labels[i] & labels[j]).any(axis=1)
    high, above = s > np.quantile(s, quantile), s > PAPER_THRESHOLD
    return {
        "halves recognised": choose_epochs(lists, grid=(epochs,), seed=seed, **options)[1].get(epochs, np.nan),
        "rank correlation": spearmanr(list(PAPER_TABLE1.values()), list(words.values()))[0],
        "related − unrelated": np.mean([words[w] for w in RELATED]) - np.mean([words[w] for w in UNRELATED]),
        "mean s": s.mean(),
        "lift": relevant[high].mean() / relevant.mean(),
        "share above 0.4": above.mean(),
        "lift above 0.4": relevant[above].mean() / relevant.mean() if above.any() else np.nan,
        "seconds": seconds,
    }


def skipgram_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table of :func:`skipgram_study` for reading: a row a setting and value, mean ± half of the interval."""
    half = (table["high"] - table["low"]) / 2
    text = [
        "" if np.isnan(m) else f"{m:.2f}" + ("" if np.isnan(h) else f" ± {h:.2f}")
        for m, h in zip(table["mean"], half, strict=True)
    ]
    value = table["value"] + np.where(table["default"], " (default)", "")
    wide = table.assign(text=text, value=value)
    wide = wide.pivot_table("text", ["setting", "value"], "measure", aggfunc="first", sort=False)
    return wide.reset_index().rename_axis(columns=None)
