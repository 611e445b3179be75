"""The label budget: the supervised methods with few labels, with and without weak tags (claim C6)."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wshash.hashing.catalogue import METHODS, in_order, started
from wshash.study.grid.plan import Row, grid, whole
from wshash.study.grid.study import Study
from wshash.study.provenance import provenance
from wshash.study.results import frames
from wshash.study.results.claims import claim, differences, points
from wshash.study.results.files import folder_of, write_markdown

SHARES = (0.01, 0.05, 0.2, 1.0)
N_BITS = 32


def budget_methods(share: float = 1.0) -> list[str]:
    """X, WS-X and placebo for each X; with all labels the weak network too, which sees none whatever the share."""
    methods = [name for base in started() for name in METHODS[base].versions]
    return methods + ["Weak"] if share == 1 else methods


def studies(study: Study) -> list[tuple[Study, list[str]]]:
    """The study with each share of the labels, and the methods to run."""
    return [(study.replace(label_share=share), budget_methods(share)) for share in SHARES]


def budget_rows(study: Study, seeds: Sequence[int]) -> list[Row]:
    """The rows that are there, of each share of the labels; none of a study that hides labels itself."""
    if study.config.label_share < 1 or study.config.unseen:
        return []
    return whole(row for at, methods in studies(study) for row in grid(at, methods, [N_BITS], seeds))


def budget(rows: Sequence[dict]) -> pd.DataFrame:
    """Precision by method and number of labelled pictures, and what the tags add.

    Returns
    -------
    DataFrame, one row for each method and share
        ``method``, ``label_share``, ``n_labelled``, ``n_bits``, ``depth``, ``precision`` with its t-interval over
        seeds ``low``, ``high``, ``chance``, ``n_seeds``; for WS-X also ``gain`` over X and ``gain_over_placebo``, each
        with a 95 % interval over seeds and queries (``_low``, ``_high``); ``worth``: with how many times the labels X
        is as precise, by interpolation in the logarithm of their number, infinite beyond all labels.
    """
    lines = []
    for share in sorted({row["label_share"] for row in rows}):
        same = [row for row in rows if row["label_share"] == share]
        n_labelled = {row["method"]: row["n_labelled"] for row in same}
        for at in frames.by_bits(frames.measures(same)).to_dict("records"):
            method, name = at["method"], f"precision@{at['depth']}"
            line = {"method": method, "label_share": share, "n_labelled": n_labelled[method]}
            line |= {key: at[key] for key in ("n_bits", "depth", "precision", "low", "high", "chance", "n_seeds")}
            controls = {"gain": method[3:], "gain_over_placebo": f"Placebo-{method[3:]}"}
            for key, other in controls.items() if method.startswith("WS-") else ():
                found = differences(same, [(method, other)], name)
                if len(found):
                    line |= {key: found["difference"][0]}
                    line |= {f"{key}_{end}": found[end][0] for end in ("low", "high")}
            lines.append(line)
    table = pd.DataFrame(lines).sort_values("method", key=lambda names: names.map(in_order(names).index), kind="stable")
    table = table.reset_index(drop=True)
    for at, line in table[table["method"].str.startswith("WS-")].iterrows():
        curve = table[table["method"] == line["method"][3:]].sort_values("n_labelled")
        if len(curve) > 1:
            table.loc[at, "worth"] = (
                labels_for(line["precision"], curve["n_labelled"], curve["precision"]) / line["n_labelled"]
            )
    return table


def labels_for(precision: float, counts: Sequence[int], values: Sequence[float]) -> float:
    """The number of labels at which a rising curve reaches a precision; infinite where it does not."""
    value = np.maximum.accumulate(np.asarray(values))
    return float(np.exp(np.interp(precision, value, np.log(counts)))) if precision <= value[-1] else np.inf


def budget_claims(rows: Sequence[dict]) -> list[dict]:
    """Claim C6, weak tags make up for manual labels, for each supervised method: see the rules of the claims."""
    if not rows:
        return []
    table, claims = budget(rows), []
    name = f"precision@{table['depth'][0]}"
    for base in started():
        few = table[(table["method"] == f"WS-{base}") & (table["label_share"] == 0.05)]
        short = [row for row in rows if row["label_share"] == 0.05 and row["method"] == f"WS-{base}"]
        whole = [row | {"method": f"all {base}"} for row in rows if row["label_share"] == 1 and row["method"] == base]
        if few.empty or not whole:
            continue
        few = few.iloc[0]
        found = differences(short + whole, [(f"WS-{base}", f"all {base}")], name)
        helps = few["gain_low"] > 0 and few["gain_over_placebo_low"] > 0
        what = f"weak tags make up for manual labels: WS-{base} with 5 % of the labels"
        text = (
            f"{points(few['gain'], few['gain_low'], few['gain_high'])} over {base} with as many, "
            f"{100 * few['gain_over_placebo']:+.1f} over shuffled tags, worth {_worth(few['worth'])}; "
            f"{points(*found[['difference', 'low', 'high']].iloc[0])} against {base} with all"
        )
        line = claim("C6", what, text, found)
        claims.append(line | {"verdict": "mixed"} if helps and line["verdict"] == "contradicted" else line)
    return claims


def publish_budget(study: Study, seeds: Sequence[int]) -> pd.DataFrame:
    """Write the figure ``budget`` and the table ``budget``.md; the table as it reads."""
    from wshash import plots

    config = study.config
    table = budget(frames.read_rows(row.path for row in budget_rows(study, seeds)))
    folder, text = folder_of(config), budget_text(table)
    origin = provenance(config) | {"seeds": list(seeds), "shares": list(SHARES)}
    plots.save(plots.budget(table), "budget", folder, table, plots.describe_budget(table), origin)
    write_markdown(folder, "budget", text)
    return text


def budget_text(table: pd.DataFrame) -> pd.DataFrame:
    """What the tags add, with few labels and with many, as text."""
    ours = table[table["method"].str.startswith("WS-")].reset_index(drop=True)
    text = {"method": ours["method"], "labelled pictures": ours["n_labelled"], "precision": ours["precision"].round(3)}
    for name, key in (("points over X", "gain"), ("points over shuffled tags", "gain_over_placebo")):
        text[name] = [points(*values) for values in ours[[key, f"{key}_low", f"{key}_high"]].to_numpy()]
    return pd.DataFrame(text | {"worth": [_worth(times) for times in ours["worth"]]})


def _worth(times: float) -> str:
    return "more than all labels" if np.isinf(times) else f"{times:.1f} times the labels"
