"""``evaluate``: every retrieval number of the study, from one pass over the pairs of queries and items."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd

from wshash.errors import InputError
from wshash.retrieval import metrics
from wshash.retrieval.counts import MAX_BITS, HammingCounter, n_grades
from wshash.retrieval.intervals import Interval, bootstrap
from wshash.retrieval.levels import LevelCounter

ORDERS = ("expected", "best", "worst")
DENOMINATORS = ("total", "found", "min(R,total)")


class Bounds(NamedTuple):
    """A measure's mean over the queries: expected over the order of ties, and under the best and worst order."""

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
        ``"precision@500"``, ``"recall@500"``, ``"average_precision"``, ``"ndcg@500"``, ... with ``"/best"`` and
        ``"/worst"`` for the bounds, and ``"precision_radius_2"``; what intervals and comparisons are made from.
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
        means = (self.mean(name), self.mean(f"{name}/best"), self.mean(f"{name}/worst"))
        return Bounds(*means)

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
        """Mean average precision of the first ``cut`` items by denominator; empty where no cut was asked for."""
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
        rows = {
            name: self._bounds(name) if f"{name}/best" in self.per_query else (self.mean(name),)
            for name in names
        }
        return pd.DataFrame([(*row, *[np.nan] * (3 - len(row))) for row in rows.values()], rows, list(ORDERS))

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


def _check(query, database, query_labels, database_labels, distance, weights, depths, cut, min_shared):
    for name, codes, labels in (("query", query, query_labels), ("database", database, database_labels)):
        if codes.ndim != 2 or labels.ndim != 2 or len(codes) != len(labels):
            raise InputError(
                f"{name}: codes of shape {codes.shape} and labels of shape {labels.shape}; they must be n×k and "
                "n×c, a row per picture"
            )
        if len(codes) == 0:
            raise InputError(f"{name} is empty; evaluation needs at least one row")
        if labels.dtype != bool and not np.isin(labels, (0, 1)).all():
            raise InputError(f"{name} labels must be an indicator of 0 and 1, a column per concept")
        if distance in ("hamming", "weighted"):
            if not np.isin(codes, (0, 1)).all():
                raise InputError(
                    f"{name} codes must be 0 and 1 for the {distance} distance; binarise them, or choose "
                    "'euclidean' or 'cosine'"
                )
        elif not np.isfinite(codes).all():
            raise InputError(f"{name} codes contain NaN or infinity; mend the rows or leave them out")
    k, c = query.shape[1], query_labels.shape[1]
    if (k, c) != (database.shape[1], database_labels.shape[1]):
        raise InputError(
            f"queries have {k} dimensions and {c} concepts, the database {database.shape[1]} and "
            f"{database_labels.shape[1]}; both must come from one method and one list of concepts"
        )
    if not 1 <= k <= MAX_BITS and distance == "hamming":
        raise InputError(f"codes of {k} bits; 1 to {MAX_BITS} are supported")
    if (weights is None) == (distance == "weighted") or (
        weights is not None and (np.shape(weights) != (k,) or not np.all(np.asarray(weights) >= 0))
    ):
        raise InputError(
            f"weights: {k} numbers, none negative, for distance='weighted'; none for another distance"
        )
    if not depths or min(depths) < 1 or max(depths) > len(database) or not (cut is None or cut >= 1):
        raise InputError(
            f"depths {tuple(depths)} and cut {cut} with {len(database)} items in the database; depths must lie "
            "between 1 and the number of items, cut must be at least 1"
        )
    if not 1 <= min_shared <= c:
        raise InputError(f"min_shared={min_shared} with {c} concepts; choose 1 to {c}")


def _choose(name: str, value: str, values: Sequence[str]) -> None:
    if value not in values:
        raise InputError(f"{name}={value!r} is unknown; choose one of {', '.join(map(repr, values))}")


