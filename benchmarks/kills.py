"""A study killed again and again: does it end in the bytes of one that ran undisturbed?

``python benchmarks/kills.py [--kills 100] [--seed 0] [--jobs 2]``

A small study of postcards (features, tag vectors, weak networks, models, rows, publishing) is killed at random moments
(SIGKILL to all its processes, as at a loss of power), started again, and so on, until it is done; then it begins anew,
until there were as many kills as asked for, ``jobs`` rounds at a time. Among the starts some find a full disk (a limit
on the size of files), a read-only folder (not as root), a clock that stands three days back (where ``faketime`` is
installed), or a second study of the same rows at work. ``kills.md`` says how each round ended. In short:
``tests/study/grid/test_killed.py``.
"""

import argparse
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
from _results import keep

from wshash.study.grid.store import is_whole, write_text

ROOT = Path(__file__).parents[1]
COMMAND = [
    sys.executable, "-m", "wshash", "study", "--option", "n=400", "--queries", "60", "--preset", "smoke",
    "--methods", "LSH", "KSH", "WS-DSH", "--bits", "8", "12", "--seeds", "1",
]  # fmt: skip
KINDS = ["kill"] * 7 + ["full disk", "two"]
KINDS += ["clock"] if shutil.which("faketime") else []
KINDS += ["read-only"] if os.geteuid() else []  # root writes everywhere
TIMED = ("fig7.", "study.json")  # hold seconds, or say when


def results(folder: Path) -> dict[str, bytes]:
    """Rows with their measures per query, and what was published, without what holds times and dates."""
    rows = [p for p in (folder / "runs" / "rows").glob("[!.]*.*") if not p.name.endswith((".run.json", ".lock"))]
    shown = [p for p in (folder / "figures").rglob("[!.]*.*") if not p.name.startswith(TIMED)]
    return {str(p.relative_to(folder)): _undated(p) for p in rows + shown}


def _undated(path: Path) -> bytes:
    if path.suffix != ".json":
        return path.read_bytes()
    return json.dumps(json.loads(path.read_text(), object_hook=lambda d: {k: d[k] for k in d if k != "date"})).encode()


def start(folder: Path, kind: str = "kill") -> subprocess.Popen:
    places = {"WSHASH_RUNS": str(folder / "runs"), "WSHASH_FIGURES": str(folder / "figures")}
    command = [*COMMAND, "--jobs", "2"]
    if kind == "clock":
        command = ["faketime", "-f", "-3d", *command]
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    process = subprocess.Popen(command, env=os.environ | places, cwd=ROOT, start_new_session=True, **pipes)
    if kind == "full disk":
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (20_000, 20_000))
    return process


def kill(process: subprocess.Popen) -> bool:
    alive = process.poll() is None
    if alive:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    return alive


def damage(folder: Path) -> list[str]:
    """Artifacts that say that they are whole and are not."""
    sums = (folder / "runs").rglob("*.sha256")
    return [
        str(p)
        for p in sums
        if not any(is_whole(p.with_suffix(s)) for s in (".json", ".npy", ".npz", ".safetensors", ".csv"))
    ]


def play(number: int, seed: int, place: Path, length: float, drawn: float | None) -> dict:
    """A round: killed at random moments, at most twelve times, then run to its end."""
    moments, kinds, folder = random.Random(f"{seed} {number}"), Counter(), place / f"round{number}"
    (folder / "runs").mkdir(parents=True)
    if drawn is None:
        shutil.copytree(place / "whole" / "runs" / "postcards", folder / "runs" / "postcards")
    while kinds.total() < 12:
        kind = moments.choice(KINDS)
        if kind == "read-only":
            (folder / "runs").chmod(0o555)
        processes = [start(folder, kind) for _ in range(2 if kind == "two" else 1)]
        time.sleep(moments.uniform(0.5, 0.5 * (drawn or length)))
        dead = [kill(process) for process in processes]
        (folder / "runs").chmod(0o755)
        kinds[kind] += any(dead)
        bad = damage(folder)
        assert not bad, bad
        if all(process.returncode == 0 for process in processes):
            break
    last = start(folder).communicate(timeout=1200)[0]
    same = results(folder) == results(place / "whole")
    left = len(list((folder / "runs").rglob(".writing-*")))
    shutil.rmtree(folder)
    found = {"round": number, "kills": kinds.total(), "same bytes": same, "rows": "6 of 6 rows" in last}
    print(found, flush=True)
    return found | {"temporary files": left, "kinds": kinds}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        began = time.monotonic()
        out = start(place / "whole").communicate(timeout=1200)[0]
        drawn = time.monotonic() - began
        assert results(place / "whole") and "6 of 6 rows" in out, out
        shutil.copytree(place / "whole" / "runs" / "postcards", place / "again" / "runs" / "postcards")
        began = time.monotonic()
        start(place / "again").communicate(timeout=1200)
        length = time.monotonic() - began  # what is left where the pictures are drawn; less, after each kill
        rounds, kinds = [], Counter()
        with ThreadPoolExecutor(arguments.jobs) as pool:
            while kinds.total() < arguments.kills:
                numbers = range(len(rounds), len(rounds) + arguments.jobs)
                # Drawing is half of the time: the first round alone tries it.
                playing = [pool.submit(play, n, arguments.seed, place, length, None if n else drawn) for n in numbers]
                for found in (one.result() for one in playing):
                    kinds += found.pop("kinds")
                    rounds.append(found)
    table, kills = pd.DataFrame(rounds), kinds.total()
    title = f"{kills} kills at random moments of a study of {length:.0f} s: {dict(kinds)}"
    write_text(
        Path(__file__).with_suffix(".md"), f"# Killed, and gone on\n\n{title}\n\n{table.to_markdown(index=False)}\n"
    )
    keep("kills", {"kills": kills, "kinds": dict(kinds), "rounds": rounds})
    if not (table["same bytes"] & table["rows"]).all():
        sys.exit(1)


if __name__ == "__main__":
    main()
