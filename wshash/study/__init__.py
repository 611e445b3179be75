"""The study: the grid of runs, its results, the studies beside it, search, the command line."""

from wshash.study.grid.config import StudyConfig
from wshash.study.grid.store import Store
from wshash.study.grid.study import Study

__all__ = ["Store", "Study", "StudyConfig"]
