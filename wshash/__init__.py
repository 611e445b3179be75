"""Weakly-supervised deep hashing for image retrieval: a reproducible study of Hu et al. (2020).

``import wshash`` is light: networks load when ``wshash.hashing`` or ``wshash.vision`` is first imported.
"""

from wshash._version import __version__
from wshash.datasets import Split, TaggedImages, load_dataset
from wshash.errors import InputError

__all__ = ["InputError", "Split", "TaggedImages", "__version__", "load_dataset"]
