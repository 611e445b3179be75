"""How should free tags be used? Precision against the number of labelled pictures, with and without tags; claim C6."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wshash.hashing.catalogue import METHODS, started
from wshash.study.grid.plan import Row, grid, whole
from wshash.study.grid.study import Study
from wshash.study.provenance import provenance
from wshash.study.results import frames
from wshash.study.results.claims import claim, differences, points
from wshash.study.results.files import folder_of, write_markdown

COUNTS = (50, 100, 250, 500, 1000, 2500)
BITS = (16, 32)
FEW, FEW_BITS = 500, 32  # where claim C6 is judged: a twentieth of MIRFLICKR's labels
KINDS = {
    "labels": ("Twin", "DRSCH"),
    "tags": ("CCAITQ", "JointTags", "WDHT", "Weak"),
    "paper": tuple(f"WS-{base}" for base in started()),
    "both": ("Joint", "CCAITQ3"),
    "shuffled": ("Placebo-Joint", "Placebo-CCAITQ"),
}
"""Who stands for labels alone, tags alone, the paper's way, both at once, and shuffled tags."""


def studies(study: Study) -> list[tuple[Study, list[str], Sequence[int]]]:
    """The study with each number of labelled pictures, the methods to run, and at which code lengths.

    Methods that see no label run with all labels alone.
    """
    n, none = len(study.train), (*KINDS["tags"], "Placebo-CCAITQ")
    few = [study.replace(label_share=count / n) for count in COUNTS if count < n]
    every = [name for names in KINDS.values() for name in names]
    curve = [(at, [name for name in every if name not in none], BITS) for at in few]
    return [*curve, (study, every, BITS), *_few_labels(study)]


def _few_labels(study: Study) -> list[tuple[Study, list[str], Sequence[int]]]:
    """What claim C6 compares: X, WS-X and placebo with few labels, X with all; nothing where there are not as many."""
    n = len(study.train)
    if n <= FEW or study.config.label_share < 1 or study.config.unseen:
        return []
    few = [name for base in started() for name in METHODS[base].versions]
    return [(study.replace(label_share=FEW / n), few, [FEW_BITS]), (study, started(), [FEW_BITS])]


def _rows(parts: Sequence[tuple[Study, list[str], Sequence[int]]], seeds: Sequence[int]) -> list[Row]:
    """Those that are there."""
    return whole({row.path: row for at, methods, bits in parts for row in grid(at, methods, bits, seeds)}.values())


def few_label_rows(study: Study, seeds: Sequence[int]) -> list[Row]:
    """The rows of claim C6 that are there."""
    return _rows(_few_labels(study), seeds)


def few_label_claims(rows: Sequence[dict]) -> list[dict]:
    """Claim C6, weak tags make up for manual labels, for each supervised method: see the rules of the claims."""
    if not rows:
        return []
    name, claims = f"precision@{frames.main_depth(frames.measures(rows))}", []
    few = [row for row in rows if row["label_share"] < 1]
    for base in started():
        ws, placebo = f"WS-{base}", f"Placebo-{base}"
        every = [row | {"method": f"all {base}"} for row in rows if row["label_share"] == 1 and row["method"] == base]
        gain, control = (differences(few, [(ws, other)], name) for other in (base, placebo))
        against = differences(few + every, [(ws, f"all {base}")], name)
        if gain.empty or control.empty or against.empty:
            continue
        n_labelled = next(row["n_labelled"] for row in few if row["method"] == ws)
        what = f"weak tags make up for manual labels: {ws} with {n_labelled:,} labelled pictures"
        over_x, over_placebo, over_all = (
            points(*table[["difference", "low", "high"]].iloc[0]) for table in (gain, control, against)
        )
        text = (
            f"{over_x} over {base} with as many, {over_placebo} over shuffled tags; {over_all} against {base} with all"
        )
        line, helps = claim("C6", what, text, against), gain["low"][0] > 0 and control["low"][0] > 0
        claims.append(line | {"verdict": "mixed"} if helps and line["verdict"] == "contradicted" else line)
    return claims


def labels_for(precision: float, counts: Sequence[int], values: Sequence[float]) -> float:
    """The number of labels at which a rising curve reaches a precision; infinite where it does not."""
    value = np.maximum.accumulate(np.asarray(values))
    return float(np.exp(np.interp(precision, value, np.log(counts)))) if precision <= value[-1] else np.inf


def labels_needed(values: Sequence[float], counts: Sequence[int], curve: np.ndarray) -> tuple[float, float, float]:
    """With how many labels a curve is as high as ``values``, and the 95 % bootstrap interval over the seeds.

    Parameters
    ----------
    values : s floats
        Precision with each seed.
    counts : m ints, rising
    curve : s×m
        Precision with the same seeds and each number of labels. In between by interpolation in the logarithm of the
        number; below the first it is the first, beyond the last infinite.
    """
    values, curve = np.asarray(values), np.asarray(curve)
    drawn = np.random.default_rng(0).integers(len(values), size=(2000, len(values)))
    found = [labels_for(values[seeds].mean(), counts, curve[seeds].mean(axis=0)) for seeds in drawn]
    low, high = np.quantile(found, 0.025, method="lower"), np.quantile(found, 0.975, method="higher")
    return labels_for(values.mean(), counts, curve.mean(axis=0)), float(low), float(high)


