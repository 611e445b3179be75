"""How long eqs. (1) and (2) take: against loops, SciPy, scikit-learn, and what the machine's matrix product allows.

The collection is random with the sizes of NUS-WIDE: 270,000 pictures, 5,018 tags of which few are frequent, 7 tags a
picture. All of a table is measured in one run on the same threads; its ratios, not its seconds, are what can be
compared elsewhere.

    python benchmarks/tag_similarity.py [--small] [--threads 2]
"""

import argparse
import time

import numpy as np
import pandas as pd
from _results import keep
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.metrics import pairwise_distances
from threadpoolctl import threadpool_limits

from wshash.retrieval.counts import default_threads
from wshash.study.provenance import provenance
from wshash.tags import TagSimilarity, image_similarity, tag_similarity_matrix, tanimoto


def problem(n, n_tags, mean_tags, dim, seed=0):
    """Zipf-distributed tags on n pictures, and tag vectors."""
    rng = np.random.default_rng(seed)
    weight = 1 / np.arange(10, n_tags + 10)
    sizes = 1 + rng.poisson(mean_tags - 1, n)
    picture = np.repeat(np.arange(n), sizes)
    tag = rng.choice(n_tags, len(picture), p=weight / weight.sum())
    B = sparse.csr_matrix((np.ones(len(tag), np.float32), (picture, tag)), shape=(n, n_tags)).sign()
    B.data = np.repeat(1 / np.diff(B.indptr), np.diff(B.indptr)).astype(np.float32)
    return B, rng.normal(size=(n_tags, dim)).astype(np.float32)


def seconds(call, repeats):
    """The fastest of several runs: what the work takes where nothing else disturbs it."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def gemm_speed(repeats, size=2048):
    """Multiply-adds a second of a large float32 matrix product: the limit of the machine."""
    A = np.ones((size, size), np.float32)
    return size**3 / seconds(lambda: A @ A, repeats)


def table(times, unit):
    """``times`` in seconds, the first of them ours."""
    frame = pd.DataFrame({unit: {name: t * (1e3 if unit == "ms" else 1) for name, t in times.items()}})
    frame["times ours"] = frame[unit] / frame[unit].iloc[0]
    return frame


def one_batch(similarity, batch, speed, repeats):
    """Eq. (1) for all pairs of a batch."""
    rows = np.random.default_rng(1).integers(similarity.n, size=batch)
    B, T = similarity.B[rows], similarity.T
    V, dense, tags = len(T), B.toarray(), [B.indices[a:b] for a, b in zip(B.indptr, B.indptr[1:], strict=False)]

    def loop(part):
        return [[sum(T[x, y] for x in a for y in b) / (len(a) * len(b)) for b in tags] for a in tags[:part]]

    part = max(1, batch // 32)
    wanted = similarity.block(rows)
    assert np.allclose(loop(part), wanted[:part], atol=1e-5) and np.allclose(image_similarity(B, T), wanted, atol=1e-5)
    return table(
        {
            "TagSimilarity.block": seconds(lambda: similarity.block(rows), 10 * repeats),
            "SciPy, B @ T @ B.T with sparse B": seconds(lambda: image_similarity(B, T), repeats),
            "NumPy, B @ T @ B.T with dense B": seconds(lambda: dense @ T @ dense.T, repeats),
            "the machine's limit for this dense product": batch * V * (V + batch) / speed,
            f"scikit-learn, pairwise_distances with eq. (1) as metric (from {part} rows)": seconds(
                lambda: pairwise_distances(dense[:part], dense, metric=lambda a, b: a @ T @ b), 1
            )
            * batch
            / part,
            f"Python, the double sum (from {part} rows)": seconds(lambda: loop(part), 1) * batch / part,
        },
        "ms",
    )


def tag_matrix(vectors, speed, repeats):
    """Eq. (2) for all pairs of tags."""
    V, d = vectors.shape
    part = max(1, V // 200)
    return table(
        {
            "tag_similarity_matrix": seconds(lambda: tag_similarity_matrix(vectors), repeats),
            "the machine's limit for its matrix product": V * V * d / speed,
            "SciPy, cdist with the cosine": seconds(lambda: cdist(vectors, vectors, "cosine"), 1),
            f"NumPy, tanimoto by broadcasting (from {part} rows)": seconds(
                lambda: tanimoto(vectors[:part, None], vectors), 1
            )
            * V
            / part,
        },
        "ms",
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="smaller sizes: a try in seconds")
    parser.add_argument("--tags", type=int, default=5018)
    parser.add_argument("--mean-tags", type=float, default=7)
    parser.add_argument("--dim", type=int, default=100)
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 128, 256])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=default_threads())
    options = parser.parse_args()
    if options.small:
        options.tags, options.batches = 1386, [64, 128]
    with threadpool_limits(options.threads):
        speed = gemm_speed(options.repeats)
        B, vectors = problem(10_000, options.tags, options.mean_tags, options.dim)
        similarity = TagSimilarity(B, tag_similarity_matrix(vectors))
        tables = {f"eq. (1), a batch of {b}": one_batch(similarity, b, speed, options.repeats) for b in options.batches}
        tables[f"eq. (2), {options.tags} tags"] = tag_matrix(vectors, speed, options.repeats)
    print(f"{options.tags} tags, {options.mean_tags} a picture, {options.threads} threads")
    print(f"float32 matrix product: {speed / 1e9:.0f}·10⁹ multiply-adds a second")
    for name, frame in tables.items():
        print(f"\n{name}\n\n{frame.to_markdown(floatfmt='.3g')}")
    result = {name: frame.reset_index().to_dict("records") for name, frame in tables.items()}
    keep("tag_similarity", {"options": vars(options), "provenance": provenance()} | result)


if __name__ == "__main__":
    main()
