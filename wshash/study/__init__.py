"""The grid of runs, the store of results, the claims, the command line."""

from wshash.study.config import StudyConfig
from wshash.study.stages import Study
from wshash.study.store import Store

__all__ = ["Store", "Study", "StudyConfig"]
