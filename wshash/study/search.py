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
    study: Study,
    picture: str | Path | np.ndarray,
    method: str | None = None,
    n_bits: int = 64,
    top: int = 10,
    retrain: bool = False,
) -> pd.DataFrame:
    """The pictures of a data set whose codes are nearest to a picture's code.

    All readable pictures are searched, whatever their part of the split, with tags and concepts or without. Features go
    by the content of each picture, so only what is new is looked at; and the model that an earlier search trained is
    kept though pictures come and go.

    Parameters
    ----------
    study : Study
    picture : path, or uint8 array, H×W×3, RGB
    method : str, optional
        Default: WS-DSH, or where no picture has a concept the weak network, which learns from tags alone.
    n_bits : int
    top : int
        How many, from 1 to the number of pictures.
    retrain : bool
        Train on the pictures as they are now.

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
    study, method = searchable(study, method)
    made, model = recipe(method, study.config.preset), _model(study, method, n_bits, retrain)
    searched = study.collection.every_picture()
    data, rows = searched.data, np.flatnonzero(searched.readable)
    index = HammingIndex().add(model.transform(Study(study.config, study.store, searched).inputs(made, rows)))
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


def searchable(study: Study, method: str | None = None) -> tuple[Study, str]:
    """The study and the method that a search is by; where no picture has a concept, all train and there is no query.

    Raises
    ------
    InputError
        The method learns from concepts, and there are none.
    """
    if study.data.labels.any():
        return study, method or "WS-DSH"
    made = recipe(method or "Weak", study.config.preset)
    if made.method.supervised:
        raise InputError(
            f"{study.data.name} has no concepts, and {method} learns from them; choose Weak, DeepBit or LSH"
        )
    none, rows = np.empty(0, np.int64), np.arange(len(study.data))
    everything = Split(query=none, train=rows, database=rows, validation=none)
    return Study(study.config, study.store, study.collection, everything), made.name


def _model(study: Study, method: str, n_bits: int, retrain: bool):
    """The model of the last search of this data set by this method, or one trained now."""
    made, config = recipe(method, study.config.preset), study.config
    cls = made.method.load()
    if not hasattr(cls, "save"):  # from outside
        return study.model(method, n_bits)
    trained_as = {"data": config.dataset, "method": method, "n_bits": n_bits, "config": config.to_dict()}
    code = (made.method.module, "wshash.vision.features")
    path = study.store.path("search", trained_as, ".safetensors", code, ("torch", "timm"), __name__)
    if retrain:
        path.with_suffix(".sha256").unlink(missing_ok=True)
    return study.store.get(path, lambda: study.model(method, n_bits), cls.load, lambda path, value: value.save(path))
