"""Fitted methods as files: arrays in safetensors, the rest in its JSON header. Nothing is unpickled."""

import json
from importlib import import_module
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from wshash._version import __version__
from wshash.atomic import atomic
from wshash.errors import InputError

FORMAT = 1

# The closed list of what a file can name: class, and the module that defines it.
METHODS = {
    "LSH": "wshash.hashing.lsh",
    "ITQ": "wshash.hashing.itq",
    "DeepBit": "wshash.hashing.deepbit",
    "KSH": "wshash.hashing.ksh",
    "DSH": "wshash.hashing.dsh",
    "DRSCH": "wshash.hashing.drsch",
    "WeakPretraining": "wshash.hashing.weak",
    "WDHT": "wshash.hashing.wdht",
    "ClassifierHash": "wshash.hashing.classifier",
}


def _plain(value):
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} values cannot be saved")


def _describe(estimator, prefix: str, arrays: dict) -> dict:
    header = {"class": type(estimator).__name__, "params": {}, "fitted": {}}
    if header["class"] not in METHODS:
        raise InputError(f"{header['class']} cannot be saved; known are {', '.join(METHODS)}")
    for name, value in estimator.get_params(deep=False).items():
        if hasattr(value, "get_params"):  # start=<another fitted method>
            value = {"method": _describe(value, f"{prefix}{name}/", arrays)}
        header["params"][name] = value
    for name, value in estimator._state().items():
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            arrays[prefix + name] = np.ascontiguousarray(value)  # safetensors writes the buffer, not the strides
        else:
            header["fitted"][name] = value.tolist() if isinstance(value, np.ndarray) else value
    return header


def save_estimator(estimator, path) -> None:
    """Write a fitted method, and a method nested in its parameters, to one file, atomically."""
    path, arrays = Path(path), {}
    header = {"format": FORMAT, "wshash": __version__, **_describe(estimator, "", arrays)}
    try:
        text = json.dumps(header, default=_plain, sort_keys=True)
    except TypeError as error:
        raise InputError(f"{path}: {error}; give random_state as an integer and parameters as plain values") from None
    with atomic(path) as temporary:
        save_file(arrays, temporary, metadata={"method": text})


def _build(header: dict, prefix: str, arrays: dict):
    if header["class"] not in METHODS:
        raise KeyError(f"class {header['class']!r} is not one of {', '.join(METHODS)}")
    estimator = getattr(import_module(METHODS[header["class"]]), header["class"])()
    params = {}
    for name, value in header["params"].items():
        if isinstance(value, dict) and "method" in value:
            value = _build(value["method"], f"{prefix}{name}/", arrays)
        params[name] = tuple(value) if isinstance(value, list) else value  # JSON knows no tuples
    estimator.set_params(**params)
    own = {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
    state = {**header["fitted"], **{name: array for name, array in own.items() if "/" not in name}}
    for name in state:
        # An attribute of a fit, possibly with a dotted path below it; never a method or a dunder.
        if name.startswith("_") or not name.split(".")[0].endswith("_"):
            raise KeyError(f"attribute {name!r} is not a fitted one")
    estimator._set_state(state)
    return estimator


def load_estimator(path):
    """Read what :func:`save_estimator` wrote."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist; fit a method and save() it there")
    try:
        with safe_open(path, framework="numpy") as file:
            header = json.loads((file.metadata() or {})["method"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}
        if header["format"] != FORMAT:
            raise KeyError(f"format {header['format']!r}, this version reads {FORMAT}")
        return _build(header, "", arrays)
    except (SafetensorError, LookupError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise InputError(f"{path} is not a saved hashing method ({error}); save it again with save()") from None
