"""mAP@5000 on MIRFLICKR, as WSDHQ and WDHT report it, for methods of this study: a row beside published ones.

The rule of both, as far as their code says it: 2,000 queries at random, all other pictures are searched, and those that
train are among these (WDHT: they are the same); of the first 5,000 answers the precisions at the ranks of the relevant
ones are averaged, a query without any is left out. WDHT and the other binary codes there are sorted by ``argsort``,
which leaves ties in an order that no distance gave: here the expectation over all orders, and beside it what a stable
argsort reports. A seed draws both the queries and the training, so an interval over seeds covers both.

    python benchmarks/relatives.py [--publish] [--seeds 3]
"""

import argparse

import numpy as np
import pandas as pd

from wshash.hashing.catalogue import parse
from wshash.paths import settle
from wshash.retrieval import evaluate, t_interval
from wshash.study import Study, StudyConfig
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.methods import recipe
from wshash.study.grid.store import write_json
from wshash.study.provenance import provenance
from wshash.study.results.files import folder_of, write_table

N_QUERIES, CUT, BITS = 2000, 5000, (8, 16, 24, 32)
METHODS = ("LSH", "ITQ", "Weak", "WDHT", "JointTags", "CCAITQ")  # none sees a label
OURS = {"network": "EfficientNet-Lite0, fixed", "compared by": "Hamming distance"}
WSDHQ = {
    "method": "WSDHQ, published", "learns from": "tags", "network": "AlexNet, trained",
    "pictures": "Flickr25K, 256 px, ten crops", "compared by": "the query's real vector with codewords",
    "source": "https://github.com/gimpong/AAAI21-WSDHQ, README.md and validation.py",
}  # fmt: skip
WSDHQ_MAP = {8: 0.766, 16: 0.755, 24: 0.765, 32: 0.767}  # the README's table: a run each
DESCRIBED = ["method", "learns from", "network", "pictures", "compared by"]


def drawn(study: Study, seed: int) -> Study:
    """The study under the rule of the other papers, with the queries of this seed."""
    return study.replace(n_queries=N_QUERIES, split_seed=seed, protocol="paper")


def by_argsort(query_codes, database_codes, query_labels, database_labels, cut: int) -> float:
    """Mean average precision over the first ``cut`` answers where ties stay in the order of the files.

    Codes are uint8 q×k and n×k of 0 and 1, labels bool q×c and n×c. A query without a relevant answer is left out.
    """
    signs = [2.0 * np.asarray(codes, np.float32) - 1 for codes in (query_codes, database_codes)]
    nearness = (signs[0] @ signs[1].T).astype(np.int16)  # k − 2·distance
    shared = query_labels.astype(np.float32) @ database_labels.T.astype(np.float32) > 0
    found = []
    for row, relevant in zip(nearness, shared, strict=True):
        hits = relevant[np.argsort(-row, kind="stable")[:cut]]
        if hits.any():
            found.append((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())
    return float(np.mean(found))


def judged(study: Study, name: str, n_bits: int, seed: int) -> dict:
    """A method's measures on one draw of queries."""
    method, made = study.model(name, n_bits, seed), recipe(name, study.config.preset)
    with pinned_threads(study.config.threads):
        codes = [method.transform(study.inputs(made, rows)) for rows in (study.query, study.database)]
    labels = [study.judged_labels[rows] for rows in (study.query, study.database)]
    report = evaluate(*codes, *labels, cut=CUT)
    return {
        "method": name, "n_bits": n_bits, "seed": seed, "map": report.mean(f"average_precision@{CUT}"),
        "argsort": by_argsort(*codes, *labels, CUT), "chance": report.chance, "n_dropped": report.n_dropped,
    }  # fmt: skip


def table(rows: pd.DataFrame, pictures: str) -> pd.DataFrame:
    """One line a method and code length with its interval over the seeds, and the published ones last."""
    lines = []
    for (name, n_bits), group in rows.groupby(["method", "n_bits"], sort=False):
        _, method = parse(name)
        mean, low, high = t_interval(group["map"])
        learns = "tags" if method.sees_tags else "nothing"
        line = {"method": name, "learns from": learns, **OURS, "pictures": pictures, "source": "this study"}
        line |= {"n_bits": n_bits, "map": mean, "low": low, "high": high, "argsort": group["argsort"].mean()}
        lines.append(line | {"chance": group["chance"].mean(), "n_seeds": len(group)})
    return pd.DataFrame(lines + [WSDHQ | {"n_bits": k, "map": value, "n_seeds": 1} for k, value in WSDHQ_MAP.items()])


def as_text(data: pd.DataFrame) -> pd.DataFrame:
    """The table as people read it: a column for each code length, the argsort's value in brackets."""
    half, known = (data["high"] - data["low"]) / 2, data["argsort"].notna()
    text = data["map"].map("{:.3f}".format)
    text = text.where(~known, text + half.map(" ± {:.3f}".format) + data["argsort"].map(" ({:.3f})".format))
    wide = data.assign(text=text, bits=data["n_bits"].astype(str) + " bits").pivot_table(
        index=DESCRIBED, columns="bits", values="text", aggfunc="first", sort=False
    )
    return wide.reset_index()[["method", *wide.columns, *DESCRIBED[1:]]].rename_axis(columns=None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="mirflickr25k-128")
    parser.add_argument("--seeds", type=int, default=3, help="how many: 0, 1, ...")
    parser.add_argument("--publish", action="store_true", help="write into figures/")
    options = parser.parse_args()
    settle(publish=options.publish)
    study = Study(StudyConfig(dataset=options.dataset))
    work = [(seed, n_bits, name) for seed in range(options.seeds) for n_bits in BITS for name in METHODS]
    rows, at = [], {}
    for seed, n_bits, name in work:
        if seed not in at:
            at = {seed: drawn(study, seed)}  # of the last one's similarities nothing is held
        rows.append(judged(at[seed], name, n_bits, seed))
        print(f"seed {seed}, {n_bits} bits, {name}: {rows[-1]['map']:.4f}", flush=True)
    rows = pd.DataFrame(rows)
    height, width = study.data.images[0].shape[:2]
    data = table(rows, f"{len(study.data):,} of MIRFLICKR, {max(height, width)} px")
    text, folder = as_text(data), folder_of(study.config)
    write_table(folder, "relatives", data, text)
    split = {"queries": N_QUERIES, "searched and trained on": len(study.data) - N_QUERIES, "cut": CUT}
    origin = {"seeds": options.seeds, "split": split, "rows": rows.round(6).to_dict("records"), "tables": ["relatives"]}
    write_json(folder / "relatives.json", provenance(study.config) | origin)
    print(text.to_markdown(index=False))


if __name__ == "__main__":
    main()
