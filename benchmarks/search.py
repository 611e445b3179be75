"""The search of a folder against faiss alone; and the three kinds of HammingIndex, with their recall.

The codes are of pictures that come in clusters, as codes of a trained method do: each is one of some centres with a
tenth of its bits flipped. Ratios are within one run on the same threads.

    python benchmarks/search.py [--small] [--threads 2] [--write]    # --write: benchmarks/search.md
"""

import argparse
import tempfile
import time
from pathlib import Path

import cv2
import faiss
import numpy as np
import pandas as pd
import torch
from _results import keep

from wshash.datasets.files import ImageFiles
from wshash.datasets.postcards import Postcards
from wshash.paths import project_root
from wshash.retrieval import HammingIndex
from wshash.retrieval.counts import default_threads
from wshash.search import FolderIndex, SearchModel
from wshash.search.index import extract
from wshash.search.model import unit
from wshash.study.grid.store import write_text
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


def loaded(n, rng):
    """An index of ``n`` pictures as it is after loading, with codes and vectors drawn at random."""
    index = FolderIndex.__new__(FolderIndex)
    index.model = SearchModel.load()
    index.names = [f"folder/{i}.jpg" for i in range(n)]
    index.digests = [f"{i:032x}" for i in range(n)]
    index.codes = clustered(n, index.model.n_bits, max(10, n // 100), rng)
    index.vectors = unit(rng.normal(size=(n, len(index.model.arrays["centre"]))).astype(np.float32))
    return index


def measure_folder(n, k, repeats):
    """Milliseconds of a query to a folder of ``n`` pictures, the median of the repeats after a first one."""
    index, packed = loaded(n, np.random.default_rng(0)), faiss.IndexBinaryFlat(64)
    packed.add(np.packbits(index.codes, axis=1))
    query = np.packbits(index.codes[:1], axis=1)
    with tempfile.TemporaryDirectory() as folder:
        drawn = cv2.resize(Postcards(1)[0], (1024, 768), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(Path(folder) / "query.jpg"), drawn[..., ::-1])
        picture = ImageFiles(folder, ["query.jpg"])
        asked = {
            "picture, a JPEG of 1024×768: decode, network, code, search": lambda: index.like(picture, k),
            "of that, decode and network alone": lambda: extract(picture, index.model.facts["backbone"]),
            "word": lambda: index.named("sunset", k),
            "faiss alone: one 64-bit code": lambda: packed.search(query, k),
        }
        rows = [(name, *np.median(_times(action, repeats), axis=0) * 1e3) for name, action in asked.items()]
    return pd.DataFrame(rows, columns=["query", "ms", "CPU ms"]), packed.ntotal * 8


def _times(action, repeats):
    """Seconds by the clock and of this process, repeats×2; the first call loads the network and builds the index."""
    action()
    times = np.empty((repeats, 2))
    for i in range(repeats):
        start = time.perf_counter(), time.process_time()
        action()
        times[i] = time.perf_counter() - start[0], time.process_time() - start[1]
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="10,000 codes: a try in seconds")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--bits", type=int, default=64)
    parser.add_argument("-k", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=default_threads())
    parser.add_argument("--write", action="store_true", help="write benchmarks/search.md")
    options = parser.parse_args()
    if options.small:
        options.sizes, options.queries = [10_000], 100
    faiss.omp_set_num_threads(options.threads)
    torch.set_num_threads(options.threads)
    result = {"options": vars(options), "provenance": provenance()}
    n = 10_000 if options.small else 100_000
    table, size = measure_folder(n, 10, 3 if options.small else 20)
    text = (
        f"A folder of {n:,} pictures after loading, 10 answers, median, {options.threads} thread(s); its codes of "
        f"64 bits are {size:,} bytes. By the clock, and what the process itself took: these differ where others work "
        "on the same cores.\n\n"
        f"{table.to_markdown(index=False, floatfmt='.3g')}\n"
    )
    result["folder"] = {"n": n, "bytes of codes": size, "rows": table.to_dict("records")}
    print(text)
    for n in options.sizes:
        codes = clustered(n + options.queries, options.bits, max(10, n // 100), np.random.default_rng(0))
        table = measure(codes[options.queries :], codes[: options.queries], options.k, options.repeats)
        title = f"\n{n:,} codes of {options.bits} bits, {options.k} answers, {options.threads} threads\n\n"
        print(title + table.to_markdown(floatfmt=".3g"))
        text += title + table.to_markdown(floatfmt=".3g") + "\n"
        result[str(n)] = table.reset_index().to_dict("records")
    keep("search", result)
    if options.write:
        origin = result["provenance"]
        made = f"By `python benchmarks/search.py --write`. {origin['machine']}, commit {origin['commit']}."
        write_text(project_root() / "benchmarks" / "search.md", f"# How long a search takes\n\n{made}\n\n{text}")


if __name__ == "__main__":
    main()
