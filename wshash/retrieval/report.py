"""What an evaluation found: means, per-query values, curves."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from wshash.errors import InputError


class Bounds(NamedTuple):
    """A measure's mean over the queries: expected over orders of ties, under the best, under the worst."""

    expected: float
    best: float
    worst: float


@dataclass(frozen=True, eq=False, repr=False)
class Report:
    """How well a database answers queries. Means are over the queries that have a relevant item.

    Attributes
    ----------
    distance : str
    n_bits : int
        Length of the codes or vectors.
    n_database : int
    kept : int64 array, q
        Rows of the queries that the numbers are about.
    n_dropped : int
        Queries left out because nothing in the database is relevant to them.
    depths : tuple of int
    relevant : int64 array, q
        Relevant items in the database, per kept query.
    per_query : dict of str to float32 array, q
        ``"precision@500"``, ``"recall@500"``, ``"average_precision"``, ... with ``"/best"`` and ``"/worst"`` for the
        bounds: what intervals are made from.
    ranks : int array, T
    found_by_rank : float32 array, q×T
        Expected number of relevant items among the first ``ranks``.
    within : int64 array, q×(k+1), or None
        Items within each Hamming radius; None for distances that are not Hamming's.
    found_within : int64 array, q×(k+1), or None
        Relevant ones among them.
    """

    distance: str
    n_bits: int
    n_database: int
    kept: np.ndarray
    n_dropped: int
    depths: tuple[int, ...]
    relevant: np.ndarray
    per_query: dict[str, np.ndarray]
    ranks: np.ndarray
    found_by_rank: np.ndarray
    within: np.ndarray | None
    found_within: np.ndarray | None

    @property
    def n_queries(self) -> int:
        return len(self.kept)

    def mean(self, name: str) -> float:
        """Mean over the queries of a measure of ``per_query``."""
        if name not in self.per_query:
            raise InputError(f"measure {name!r} is not in this report; it has {', '.join(self.per_query)}")
        return float(self.per_query[name].mean(dtype=np.float64))

    def _bounds(self, name: str) -> Bounds:
        return Bounds(self.mean(name), self.mean(f"{name}/best"), self.mean(f"{name}/worst"))

    @property
    def chance(self) -> float:
        """Precision that a random order reaches: the mean share of relevant items."""
        return float(self.relevant.mean() / self.n_database)

    @property
    def precision_at(self) -> dict[int, Bounds]:
        """Share of relevant items among the first R, for each depth R."""
        return {depth: self._bounds(f"precision@{depth}") for depth in self.depths}

    @property
    def average_precision(self) -> Bounds:
        """Mean average precision over the whole ranking."""
        return self._bounds("average_precision")

    @cached_property
    def pr_by_rank(self) -> pd.DataFrame:
        """Precision and recall of the first ``rank`` items, means over the queries.

        Columns ``rank``, ``precision``, ``recall_macro`` (mean of the queries' recalls).
        """
        found = self.found_by_rank.astype(np.float64)
        return pd.DataFrame(
            {
                "rank": self.ranks,
                "precision": found.mean(axis=0) / self.ranks,
                "recall_macro": (found / self.relevant[:, None]).mean(axis=0),
            }
        )

    @cached_property
    def pr_by_radius(self) -> pd.DataFrame | None:
        """Precision and recall within each Hamming radius, means over the queries; None for other distances.

        Columns ``radius``, ``precision_macro`` (0 for a query with nothing inside), ``recall_macro``.
        """
        if self.within is None:
            return None
        return pd.DataFrame(
            {
                "radius": np.arange(self.within.shape[1]),
                "precision_macro": (self.found_within / np.maximum(self.within, 1)).mean(axis=0),
                "recall_macro": (self.found_within / self.relevant[:, None]).mean(axis=0),
            }
        )

    def summary(self) -> dict[str, float | int | str]:
        """One row: what was evaluated, chance, and the mean of each measure."""
        row = {
            "distance": self.distance,
            "n_bits": self.n_bits,
            "n_database": self.n_database,
            "n_queries": self.n_queries,
            "n_dropped": self.n_dropped,
            "chance": self.chance,
        }
        return row | {name: self.mean(name) for name in self.per_query}

    def __repr__(self) -> str:
        names = [name for name in self.per_query if "/" not in name]
        table = pd.DataFrame([self._bounds(name) for name in names], names)
        dropped = f" ({self.n_dropped} without a relevant item left out)" if self.n_dropped else ""
        return (
            f"{self.n_queries} queries{dropped} against {self.n_database} items, {self.n_bits} dimensions, "
            f"{self.distance} distance; chance {self.chance:.3f}\n{table.to_string(float_format='{:.3f}'.format)}"
        )
