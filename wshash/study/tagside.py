"""The tag side of a study: filter the tags, train their vectors (sections 2.2 and 1.1). Sees no label."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from wshash.errors import InputError

if TYPE_CHECKING:
    from wshash.study.stages import Study


def tag_table(study: "Study", kind: str | None = None) -> pd.DataFrame:
    """Score of each tag of the training set that is frequent enough to be judged, and whether it is kept.

    ``kind``: what the
    filter looks at, ``"cnn"`` or ``"sift"``; by default as the study has it.
    """
    from wshash.tags import visual_tags

    rows = study.train
    kind = kind or study.config.tag_filter
    if kind == "none":
        raise InputError("tag_filter='none' judges no tags; choose 'cnn' or 'sift'")
    X = study.words[rows] if kind == "sift" else study.features[rows]
    return visual_tags(study.train_tags, X, words=kind == "sift", min_count=judged_from(len(rows)))


def judged_from(n: int) -> int:
    """On how many of n pictures a tag must be to be judged: 20, fewer where there are few (1 in 400, at least 5)."""
    return max(5, min(20, n // 400))


def tag_vectors(study: "Study"):
    """Skip-gram vectors trained on the training set's tags that the filter keeps."""
    from wshash.tags import TagVectors, train_skipgram

    path = study.store.path(
        "vectors",
        study.data_fingerprint
        | {"split": study.split.fingerprint}
        | {"tag_filter": study.config.tag_filter, "backbone": study.config.backbone},
        ".npz",
        ("wshash.tags.skipgram", "wshash.tags.visual", "wshash.study.tagside"),
        ("gensim", "numpy"),
    )

    def make() -> TagVectors:
        tags = study.train_tags
        if study.config.tag_filter != "none":
            table = study.tag_table
            kept = set(table.index[table["kept"]])
            tags = [[tag for tag in row if tag in kept] for row in tags]
        return train_skipgram(tags)

    def read(path) -> TagVectors:
        with np.load(path, allow_pickle=False) as stored:
            return TagVectors(stored["vocabulary"].tolist(), stored["vectors"])

    def write(path, value: TagVectors) -> None:
        with open(path, "wb") as handle:
            np.savez(handle, vocabulary=np.array(value.vocabulary, dtype=str), vectors=value.vectors)

    return study.store.get(path, make, read, write)
