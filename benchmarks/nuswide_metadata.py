"""How long reading NUS-WIDE's metadata takes, and how much memory, against the usual way of reading them.

Writes a data set of ``n`` photos in the official formats (no photos) to a temporary folder: 81 concepts with
1.87 of them per photo, 18 tags per photo from a long-tailed vocabulary. Each way of reading runs in a process
of its own, so that its peak of memory is its own.

    python benchmarks/nuswide_metadata.py                  # 10,000, 50,000 and 269,648 photos
    python benchmarks/nuswide_metadata.py --n 10000
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from wshash.datasets import nuswide
from wshash.study.provenance import peak_memory_mib

N_CONCEPTS, N_WORDS, N_FINAL = 81, 20_000, 5_018


def write(root: Path, n: int) -> None:
    rng = np.random.default_rng(0)
    for name in ("ImageList", "ConceptsList", "Groundtruth/AllLabels", "NUS_WID_Tags"):
        (root / name).mkdir(parents=True)
    ids = rng.choice(3_000_000_000, n, replace=False)
    lines = (f"dir{i // 383}\\{i % 383:04d}_{ids[i]}.jpg\r\n" for i in range(n))
    (root / "ImageList/Imagelist.txt").write_text("".join(lines), newline="")
    concepts = [f"concept{j}" for j in range(N_CONCEPTS)]
    (root / "ConceptsList/Concepts81.txt").write_text("".join(f"{c}\r\n" for c in concepts), newline="")
    for concept in concepts:
        column = np.full((n, 2), ord("\n"), dtype=np.uint8)
        column[:, 0] = ord("0") + (rng.random(n) < 1.87 / N_CONCEPTS)
        (root / f"Groundtruth/AllLabels/Labels_{concept}.txt").write_bytes(column.tobytes())
    words = [f"word{i}" for i in range(N_WORDS)]
    (root / "NUS_WID_Tags/Final_Tag_List.txt").write_text("".join(f"{w}\n" for w in words[:N_FINAL]))
    (root / "NUS_WID_Tags/TagList1k.txt").write_text("".join(f"{w}\n" for w in words[:1000]))
    with open(root / "NUS_WID_Tags/All_Tags.txt", "w") as file:
        for i in range(n):
            chosen = np.unique(np.minimum(rng.zipf(1.3, rng.poisson(18)) - 1, N_WORDS - 1))
            file.write(f"{ids[i]}      " + " ".join(words[t] for t in chosen) + " \n")


def ours(root: Path) -> None:
    nuswide.load("nuswide", root, missing="keep", untagged="keep", unlabelled="negative")


def usual(root: Path) -> None:
    """As repositories do: ``np.loadtxt`` for each label file, and a loop over lines with a set of known tags."""
    concepts = (root / "ConceptsList/Concepts81.txt").read_text().split()
    paths = [root / f"Groundtruth/AllLabels/Labels_{concept}.txt" for concept in concepts]
    np.stack([np.loadtxt(path, dtype=int) for path in paths], axis=1)
    known = set((root / "NUS_WID_Tags/Final_Tag_List.txt").read_text().split())
    with open(root / "NUS_WID_Tags/All_Tags.txt", encoding="utf-8") as lines:
        [[tag for tag in line.split()[1:] if tag in known] for line in lines]


def _timed(read, root: Path, queue) -> None:
    start = time.process_time()
    read(root)
    queue.put((time.process_time() - start, peak_memory_mib() or np.nan))


def measure(read, root: Path) -> tuple[float, float]:
    """CPU seconds and peak MiB of ``read(root)`` in a fresh process."""
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    process = context.Process(target=_timed, args=(read, root, queue))
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(f"{read.__name__} failed")
    return queue.get()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--n", type=int, nargs="+", default=[10_000, 50_000, 269_648])
    arguments = parser.parse_args()
    rows = []
    for n in arguments.n:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            write(root, n)
            (seconds, peak), (usual_seconds, usual_peak) = measure(ours, root), measure(usual, root)
            rows.append(
                {
                    "photos": f"{n:,}",
                    "CPU seconds": seconds,
                    "peak MiB": peak,
                    "usual / ours, time": usual_seconds / seconds,
                    "usual / ours, memory": usual_peak / peak,
                }
            )
    print(pd.DataFrame(rows).to_markdown(index=False, floatfmt=".2f"))


if __name__ == "__main__":
    main()
