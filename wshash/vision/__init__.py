"""What the pictures look like: backbones, features, bags of visual words."""

from wshash.vision.backbones import BACKBONES, Backbone, load_backbone
from wshash.vision.features import extract_features, fit_square

__all__ = ["BACKBONES", "Backbone", "extract_features", "fit_square", "load_backbone"]
