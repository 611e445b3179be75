"""What an evaluation found: means, per-query values, curves."""

from dataclasses import dataclass
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
    chance : float
        Precision that a random order reaches: the mean share of relevant items.
    per_query : dict of str to float32 array, q
        ``"precision@500"``, ``"recall@500"``, ``"average_precision"``, each with ``"/best"`` and ``"/worst"`` for the
        bounds, and where asked for ``"average_precision@5000"``: what intervals are made from.
    pr_by_rank : DataFrame
        ``precision`` and ``recall_macro`` (the mean of the queries' recalls) of the first ``rank`` items.
    pr_by_radius : DataFrame, or None
        ``precision_macro`` (0 for a query with nothing inside) and ``recall_macro`` within each Hamming ``radius``;
        None for other distances.
    """

    distance: str
    n_bits: int
    n_database: int
    kept: np.ndarray
    n_dropped: int
    depths: tuple[int, ...]
    chance: float
    per_query: dict[str, np.ndarray]
    pr_by_rank: pd.DataFrame
    pr_by_radius: pd.DataFrame | None

    @property
    def n_queries(self) -> int:
        return len(self.kept)

    def mean(self, name: str) -> float:
        """Mean over the queries of a measure of ``per_query``."""
        if name not in self.per_query:
            raise InputError(f"measure {name!r} is not in this report; it has {', '.join(self.per_query)}")
        return float(self.per_query[name].mean(dtype=np.float64))

    def _bounds(self, name: str) -> Bounds:
        ends = [name + end for end in ("", "/best", "/worst")]
        return Bounds(*(self.mean(end) if end in self.per_query else np.nan for end in ends))

    @property
    def precision_at(self) -> dict[int, Bounds]:
        """Share of relevant items among the first R, for each depth R."""
        return {depth: self._bounds(f"precision@{depth}") for depth in self.depths}

    @property
    def average_precision(self) -> Bounds:
        """Mean average precision over the whole ranking."""
        return self._bounds("average_precision")

    def summary(self) -> dict[str, float | int | str]:
        """One row: what was evaluated, chance, and the mean of each measure."""
        names = ("distance", "n_bits", "n_database", "n_queries", "n_dropped", "chance")
        return {name: getattr(self, name) for name in names} | {name: self.mean(name) for name in self.per_query}

    def __repr__(self) -> str:
        names = [name for name in self.per_query if "/" not in name]
        table = pd.DataFrame([self._bounds(name) for name in names], names)
        dropped = f" ({self.n_dropped} without a relevant item left out)" if self.n_dropped else ""
        return (
            f"{self.n_queries} queries{dropped} against {self.n_database} items, {self.n_bits} dimensions, "
            f"{self.distance} distance; chance {self.chance:.3f}\n{table.to_string(float_format='{:.3f}'.format)}"
        )
