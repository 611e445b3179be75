"""The tag side of a study: filter the tags, train their vectors (sections 2.2 and 1.1). Sees no label."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from wshash.tags.skipgram import TagVectors, train_skipgram
from wshash.tags.visual import visual_tags


def tag_table(tags: Sequence[Sequence[str]], X, words: bool) -> pd.DataFrame:
    """Score of each tag that is frequent enough, and whether it is kept; X: n rows of features, or counts of words."""
    return visual_tags(tags, X, words=words, min_count=judged_from(len(tags)))


def judged_from(n: int) -> int:
    """On how many of n pictures a tag must be to be judged: 20, fewer where there are few (1 in 400, at least 5)."""
    return max(5, min(20, n // 400))


def tag_vectors(tags: Sequence[Sequence[str]], table: pd.DataFrame | None = None, **options) -> TagVectors:
    """Skip-gram vectors of the tags that the table keeps; without one, of all. Options of ``train_skipgram``."""
    if table is not None:
        kept = set(table.index[table["kept"]])
        tags = [[tag for tag in row if tag in kept] for row in tags]
    return train_skipgram(tags, **options)


def read_vectors(path: Path) -> TagVectors:
    with np.load(path, allow_pickle=False) as stored:
        return TagVectors(stored["vocabulary"].tolist(), stored["vectors"])


def write_vectors(path: Path, value: TagVectors) -> None:
    np.savez(path, vocabulary=np.array(value.vocabulary, dtype=str), vectors=value.vectors)
