"""Pictures to codes: the weak pre-training (eqs 3-4), one file per method, binarising and packing (eq. 5)."""

from importlib import import_module

from wshash.hashing.catalogue import METHODS

# Loaded when first asked for: LSH should not wait for torch.
_LAZY = {method.class_name: method.module for method in METHODS.values()} | {
    "HashingMethod": "wshash.hashing.base",
    "label_indicator": "wshash.hashing.base",
    "similar": "wshash.hashing.base",
    "binarize": "wshash.hashing.codes",
    "pack_codes": "wshash.hashing.codes",
    "pair_loss": "wshash.hashing.losses",
    "mean_tag_vectors": "wshash.hashing.wdht",
}

__all__ = sorted(_LAZY)


def __getattr__(name: str):
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LAZY[name]), name)


def __dir__():
    return __all__
