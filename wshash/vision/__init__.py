"""What the pictures look like: backbones, features, bags of visual words."""

from wshash.vision.backbones import BACKBONES, Backbone, load_backbone
from wshash.vision.features import extract_features, fit_square
from wshash.vision.sift import SiftWords, sift_words

__all__ = ["BACKBONES", "Backbone", "SiftWords", "extract_features", "fit_square", "load_backbone", "sift_words"]
