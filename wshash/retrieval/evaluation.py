"""``evaluate``: every retrieval number of the study, from one pass over the pairs of queries and items."""

from collections.abc import Sequence

import numpy as np

from wshash.errors import InputError
from wshash.retrieval import metrics
from wshash.retrieval.counts import MAX_BITS, HammingCounter, n_grades
from wshash.retrieval.levels import LevelCounter
from wshash.retrieval.report import DENOMINATORS, ORDERS, Report


def _check(query, database, query_labels, database_labels, distance, weights, depths, cut, min_shared):
    for name, codes, labels in (("query", query, query_labels), ("database", database, database_labels)):
        if codes.ndim != 2 or labels.ndim != 2 or len(codes) != len(labels):
            raise InputError(
                f"{name}: codes of shape {codes.shape} and labels of shape {labels.shape}; they must be n×k "
                "and n×c, a row per picture"
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
        raise InputError(f"weights: {k} numbers, none negative, for distance='weighted'; none for another distance")
    if not depths or min(depths) < 1 or max(depths) > len(database) or not (cut is None or cut >= 1):
        raise InputError(
            f"depths {tuple(depths)} and cut {cut} with {len(database)} items in the database; depths must "
            "lie between 1 and the number of items, cut must be at least 1"
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

    Items at the same distance have no order; each measure is its exact expectation over all their orders,
    with its value under the best and the worst one beside it (``metrics``).

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
    _check(query_codes, database_codes, query_labels, database_labels, distance, weights, depths, cut, min_shared)
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
            f"none of the {len(query_codes)} queries shares {min_shared} concept(s) with an item of the "
            "database; check that both have the same list of concepts in the same order"
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
    relevant = (np.arange(counts.shape[2]) >= min_shared).astype(np.int64)
    for order in ORDERS:
        suffix = "" if order == "expected" else f"/{order}"
        n = metrics.level_sums(counts, np.ones_like(relevant), order)
        r = metrics.level_sums(counts, relevant, order)
        total = np.maximum(r.sum(axis=1), 1)
        found = metrics.relevant_at(n, r, np.asarray(depths))
        for column, depth in enumerate(depths):
            out[f"precision@{depth}{suffix}"] = found[:, column] / depth
            out[f"recall@{depth}{suffix}"] = found[:, column] / total
        out[f"average_precision{suffix}"] = metrics.average_precision(n, r)
        for denominator in DENOMINATORS if cut else ():
            if denominator == "found" and order != "expected":
                continue  # finding more can lower it, so that the best order is no upper bound
            name = f"average_precision@{cut}[{denominator}]{suffix}"
            out[name] = metrics.average_precision(n, r, cut, denominator)
        if gains is not None:
            values = metrics.ndcg(counts, gains, np.asarray(depths), order)
            out |= {f"ndcg@{depth}{suffix}": values[:, i] for i, depth in enumerate(depths)}
        if order == "expected":
            out["found_by_rank"] = metrics.relevant_at(n, r, ranks)
    return {name: values.astype(np.float32) for name, values in out.items()}
