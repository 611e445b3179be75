"""Search: a picture in, the most similar pictures of a data set out."""

from pathlib import Path

import pandas as pd

from wshash.datasets.files import ImageFiles
from wshash.study.stages import Study


def search(study: Study, picture: str | Path, method: str, n_bits: int, top: int = 10) -> pd.DataFrame:
    """The pictures of the database whose codes are nearest to a picture's code.

    Parameters
    ----------
    study : Study
    picture : path
    method : str
        Its model of seed 0 is used; it is trained first where it is missing.
    n_bits : int
    top : int

    Returns
    -------
    DataFrame, one row an answer, nearest first
        ``id``, ``distance`` in bits, ``tags``, ``concepts``.
    """
    from wshash.retrieval import HammingIndex

    picture = Path(picture)
    model = study.model(method, n_bits)
    index = HammingIndex(n_bits).add(model.transform(study.features[study.database]))
    query = study.features_of(ImageFiles(picture.parent, [picture.name]))
    distances, found = index.search(model.transform(query), top)
    rows = study.database[found[0]]
    data = study.data
    return pd.DataFrame(
        {
            "id": [data.ids[i] for i in rows],
            "distance": distances[0],
            "tags": [" ".join(data.tags[i]) for i in rows],
            "concepts": [
                ", ".join(c for c, has in zip(data.concepts, data.labels[i], strict=True) if has) for i in rows
            ],
        }
    )
