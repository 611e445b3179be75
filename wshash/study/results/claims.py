"""The paper's claims C1-C5, each judged by one rule on intervals; C6 is :mod:`wshash.study.experiments.curve`'s."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
from scipy.stats import norm

from wshash.hashing.catalogue import METHODS, PAPER, started
from wshash.retrieval import paired_difference
from wshash.study.results.frames import main_depth, measures, per_query

RULES = """A claim is a set of comparisons, each a difference with its 95 % interval (seeds and queries resampled
together; with one seed, queries alone). It is

* **supported** where every interval lies above 0,
* **contradicted** where one or more lie below 0,
* **mixed** where some lie above 0 and the others hold it,
* **no difference shown** where all hold 0.

C2, C3, *control* and *beyond* compare the precision of two methods at every code length. **C5** compares with a half
what the filter does: the share of visual tags that it keeps, and of others that it removes; how well its score could
sort them (AUC) judges nothing. **C6** compares WS-X with 500 labelled pictures to X with all; where it is below,
but above X and the placebo with as few, that is *mixed* too. Two claims have no interval. **C1** is *supported*
where each word above .6 in Table 1 is above each of the others here, *mixed* where the rank correlation is positive,
else *contradicted*; **C4** where all gains lie from 2 to 6 points, *mixed* where some do, else *contradicted*.

Among so many claims some intervals miss 0 by chance. A verdict **survives** where Holm's correction (1979) over the
tested claims of the table leaves its p-value below .05. A comparison's comes from its interval, taken as a normal
distribution's; *supported* needs all comparisons, so its p-value is their largest; *contradicted* needs one, so it is
the smallest, times their number."""

_COLUMNS = "a b n_bits measure difference low high seeds_low seeds_high n_positive n_seeds".split()


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
            ends = *interval[1:], *found.over_seeds[1:]
            table.append((a, b, n_bits, name, found.mean, *ends, found.n_positive, len(seeds)))
    return pd.DataFrame(table, columns=_COLUMNS)


def verdict(table: pd.DataFrame) -> str:
    """Of comparisons with the limits ``low`` and ``high``: see :data:`RULES`."""
    above, below = table["low"] > 0, table["high"] < 0
    if table.empty:
        return "not run"
    if below.any():
        return "contradicted"
    return "supported" if above.all() else "mixed" if above.any() else "no difference shown"


def p_value(table: pd.DataFrame) -> float:
    """Of the verdict on these comparisons: see :data:`RULES`; NaN without any."""
    if table.empty:
        return np.nan
    difference, low, high = table[["difference", "low", "high"]].to_numpy(float).T
    p = 2 * norm.sf(np.abs(difference) / np.maximum((high - low) / (2 * norm.ppf(0.975)), 1e-12))
    return float(min(1, len(p) * p[high < 0].min()) if (high < 0).any() else p.max())


def holm(p: Sequence[float]) -> np.ndarray:
    """Holm's adjusted p-values (Scandinavian Journal of Statistics 1979); NaN, which was not tested, stays NaN."""
    p = np.asarray(p, float)
    order = np.argsort(p)[: np.isfinite(p).sum()]  # NaN comes last
    adjusted = np.full_like(p, np.nan)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)))
    return adjusted


def points(difference: float, low: float, high: float) -> str:
    """A difference of precisions and its interval as text, in points."""
    return f"{100 * difference:+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def _points(table: pd.DataFrame) -> str:
    """The differences in points of precision, with the interval of the smallest and of the largest."""
    if table.empty:
        return "not run"
    small, large = table.loc[table["difference"].idxmin()], table.loc[table["difference"].idxmax()]
    texts = [f"{points(row['difference'], row['low'], row['high'])} at {row['n_bits']} bits" for row in (small, large)]
    return texts[0] if small.name == large.name else " to ".join(texts)


