"""What a release carries beside the code: the trained models of seed 0, their card and checksums.

    python .ci/release.py --dataset mirflickr25k-128

A model that the study has made is found in the runs; what is missing is trained.
"""

import argparse
import json
from pathlib import Path

from wshash import __version__
from wshash.paths import project_root
from wshash.progress import progress
from wshash.study import Study, StudyConfig
from wshash.study.grid.store import checksums
from wshash.study.provenance import provenance
from wshash.study.results.files import folder_of
from wshash.study.results.frames import main_depth
from wshash.study.results.verify import Results

CARD = Path(__file__).with_name("MODEL_CARD.md")  # with {names} to fill in


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", default="mirflickr25k-128")
    parser.add_argument("--out", type=Path, default=project_root(required=True) / "dist")
    options = parser.parse_args()
    study = Study(StudyConfig(dataset=options.dataset))
    published = Results.read(folder_of(study.config, published=True))
    rows = published.rows[(published.rows["seed"] == 0) & ~published.rows["method"].str.startswith("Real-")]
    if published.origin["fingerprints"] != study.fingerprints:
        raise SystemExit(f"published are {published.origin['fingerprints']}, but here are {study.fingerprints}")
    folder = options.out / f"wshash-{__version__}-{options.dataset}"
    folder.mkdir(parents=True, exist_ok=True)
    for method, n_bits in progress(rows[["method", "n_bits"]].to_numpy().tolist(), desc="models"):
        study.model(method, n_bits).save(folder / f"{method}-{n_bits}.safetensors")
    depth, origin = main_depth(rows), provenance()
    table = rows.pivot(index="method", columns="n_bits", values=f"precision@{depth}").loc[rows["method"].unique()]
    facts = {"version": __version__, "dataset": options.dataset, "depth": depth, "chance": rows["chance"].mean()}
    facts |= {"table": table.rename(columns="{} bits".format).to_markdown(floatfmt=".3f")}
    facts |= {"n_train": len(study.train), "split": study.split.fingerprint, "data": study.data.fingerprint}
    facts |= {"n_concepts": len(study.data.concepts), "concepts": ", ".join(study.data.concepts)}
    facts |= {"backbone": study.config.backbone, "commit": origin["commit"], "machine": origin["machine"]}
    facts |= {"versions": ", ".join(f"{name} {value}" for name, value in origin["versions"].items())}
    (folder / "MODEL_CARD.md").write_text(CARD.read_text(encoding="utf-8").format(**facts), encoding="utf-8")
    (folder / "study.json").write_text(json.dumps(published.origin, indent=1, sort_keys=True), encoding="utf-8")
    files = sorted(path for path in folder.iterdir() if path.name != "SHA256SUMS")
    (folder / "SHA256SUMS").write_text(
        "".join(f"{sha}  {name}\n" for name, sha in checksums(files).items()), encoding="utf-8"
    )
    print(f"{len(rows)} models in {folder}")


if __name__ == "__main__":
    main()
