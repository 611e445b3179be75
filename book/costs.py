"""What each notebook costs, measured: ``python book/costs.py`` executes them all and writes ``book/costs.csv``.

Each runs once, as `python -m wshash notebooks` runs it, on a copy and with an empty folder of runs: what it costs the
first time. Minutes are those of a processor, of the kernel and all that it starts; GiB are the peak of the
largest of these. The heads of the notebooks have their numbers from the file, by ``python book/prose.py``.
"""

import os
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "book" / "costs.csv"
UNIT = 2**30 if sys.platform == "darwin" else 2**20  # of the system's peak, in GiB


def measured(path: Path, kept: Path | None = None) -> tuple[float, float]:
    """Minutes and GiB of the kernel that runs a copy; in a process of its own, since it counts what has ended in it."""
    import resource  # not on Windows

    from wshash.study.notebooks import execute

    with tempfile.TemporaryDirectory() as folder:
        os.environ["WSHASH_RUNS"] = folder
        copy = Path(shutil.copy(path, kept or folder))
        execute(copy)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) / 60, used.ru_maxrss / UNIT


def main(kept: Path | None = None) -> None:
    from wshash.study.provenance import provenance

    machine, rows = provenance()["machine"], []
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb")):
        with ProcessPoolExecutor(1) as process:
            minutes, gib = process.submit(measured, path, kept).result()
        rows.append((path.stem, minutes, gib, machine))
        print(f"{path.stem}: {minutes:.1f} minutes, {gib:.1f} GiB", flush=True)
    table = pd.DataFrame(rows, columns=["notebook", "minutes", "gib", "machine"])
    table.to_csv(FILE, index=False, float_format="%.3f", lineterminator="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
