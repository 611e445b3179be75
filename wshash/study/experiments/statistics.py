"""Statistics of a data set, so that two of them can stand side by side: a drawn one and photographs."""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from wshash.datasets import TaggedImages
from wshash.study.grid.store import write_text


def chance(labels, at_least: int = 1) -> float:
    """Probability that two different random pictures share ``at_least`` concepts: the precision of a random order.

    Exact, over all n(n − 1) / 2 pairs of rows of the labels, bool n×c; NaN for fewer than two. Few combinations of
    concepts occur, so these are compared and not the pictures.
    """
    labels = np.asarray(labels, bool)
    n = len(labels)
    if n < 2:
        return float("nan")
    rows, count = np.unique(labels, axis=0, return_counts=True)
    rows, count = rows.astype(np.float32), count.astype(float)
    relevant = sum(
        count[start : start + 1024] @ ((rows[start : start + 1024] @ rows.T >= at_least) @ count)
        for start in range(0, len(rows), 1024)
    )
    itself = (labels.sum(axis=1) >= at_least).sum()  # of the n × n pairs, those of a picture with itself
    return float((relevant - itself) / (n * (n - 1)))


def lift(data: TaggedImages, quantiles=(0.9, 0.95), n_pairs: int = 400_000, seed: int = 0) -> list[float]:
    """How much more often than chance (1) two pictures share a concept, if their tags are among the most alike.

    Alike: the tag similarity, equation (1) on skip-gram vectors of all tags, exceeds this quantile of it over
    ``n_pairs`` random pairs. One lift for each quantile in [0, 1).
    """
    from wshash.tags import TagSimilarity, train_skipgram

    similarity = TagSimilarity.from_tags(data.tags, train_skipgram(data.tags, seed=seed))
    i, j = similarity.random_pairs(n_pairs, seed)
    score, relevant = similarity.pairs(i, j), (data.labels[i] & data.labels[j]).any(axis=1)
    return [float(relevant[score > t].mean() / relevant.mean()) for t in np.quantile(score, quantiles)]


def concept_tags(data: TaggedImages) -> pd.DataFrame:
    """How well the tag that is a concept's name stands for the concept.

    Returns
    -------
    DataFrame, indexed by concept, those whose name is nobody's tag left out
        ``pictures``, those that have the tag; ``precision``, share of them that show the concept; ``recall``, share
        of the pictures with the concept that have the tag; ``base``, share of all pictures with the concept: the
        precision of a tag given at random.
    """
    table = []
    for j, concept in enumerate(data.concepts):
        named, shown = np.array([concept in row for row in data.tags]), data.labels[:, j]
        if named.any():
            both = (named & shown).sum()
            recall = both / shown.sum() if shown.any() else np.nan
            table.append((concept, int(named.sum()), both / named.sum(), recall, shown.mean()))
    return pd.DataFrame(table, columns=["concept", "pictures", "precision", "recall", "base"]).set_index("concept")


def statistics(data: TaggedImages, n_frequent: int = 20, seed: int = 0) -> pd.Series:
    """What describes a data set of tagged pictures in numbers; what its loader leaves out is not counted.

    Returns
    -------
    Series, indexed by ``part`` and ``what``
        Parts: ``pictures``; ``tags``, per picture with a tag; ``chance``, see :func:`chance`, and ``lift``, see
        :func:`lift`; ``concept``, the share of pictures that show each; ``tag``, the share that has each of the most
        frequent ones; ``precision`` and ``recall``, see :func:`concept_tags`.
    """
    per_picture = np.array([len(row) for row in data.tags])
    tagged = per_picture[per_picture > 0]
    frequency = Counter(tag for row in data.tags for tag in row)
    top_tenth, top_twentieth = lift(data, seed=seed)
    named = concept_tags(data)
    parts = {
        "pictures": {
            "number": len(data),
            "without a tag": (per_picture == 0).mean(),
            "without a concept": (~data.labels.any(axis=1)).mean(),
            "concepts known": len(data.concepts),
            "concepts, mean": data.labels.sum(axis=1).mean(),
        },
        "tags": {
            "mean": tagged.mean(),
            "median": np.median(tagged),
            "only one": (tagged == 1).mean(),
            "different tags": len(frequency),
            "tags on five pictures or more": sum(n >= 5 for n in frequency.values()),
        },
        "chance": {"one concept shared": chance(data.labels), "two shared": chance(data.labels, 2)},
        "lift": {"top 10 % of pairs": top_tenth, "top 5 % of pairs": top_twentieth},
        "concept": dict(zip(data.concepts, data.labels.mean(axis=0), strict=True)),
        "tag": {tag: n / len(data) for tag, n in frequency.most_common(n_frequent)},
        "precision": named["precision"].to_dict(),
        "recall": named["recall"].to_dict(),
    }
    if data.salient is not None:
        parts["pictures"]["salient concepts, mean"] = data.salient.sum(axis=1).mean()
        parts["chance"]["one salient concept shared"] = chance(data.salient)
    index = pd.MultiIndex.from_tuples([(p, w) for p, values in parts.items() for w in values], names=["part", "what"])
    values = [float(value) for part in parts.values() for value in part.values()]
    return pd.Series(values, index=index, name=data.name)


def write(series: pd.Series, folder: str | Path) -> Path:
    """``statistics.csv`` in the folder, to six digits."""
    path = Path(folder) / "statistics.csv"
    write_text(path, series.rename("value").to_csv(float_format="%.6g", lineterminator="\n"))
    return path


def read(folder: str | Path) -> pd.Series:
    """The inverse of :func:`write`, under the folder's name."""
    table = pd.read_csv(
        Path(folder) / "statistics.csv", index_col=["part", "what"], keep_default_na=False, na_values={"value": [""]}
    )
    return table["value"].astype(float).rename(Path(folder).name)
