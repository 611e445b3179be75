"""``evaluate``: every retrieval number of the study, from one pass over the pairs of queries and items."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wshash.errors import InputError
from wshash.retrieval import metrics
from wshash.retrieval.counts import MAX_BITS, HammingCounter
from wshash.retrieval.levels import LevelCounter
from wshash.retrieval.report import Report


def evaluate(
    query_codes: np.ndarray,
    database_codes: np.ndarray,
    query_labels: np.ndarray,
    database_labels: np.ndarray,
    depths: Sequence[int] = (100, 200, 400, 500, 1000),
    *,
    cut: int | None = None,
    distance: str = "hamming",
    n_threads: int | None = None,
) -> Report:
    """Search the database for each query and judge the answers: an item is relevant if it shares a concept.

    Items at the same distance have no order; each measure is its exact expectation over all their orders,
    with its value under the best and the worst one beside it (``metrics``).

    Parameters
    ----------
    query_codes, database_codes : array, q×k and n×k
        uint8 of 0 and 1, 1 ≤ k ≤ 256; for ``"euclidean"`` and ``"cosine"`` any real vectors.
    query_labels, database_labels : bool array, q×c and n×c
        An item without a concept is relevant to no query. A query without a relevant item is left out of every
        number and counted in ``n_dropped``.
    depths : sequence of int
        The R of precision and recall; at most n.
    cut : int, optional
        Measure the average precision over the first ``cut`` answers too (``metrics.average_precision_at``): 5000 for
        the mAP@5000 of other papers; at most n.
    distance : {"hamming", "euclidean", "cosine"}
    n_threads : int, optional
        Default: ``$OMP_NUM_THREADS``, else all cores.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        Shapes that do not agree, codes that are not 0 and 1, an empty database, a depth beyond its size, no query
        with a relevant item.
    """
    query_codes, database_codes = np.asarray(query_codes), np.asarray(database_codes)
    query_labels, database_labels = np.asarray(query_labels), np.asarray(database_labels)
    depths = tuple(int(depth) for depth in depths)
    _check(query_codes, database_codes, query_labels, database_labels, distance, depths, cut)
    if distance == "hamming":
        counter = HammingCounter(database_codes, database_labels, n_threads)
    else:
        counter = LevelCounter(database_codes, database_labels, distance)

    n = len(database_codes)
    ranks = np.unique(np.concatenate([np.rint(np.geomspace(1, n, 200)).astype(int), depths, [n]]))
    parts = []
    for start in range(0, len(query_codes), counter.block):
        rows = slice(start, start + counter.block)
        counts = counter(query_codes[rows], query_labels[rows])
        keep = np.flatnonzero(counts[:, :, 1].any(axis=1))
        part = _measure(counts[keep], depths, cut, ranks) | {"kept": keep + start}
        if distance == "hamming":
            within = counts[keep].cumsum(axis=1, dtype=np.int64)
            part |= {"within": within.sum(axis=2), "found_within": within[:, :, 1]}
        parts.append(part)
    merged = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    kept, relevant, found = (merged.pop(name) for name in ("kept", "relevant", "found_by_rank"))
    if not len(kept):
        raise InputError(
            f"none of the {len(query_codes)} queries shares a concept with an item of the database; "
            "check that both have the same list of concepts in the same order"
        )
    found, pr_by_radius = found.astype(np.float64), None
    by_rank = {"precision": found.mean(axis=0) / ranks, "recall_macro": (found / relevant[:, None]).mean(axis=0)}
    if distance == "hamming":
        within, found = merged.pop("within"), merged.pop("found_within")
        by_radius = {"precision_macro": found / np.maximum(within, 1), "recall_macro": found / relevant[:, None]}
        by_radius = {name: values.mean(axis=0) for name, values in by_radius.items()}
        pr_by_radius = pd.DataFrame({"radius": np.arange(within.shape[1])} | by_radius)
    return Report(
        distance=distance,
        n_bits=query_codes.shape[1],
        n_database=n,
        kept=kept,
        n_dropped=len(query_codes) - len(kept),
        depths=depths,
        chance=float(relevant.mean() / n),
        per_query=merged,
        pr_by_rank=pd.DataFrame({"rank": ranks} | by_rank),
        pr_by_radius=pr_by_radius,
    )


def _measure(counts, depths, cut, ranks) -> dict[str, np.ndarray]:
    """All measures of one block of queries, each a float32 array with a row per query; and the relevant items."""
    out = {}
    relevant = counts[:, :, 1].sum(axis=1, dtype=np.int64)
    for order in ("expected", "best", "worst"):
        suffix = "" if order == "expected" else f"/{order}"
        n, r = metrics.levels(counts, order)
        found = metrics.relevant_at(n, r, np.array(depths))
        for column, depth in enumerate(depths):
            out[f"precision@{depth}{suffix}"] = found[:, column] / depth
            out[f"recall@{depth}{suffix}"] = found[:, column] / relevant
        out[f"average_precision{suffix}"] = metrics.average_precision(n, r)
        if order == "expected":
            out["found_by_rank"] = metrics.relevant_at(n, r, ranks)
            if cut is not None:
                out[f"average_precision@{cut}"] = metrics.average_precision_at(n, r, cut)
    return {name: values.astype(np.float32) for name, values in out.items()} | {"relevant": relevant}


def _check(query, database, query_labels, database_labels, distance, depths, cut):
    if distance not in ("hamming", "euclidean", "cosine"):
        raise InputError(f"distance={distance!r} is unknown; choose one of 'hamming', 'euclidean', 'cosine'")
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
        if distance == "hamming" and not np.isin(codes, (0, 1)).all():
            raise InputError(f"{name} codes must be 0 and 1: binarise them, or choose distance='euclidean' or 'cosine'")
        if distance != "hamming" and not np.isfinite(codes).all():
            raise InputError(f"{name} codes contain NaN or infinity; mend the rows or leave them out")
    k, c = query.shape[1], query_labels.shape[1]
    if (k, c) != (database.shape[1], database_labels.shape[1]):
        raise InputError(
            f"queries have {k} dimensions and {c} concepts, the database {database.shape[1]} and "
            f"{database_labels.shape[1]}; both must come from one method and one list of concepts"
        )
    if not 1 <= k <= MAX_BITS and distance == "hamming":
        raise InputError(f"codes of {k} bits; 1 to {MAX_BITS} are supported")
    if not depths or not all(1 <= depth <= len(database) for depth in (*depths, 1 if cut is None else cut)):
        raise InputError(
            f"depths {depths} and cut={cut} with {len(database)} items in the database; they must lie between 1 and "
            "that number"
        )
