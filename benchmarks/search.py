"""The three kinds of HammingIndex: time to build and to search, and recall against the exact answer.

The codes are of pictures that come in clusters, as codes of a trained method do: each is one of some centres with a
tenth of its bits flipped. Ratios are within one run on the same threads.

    python benchmarks/search.py [--small] [--threads 2]
"""

import argparse
import time

import faiss
import numpy as np
import pandas as pd
from _results import keep

from wshash.retrieval import HammingIndex
from wshash.retrieval.counts import default_threads
from wshash.study.provenance import provenance

KINDS = [
    ("flat", {}),
    *(("ivf", {"n_probe": n}) for n in (1, 8, 32)),
    *(("hnsw", {"ef_search": n}) for n in (32, 128, 512)),
]


def clustered(n, n_bits, n_centres, rng):
    centres = rng.integers(0, 2, (n_centres, n_bits), dtype=np.uint8)
    return centres[rng.integers(n_centres, size=n)] ^ (rng.random((n, n_bits)) < 0.1).astype(np.uint8)


def measure(codes, queries, k, repeats):
    built, rows = {}, []
    for kind, options in KINDS:
        if kind not in built:
            start = time.perf_counter()
            built[kind] = HammingIndex(kind).add(codes), time.perf_counter() - start
        index, seconds_to_build = built[kind]
        if kind == "ivf":
            index._index.nprobe = options["n_probe"]
        elif kind == "hnsw":
            index._index.hnsw.efSearch = options["ef_search"]
        times = []
        for _ in range(repeats):
            start = time.perf_counter()
            index.search(queries, k)
            times.append(time.perf_counter() - start)
        label = f"{kind} {', '.join(f'{name}={value}' for name, value in options.items())}".strip()
        row = {"index": label, "build (s)": seconds_to_build, "search (ms a query)": min(times) / len(queries) * 1e3}
        rows.append(row | {"recall": index.recall_against_exact(queries, k)})
    table = pd.DataFrame(rows).set_index("index")
    table["times as fast as flat"] = table["search (ms a query)"].iloc[0] / table["search (ms a query)"]
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="10,000 codes: a try in seconds")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--bits", type=int, default=64)
    parser.add_argument("-k", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=default_threads())
    options = parser.parse_args()
    if options.small:
        options.sizes, options.queries = [10_000], 100
    faiss.omp_set_num_threads(options.threads)
    result = {"options": vars(options), "provenance": provenance()}
    for n in options.sizes:
        codes = clustered(n + options.queries, options.bits, max(10, n // 100), np.random.default_rng(0))
        table = measure(codes[options.queries :], codes[: options.queries], options.k, options.repeats)
        print(f"\n{n} codes of {options.bits} bits, {options.k} answers, {options.threads} threads\n")
        print(table.to_markdown(floatfmt=".3g"))
        result[str(n)] = table.reset_index().to_dict("records")
    keep("search", result)


if __name__ == "__main__":
    main()
