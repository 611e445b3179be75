"""Where things lie: the project, the data, the runs, the figures that runs make and the published ones.

``WSHASH_DATA``, ``WSHASH_RUNS`` and ``WSHASH_FIGURES`` name the folders; ``~`` is one's home. A relative path is taken

* by a command from its working directory, as a shell's user expects: :func:`settle`, called once as a command begins,
  makes it absolute for the command and for the kernels and processes that it starts;
* elsewhere, as in a notebook that Jupyter started in ``notebooks/``, from the working directory where it leads to
  something there, else from the checkout.

Without a variable it is ``data``, ``runs``, ``runs/figures`` in the checkout; outside a checkout, in the working
directory. What is published lies in ``figures``, and no run writes there unless it is told to publish.
"""

import os
import tempfile
from pathlib import Path

from wshash.errors import InputError

_FOLDERS = {"WSHASH_DATA": "data", "WSHASH_RUNS": "runs", "WSHASH_FIGURES": ""}  # the last: figures in the runs


def project_root(required: bool = False) -> Path:
    """The checkout: the nearest folder above the working directory, else above this file, with ``notebooks/``.

    Where there is none, as with an installed wheel, it is the working directory; ``required``: an InputError.
    """
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            project = folder / "pyproject.toml"
            if (folder / "notebooks").is_dir() and project.is_file() and b'name = "wshash"' in project.read_bytes():
                return folder
    if required:
        raise InputError(
            f"{Path.cwd()} is in no checkout of wshash, and this command needs one, with its notebooks/: "
            "git clone the repository and run the command there; the library works without"
        )
    return Path.cwd()


def _folder(variable: str, here: bool = False) -> Path:
    """The folder that a variable names; ``here``: a relative path is the working directory's in any case."""
    value = os.environ.get(variable)
    if not value and variable == "WSHASH_FIGURES":
        return runs_root() / "figures"
    try:
        path = Path(value or _FOLDERS[variable]).expanduser()
    except RuntimeError as error:
        raise InputError(f"{variable}={value}: there is no such home; write the path in full") from error
    near = value and (here or (Path.cwd() / path).exists())
    return Path(os.path.realpath((Path.cwd() if near else project_root()) / path))


def data_root() -> Path:
    """Folder of the data sets, one sub-folder each: ``$WSHASH_DATA``, else ``data/`` in the checkout."""
    return _folder("WSHASH_DATA")


def runs_root() -> Path:
    """Folder of caches, models, executed notebooks and result rows: ``$WSHASH_RUNS``, else ``runs/``."""
    return _folder("WSHASH_RUNS")


def figures_root(published: bool = True) -> Path:
    """Folder of figures and tables, one sub-folder per data set.

    The published ones: ``figures/`` in the checkout. Those that runs here make: ``$WSHASH_FIGURES``, else ``figures/``
    in the runs folder.
    """
    return Path(os.path.realpath(project_root() / "figures")) if published else _folder("WSHASH_FIGURES")


def settle(publish: bool = False) -> None:
    """Write the three folders into the environment, absolute: from here on they are the same everywhere.

    ``publish``: what this command makes goes to the published figures, in place of what is there.

    Raises
    ------
    InputError
        ``WSHASH_RUNS`` or ``WSHASH_FIGURES`` is, or lies in, something that is no folder to write to.
    """
    if publish:
        os.environ["WSHASH_FIGURES"] = str(figures_root())
    for variable in _FOLDERS:
        path = _folder(variable, here=True)
        if variable != "WSHASH_DATA":
            _try_to_write(variable, path)
        os.environ[variable] = str(path)


def _try_to_write(variable: str, path: Path) -> None:
    there = next((p for p in (path, *path.parents) if os.path.lexists(p)), path)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        value = os.environ.get(variable) or path
        raise InputError(
            f"{variable}={value}: nothing can be written to {there} ({error.strerror}); "
            f"set {variable} to a folder that you may write to"
        ) from error