def claims(rows: Sequence[dict], table1=None, tags=None, more: Sequence[dict] = ()) -> pd.DataFrame:
    """The table of claims.

    Parameters
    ----------
    rows : rows of a study
    table1 : DataFrame, optional
        Columns ``paper`` and ``ours``: similarities to "sunset" (claim C1).
    tags : DataFrame, optional
        Of the visual filter, from :func:`wshash.study.experiments.filters.judged_filter` (claim C5).
    more : list of dict
        Further claims, as from :func:`claim`.

    Returns
    -------
    DataFrame
        ``claim``, ``what``, ``found``, ``verdict`` and ``survives``, whether it does Holm's correction.
    """
    depth = main_depth(measures(rows))
    name = f"precision@{depth}"
    table = [_table1_claim(table1)]
    for number, what, pairs in comparisons(depth):
        found = differences(rows, pairs, name)
        if len(found) or number == "C2":
            table.append(claim(number, what, _points(found), found))
    gains = differences(rows, [(f"WS-{base}", base) for base in started()], name)
    if len(gains):
        at = max(i for i, row in enumerate(table) if row["claim"] == "C3")
        table.insert(at + 1, _size_claim(gains))
    if tags is not None:
        table.append(_filter_claim(tags))
    table = pd.DataFrame([*table, *more])
    settled, p = table["verdict"].isin(["supported", "contradicted"]), table.pop("p")
    return table.assign(survives=np.where(settled & p.notna(), np.where(holm(p) < 0.05, "yes", "no"), "–"))


def comparisons(depth: int) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Claims that one method is above another at every code length: the claim, in words, and the pairs."""
    own = [METHODS[name] for name in PAPER if name in METHODS]
    supervised, others = ([m.name for m in own if m.supervised == flag] for flag in (True, False))
    found = [("C2", "supervised methods beat unsupervised ones at every code length", [*product(supervised, others)])]
    found += [("C3", f"WS-{x} beats {x} at every code length (P@{depth})", [(f"WS-{x}", x)]) for x in started()]
    shuffled = "real tags beat shuffled tags as the start of"
    found += [("control", f"{shuffled} {x}", [(f"WS-{x}", f"Placebo-{x}")]) for x in started()]
    return [
        *found,
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


def claim(number: str, what: str, found: str, table: pd.DataFrame) -> dict:
    """A line of the table of claims, judged on these comparisons."""
    return {"claim": number, "what": what, "found": found, "verdict": verdict(table), "p": p_value(table)}


def _size_claim(gains: pd.DataFrame) -> dict:
    gained = 100 * gains["difference"]
    inside = gained.between(2, 6).sum()
    return {
        "claim": "C4",
        "what": "the gain is 2 to 6 points of precision",
        "found": f"{gained.min():+.1f} to {gained.max():+.1f} points; {inside} of {len(gained)} within 2 to 6",
        "verdict": "supported" if inside == len(gained) else "mixed" if inside else "contradicted",
        "p": np.nan,
    }


def _filter_claim(tags: pd.DataFrame) -> dict:
    own = tags[tags["score"] == tags["score"].iloc[0]].set_index("measure")[["value", "low", "high"]]
    kept, removed, area = (
        f"{own.at[name, 'value']:.2f} [{own.at[name, 'low']:.2f}, {own.at[name, 'high']:.2f}]"
        for name in ("visual kept", "others removed", "auc")
    )
    found = f"keeps {kept} of the visual tags, removes {removed} of the others; AUC {area}"
    shares = own.loc[["visual kept", "others removed"]].rename(columns={"value": "difference"}) - 0.5
    return claim("C5", "the filter keeps visual tags and removes others", found, shares)


def _table1_claim(table1: pd.DataFrame | None) -> dict:
    what = "equation (2) ranks words related to “sunset” above unrelated ones (Table 1)"
    line = {"claim": "C1", "what": what, "p": np.nan}
    if table1 is None or table1["ours"].notna().sum() < 3:
        return line | {"found": "too few of the words occur", "verdict": "not run"}
    known = table1.dropna(subset=["ours"])
    rho = known["paper"].corr(known["ours"], method="spearman")
    order = known.sort_values("ours", ascending=False).index
    related, unrelated = known[known["paper"] > 0.6]["ours"], known[known["paper"] < 0.6]["ours"]
    apart = len(related) and len(unrelated) and related.min() > unrelated.max()
    found = f"{' > '.join(order)}; rank correlation with the paper's {rho:.2f}"
    return line | {"found": found, "verdict": "supported" if apart else "mixed" if rho > 0 else "contradicted"}
