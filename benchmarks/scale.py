"""How time and memory grow with the collection: the whole way on postcards, each stage in a process of its own.

From drawing to the evaluation of the queries at 5,000, 20,000 and 100,000 pictures and 64 bits; then each stage's
growth beside what it is in theory, and an estimate for NUS-WIDE's 269,648 pictures and 5,018 tags. A table is written
after every stage, to runs/scale; a run that was killed goes on with the stages that are missing.

    python benchmarks/scale.py [5000 20000 100000] [--small] [--write]

Seconds and CPU seconds are the stage's work, without imports and reading its input, children included. Peak memory is
all of the process and its children, imports and input included, pages that they share counted once. Training and
encoding use one thread, as the study's runs do; drawing, features and evaluation use all cores.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np

from wshash.atomic import atomic
from wshash.paths import project_root, runs_root
from wshash.retrieval.counts import default_threads
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.store import write_json, write_text
from wshash.study.provenance import provenance

BITS = 64
USERS = 6000  # who tag: with postcards' 1,500 there are 2,800 different tags at most, with these about 5,000
NUSWIDE = {"n": 269_648, "n_tags": 5018, "mean_tags": 7, "queries": 5000}

LINEAR = "pictures"
THEORY = {  # stage: what its seconds are proportional to, and why
    "drawing": (LINEAR, "each picture by itself, on all cores"),
    "tagging": (LINEAR, "each picture by itself"),
    "features": (LINEAR, "each picture by itself; drawing again included"),
    "tag filter": (LINEAR, "200 random sets, each a sum over the pictures"),
    "skip-gram, kept tags": ("tags × epochs tried", "each tag with the others of its picture"),
    "skip-gram, all tags": ("tags × epochs tried", "each tag with the others of its picture"),
    **dict.fromkeys(
        ("similarity, kept tags", "similarity, all tags", "similarity, 5,018 tags"),
        (LINEAR, "tags² for eq. (2), 200,000 pairs for the threshold, then the lists"),
    ),
    **dict.fromkeys(("Weak", "Weak, 5,018 tags"), (LINEAR, "steps; quadratic in the batch, which is fixed")),
    "DeepBit": (LINEAR, "steps"),
    "KSH": (LINEAR, "constant for the 2,000 rows that the bits are learnt on, linear for the kernel's mean"),
    "DSH": (LINEAR, "steps; quadratic in the batch, which is fixed"),
    "DRSCH": (LINEAR, "steps; triplets of a batch, whose number is fixed"),
    "WS-KSH": (LINEAR, "as KSH"),
    "WS-DSH": (LINEAR, "as DSH"),
    "encoding": (LINEAR, "each picture by itself"),
    "evaluation": ("queries × pictures", "each pair of a query and a picture"),
}


# -- stages: run in a child; each reads what earlier ones left in its folder, and returns facts for the table ----------


class Place:
    """Input and output of the stages at one number of pictures."""

    def __init__(self, folder: Path, n: int, preset: str):
        self.folder, self.n, self.preset = folder, n, preset

    def save(self, name, **arrays):
        with atomic(self.folder / f"{name}.npz") as temporary, open(temporary, "wb") as file:
            np.savez(file, **arrays)

    def load(self, name):
        with np.load(self.folder / f"{name}.npz", allow_pickle=False) as stored:
            return dict(stored)

    def data(self):
        """The collection, with more users than postcards has by itself."""
        from wshash import load_dataset
        from wshash.datasets.postcards import folksonomy

        folksonomy.N_USERS = USERS
        return load_dataset("postcards", n=self.n)

    def tags(self, kept=None):
        """Tag lists of the training pictures."""
        lists = json.loads((self.folder / "tags.json").read_text())
        lists = [lists[i] for i in self.load("data")["train"]]
        return lists if kept is None else [[tag for tag in row if tag in kept] for row in lists]

    def train(self):
        """Features and labels of the training pictures."""
        data = self.load("data")
        return np.load(self.folder / "features.npy")[data["train"]], data["labels"][data["train"]]

    def model(self, name):
        from wshash.hashing import HashingMethod

        return HashingMethod.load(self.folder / f"{name}.safetensors")


def drawing(place):
    """What postcards keeps of its pictures, the concepts seen, cached in blocks of 1,000."""
    import shutil

    shutil.rmtree(runs_root() / "postcards", ignore_errors=True)  # of a run that was killed
    yield
    place.data()


def tagging(place):
    yield
    data = place.data()
    split = data.split(min(5000, place.n // 600 * 100), 0)
    place.save("data", labels=data.labels, train=split.train, query=split.query, database=split.database)
    write_text(place.folder / "tags.json", json.dumps(data.tags))
    count = np.unique([tag for row in data.tags for tag in row], return_counts=True)[1]
    return {"tags a picture": round(float(count.sum() / place.n), 2), "different tags": len(count)}


def features(place):
    from wshash.datasets.postcards import Postcards
    from wshash.vision import extract_features

    yield
    X = extract_features(Postcards(place.n))
    with atomic(place.folder / "features.npy") as temporary:
        np.save(temporary, X, allow_pickle=False)


def tag_filter(place):
    from wshash.study.grid.tagside import judged_from
    from wshash.tags import visual_tags

    tags, (X, _) = place.tags(), place.train()
    yield
    table = visual_tags(tags, X, words=False, min_count=judged_from(len(X)))
    kept = table.index[table["kept"]].tolist()
    write_text(place.folder / "kept.json", json.dumps(kept))
    return {"judged": len(table), "kept": len(kept)}


def skipgram(place, every):
    from wshash.tags import train_skipgram

    tags = place.tags(None if every else set(json.loads((place.folder / "kept.json").read_text())))
    yield
    vectors = train_skipgram(tags)
    place.save(f"vectors-{every}", vocabulary=np.array(vectors.vocabulary), vectors=vectors.vectors)
    passes = 0.8 * sum(vectors.trials) + vectors.epochs
    return {"vocabulary": len(vectors), "epochs": vectors.epochs, "size": passes * sum(map(len, tags))}


def _similarity(place, which):
    from wshash.tags import TagSimilarity, TagVectors, tag_similarity_matrix

    if which == "random":  # NUS-WIDE's numbers of tags, frequent and rare as in real collections
        from tag_similarity import problem

        B, vectors = problem(len(place.load("data")["train"]), NUSWIDE["n_tags"], NUSWIDE["mean_tags"], 32)
        return lambda: TagSimilarity(B, tag_similarity_matrix(vectors))
    stored, tags = place.load(f"vectors-{which}"), place.tags()
    return lambda: TagSimilarity.from_tags(tags, TagVectors(stored["vocabulary"].tolist(), stored["vectors"]))


def similarity(place, which):
    make = _similarity(place, which)
    yield
    made = make()
    made.quantile_threshold(0.9)
    return {"tags": len(made.T)}


def fit(place, name, which=None):
    """Train a method as the study does: one thread."""
    from wshash.study.grid.methods import recipe

    made = recipe(name, place.preset)
    X, y = place.train()
    method = made.build(BITS, 0, place.model("Weak") if made.start else None)
    if name == "Weak":
        y = _similarity(place, which)()
    with pinned_threads(1):
        yield
        method.fit(X, y)
    if which != "random":
        method.save(place.folder / f"{name}.safetensors")


def encoding(place):
    X, method = np.load(place.folder / "features.npy"), place.model("WS-DSH")
    with pinned_threads(1):
        yield
        place.save("codes", codes=method.transform(X))


def evaluation(place):
    from wshash.retrieval import evaluate

    data, codes = place.load("data"), place.load("codes")["codes"]
    q, d, labels = data["query"], data["database"], data["labels"]
    depths = tuple(r for r in (100, 200, 400, 500, 1000) if r <= len(d))
    evaluate(codes[q[:2]], codes[d[:100]], labels[q[:2]], labels[d[:100]], depths=(10,))  # compiles
    yield
    evaluate(codes[q], codes[d], labels[q], labels[d], depths=depths)
    return {"queries": len(q), "size": len(q) * len(d)}


STAGES = {
    "drawing": (drawing,),
    "tagging": (tagging,),
    "features": (features,),
    "tag filter": (tag_filter,),
    "skip-gram, kept tags": (skipgram, False),
    "skip-gram, all tags": (skipgram, True),
    "similarity, kept tags": (similarity, False),
    "similarity, all tags": (similarity, True),
    "similarity, 5,018 tags": (similarity, "random"),
    "Weak": (fit, "Weak", False),
    "Weak, 5,018 tags": (fit, "Weak", "random"),
    **{name: (fit, name) for name in ("DeepBit", "KSH", "DSH", "DRSCH", "WS-KSH", "WS-DSH")},
    "encoding": (encoding,),
    "evaluation": (evaluation,),
}


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def child(name: str, place: Place) -> None:
    """Run one stage: up to its ``yield`` it prepares, then it is timed. Prints a line of JSON."""
    from joblib.externals.loky import get_reusable_executor

    function, *arguments = STAGES[name]
    stage = function(place, *arguments)
    next(stage)
    before, start = _cpu(), time.perf_counter()
    try:
        next(stage)
    except StopIteration as end:
        facts = end.value or {}
    took = time.perf_counter() - start
    if name == "drawing":
        get_reusable_executor().shutdown(wait=True)  # the time of a child counts once it has ended
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": took, "cpu": _cpu() - before, "peak": peak} | {"size": place.n} | facts))


# -- the parent --------------------------------------------------------------------------------------------------------


def _tree_mib(pid: int) -> float:
    """Memory of a process and its children now: each page by how many processes share it. 0 where that is unknown."""
    total = 0.0
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total = int(line.split()[1]) / 1024
        for thread in Path(f"/proc/{pid}/task").iterdir():
            total += sum(_tree_mib(int(inner)) for inner in (thread / "children").read_text().split())
    except OSError:  # it has just ended, or there is no /proc
        pass
    return total


def measure(name: str, place: Place) -> dict:
    """Run a stage in a child and watch its memory."""
    command = [sys.executable, __file__, str(place.n), "--stage", name, "--folder", str(place.folder)]
    environment = os.environ | {"WSHASH_RUNS": str(place.folder)}
    process = subprocess.Popen([*command, "--preset", place.preset], stdout=subprocess.PIPE, text=True, env=environment)
    peak, done = [0.0], threading.Event()

    def watch():
        while not done.wait(0.2):
            peak[0] = max(peak[0], _tree_mib(process.pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    out = process.communicate()[0]
    done.set()
    watcher.join()
    if process.returncode:
        return {"failed": process.returncode, "peak": peak[0]}
    found = json.loads(out.splitlines()[-1])
    return found | {"peak": max(found["peak"], peak[0])}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=[5000, 20_000, 100_000])
    parser.add_argument("--small", action="store_true", help="600 and 1,200 pictures, three epochs: a try in minutes")
    parser.add_argument("--write", action="store_true", help="write benchmarks/scale.md")
    parser.add_argument("--preset", default="study", help="budgets of the trained methods")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.stage:
        return child(options.stage, Place(options.folder, options.sizes[0], options.preset))
    from _scale_report import report

    if options.small:
        options.sizes, options.preset = [600, 1200], "smoke"
    folder = runs_root() / "scale" / options.preset
    results = folder / "results.json"
    found = json.loads(results.read_text()) if results.is_file() else {}
    for n in options.sizes:
        place = Place(folder / str(n), n, options.preset)
        place.folder.mkdir(parents=True, exist_ok=True)
        for name in STAGES:
            if "seconds" in found.get(str(n), {}).get(name, {}):
                continue
            made = measure(name, place)
            found.setdefault(str(n), {})[name] = made | {"commit": provenance()["commit"]}
            write_json(results, found)
            text = report(found, THEORY, NUSWIDE, provenance(), default_threads())
            write_text(folder / "scale.md", text)
            print(f"{n:,} {name}: {made}", flush=True)
    text = report(found, THEORY, NUSWIDE, provenance(), default_threads())
    print(text)
    if options.write:
        write_text(project_root() / "benchmarks" / "scale.md", text)


if __name__ == "__main__":
    main()
