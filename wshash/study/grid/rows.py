"""A row of results: one method, code length and seed, encoded and judged."""

from time import perf_counter

from wshash.retrieval.evaluation import evaluate
from wshash.study.grid.fitting import pinned_threads


def judge(method, parts, labels, depths, distance="hamming", threads=1) -> tuple[dict, dict, dict]:
    """Encode and evaluate.

    Parameters
    ----------
    method : fitted estimator
    parts : pair of features, or of pictures
        Of the queries and of the database.
    labels : pair of bool arrays
        Of these.
    depths : tuple of int
    distance : {"hamming", "euclidean", "cosine"}
        ``"hamming"``: of the codes; another: of the values before they are cut to bits.
    threads : int

    Returns
    -------
    found : dict
        What a row holds: ``measures``, ``pr_by_radius``, ``pr_by_rank``, ``history``.
    per_query : dict of arrays
        The measures of each judged query; ``kept``, which queries these are.
    seconds : dict
    """
    started = perf_counter()
    with pinned_threads(threads):
        codes = [method.transform(X) if distance == "hamming" else method.embed(X) for X in parts]
    encoded = perf_counter()
    report = evaluate(*codes, *labels, depths=depths, distance=distance)
    found = {
        "measures": report.summary(),
        "pr_by_radius": report.pr_by_radius.to_dict("list") if distance == "hamming" else {},
        "pr_by_rank": report.pr_by_rank.to_dict("list"),
        "history": {k: [float(x) for x in v] for k, v in getattr(method, "history_", {}).items()},
    }
    per_query = {name.replace("/", "__"): value for name, value in report.per_query.items()}
    seconds = {"encode": encoded - started, "evaluate": perf_counter() - encoded}
    return found, {"kept": report.kept} | per_query, seconds
