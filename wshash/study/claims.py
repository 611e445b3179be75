"""The paper's claims C1-C5, each judged on the rows of a study with intervals and controls.

A claim "at every code length" is *supported* where the whole 95 % interval of the difference lies above 0 at every
length, *contradicted* where it lies below 0 at one, *mixed* otherwise. Seeds and queries are resampled together.
"""

from collections.abc import Sequence

import pandas as pd

from wshash.retrieval import paired_difference
from wshash.study.frames import main_depth, measures, per_query

SUPERVISED = ("KSH", "DSH", "DRSCH")
UNSUPERVISED = ("LSH", "DeepBit")


def differences(rows: Sequence[dict], pairs: Sequence[tuple[str, str]], name: str) -> pd.DataFrame:
    """Paired difference of two methods per code length: ``a`` minus ``b`` on the same seeds and queries.

    Columns ``a``, ``b``, ``n_bits``, ``measure``, ``difference``, ``low``, ``high`` (95 %, seeds and queries together;
    queries alone where there is one seed), ``seeds_low``, ``seeds_high``, ``n_positive``, ``n_seeds``.
    """
    index = {(row["method"], row["n_bits"], row["seed"]): row for row in rows}
    table = []
    for a, b in pairs:
        for n_bits in sorted({row["n_bits"] for row in rows}):
            seeds = sorted(s for m, k, s in index if m == a and k == n_bits and (b, k, s) in index)
            if not seeds:
                continue
            values = [[per_query(index[m, n_bits, s], name) for s in seeds] for m in (a, b)]
            found = paired_difference(*values)
            interval = found.over_both if len(seeds) > 1 else found.over_queries
            table.append(
                {
                    "a": a,
                    "b": b,
                    "n_bits": n_bits,
                    "measure": name,
                    "difference": found.mean,
                    "low": interval.low,
                    "high": interval.high,
                    "seeds_low": found.over_seeds.low,
                    "seeds_high": found.over_seeds.high,
                    "n_positive": found.n_positive,
                    "n_seeds": len(seeds),
                }
            )
    return pd.DataFrame(table)


def verdict(table: pd.DataFrame) -> str:
    """Supported, contradicted or mixed: see the module's text."""
    if table.empty:
        return "not run"
    if (table["low"] > 0).all():
        return "supported"
    return "contradicted" if (table["high"] < 0).any() else "mixed"


def points(difference: float, low: float, high: float) -> str:
    """A difference of precisions and its interval as text, in points."""
    return f"{100 * difference:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def _points(table: pd.DataFrame) -> str:
    """The differences in points of precision, with the interval of the smallest and of the largest."""
    small, large = table.loc[table["difference"].idxmin()], table.loc[table["difference"].idxmax()]
    texts = [f"{points(row['difference'], row['low'], row['high'])} at {row['n_bits']} bits" for row in (small, large)]
    return texts[0] if small.name == large.name else " to ".join(texts)


def claims(rows: Sequence[dict], table1: pd.DataFrame | None = None, tags: dict | None = None) -> pd.DataFrame:
    """The table of claims.

    Parameters
    ----------
    rows : rows of a study
    table1 : DataFrame, optional
        Columns ``paper`` and ``ours``: similarities to "sunset" (claim C1).
    tags : dict, optional
        ``auc`` and its interval ``low``, ``high``: how well the visual filter's score tells tags that predict a concept
        from others, and ``auc_frequency``, the same for tag frequency (claim C5).

    Returns
    -------
    DataFrame
        ``claim``, ``what``, ``found`` and ``verdict``.
    """
    frame = measures(rows)
    depth = main_depth(frame)
    name = f"precision@{depth}"
    have = set(frame["method"])
    table = [_table1_claim(table1)]

    pairs = [(s, u) for s in SUPERVISED for u in UNSUPERVISED if {s, u} <= have]
    c2 = differences(rows, pairs, name)
    table.append(_claim("C2", "supervised methods beat unsupervised ones at every code length", c2))

    for base in (b for b in SUPERVISED if {b, f"WS-{b}"} <= have):
        gain = differences(rows, [(f"WS-{base}", base)], name)
        table.append(_claim("C3", f"WS-{base} beats {base} at every code length (P@{depth})", gain))
    gains = differences(rows, [(f"WS-{b}", b) for b in SUPERVISED], name)
    if not gains.empty:
        gained = 100 * gains["difference"]
        inside = (gained.between(2, 6)).sum()
        table.append(
            {
                "claim": "C4",
                "what": "the gain is 2 to 6 points of precision",
                "found": f"{gained.min():+.1f} to {gained.max():+.1f} points; {inside} of {len(gained)} within 2 to 6",
                "verdict": "supported" if inside == len(gained) else "mixed" if inside else "contradicted",
            }
        )
    for base in (b for b in SUPERVISED if {f"Placebo-{b}", f"WS-{b}"} <= have):
        control = differences(rows, [(f"WS-{base}", f"Placebo-{base}")], name)
        table.append(_claim("control", f"real tags beat shuffled tags as the start of {base}", control))
    if {"Weak", "LSH"} <= have:
        weak = differences(rows, [("Weak", "LSH")], name)
        table.append(_claim("beyond", "the weak network alone, which sees no label, beats LSH", weak))
    if {"Weak", "Placebo-Weak"} <= have:
        weak = differences(rows, [("Weak", "Placebo-Weak")], name)
        table.append(_claim("control", "the weak network alone: real tags beat shuffled tags", weak))
    if {"Weak", "WDHT"} <= have:
        weak = differences(rows, [("Weak", "WDHT")], name)
        table.append(_claim("beyond", "the weak network alone beats WDHT, which learns from the same tags", weak))
    if tags:
        better = tags["low"] > 0.5
        table.append(
            {
                "claim": "C5",
                "what": "the filter keeps visual tags and removes others",
                "found": f"AUC {tags['auc']:.2f} [{tags['low']:.2f}, {tags['high']:.2f}]; "
                f"tag frequency {tags['auc_frequency']:.2f}",
                "verdict": "supported" if better else "contradicted" if tags["high"] < 0.5 else "mixed",
            }
        )
    return pd.DataFrame(table)


def _claim(claim: str, what: str, table: pd.DataFrame) -> dict:
    found = _points(table) if len(table) else "not run"
    return {"claim": claim, "what": what, "found": found, "verdict": verdict(table)}


def _table1_claim(table1: pd.DataFrame | None) -> dict:
    what = "equation (2) ranks words related to “sunset” above unrelated ones (Table 1)"
    if table1 is None or table1["ours"].notna().sum() < 3:
        return {"claim": "C1", "what": what, "found": "too few of the words occur", "verdict": "not run"}
    known = table1.dropna(subset=["ours"])
    rho = known["paper"].corr(known["ours"], method="spearman")
    order = known.sort_values("ours", ascending=False).index
    related, unrelated = known[known["paper"] > 0.6]["ours"], known[known["paper"] < 0.6]["ours"]
    apart = len(related) and len(unrelated) and related.min() > unrelated.max()
    return {
        "claim": "C1",
        "what": what,
        "found": f"{' > '.join(order)}; rank correlation with the paper's {rho:.2f}",
        "verdict": "supported" if apart else "mixed" if rho > 0 else "contradicted",
    }
