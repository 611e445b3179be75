"""What the tags mean: skip-gram vectors, similarity (eqs. 1-2), similar pairs, the visual filter."""

from wshash.tags.similarity import (
    MEASURES,
    TagSimilarity,
    image_similarity,
    tag_indicator,
    tag_similarity_matrix,
    tanimoto,
)
from wshash.tags.skipgram import TagVectors, load_vectors, train_skipgram

__all__ = [
    "MEASURES",
    "TagSimilarity",
    "TagVectors",
    "image_similarity",
    "load_vectors",
    "tag_indicator",
    "tag_similarity_matrix",
    "tanimoto",
    "train_skipgram",
]
