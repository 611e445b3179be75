"""A row of results: one method, code length and seed, encoded and judged."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from wshash.retrieval.evaluation import evaluate
from wshash.study.grid.threads import pinned_threads


def judge(method, query, database, query_labels, database_labels, depths, distance="hamming", threads=1) -> tuple:
    """Encode and evaluate.

    Parameters
    ----------
    method : fitted estimator
    query, database : features, or pictures
    query_labels, database_labels : bool arrays
    depths : tuple of int
    distance : {"hamming", "euclidean", "cosine"}
        ``"hamming"``: of the codes; another: of the values before they are cut to bits.

    Returns
    -------
    measures : dict
        What a row holds of them: ``measures``, ``pr_by_radius``, ``pr_by_rank``, ``history``.
    per_query : dict of arrays
    seconds : dict
    """
    started = time.perf_counter()
    with pinned_threads(threads):
        encode = method.transform if distance == "hamming" else method.embed
        codes = encode(query), encode(database)
    encoded = time.perf_counter()
    report = evaluate(*codes, query_labels, database_labels, depths=depths, distance=distance)
    found = {
        "measures": report.summary(),
        "pr_by_radius": report.pr_by_radius.to_dict("list") if distance == "hamming" else {},
        "pr_by_rank": report.pr_by_rank.to_dict("list"),
        "history": {k: [float(x) for x in v] for k, v in getattr(method, "history_", {}).items()},
    }
    per_query = {name.replace("/", "__"): value for name, value in report.per_query.items()}
    seconds = {"encode": encoded - started, "evaluate": time.perf_counter() - encoded}
    return found, {"kept": report.kept} | per_query, seconds


def save_arrays(arrays: dict[str, np.ndarray]) -> Callable[[Path], None]:
    """What writes them as one compressed file."""

    def write(path: Path) -> None:
        with open(path, "wb") as handle:
            np.savez_compressed(handle, **arrays)

    return write


def rounded(value, digits: int = 8):
    """Floats to eight decimals: far below any interval, above the noise of another order of summing."""
    if isinstance(value, dict):
        return {k: rounded(v, digits) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(v, digits) for v in value]
    return round(float(value), digits) if isinstance(value, float | np.floating) else value
