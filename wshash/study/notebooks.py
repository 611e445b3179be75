"""Execute a notebook in place and leave nothing of the time or the machine in it: equal runs are equal files."""

import ast
import builtins
import re
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from wshash.atomic import atomic
from wshash.errors import InputError

VOLATILE = ("papermill", "widgets", "execution")
TYPES = re.compile(r'(?m)^(\w+): (bool|dict|float|int|list|str) = (\[")?')
LIMITS = re.compile(r"(?m)^(\w+): (?:int|float|dict|list) = .*#.*?\b(from (\d+) on|(\d+) to (\d+))\b")


def _read(path: Path):
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError, AttributeError, KeyError, nbformat.ValidationError) as error:
        raise InputError(f"{path} is no notebook ({str(error).splitlines()[0][:100]}); name .ipynb files") from None


def _write(notebook, path: Path) -> None:
    """Write it without what changes from run to run: timestamps, widget state, paths, the version of Python."""
    import nbformat

    for metadata in (notebook.metadata, *(cell.metadata for cell in notebook.cells)):
        for key in VOLATILE:
            metadata.pop(key, None)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata.get("language_info", {}).pop("version", None)
    with atomic(path) as temporary:
        nbformat.write(notebook, temporary)


def tidy(path: Path) -> None:
    """Take what papermill notes out of a notebook that it ran; one that was never written or is cut short stays."""
    with suppress(InputError):
        _write(_read(path), path)


def execute(path: Path, timeout: int = 1800) -> float:
    """Run all cells and write the notebook back; the seconds it took. A failing cell leaves the file as it was."""
    from nbclient import NotebookClient

    started, notebook = perf_counter(), _read(path)
    resources = {"metadata": {"path": str(path.resolve().parent)}}
    client = NotebookClient(notebook, timeout=timeout, kernel_name="python3", resources=resources, record_timing=False)
    client.execute()
    _write(notebook, path)
    return perf_counter() - started


def known_parameters() -> None:
    """Refuse a parameter that the notebook lacks, of which papermill runs the default, and a value beyond what it says.

    To be called in a notebook, below its cell of parameters. Outside of a kernel it does nothing. A parameter says its
    type, and in a comment ``from 8 on`` or ``8 to 64``: of a dict that means its ``n``, of a list each item. A list is
    of numbers, or of words, of which one alone does too.

    Raises
    ------
    InputError
        The cell that papermill put below that of parameters sets another name; a value is of another type or outside.
    """
    from IPython import get_ipython

    shell = get_ipython()
    cells = shell.user_ns["In"] if shell else []
    for own, given in pairwise(cells):
        if given.startswith("# Parameters\n") and (unknown := _names(given) - (known := _names(own))):
            raise InputError(f"this notebook has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
    for name, said, least, low, high in LIMITS.findall("\n".join(cells)):
        value, low = shell.user_ns[name], float(least or low)
        value = value.get("n", low) if isinstance(value, dict) else value
        for item in value if isinstance(value, list) else [value]:
            if not (isinstance(item, int | float) and low <= item <= float(high or "inf")):
                raise InputError(f"{name} is {item!r}; this notebook runs with values {said}")
    for name, kind, words in TYPES.findall("\n".join(cells)):
        value = shell.user_ns[name]
        items = [value] if words and isinstance(value, str) else value
        right = isinstance(items, int | float if kind == "float" else getattr(builtins, kind))
        if not right or kind == "list" and not (items and all(isinstance(i, str) == bool(words) for i in items)):
            of = f" of {'words' if words else 'numbers'}, one or more" if kind == "list" else ""
            raise InputError(f"{name} is {value!r}; it must be of type {kind}{of}")


def _names(source: str) -> set[str]:
    """The names that a cell assigns to."""
    return {n.id for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
