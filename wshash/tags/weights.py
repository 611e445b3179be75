"""Tags as a matrix: every tag that is frequent enough, not filtered, the rarer the heavier."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.preprocessing import normalize

from wshash.errors import InputError
from wshash.tags.equations import tag_indicator


def tag_weights(tags: Sequence[Sequence[str]], min_count: int = 5) -> sparse.csr_matrix:
    """Each picture's tags by how rare they are: ``log(n / pictures with the tag)`` (Spärck Jones 1972), length 1.

    Parameters
    ----------
    tags : n lists of str
        A tag given twice to one picture counts once.
    min_count : int
        Tags that fewer pictures carry are left out.

    Returns
    -------
    float32 CSR matrix, n×V
        Columns in alphabetical order of the tags. A row of zeros for a picture without a tag that counts.

    Raises
    ------
    InputError
        No tag is on ``min_count`` pictures.

    Examples
    --------
    ``sea`` is on 2 of 4 pictures, ``sky`` on 1, so they weigh log 2 and log 4 = 2 log 2.

    >>> tag_weights([["sea"], ["sea", "sky"], [], []], min_count=1).toarray().round(3)
    array([[1.   , 0.   ],
           [0.447, 0.894],
           [0.   , 0.   ],
           [0.   , 0.   ]], dtype=float32)
    """
    count = Counter(tag for row in tags for tag in set(row))
    vocabulary = sorted(tag for tag, n in count.items() if n >= min_count)
    if not vocabulary:
        raise InputError(f"none of {len(count)} tags is on {min_count} of the {len(tags)} pictures; lower min_count")
    rarity = np.log([len(tags) / count[tag] for tag in vocabulary]).astype(np.float32)
    return normalize(tag_indicator(tags, vocabulary) @ sparse.diags_array(rarity)).tocsr()
