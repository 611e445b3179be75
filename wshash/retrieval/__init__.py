"""Codes to answers: Hamming search and exact measures."""

from wshash.retrieval.evaluation import evaluate
from wshash.retrieval.index import HammingIndex
from wshash.retrieval.intervals import Interval, PairedDifference, paired_difference, t_interval
from wshash.retrieval.report import Bounds, Report

__all__ = [
    "Bounds",
    "HammingIndex",
    "Interval",
    "PairedDifference",
    "Report",
    "evaluate",
    "paired_difference",
    "t_interval",
]
