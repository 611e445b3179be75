"""Where pictures, tags and concepts come from: one file per source."""

import inspect
import os
import re
from importlib import import_module
from pathlib import Path

from wshash.datasets.base import Split, Subset, TaggedImages
from wshash.errors import InputError
from wshash.paths import data_root

__all__ = ["SOURCES", "Split", "Subset", "TaggedImages", "is_ready", "load_dataset", "valid_name"]

# Name, and the module whose load(name, root, **options) reads it; a name such as "mirflickr25k-128" is the
# source "mirflickr25k" in the folder of that name.
SOURCES = {
    "postcards": "wshash.datasets.postcards",
    "mirflickr25k": "wshash.datasets.mirflickr",
    "nuswide": "wshash.datasets.nuswide",
    "folder": "wshash.datasets.folder",
}


def valid_name(name: str) -> str:
    """The name of a data set, a source or SOURCE-VARIANT, if it can be a folder's name too; else an InputError."""
    if not isinstance(name, str) or name.partition("-")[0] not in SOURCES:
        raise InputError(
            f"data set {name!r} is unknown; choose one of {', '.join(SOURCES)}, or one of these and -VARIANT"
        )
    if not re.fullmatch(r"[\w.-]{1,100}", name) or ".." in name or name.endswith("."):
        raise InputError(f"data set {name!r}: a name has letters, digits, '-', '_' and '.' only, and no '..'")
    return name


def load_dataset(name: str, /, root: str | Path | None = None, every: bool = False, **options) -> TaggedImages:
    """Load a data set by name.

    Parameters
    ----------
    name : str
        ``postcards``, ``mirflickr25k``, ``nuswide`` or ``folder``, or one of these and ``-VARIANT``
        (``mirflickr25k-128``): of letters, digits, ``-``, ``_`` and ``.``, for folders are called so.
    root : path, optional
        The data set's own folder. Default: the folder ``name`` under ``$WSHASH_DATA``, else under ``data/``.
    every : bool
        With the pictures without tags and those without concepts, which most sources leave out by default: to search.
        Of postcards none is left out.
    **options
        Of the source: see ``wshash.datasets.<source>.load``.

    Raises
    ------
    InputError
        Unknown name or option, an option of another type, or nothing of the expected layout under ``root``.
    """
    source = valid_name(name).partition("-")[0]
    load = import_module(SOURCES[source]).load
    if not isinstance(root, str | Path | None) or not isinstance(every, bool):
        raise InputError(f"root={root!r}, every={every!r}: give the path of a folder, and true or false")
    if every and source != "postcards":
        keep = {"untagged": "keep", "unlabelled": "negative"}
        options |= {option: keep[option] for option in keep.keys() & inspect.signature(load).parameters}
    return load(name, data_root() / name if root is None else Path(os.path.expanduser(root)), **options)


def is_ready(name: str, /, **options) -> bool:
    """Whether :func:`load_dataset` takes no long work: False for postcards that are not drawn yet."""
    module = import_module(SOURCES[valid_name(name).partition("-")[0]])
    return module.is_drawn(name, **options) if hasattr(module, "is_drawn") else True
