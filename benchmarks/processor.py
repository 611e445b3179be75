"""How far results move on another processor: instructions that are forbidden stand in for one that lacks them.

The same rows, from the same features, are made as usual and once more without the instructions of the last fifteen
years, so that sums come in another order and round otherwise. What training makes of that is compared with what
another seed makes.

    python benchmarks/processor.py [--small] [--dataset mirflickr25k-128] [--write]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys

import pandas as pd
from _results import keep

from wshash.hashing.catalogue import PAPER
from wshash.paths import project_root, runs_root
from wshash.study.grid.config import StudyConfig
from wshash.study.grid.plan import plan
from wshash.study.grid.store import write_text
from wshash.study.provenance import provenance

FORBIDDEN = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "OPENBLAS_CORETYPE": "Nehalem"}
METHODS = (*PAPER, "ITQ", "Classifier", "Weak")
WHERE = ("here", "there")
SEEDS = 2


def make(study, folder, **environment):
    """Run the study with its rows in a folder."""
    command = [sys.executable, "-m", "wshash", "study", *study, "--rows-only"]
    subprocess.run(command, env=os.environ | {"WSHASH_RUNS": str(folder)} | environment, check=True)


def compare(paths, folder, depth):
    """One line a method and code length: how far its rows lie apart, and how far those of two seeds."""
    lines = []
    for path in paths:
        here, there = (json.loads(p.read_text(encoding="utf-8")) for p in (path, folder / "rows" / path.name))
        precision = {
            where: row["measures"][f"precision@{depth}"] for where, row in zip(WHERE, (here, there), strict=True)
        }
        lines.append({"method": here["method"], "bits": here["n_bits"]} | precision)
    table = pd.DataFrame(lines)
    table["apart"] = (table["here"] - table["there"]).abs()
    groups = table.groupby(["method", "bits"], sort=False)
    seeds = (groups["here"].max() - groups["here"].min()).rename("between two seeds")
    return pd.concat([groups["apart"].max().rename("between two processors"), seeds], axis=1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="600 postcards, three epochs: a try in minutes")
    parser.add_argument("--dataset", default="mirflickr25k-128")
    parser.add_argument("--write", action="store_true", help="write benchmarks/processor.md")
    options = parser.parse_args()
    config, methods, bits, depth = StudyConfig(dataset=options.dataset), METHODS, (16, 64), 500
    study = ["--dataset", options.dataset]
    if options.small:
        config, methods, bits, depth = StudyConfig(options={"n": 600}, preset="smoke"), ("LSH", "DSH"), (8,), 100
        study = ["--option", "n=600", "--preset", "smoke"]
    study += ["--methods", *methods, "--bits", *map(str, bits), "--seeds", str(SEEDS)]
    paths = plan(config, methods, bits, SEEDS).rows
    folder = runs_root() / "processor"
    make(study, runs_root())
    shutil.copytree(runs_root() / "features", folder / "features", dirs_exist_ok=True)
    make(study, folder, **FORBIDDEN)
    found = compare(paths, folder, depth)
    origin = provenance()
    names = " ".join(f"{name}={value}" for name, value in FORBIDDEN.items())
    text = (
        "# How far results move on another processor\n\n"
        f"Largest difference of Precision@{depth}, {SEEDS} seeds, {config.dataset}, by "
        f"`python benchmarks/processor.py`. {origin['machine']}, commit {origin['commit']}; the other processor is "
        f"this one with `{names}`, on the same features. In all at most {found.iloc[:, 0].max():.4f}, in the median "
        f"{found.iloc[:, 0].median():.5f}.\n\n{found.reset_index().to_markdown(index=False, floatfmt='.5f')}\n"
    )
    print(text)
    keep("processor", {"table": found.reset_index().to_dict("records"), "provenance": origin})
    if options.write:
        write_text(project_root() / "benchmarks" / "processor.md", text)


if __name__ == "__main__":
    main()
