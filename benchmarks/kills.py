"""A study killed again and again: does it end in the bytes of one that ran undisturbed?

``python benchmarks/kills.py [--kills 100] [--seed 0]``

A small study of postcards (features, tag vectors, weak networks, models, rows, publishing) is killed at random moments
(SIGKILL to all its processes, as at a loss of power), started again, and so on, until it is done; then it begins anew,
until there were as many kills as asked for. Among the starts some find a full disk (a limit on the size of files), a
read-only folder (not as root), a clock that stands three days back (where ``faketime`` is installed), or a second study
of the same rows at work. ``kills.md`` says how each round ended. In short: ``tests/study/grid/test_killed.py``.
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
    limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))) if kind == "full disk" else None
    pipes = dict(stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return subprocess.Popen(
        command, env=os.environ | places, cwd=ROOT, start_new_session=True, preexec_fn=limit, **pipes
    )


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    moments = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "whole"
        began = time.monotonic()
        out = start(whole).communicate(timeout=1200)[0]
        drawn, expected = time.monotonic() - began, results(whole)
        assert expected and "6 of 6 rows" in out, out
        shutil.copytree(whole / "runs" / "postcards", Path(temporary) / "again" / "runs" / "postcards")
        began = time.monotonic()
        start(Path(temporary) / "again").communicate(timeout=1200)
        length = time.monotonic() - began  # what is left where the pictures are drawn; less, after each kill
        kills, rounds, kinds = 0, [], Counter()
        while kills < arguments.kills:
            folder, mine = Path(temporary) / f"round{len(rounds)}", 0
            (folder / "runs").mkdir(parents=True)
            if rounds:  # drawing is half of the time; the first round tries it
                shutil.copytree(whole / "runs" / "postcards", folder / "runs" / "postcards")
            while mine < 12 and kills < arguments.kills:
                kind = moments.choice(KINDS)
                if kind == "read-only":
                    (folder / "runs").chmod(0o555)
                processes = [start(folder, kind) for _ in range(2 if kind == "two" else 1)]
                time.sleep(moments.uniform(0.5, 0.5 * (length if rounds else drawn)))
                dead = [kill(process) for process in processes]
                (folder / "runs").chmod(0o755)
                kills, mine, kinds[kind] = kills + any(dead), mine + any(dead), kinds[kind] + any(dead)
                bad = damage(folder)
                assert not bad, bad
                if not any(dead):
                    break
            last = start(folder).communicate(timeout=1200)[0]
            same = results(folder) == expected
            left = len(list((folder / "runs").rglob(".writing-*")))
            found = {"kills": mine, "same bytes": same, "rows": "6 of 6 rows" in last, "temporary files": left}
            rounds.append({"round": len(rounds)} | found)
            print(rounds[-1], flush=True)
            shutil.rmtree(folder)
    table = pd.DataFrame(rounds)
    title = f"{kills} kills at random moments of a study of {length:.0f} s: {dict(kinds)}"
    write_text(
        Path(__file__).with_suffix(".md"), f"# Killed, and gone on\n\n{title}\n\n{table.to_markdown(index=False)}\n"
    )
    keep("kills", {"kills": kills, "kinds": dict(kinds), "rounds": rounds})
    if not (table["same bytes"] & table["rows"]).all():
        sys.exit(1)


if __name__ == "__main__":
    main()
