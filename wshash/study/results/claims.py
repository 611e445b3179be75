"""The paper's claims C1-C5, each judged on the rows of a study with intervals and controls.

A claim "at every code length" is *supported* where the whole 95 % interval of the difference lies above 0 at every
length, *contradicted* where it lies below 0 at one, *mixed* otherwise. Seeds and queries are resampled together.
"""

from collections.abc import Sequence

import pandas as pd

from wshash.hashing.catalogue import METHODS, PAPER, started
from wshash.retrieval import paired_difference
from wshash.study.results.frames import main_depth, measures, per_query


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
    depth = main_depth(measures(rows))
    name = f"precision@{depth}"
    table = [_table1_claim(table1)]
    for claim, what, pairs in comparisons(depth):
        found = differences(rows, pairs, name)
        if len(found) or claim == "C2":
            table.append(_claim(claim, what, found))
    gains = differences(rows, [(f"WS-{base}", base) for base in started()], name)
    if len(gains):
        at = max(i for i, row in enumerate(table) if row["claim"] == "C3")
        table.insert(at + 1, _size_claim(gains))
    if tags:
        table.append(_filter_claim(tags))
    return pd.DataFrame(table)


def comparisons(depth: int) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Claims that one method is above another at every code length: the claim, in words, and the pairs."""
    own = [METHODS[name] for name in PAPER if name in METHODS]
    supervised, others = ([m.name for m in own if m.supervised == flag] for flag in (True, False))
    return [
        (
            "C2",
            "supervised methods beat unsupervised ones at every code length",
            [(s, u) for s in supervised for u in others],
        ),
        *(("C3", f"WS-{x} beats {x} at every code length (P@{depth})", [(f"WS-{x}", x)]) for x in started()),
        *(
            ("control", f"real tags beat shuffled tags as the start of {x}", [(f"WS-{x}", f"Placebo-{x}")])
            for x in started()
        ),
        ("beyond", "the weak network alone, which sees no label, beats LSH", [("Weak", "LSH")]),
        ("control", "the weak network alone: real tags beat shuffled tags", [("Weak", "Placebo-Weak")]),
        ("beyond", "the weak network alone beats WDHT, which learns from the same tags", [("Weak", "WDHT")]),
    ]


CONTROLLED = [
    *((f"WS-{x}", f"{control}-{x}") for control in ("Placebo", "Matched") for x in started()),
    ("Weak", "Placebo-Weak"),
    ("Weak", "LSH"),
    ("Weak", "WDHT"),
    ("Real-Weak", "Weak"),
    ("Real-Features", "LSH"),
    ("ITQ", "LSH"),
    *((x, "Classifier") for x in started()),
]
"""Comparisons that the paper lacks: what is left of a gain against shuffled tags, and against as much training."""


def _claim(claim: str, what: str, table: pd.DataFrame) -> dict:
    found = _points(table) if len(table) else "not run"
    return {"claim": claim, "what": what, "found": found, "verdict": verdict(table)}


def _size_claim(gains: pd.DataFrame) -> dict:
    gained = 100 * gains["difference"]
    inside = gained.between(2, 6).sum()
    return {
        "claim": "C4",
        "what": "the gain is 2 to 6 points of precision",
        "found": f"{gained.min():+.1f} to {gained.max():+.1f} points; {inside} of {len(gained)} within 2 to 6",
        "verdict": "supported" if inside == len(gained) else "mixed" if inside else "contradicted",
    }


def _filter_claim(tags: dict) -> dict:
    return {
        "claim": "C5",
        "what": "the filter keeps visual tags and removes others",
        "found": f"AUC {tags['auc']:.2f} [{tags['low']:.2f}, {tags['high']:.2f}]; "
        f"tag frequency {tags['auc_frequency']:.2f}",
        "verdict": "supported" if tags["low"] > 0.5 else "contradicted" if tags["high"] < 0.5 else "mixed",
    }


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
