"""Tables 1 and 2 of the paper, the table of results, and the judgement of the tag filter."""

import numpy as np
import pandas as pd

from wshash.retrieval import t_interval
from wshash.study.methods import recipe
from wshash.study.stages import Study
from wshash.study.tagfilters import auc, interval, resampled, visual_by_labels
from wshash.tags import TagVectors, train_skipgram

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


def judged_filter(study: Study, seed: int = 0) -> dict[str, float] | None:
    """How well the filter's score tells tags that predict a concept from tags that predict none (claim C5).

    What is taken to be visual: see :mod:`wshash.study.tagfilters`. None without a filter, or where all tags or none are
    visual.

    Returns
    -------
    dict
        ``auc`` of the score with a 95 % bootstrap interval over tags, ``low`` and ``high``; ``auc_frequency``, the same
        for the number of pictures with the tag; ``kept_visual``, share of the visual tags that are kept;
        ``removed_other``, share of the others that are removed; ``n_tags``.
    """
    if study.config.tag_filter == "none":
        return None
    table = study.tag_table
    visual = visual_by_labels(study, table.index)
    if visual.all() or not visual.any():
        return None
    weights = resampled(len(visual), seed=seed)
    area, low, high = interval(auc(table["score"], visual, weights))
    kept = table["kept"].to_numpy()
    return {
        "auc": area,
        "low": low,
        "high": high,
        "auc_frequency": float(auc(table["count"], visual, weights[:1])[0]),
        "kept_visual": kept[visual].mean(),
        "removed_other": (~kept[~visual]).mean(),
        "n_tags": len(visual),
    }


# Table 2 of the paper: setting → (value, our parameter of the weak pre-training)
PAPER_TABLE2 = {
    "batch size": (64, "batch_size"),
    "margin λ": (1, "margin"),
    "initial learning rate": (0.001, "learning_rate"),
    "decay factor": (0.1, "decay"),
    "iterations (epochs)": (120, "epochs"),
    "initial momentum": (0.5, "momentum"),
    "optimiser": ("SGD", "optimizer"),
}


def table2(preset: str) -> pd.DataFrame:
    """Table 2: the paper's settings beside those of a preset."""
    used = recipe("Weak", preset).build(64, 0).get_params()
    rows = [{"setting": k, "paper": paper, "ours": used[name]} for k, (paper, name) in PAPER_TABLE2.items()]
    return pd.DataFrame(rows).set_index("setting")


def results_table(by_bits: pd.DataFrame) -> pd.DataFrame:
    """Precision@500 by method and code length as text: mean and half of the 95 % interval over the seeds."""
    half = (by_bits["high"] - by_bits["low"]) / 2
    text = [
        f"{mean:.3f} ± {h:.3f}" if h == h else f"{mean:.3f}" for mean, h in zip(by_bits["precision"], half, strict=True)
    ]
    table = by_bits.assign(text=text).pivot(index="method", columns="n_bits", values="text")
    return table.rename(columns=lambda k: f"{k} bits")
