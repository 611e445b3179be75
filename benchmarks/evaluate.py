"""How long it takes to evaluate codes: against a faiss search, against sorting each query, and as the database grows.

Codes and labels are random: 5,000 queries against 264,648 codes of 64 bits with 81 concepts, the paper's size. All of
a table is measured in one run on the same threads; its ratios, not its seconds, are what can be compared elsewhere.

    python benchmarks/evaluate.py [--small] [--threads 2]
"""

import argparse
import time

import faiss
import numpy as np
import pandas as pd
from _results import keep
from threadpoolctl import threadpool_limits

from wshash.retrieval import evaluate
from wshash.retrieval.counts import HammingCounter, default_threads
from wshash.study.provenance import peak_memory_mib, provenance

DEPTHS = (100, 200, 400, 500, 1000)


def problem(n_queries, n_database, n_bits, n_concepts, seed=0):
    """Random codes, and labels with 2.4 concepts a picture as NUS-WIDE has them."""
    rng = np.random.default_rng(seed)
    codes = [rng.integers(0, 2, (n, n_bits), dtype=np.uint8) for n in (n_queries, n_database)]
    labels = [rng.random((n, n_concepts)) < min(0.5, 2.4 / n_concepts) for n in (n_queries, n_database)]
    return codes[0], codes[1], labels[0], labels[1]


def seconds(call, repeats):
    """The fastest of several runs: what the work takes where nothing else disturbs it."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def faiss_search(query_codes, codes, use_heap):
    index = faiss.IndexBinaryFlat(8 * -(-codes.shape[1] // 8))
    index.use_heap = use_heap
    index.add(np.packbits(codes, axis=1))
    queries = np.packbits(query_codes, axis=1)
    return lambda: index.search(queries, 1000)


def sort_per_query(query_codes, codes, query_labels, labels):
    """What most hashing repositories do: distances by a matrix product, then argsort, for one query at a time."""
    signs = 2 * codes.astype(np.float32) - 1
    labels = labels.astype(np.float32)
    ranks = np.arange(1, len(codes) + 1)
    for query, concepts in zip(2 * query_codes.astype(np.float32) - 1, query_labels.astype(np.float32), strict=True):
        distance = 0.5 * (len(query) - query @ signs.T)
        relevant = (concepts @ labels.T > 0)[np.argsort(distance)].astype(np.float32)
        found = np.cumsum(relevant)
        precision, recall = found / ranks, found / max(found[-1], 1)
        _ = [precision[depth - 1] for depth in DEPTHS], recall, (precision * relevant).sum() / max(found[-1], 1)


def compare(options):
    data = problem(options.queries, options.database, options.bits, options.concepts)
    query_codes, codes, query_labels, labels = data
    warm = (query_codes[:8], codes[:2000], query_labels[:8], labels[:2000])
    evaluate(*warm, n_threads=options.threads)  # compiles
    counter = HammingCounter(codes, labels, options.threads)

    def kernel():
        for start in range(0, len(query_codes), counter.block):
            rows = slice(start, start + counter.block)
            counter(query_codes[rows], query_labels[rows])

    part = max(1, len(query_codes) // 100)
    one_by_one = seconds(lambda: sort_per_query(query_codes[:part], codes, query_labels[:part], labels), 1)
    times = {
        "evaluate: all measures, with tie bounds and curves": seconds(
            lambda: evaluate(*data, DEPTHS, n_threads=options.threads), options.repeats
        ),
        "of this, counting": seconds(kernel, options.repeats),
        "faiss IndexBinaryFlat, top 1000": seconds(faiss_search(query_codes, codes, True), options.repeats),
        "the same, use_heap=False": seconds(faiss_search(query_codes, codes, False), options.repeats),
        f"NumPy, a sort per query (from {part} queries)": one_by_one * len(query_codes) / part,
    }
    table = pd.DataFrame({"seconds": times})
    pairs = len(query_codes) * len(codes)
    table["ns a pair"] = table["seconds"] / pairs * 1e9
    table["times evaluate"] = table["seconds"] / table["seconds"].iloc[0]
    return table


def grow(options):
    rows = []
    for n in options.sizes:
        data = problem(options.growth_queries, n, options.bits, options.concepts)
        took = seconds(lambda data=data: evaluate(*data, DEPTHS, n_threads=options.threads), options.repeats)
        pairs = options.growth_queries * n
        peak = (peak_memory_mib() or np.nan) / 1024
        rows.append({"database": n, "seconds": took, "ns a pair": took / pairs * 1e9, "peak GiB so far": peak})
    return pd.DataFrame(rows).set_index("database")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="a tenth of the sizes: a try in seconds")
    parser.add_argument("--queries", type=int, default=5000)
    parser.add_argument("--database", type=int, default=264_648)
    parser.add_argument("--bits", type=int, default=64)
    parser.add_argument("--concepts", type=int, default=81)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=default_threads())
    options = parser.parse_args()
    options.sizes, options.growth_queries = [10_000, 30_000, 100_000, 300_000, 1_000_000], 500
    if options.small:
        options.queries, options.database, options.repeats = options.queries // 10, options.database // 10, 2
        options.sizes, options.growth_queries = [n // 10 for n in options.sizes], 100
    faiss.omp_set_num_threads(options.threads)
    with threadpool_limits(options.threads):
        tables = {"compare": compare(options), "growth": grow(options)}
    size = f"{options.queries} queries × {options.database} codes, {options.bits} bits, {options.concepts} concepts"
    print(f"\n{size}, {options.threads} threads\n\n{tables['compare'].to_markdown(floatfmt='.3g')}")
    print(f"\n{options.growth_queries} queries\n\n{tables['growth'].to_markdown(floatfmt='.3g')}")
    result = {name: table.reset_index().to_dict("records") for name, table in tables.items()}
    keep("evaluate", {"options": vars(options), "provenance": provenance()} | result)


if __name__ == "__main__":
    main()