def evaluate(
    query_codes: np.ndarray,
    database_codes: np.ndarray,
    query_labels: np.ndarray,
    database_labels: np.ndarray,
    depths: Sequence[int] = (100, 200, 400, 500, 1000),
    *,
    min_shared: int = 1,
    without_relevant: str = "drop",
    unlabelled: str = "negative",
    cut: int | None = None,
    graded: bool = False,
    gain: str = "linear",
    radius: int = 2,
    distance: str = "hamming",
    weights: np.ndarray | None = None,
    device: str = "cpu",
    n_threads: int | None = None,
) -> Report:
    """Search the database for each query and judge the answers by shared concepts.

    Items at the same distance have no order; each measure is its exact expectation over all their orders, with
    its value under the best and the worst one beside it (``metrics``).

    Parameters
    ----------
    query_codes, database_codes : array, q×k and n×k
        uint8 of 0 and 1, 1 ≤ k ≤ 256; for ``"euclidean"`` and ``"cosine"`` any real vectors.
    query_labels, database_labels : bool array, q×c and n×c
    depths : sequence of int
        The R of precision, recall and NDCG; at most n.
    min_shared : int
        An item is relevant to a query if they share at least this many concepts.
    without_relevant : {"drop", "zero"}
        Queries with no relevant item: left out of every number and counted in ``n_dropped``, or kept, with a
        precision, recall and NDCG of 0.
    unlabelled : {"negative", "drop"}
        Database items without a concept: irrelevant to every query, or left out of the database.
    cut : int, optional
        Report average precision of the first ``cut`` items too, by each denominator.
    graded : bool
        Report NDCG on the number of shared concepts.
    gain : {"linear", "exponential"}
        Of s shared concepts: s, or 2ˢ − 1.
    radius : int
        Of precision within a Hamming radius.
    distance : {"hamming", "weighted", "euclidean", "cosine"}
    weights : float array, k, optional
        For ``"weighted"``: what a differing bit adds to the distance (DRSCH: its squared bit weight).
    device : str
        ``"cpu"`` (numba), or a torch device such as ``"cuda"`` for the Hamming distance.
    n_threads : int, optional
        Default: ``$OMP_NUM_THREADS``, else all cores.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        Shapes that do not agree, codes that are not 0 and 1, an empty database, a depth beyond its size, no
        query with a relevant item.
    """
    query_codes, database_codes = np.asarray(query_codes), np.asarray(database_codes)
    query_labels, database_labels = np.asarray(query_labels), np.asarray(database_labels)
    depths = tuple(int(depth) for depth in depths)
    _choose("distance", distance, ("hamming", "weighted", "euclidean", "cosine"))
    _choose("without_relevant", without_relevant, ("drop", "zero"))
    _choose("unlabelled", unlabelled, ("negative", "drop"))
    _choose("gain", gain, ("linear", "exponential"))
    if unlabelled == "drop" and database_labels.ndim == 2:
        labelled = database_labels.any(axis=1)
        database_codes, database_labels = database_codes[labelled], database_labels[labelled]
    _check(
        query_codes, database_codes, query_labels, database_labels, distance, weights, depths, cut, min_shared
    )
    if distance in ("hamming", "weighted"):
        query_codes, database_codes = query_codes.astype(np.uint8), database_codes.astype(np.uint8)
    query_labels, database_labels = query_labels.astype(bool), database_labels.astype(bool)

    grades = 2
    if graded or min_shared > 1:
        grades = max(n_grades(query_labels, database_labels), min_shared + 1, 3)
    if distance != "hamming":
        counter = LevelCounter(database_codes, database_labels, grades, distance, weights)
    elif device == "cpu":
        counter = HammingCounter(database_codes, database_labels, grades, n_threads)
    else:
        from wshash.retrieval.torch_counts import TorchHammingCounter  # torch is slow to load

        counter = TorchHammingCounter(database_codes, database_labels, grades, device)

    n = len(database_codes)
    ranks = np.unique(np.concatenate([np.rint(np.geomspace(1, n, 200)).astype(int), depths, [n]]))
    gains = np.arange(grades, dtype=np.float64) if gain == "linear" else 2.0 ** np.arange(grades) - 1
    parts = []
    for start in range(0, len(query_codes), counter.block):
        rows = slice(start, start + counter.block)
        counts = counter(query_codes[rows], query_labels[rows])
        relevant = counts[:, :, min_shared:].sum(axis=(1, 2), dtype=np.int64)
        keep = np.flatnonzero(relevant) if without_relevant == "drop" else np.arange(len(relevant))
        part = _measure(counts[keep], min_shared, depths, ranks, cut, gains if graded else None)
        part |= {"kept": keep + start, "relevant": relevant[keep]}
        if counter.by_radius:
            part["within"] = counts[keep].sum(axis=2, dtype=np.int64).cumsum(axis=1)
            part["found_within"] = counts[keep, :, min_shared:].sum(axis=2, dtype=np.int64).cumsum(axis=1)
            at = min(radius, query_codes.shape[1])
            inside = part["found_within"][:, at] / np.maximum(part["within"][:, at], 1)
            part[f"precision_radius_{radius}"] = inside.astype(np.float32)
        parts.append(part)
    merged = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    kept = merged.pop("kept")
    if not len(kept) or not merged["relevant"].any():
        raise InputError(
            f"none of the {len(query_codes)} queries shares {min_shared} concept(s) with an item of the database; "
            "check that both have the same list of concepts in the same order"
        )
    return Report(
        distance=distance,
        n_bits=query_codes.shape[1],
        n_database=n,
        kept=kept,
        n_dropped=len(query_codes) - len(kept),
        depths=depths,
        cut=cut,
        radius=radius,
        relevant=merged.pop("relevant"),
        ranks=ranks,
        found_by_rank=merged.pop("found_by_rank"),
        within=merged.pop("within", None),
        found_within=merged.pop("found_within", None),
        per_query=merged,
    )


def _measure(counts, min_shared, depths, ranks, cut, gains) -> dict[str, np.ndarray]:
    """All measures of one block of queries, each a float32 array with a row per query."""
    out = {}
    for order in ORDERS:
        suffix = "" if order == "expected" else f"/{order}"
        ordered = metrics.order_ties(counts, order)
        n, r = ordered.sum(axis=2, dtype=np.int64), ordered[:, :, min_shared:].sum(axis=2, dtype=np.int64)
        total = np.maximum(r.sum(axis=1), 1)
        found = metrics.relevant_at(n, r, np.asarray(depths))
        for column, depth in enumerate(depths):
            out[f"precision@{depth}{suffix}"] = found[:, column] / depth
            out[f"recall@{depth}{suffix}"] = found[:, column] / total
        out[f"average_precision{suffix}"] = metrics.average_precision(n, r)
        for denominator in DENOMINATORS if cut else ():
            name = f"average_precision@{cut}[{denominator}]{suffix}"
            out[name] = metrics.average_precision(n, r, cut, denominator)
        if gains is not None:
            values = metrics.ndcg(counts, gains, np.asarray(depths), order)
            out |= {f"ndcg@{depth}{suffix}": values[:, i] for i, depth in enumerate(depths)}
        if order == "expected":
            out["found_by_rank"] = metrics.relevant_at(n, r, ranks)
    return {name: values.astype(np.float32) for name, values in out.items()}
