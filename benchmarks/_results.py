"""Where a benchmark keeps what it measured."""

from wshash.paths import runs_root
from wshash.study.grid.store import write_json


def keep(name: str, result: dict) -> None:
    """Write ``runs/benchmarks/<name>.json``, and say where."""
    path = runs_root() / "benchmarks" / f"{name}.json"
    write_json(path, result)
    print(f"\n{path}")
