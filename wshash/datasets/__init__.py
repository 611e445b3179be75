"""Where pictures, tags and concepts come from: one file per source."""

from importlib import import_module
from pathlib import Path

from wshash.datasets.base import Split, Subset, TaggedImages
from wshash.errors import InputError
from wshash.paths import data_root

__all__ = ["SOURCES", "Split", "Subset", "TaggedImages", "load_dataset"]

# Name, and the module whose load(name, root, **options) reads it; a name such as "mirflickr25k-128" is the
# source "mirflickr25k" in the folder of that name.
SOURCES = {
    "postcards": "wshash.datasets.postcards",
    "mirflickr25k": "wshash.datasets.mirflickr",
    "nuswide": "wshash.datasets.nuswide",
    "folder": "wshash.datasets.folder",
}


def load_dataset(name: str, root: str | Path | None = None, **options) -> TaggedImages:
    """Load a data set by name.

    Parameters
    ----------
    name : str
        ``postcards``, ``mirflickr25k``, ``nuswide`` or ``folder``, or one of these with a suffix for a
        variant of it (``mirflickr25k-128``).
    root : path, optional
        The data set's own folder. Default: the folder ``name`` under ``$WSHASH_DATA``, else under ``data/``.
    **options
        Of the source: see ``wshash.datasets.<source>.load``.

    Raises
    ------
    InputError
        Unknown name, or nothing of the expected layout under ``root``.
    """
    source = next((s for s in SOURCES if name == s or name.startswith(f"{s}-")), None)
    if source is None:
        raise InputError(f"data set {name!r} is unknown; choose one of {', '.join(SOURCES)}")
    folder = Path(root).expanduser() if root is not None else data_root() / name
    return import_module(SOURCES[source]).load(name, folder, **options)
