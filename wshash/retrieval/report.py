"""What an evaluation found: means, per-query values, curves."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from wshash.errors import InputError
from wshash.retrieval.intervals import Interval, bootstrap

ORDERS = ("expected", "best", "worst")
DENOMINATORS = ("total", "found", "min(R,total)")


class Bounds(NamedTuple):
    """A measure's mean over the queries: expected over orders of ties, under the best, under the worst."""

    expected: float
    best: float
    worst: float


@dataclass(frozen=True, eq=False)
class Report:
    """How well a database answers queries. Means are over the queries that have a relevant item.

    Attributes
    ----------
    distance : str
    n_bits : int
        Length of the codes or vectors.
    n_database : int
    kept : int64 array
        Rows of the queries that the numbers are about.
    n_dropped : int
        Queries left out because nothing in the database is relevant to them.
    depths : tuple of int
    cut : int or None
    relevant : int64 array, q
        Relevant items in the database, per kept query.
    per_query : dict of str to float32 array, q
        ``"precision@500"``, ``"recall@500"``, ``"average_precision"``, ``"ndcg@500"``, ... with ``"/best"``
        and ``"/worst"`` for the bounds, and ``"precision_radius_2"``: what intervals are made from.
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
    cut: int | None
    radius: int
    relevant: np.ndarray
    per_query: dict[str, np.ndarray]
    ranks: np.ndarray
    found_by_rank: np.ndarray
    within: np.ndarray | None
    found_within: np.ndarray | None

    @property
    def n_queries(self) -> int:
        return len(self.kept)

    def _bounds(self, name: str) -> Bounds:
        names = (name, f"{name}/best", f"{name}/worst")
        return Bounds(*(self.mean(key) if key in self.per_query else np.nan for key in names))

    def mean(self, name: str) -> float:
        """Mean over the queries of a measure of ``per_query``."""
        if name not in self.per_query:
            raise InputError(f"measure {name!r} is not in this report; it has {', '.join(self.per_query)}")
        return float(self.per_query[name].mean(dtype=np.float64))

    def interval(self, name: str, **options) -> Interval:
        """Bootstrap interval over the queries (:func:`~wshash.retrieval.intervals.bootstrap`)."""
        self.mean(name)
        return bootstrap(self.per_query[name], **options)

    @property
    def chance(self) -> float:
        """Precision that a random order reaches: the mean share of relevant items."""
        return float(self.relevant.mean() / self.n_database)

    @property
    def precision_at(self) -> dict[int, Bounds]:
        """Share of relevant items among the first R, for each depth R."""
        return {depth: self._bounds(f"precision@{depth}") for depth in self.depths}

    @property
    def recall_at(self) -> dict[int, Bounds]:
        """Share of the relevant items that are among the first R."""
        return {depth: self._bounds(f"recall@{depth}") for depth in self.depths}

    @property
    def average_precision(self) -> Bounds:
        """Mean average precision over the whole ranking."""
        return self._bounds("average_precision")

    @property
    def average_precision_at_cut(self) -> dict[str, Bounds]:
        """Mean average precision of the first ``cut`` items by denominator; empty without a cut.

        By ``"found"`` it has no bounds (NaN): finding one more relevant item can lower it.
        """
        names = DENOMINATORS if self.cut else ()
        return {name: self._bounds(f"average_precision@{self.cut}[{name}]") for name in names}

    @property
    def ndcg_at(self) -> dict[int, Bounds]:
        """NDCG on the number of shared concepts; empty where it was not asked for."""
        depths = self.depths if f"ndcg@{self.depths[0]}" in self.per_query else ()
        return {depth: self._bounds(f"ndcg@{depth}") for depth in depths}

    @property
    def precision_radius(self) -> float | None:
        """Mean precision within ``radius``, 0 where nothing is; None for distances that are not Hamming's."""
        return self.mean(f"precision_radius_{self.radius}") if self.within is not None else None

    @cached_property
    def pr_by_rank(self) -> pd.DataFrame:
        """Precision and recall of the first ``rank`` items.

        Columns ``rank``, ``precision`` (micro and macro are the same: each query retrieves ``rank`` items),
        ``recall_macro`` (mean of the queries' recalls), ``recall_micro`` (found over relevant, all queries'
        items together).
        """
        found = self.found_by_rank.astype(np.float64)
        total = np.maximum(self.relevant, 1)[:, None]
        return pd.DataFrame(
            {
                "rank": self.ranks,
                "precision": found.mean(axis=0) / self.ranks,
                "recall_macro": (found / total).mean(axis=0),
                "recall_micro": found.sum(axis=0) / self.relevant.sum(),
            }
        )

    @cached_property
    def pr_by_radius(self) -> pd.DataFrame | None:
        """Precision and recall within each Hamming radius; None for distances that are not Hamming's.

        Columns ``radius``, ``precision_macro`` (mean over queries, 0 for a query with nothing inside),
        ``recall_macro``, ``precision_micro`` and ``recall_micro`` (all queries' items together; NaN where
        nothing is inside), ``empty`` (share of the queries with nothing inside).
        """
        if self.within is None:
            return None
        total = np.maximum(self.relevant, 1)[:, None]
        with np.errstate(invalid="ignore"):
            micro = self.found_within.sum(axis=0) / self.within.sum(axis=0)
        return pd.DataFrame(
            {
                "radius": np.arange(self.within.shape[1]),
                "precision_macro": (self.found_within / np.maximum(self.within, 1)).mean(axis=0),
                "recall_macro": (self.found_within / total).mean(axis=0),
                "precision_micro": micro,
                "recall_micro": self.found_within.sum(axis=0) / self.relevant.sum(),
                "empty": (self.within == 0).mean(axis=0),
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

    def _table(self) -> pd.DataFrame:
        names = [name for name in self.per_query if "/" not in name]
        return pd.DataFrame([self._bounds(name) for name in names], names)

    def _title(self) -> str:
        dropped = f" ({self.n_dropped} without a relevant item left out)" if self.n_dropped else ""
        return (
            f"{self.n_queries} queries{dropped} against {self.n_database} items, {self.n_bits} dimensions, "
            f"{self.distance} distance; chance {self.chance:.3f}"
        )

    def __str__(self) -> str:
        return f"{self._title()}\n{self._table().to_string(float_format='{:.3f}'.format, na_rep='')}"

    def _repr_html_(self) -> str:
        return f"<p>{self._title()}</p>{self._table().to_html(float_format='{:.3f}'.format, na_rep='')}"
