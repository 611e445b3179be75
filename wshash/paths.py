"""Where things lie: the project, the data, the runs and the published figures."""

import os
from pathlib import Path


def project_root() -> Path:
    """The checkout: the nearest folder above the working directory, else above this file, with ``notebooks/``."""
    for start in (Path.cwd(), Path(__file__).resolve().parent):
        for folder in (start, *start.parents):
            if (folder / "pyproject.toml").is_file() and (folder / "notebooks").is_dir():
                return folder
    return Path.cwd()


def _from_environment(variable: str, default: str) -> Path:
    # A notebook runs in notebooks/, a command in the checkout: a relative path means the checkout's.
    path = Path(os.environ.get(variable) or default).expanduser()
    return path if path.is_absolute() else (project_root() / path).resolve()


def data_root() -> Path:
    """Folder of the data sets, one sub-folder each: ``$WSHASH_DATA``, else ``data/`` in the checkout."""
    return _from_environment("WSHASH_DATA", "data")


def runs_root() -> Path:
    """Folder of caches, models, executed notebooks and result rows: ``$WSHASH_RUNS``, else ``runs/``."""
    return _from_environment("WSHASH_RUNS", "runs")


def figures_root() -> Path:
    """Folder of what the study publishes, one sub-folder per data set: ``$WSHASH_FIGURES``, else ``figures/``."""
    return _from_environment("WSHASH_FIGURES", "figures")
