"""What the tags mean: skip-gram vectors, similarity (eqs. 1-2), similar pairs, the visual filter."""

from wshash.tags.equations import image_similarity, tag_indicator, tag_similarity_matrix, tanimoto
from wshash.tags.pairs import relevance_above
from wshash.tags.similarity import TagSimilarity
from wshash.tags.skipgram import TagVectors, choose_epochs, train_skipgram
from wshash.tags.visual import concept_precision, visual_tags
from wshash.tags.weights import tag_weights

__all__ = [
    "TagSimilarity",
    "TagVectors",
    "choose_epochs",
    "concept_precision",
    "image_similarity",
    "relevance_above",
    "tag_indicator",
    "tag_similarity_matrix",
    "tag_weights",
    "tanimoto",
    "train_skipgram",
    "visual_tags",
]