def curve(rows: Sequence[dict]) -> pd.DataFrame:
    """Precision by method, code length and number of labelled pictures, and what tags are worth.

    Returns
    -------
    DataFrame, one row for each of these
        ``kind`` (see :data:`KINDS`), ``method``, ``n_labelled``, ``n_bits``, ``depth``, ``precision`` with its
        t-interval over seeds ``low``, ``high``, ``chance``, ``n_seeds``, ``n_queries``. For both, ``over_labels`` and
        ``over_tags``: points over the best of labels alone with as many, and over the best of tags alone, with 95 %
        intervals over seeds and queries. For tags alone and both: ``worth``, ``worth_low``, ``worth_high``: see
        :func:`labels_needed`, of the twin.
    """
    of = {name: kind for kind, names in KINDS.items() for name in names}
    rows = [row for row in rows if row["method"] in of]
    lines, name = [], f"precision@{frames.main_depth(frames.measures(rows))}"
    for n in sorted({row["n_labelled"] for row in rows}):
        table = frames.by_bits(frames.measures([row for row in rows if row["n_labelled"] == n]))
        lines.append(table.assign(n_labelled=n, kind=[of[method] for method in table["method"]]))
    table = pd.concat(lines, ignore_index=True).drop(columns=["best", "worst"])
    table["method"] = table["method"].astype(str)
    for at, line in table[table["kind"].isin(["tags", "both"])].iterrows():
        same = [row for row in rows if row["n_bits"] == line["n_bits"]]
        seen = {(row["method"], row["n_labelled"], row["seed"]): row["measures"][name] for row in same}
        twin = sorted({n for method, n, _ in seen if method == "Twin"})
        seeds = [s for s in sorted({row["seed"] for row in same}) if all(("Twin", n, s) in seen for n in twin)]
        seeds = [s for s in seeds if (line["method"], line["n_labelled"], s) in seen]
        if twin and seeds:
            values = [seen[line["method"], line["n_labelled"], s] for s in seeds]
            found = labels_needed(values, twin, [[seen["Twin", n, s] for n in twin] for s in seeds])
            table.loc[at, ["worth", "worth_low", "worth_high"]] = found
        for kind, n in (("labels", line["n_labelled"]), ("tags", 0)) if line["kind"] == "both" else ():
            best = highest(table, kind, line["n_bits"], n)
            if best is None:
                continue
            pair = [
                row
                for row in same
                if (row["method"], row["n_labelled"]) in ((line["method"], line["n_labelled"]), (best, n))
            ]
            found = differences(pair, [(line["method"], best)], name)
            if len(found):
                ends = found[["difference", "low", "high"]].iloc[0].to_numpy(float)
                table.loc[at, [f"over_{kind}", f"over_{kind}_low", f"over_{kind}_high"]] = ends
    order = {name: i for i, name in enumerate(of)}
    return table.sort_values(
        ["n_bits", "method", "n_labelled"], key=lambda c: c.map(order) if c.name == "method" else c
    )


def highest(table: pd.DataFrame, kind: str, n_bits: int, n_labelled: int) -> str | None:
    """The method of this kind with the highest precision there."""
    here = (table["kind"] == kind) & (table["n_bits"] == n_bits) & (table["n_labelled"] == n_labelled)
    return table.loc[table.loc[here, "precision"].idxmax(), "method"] if here.any() else None


def curve_text(table: pd.DataFrame) -> pd.DataFrame:
    """The best of each kind by number of labelled pictures, as text."""
    lines = []
    for (n_bits, n), part in table[table["n_labelled"] > 0].groupby(["n_bits", "n_labelled"]):
        line = {"bits": n_bits, "labelled pictures": f"{n:,}"}
        for kind, title in (
            ("labels", "labels alone"),
            ("tags", "tags alone"),
            ("paper", "WS-X"),
            ("both", "both at once"),
        ):
            best = highest(table, kind, n_bits, 0 if kind == "tags" else n)
            at = table[(table["method"] == best) & (table["n_bits"] == n_bits)]
            at = at[at["n_labelled"] == (0 if kind == "tags" else n)]
            line[title] = f"{at['precision'].iloc[0]:.3f} {best}" if len(at) else ""
        shuffled = part.loc[part["method"] == "Placebo-Joint", "precision"]
        line["shuffled tags"] = f"{shuffled.iloc[0]:.3f}" if len(shuffled) else ""
        for both in part[part["kind"] == "both"].to_dict("records"):
            for kind in ("labels", "tags"):
                key = f"over_{kind}"
                line[f"points over {kind} alone"] = points(
                    *(both.get(key + end, np.nan) for end in ("", "_low", "_high"))
                )
            line["worth"] = worth(both)
        lines.append(line)
    return pd.DataFrame(lines)


def worth(line: dict) -> str:
    """A number of labels and its interval, in words."""
    ends = [
        "more than all" if np.isinf(line[key]) else f"{line[key]:,.0f}" for key in ("worth", "worth_low", "worth_high")
    ]
    return f"{ends[0]} labels ({ends[1]} to {ends[2]})"


def publish_curve(study: Study, seeds: Sequence[int]) -> pd.DataFrame:
    """Write the figure ``curve``, its numbers and what it shows, and the table ``curve``.md; the table as it reads."""
    from wshash import plots

    table = curve(frames.read_rows(row.path for row in _rows(studies(study), seeds)))
    folder, text = folder_of(study.config), curve_text(table)
    origin = provenance(study.config) | {"seeds": list(seeds), "labelled": list(COUNTS)}
    plots.save(plots.curve(table), "curve", folder, table, plots.describe_curve(table), origin)
    write_markdown(folder, "curve", text)
    return text
