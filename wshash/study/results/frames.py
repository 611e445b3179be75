"""Rows of results to the tidy tables behind the figures: one line a point, with its interval over the seeds."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from wshash.hashing.catalogue import in_order
from wshash.retrieval import t_interval

MAIN_DEPTH = 500  # Precision@500 of Figure 8


def read_rows(paths: Iterable[Path]) -> list[dict]:
    """The rows in these files, each with the place of its measures per query under ``"per_query"``."""
    return [json.loads(path.read_text(encoding="utf-8")) | {"per_query": path.with_suffix(".npz")} for path in paths]


def per_query(row: dict, name: str) -> np.ndarray:
    """A measure of a row per query: what intervals over queries are made from."""
    with np.load(row["per_query"], allow_pickle=False) as stored:
        return stored[name]


def measures(rows: Sequence[dict]) -> pd.DataFrame:
    """One line per row of the study: what it is, and each measure's mean over the queries."""
    frame = pd.DataFrame(
        [
            row["measures"] | {key: row[key] for key in ("dataset", "protocol", "method", "n_bits", "seed")}
            for row in rows
        ]
    )
    frame["method"] = pd.Categorical(frame["method"], in_order(frame["method"]), ordered=True)
    return frame.sort_values(["method", "n_bits", "seed"]).reset_index(drop=True)


def depths(frame: pd.DataFrame) -> list[int]:
    """The R of Precision@R in a frame of measures."""
    names = (name.removeprefix("precision@") for name in frame.columns if name.startswith("precision@"))
    return sorted(int(name) for name in names if name.isdigit())


def main_depth(frame: pd.DataFrame) -> int:
    """500, or the largest R of a database that is smaller."""
    return MAIN_DEPTH if MAIN_DEPTH in depths(frame) else depths(frame)[-1]


def _precision(frame: pd.DataFrame, depth: int) -> pd.DataFrame:
    """Precision@depth by method and code length, with its t-interval over the seeds and the bounds that ties leave."""
    name, lines = f"precision@{depth}", []
    for (method, n_bits), group in frame.groupby(["method", "n_bits"], observed=True):
        mean, low, high = t_interval(group[name])
        line = {"method": method, "n_bits": n_bits, "depth": depth, "precision": mean, "low": low, "high": high}
        line |= {"best": group[f"{name}/best"].mean(), "worst": group[f"{name}/worst"].mean()}
        line |= {"chance": group["chance"].mean(), "n_seeds": len(group), "n_queries": group["n_queries"].max()}
        lines.append(line)
    return pd.DataFrame(lines)


def by_bits(frame: pd.DataFrame) -> pd.DataFrame:
    """Figure 8: Precision@500 by code length."""
    return _precision(frame, main_depth(frame))


def by_depth(frame: pd.DataFrame) -> pd.DataFrame:
    """Figure 9: Precision@R at the longest code, by R; the paper's has 100, 200, 400 and 1,000."""
    longest = frame[frame["n_bits"] == frame["n_bits"].max()]
    tables = [_precision(longest, depth) for depth in depths(frame) if depth != MAIN_DEPTH]
    table = pd.concat(tables, ignore_index=True)
    return table.sort_values("method", key=lambda names: names.map(in_order(names).index), kind="stable")


def pr_curves(rows: Sequence[dict]) -> pd.DataFrame:
    """Figure 10: precision and recall at the longest code, by rank and by Hamming radius, means over the seeds."""
    n_bits = max(row["n_bits"] for row in rows)
    chosen, curves = [row for row in rows if row["n_bits"] == n_bits], []
    for method in in_order(row["method"] for row in chosen):
        runs = [row for row in chosen if row["method"] == method]
        for kind, precision in (("rank", "precision"), ("radius", "precision_macro")):
            found = [run[f"pr_by_{kind}"] for run in runs]
            mean, low, high = t_interval(np.array([curve[precision] for curve in found], dtype=float))
            curve = {"method": method, "kind": kind, kind: found[0][kind]}
            curve |= {"recall": np.mean([curve["recall_macro"] for curve in found], axis=0)}
            curve |= {"precision": mean, "low": low, "high": high}
            curve |= {"chance": np.mean([run["measures"]["chance"] for run in runs]), "n_bits": n_bits}
            curve |= {"n_seeds": len(runs), "n_queries": runs[0]["measures"]["n_queries"]}
            curves.append(pd.DataFrame(curve))
    return pd.concat(curves, ignore_index=True)
