"""How long each method's fit takes, on the photographs of MIRFLICKR-25k where they are, else on features of that size.

Without the data set the features are random, in clusters, and tags are the clusters' with noise: sizes and steps are
the same, what is learnt is not. The ratio to the weak pre-training of the same run is what can be compared elsewhere.

    python benchmarks/fits.py [--small] [--threads 1 2] [--write]
"""

import argparse
import time
import warnings

import numpy as np
import pandas as pd
from _results import keep

from wshash.errors import InputError
from wshash.hashing import mean_tag_vectors
from wshash.hashing.training import TrainingWarning
from wshash.paths import project_root
from wshash.study import Study, StudyConfig
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.methods import recipe
from wshash.study.grid.store import write_text
from wshash.study.provenance import provenance
from wshash.tags import TagSimilarity

METHODS = ("Weak", "WDHT", "LSH", "ITQ", "DeepBit", "Classifier", "KSH", "DSH", "DRSCH", "WS-KSH", "WS-DSH", "WS-DRSCH")


def photographs(dataset):
    """Features of the training pictures, and what methods learn from: labels, tag similarity, mean tag vectors."""
    study = Study(StudyConfig(dataset=dataset))
    vectors = mean_tag_vectors(study.train_tags, study.vectors)
    return study.features[study.train], study.data.labels[study.train], study.similarity, vectors


def random_like(n, d, n_concepts=24, seed=0):
    """The same, drawn."""
    rng = np.random.default_rng(seed)
    y = rng.random((n, n_concepts)) < 0.15
    X = y @ rng.normal(size=(n_concepts, d)) + rng.normal(size=(n, d))
    B = y * rng.random(y.shape) + 0.3 * (rng.random(y.shape) < 0.1)
    B /= np.maximum(B.sum(axis=1, keepdims=True), 1e-9)
    return X.astype(np.float32), y, TagSimilarity(B, np.eye(n_concepts)), B


def measure(X, labels, similarity, vectors, methods, n_bits, threads):
    """Seconds of one fit each; the WS- versions' without the pre-training that they start from."""
    rows, weak = [], None
    with pinned_threads(threads):
        recipe("DeepBit").build(8, 0).set_params(epochs=1, device="cpu").fit(X[:256])  # what torch loads at first use
        for name in methods:
            made = recipe(name)
            method = made.build(n_bits, 0, weak if made.start else None)
            if hasattr(method, "device"):
                method.set_params(device="cpu")
            wall, cpu = time.perf_counter(), time.process_time()
            method.fit(X, {"Weak": similarity, "WDHT": vectors}.get(name, labels))
            rows.append((name, time.perf_counter() - wall, time.process_time() - cpu))
            weak = method if name == "Weak" else weak
    table = pd.DataFrame(rows, columns=["method", "seconds", "CPU seconds"]).set_index("method")
    return table.assign(**{"times Weak": table["seconds"] / table.loc["Weak", "seconds"]})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="600 random rows of 64 features: a try in seconds")
    parser.add_argument("--dataset", default="mirflickr25k-128")
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--bits", type=int, default=64)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--write", action="store_true", help="write benchmarks/fits.md")
    options = parser.parse_args()
    methods = ["Weak", *(name for name in options.methods if name != "Weak")]  # what the others are compared with
    if options.small:
        source, data = "random", random_like(600, 64)
    else:
        try:
            source, data = options.dataset, photographs(options.dataset)
        except InputError as error:
            print(f"{error}\nrandom features instead")
            source, data = "random", random_like(9_700, 1_280)
    n, d = data[0].shape
    tables = {}
    result = {"options": vars(options), "data": {"source": source, "n": n, "d": d}, "provenance": provenance()}
    for threads in options.threads:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TrainingWarning)  # on the small try
            table = measure(*data, methods, options.bits, threads)
        result[f"{threads} threads"] = table.reset_index().to_dict("records")
        tables[f"{threads} thread{'s' * (threads > 1)}"] = table
    text = report(tables, f"{source}: {n:,} rows of {d:,} features, {options.bits} bits", result["provenance"])
    print(text)
    keep("fits", result)
    if options.write:
        write_text(project_root() / "benchmarks" / "fits.md", text)


def report(tables, what, origin):
    """The measurements as Markdown."""
    wide = pd.concat(tables, axis=1)
    wide.columns = [f"{threads}: {name}" for threads, name in wide.columns]
    return (
        "# How long each method's fit takes\n\n"
        f"{what}, by `python benchmarks/fits.py`. {origin['machine']}, commit {origin['commit']}. One fit each; the "
        "WS- versions' without the pre-training that they start from, which is the first line.\n\n"
        f"{wide.to_markdown(floatfmt='.3g')}\n"
    )


if __name__ == "__main__":
    main()
