"""Fitted methods as files: arrays in safetensors, the rest in its JSON header. Nothing is unpickled."""

import hashlib
import json
import re
from importlib import import_module
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from wshash.atomic import atomic
from wshash.errors import InputError
from wshash.hashing.base import HashingMethod

_OURS = re.compile(r"(wshash\.hashing\.[a-z_]+):([A-Za-z]+)")


def _describe(estimator, prefix: str, arrays: dict) -> dict:
    cls = type(estimator)
    header = {"class": f"{cls.__module__}:{cls.__name__}", "params": {}, "fitted": {}}
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


def _digest(text: str, arrays: dict) -> str:
    sha = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        sha.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        sha.update(arrays[name].ravel().view(np.uint8))
    return sha.hexdigest()


def save_estimator(estimator, path) -> None:
    """Write a fitted method, and a method nested in its parameters, to one file, atomically."""
    path, arrays = Path(path), {}
    header = _describe(estimator, "", arrays)
    try:
        text = json.dumps(header, default=np.generic.item, sort_keys=True)
    except TypeError as error:
        raise InputError(f"{path}: {error}; give random_state as an integer and parameters as plain values") from None
    with atomic(path) as temporary:
        save_file(arrays, temporary, metadata={"method": f"{_digest(text, arrays)} {text}"})


def _class(location: str, wanted: type) -> type:
    """The class that a file names: one of this package, or from outside that on which ``load`` was called."""
    ours = _OURS.fullmatch(location)
    found = getattr(import_module(ours[1]), ours[2], None) if ours else wanted
    if not isinstance(found, type) or not issubclass(found, HashingMethod) or found.__name__ != location.split(":")[-1]:
        raise KeyError(f"class {location!r} is not of wshash.hashing; if it is yours, call load() on it")
    return found


def _build(header: dict, prefix: str, arrays: dict, wanted: type):
    estimator, params = _class(header["class"], wanted)(), {}
    for name, value in header["params"].items():
        if isinstance(value, dict) and "method" in value:
            value = _build(value["method"], f"{prefix}{name}/", arrays, wanted)
        params[name] = tuple(value) if isinstance(value, list) else value  # JSON knows no tuples
    estimator.set_params(**params)
    own = {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}
    state = {**header["fitted"], **{name: array for name, array in own.items() if "/" not in name}}
    for name in state:
        # An attribute of a fit, possibly with a dotted path below it; never a method or a dunder.
        if name.startswith("_") or not name.split(".")[0].endswith("_"):
            raise KeyError(f"attribute {name!r} is not a fitted one")
    estimator._set_state(state)
    estimator._check_state()
    return estimator


def load_estimator(path, wanted: type) -> HashingMethod:
    """Read what :func:`save_estimator` wrote, for ``wanted.load``."""
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path} does not exist; fit a method and save() it there")
    try:
        with safe_open(path, framework="numpy") as file:
            digest, _, text = file.metadata()["method"].partition(" ")
            arrays = {name: file.get_tensor(name) for name in file.keys()}
        if digest != _digest(text, arrays):
            raise ValueError("it is not what was written: its checksum differs")
        return _build(json.loads(text), "", arrays, wanted)
    except Exception as error:  # a broken file can provoke any
        raise InputError(f"{path} is not a saved hashing method, or is damaged: {error}; save() it again") from error
