"""Search: a picture in, the most similar pictures of a data set out."""

from pathlib import Path

import numpy as np
import pandas as pd

from wshash.datasets import Split
from wshash.datasets.files import read_image
from wshash.errors import InputError
from wshash.study.grid.methods import recipe
from wshash.study.grid.study import Study


def search(
    study: Study, picture: str | Path | np.ndarray, method: str | None = None, n_bits: int = 64, top: int = 10
) -> pd.DataFrame:
    """The pictures of a data set whose codes are nearest to a picture's code.

    All readable pictures are searched, whatever their part of the split. Where no picture has a concept, all are
    trained on too, and the method must be one that needs no labels.

    Parameters
    ----------
    study : Study
    picture : path, or uint8 array, H×W×3, RGB
    method : str, optional
        Its model of seed 0 is used; it is trained first where it is missing. Default: WS-DSH, or where no picture has a
        concept the weak network.
    n_bits : int
    top : int
        How many, from 1 to the number of pictures.

    Returns
    -------
    DataFrame, one row an answer, nearest first, equal distances in the order of the data set
        ``id``, ``distance`` in bits, ``tags``, ``concepts``.

    Raises
    ------
    InputError
        The picture cannot be read, or a supervised method without labels.
    """
    from wshash.retrieval import HammingIndex
    from wshash.vision import extract_features

    image = picture if isinstance(picture, np.ndarray) else read_image(picture)
    data = study.data
    judged = data.labels.any()
    method = method or ("WS-DSH" if judged else "Weak")
    made = recipe(method, study.config.preset)
    if not judged:
        if made.method.supervised:
            raise InputError(f"{data.name} has no concepts, and {method} learns from them; choose Weak, DeepBit or LSH")
        study = Study(study.config, study.store, study.collection, _everything(len(data)))
    model = study.model(method, n_bits)
    rows = np.flatnonzero(study.collection.readable)
    index = HammingIndex().add(model.transform(study.inputs(made, rows)))
    query = [image] if made.pictures else extract_features([image], study.config.backbone, workers=0)
    distances, found = index.search(model.transform(query), top)
    answers = rows[found[0]]
    concepts = [[name for name, has in zip(data.concepts, data.labels[i], strict=True) if has] for i in answers]
    return pd.DataFrame(
        {
            "id": [data.ids[i] for i in answers],
            "distance": distances[0],
            "tags": [" ".join(data.tags[i]) for i in answers],
            "concepts": [", ".join(names) for names in concepts],
        }
    )


def _everything(n: int) -> Split:
    """All pictures train and are searched; there are no queries, since without concepts nothing is judged."""
    none, rows = np.empty(0, np.int64), np.arange(n)
    return Split(query=none, train=rows, database=rows, validation=none)
