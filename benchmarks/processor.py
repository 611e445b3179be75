"""How far results move on another processor: instructions that are forbidden stand in for one that lacks them.

The same rows are made as usual and once more without the instructions of the last fifteen years, features too, so that
sums come in another order and round otherwise. What training makes of that is compared with what another seed makes.
``python -m wshash verify`` takes its tolerances from here.

    python benchmarks/processor.py [--small] [--dataset mirflickr25k-128] [--write]
    python benchmarks/processor.py --dataset mirflickr25k-128 --methods Placebo-DSH --bits 8 16 --write

``--write`` puts the numbers into processor.json and draws processor.md anew. A part replaces its own lines there, those
of the same data set, method, code length and measure, and says of them alone what they were made by. Looking at many
photographs without these instructions takes hours: with ``--same-features`` both sides have the features of this one.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys

import pandas as pd
from _results import keep

from wshash.hashing.catalogue import names
from wshash.paths import project_root, runs_root
from wshash.study.grid.config import BITS, StudyConfig
from wshash.study.grid.plan import plan
from wshash.study.grid.store import write_json, write_text
from wshash.study.provenance import provenance

FORBIDDEN = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "OPENBLAS_CORETYPE": "Nehalem"}
WHERE = ("here", "there")
OWN = ["dataset", "method", "bits", "measure"]  # what a line is of
MEASURES = {"precision": "precision@{}", "average_precision": "average_precision"}
SAID = {"processors": "between two processors", "spread": "between seeds"}


def make(study, folder, **environment):
    """Run the study with its rows in a folder."""
    command = [sys.executable, "-m", "wshash", "study", *study, "--rows-only"]
    subprocess.run(command, env=os.environ | {"WSHASH_RUNS": str(folder)} | environment, check=True)


def compare(paths, folder, depth):
    """One line a method, code length and measure: how far its rows lie apart, and how far those of two seeds."""
    lines = []
    for path in paths:
        here, there = (json.loads(p.read_text(encoding="utf-8")) for p in (path, folder / "rows" / path.name))
        for measure, name in MEASURES.items():
            pair = (row["measures"][name.format(depth)] for row in (here, there))
            line = {"method": here["method"], "bits": here["n_bits"], "measure": measure}
            lines.append(line | dict(zip(WHERE, pair, strict=True)))
    table = pd.DataFrame(lines)
    table["processors"] = (table["here"] - table["there"]).abs()
    groups = table.groupby(["method", "bits", "measure"], sort=False)
    return pd.concat([groups["processors"].max(), groups["here"].std().rename("spread")], axis=1).reset_index()


def merged(kept, part):
    """All lines after a part was measured: its own in place of those of the same, the others as they are."""
    if kept.empty:
        return part
    again = pd.MultiIndex.from_frame(kept[OWN]).isin(pd.MultiIndex.from_frame(part[OWN]))
    return pd.concat([kept[~again], part], ignore_index=True)


def written(records):
    """The Markdown of all data sets that were measured, a table for what was made by the same."""
    names = " ".join(f"{name}={value}" for name, value in FORBIDDEN.items())
    text = [
        "# How far results move on another processor",
        f"By `python benchmarks/processor.py`; the other processor is this one with `{names}`. Largest difference of a "
        "measure over the seeds, and the standard deviation between these; precision is that of the first 500. "
        "`python -m wshash verify` takes its tolerances from the same numbers in [processor.json](processor.json).",
    ]
    for name, lines in records.groupby("dataset", sort=False):
        moved = lines[lines["measure"] == "precision"]["processors"]
        text.append(
            f"## {name}\n\nPrecision differs by at most {moved.max():.4f}, in the median by {moved.median():.5f}."
        )
        for made_by, rows in lines.groupby("made_by", sort=False):
            wide = rows.pivot(index=["method", "bits"], columns="measure", values=list(SAID))
            wide = wide[[(what, measure) for measure in MEASURES for what in SAID if measure in set(rows["measure"])]]
            wide.columns = [f"{measure.replace('_', ' ')}, {SAID[what]}" for what, measure in wide.columns]
            wide = wide.loc[rows[["method", "bits"]].drop_duplicates().itertuples(index=False, name=None)]
            text.append(f"{made_by}:\n\n{wide.reset_index().to_markdown(index=False, floatfmt='.5f')}")
    return "\n\n".join(text) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="600 postcards, three epochs: a try in minutes")
    parser.add_argument("--dataset", default="mirflickr25k-128")
    parser.add_argument("--methods", nargs="+", default=names(), help="these alone, or groups; default: all")
    parser.add_argument("--bits", nargs="+", type=int, default=BITS, help="these alone; default: all of the study")
    parser.add_argument("--seeds", type=int, default=2, help="how many; default 2")
    parser.add_argument("--same-features", action="store_true", help="look at the pictures once, with all instructions")
    parser.add_argument("--write", action="store_true", help="write benchmarks/processor.json and .md")
    options = parser.parse_args()
    if options.seeds < 2:
        parser.error("one seed says nothing of the spread between seeds")
    config, methods, bits, depth = StudyConfig(dataset=options.dataset), options.methods, options.bits, 500
    study = ["--dataset", options.dataset]
    if options.small:
        config, methods, bits, depth = StudyConfig(options={"n": 600}, preset="smoke"), ("LSH", "DSH"), (8,), 100
        study = ["--option", "n=600", "--preset", "smoke"]
    study += ["--methods", *methods, "--bits", *map(str, bits), "--seeds", str(options.seeds)]
    folder = runs_root() / "processor"
    make(study, runs_root())
    made = plan(config, methods, bits, options.seeds)
    if options.same_features:
        shutil.copytree(runs_root() / "features", folder / "features", dirs_exist_ok=True)
    make(study, folder, **FORBIDDEN)
    origin = provenance()
    made_by = f"{origin['machine']}, commit {origin['commit']}, {options.seeds} seeds"
    made_by += ", on the same features" if options.same_features else ""
    part = compare([row.path for row in made.rows], folder, depth).assign(dataset=config.dataset, made_by=made_by)
    path = project_root() / "benchmarks" / "processor.json"
    kept = pd.DataFrame(json.loads(path.read_text(encoding="utf-8"))["table"] if path.is_file() else [])
    text = written(table := merged(kept, part))
    print(text)
    keep("processor", {"table": part.to_dict("records"), "provenance": origin})
    if options.write and not options.small:
        write_json(path, {"table": table.to_dict("records")})
        write_text(path.with_suffix(".md"), text)


if __name__ == "__main__":
    main()
