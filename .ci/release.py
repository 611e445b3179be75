"""What a release carries beside the code: the trained models of seed 0, their card and checksums.

    python .ci/release.py --dataset mirflickr25k-128

A model that the study has made is found in the runs; what is missing is trained. Each file is loaded again and judged:
a release whose models are not within tolerance of what is published is refused.
"""

import argparse
import shutil
import sys
from pathlib import Path

import pandas as pd

from wshash import __version__
from wshash.hashing import HashingMethod
from wshash.paths import project_root
from wshash.progress import progress
from wshash.study import Study, StudyConfig
from wshash.study.grid.rows import judge
from wshash.study.grid.store import checksums, write_json, write_text
from wshash.study.provenance import provenance
from wshash.study.results.files import folder_of
from wshash.study.results.frames import main_depth
from wshash.study.results.verify import Results, tolerances

CARD = Path(__file__).with_name("MODEL_CARD.md")  # with {names} to fill in


def precision(study, path, depth):
    """Precision at this depth of the model in a file."""
    parts = study.query, study.database
    inputs, labels = ([what[rows] for rows in parts] for what in (study.features, study.judged_labels))
    found, *_ = judge(HashingMethod.load(path), inputs, labels, (depth,), threads=study.config.threads)
    return found["measures"][f"precision@{depth}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="mirflickr25k-128")
    parser.add_argument("--out", type=Path, default=project_root(required=True) / "dist")
    options = parser.parse_args()
    study = Study(StudyConfig(dataset=options.dataset))
    published = Results.read(folder_of(study.config, published=True))
    rows = published.rows[(published.rows["seed"] == 0) & ~published.rows["method"].str.startswith("Real-")]
    if published.origin["fingerprints"] != study.fingerprints:
        sys.exit(f"published are {published.origin['fingerprints']}, but here are {study.fingerprints}")
    folder = options.out / f"wshash-{__version__}-{options.dataset}"
    shutil.rmtree(folder, ignore_errors=True)  # what an earlier release left would be summed with the rest
    folder.mkdir(parents=True)
    depth, origin = main_depth(rows), provenance()
    measure, keys = f"precision@{depth}", ["method", "n_bits"]
    found = []
    for method, n_bits in progress(rows[keys].to_numpy().tolist(), desc="models"):
        path = folder / f"{method}-{n_bits}.safetensors"
        study.model(method, n_bits).save(path)
        found.append((method, n_bits, precision(study, path, depth)))
    found = pd.DataFrame(found, columns=[*keys, "found"]).merge(rows[[*keys, measure]], on=keys)
    found = found.merge(tolerances(published.rows, measure), on="method")
    found["off"] = (found["found"] - found[measure]).abs()
    other = found[found["off"] > found["tolerance"]]
    if not other.empty:
        sys.exit(f"not what is published:\n{other[[*keys, 'found', measure, 'tolerance']].to_string(index=False)}")
    table = found.pivot(index="method", columns="n_bits", values="found").loc[rows["method"].unique()]
    facts = {"version": __version__, "dataset": options.dataset, "depth": depth, "chance": rows["chance"].mean()}
    facts |= {"table": table.rename(columns="{} bits".format).to_markdown(floatfmt=".3f")}
    facts |= {"n_train": len(study.train), "split": study.split.fingerprint, "data": study.data.fingerprint}
    facts |= {"n_concepts": len(study.data.concepts), "concepts": ", ".join(study.data.concepts)}
    facts |= {"backbone": study.config.backbone, "commit": origin["commit"], "machine": origin["machine"]}
    facts |= {"versions": ", ".join(f"{name} {value}" for name, value in origin["versions"].items())}
    write_text(folder / "MODEL_CARD.md", CARD.read_text(encoding="utf-8").format(**facts))
    write_json(folder / "study.json", published.origin)
    sums = checksums(sorted(folder.iterdir()))
    write_text(folder / "SHA256SUMS", "".join(f"{sha}  {name}\n" for name, sha in sums.items()))
    print(f"{len(rows)} models in {folder}, {measure} at most {found['off'].max():.4f} from what is published")


if __name__ == "__main__":
    main()
