"""Figures 7 to 10: what the study measured, drawn from tidy tables, and the same in words."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator, ScalarFormatter

from wshash.plots.style import CHANCE, METHODS, PAGE, caption, legend, methods_in, need_columns, styled


def _number(value: float) -> str:
    """.812, as precision is written."""
    return f"{value:.3f}".replace("0.", ".", 1)


def _sample(data: pd.DataFrame) -> str:
    """How many seeds and queries a number is the mean of."""
    parts = []
    for column, word, plural in (("n_seeds", "seed", "seeds"), ("n_queries", "query", "queries")):
        if column in data:
            low, high = int(data[column].min()), int(data[column].max())
            number = f"{low}" if low == high else f"{low} to {high}"
            parts.append(f"{number} {word if high == 1 else plural}")
    return f"mean of {' and '.join(parts)}" if parts else ""


def _also(text: str) -> str:
    return f", {text}" if text else ""


def _spread(data: pd.DataFrame) -> str:
    parts = [_sample(data)]
    if {"low", "high"} <= set(data) and data[["low", "high"]].notna().any(axis=None):
        parts.append("bars: 95 % interval")
    if {"best", "worst"} <= set(data):
        parts.append("pale: from the worst to the best order of ties")
    return "; ".join(part for part in parts if part)


def _lines(data, x, ticks, x_label, y_label, note, width, y_range) -> Figure:
    """Precision over a few values of ``x`` on a logarithmic axis, a line per method."""
    figure, axes = plt.subplots(figsize=(width, 0.46 * width + 0.35 if width > 5 else 1.15 * width))
    methods = methods_in(data)
    # Side by side, or the intervals of eight methods would hide each other; WS-X beside X.
    step = np.log2(max(ticks) / min(ticks)) / max(len(ticks) - 1, 1) if len(ticks) > 1 else 1
    order = list(METHODS)
    side = sorted(methods, key=lambda name: order.index(base if (base := name.split("-")[-1]) in METHODS else name))
    places = dict(zip(side, np.linspace(-0.18, 0.18, len(side)) * min(step, 1), strict=True))
    for method in methods:
        place = places[method] if len(side) > 1 else 0.0
        rows, look = data[data["method"] == method].sort_values(x), METHODS[method]
        at = rows[x] * 2.0**place
        if {"best", "worst"} <= set(rows):
            axes.vlines(at, rows["worst"], rows["best"], color=look.colour, alpha=0.22, linewidth=3.2)
        if {"low", "high"} <= set(rows):
            # An interval of the expectation need not be symmetric; one seed has none.
            errors = np.abs(rows[["low", "high"]].to_numpy().T - rows["precision"].to_numpy())
            axes.errorbar(at, rows["precision"], errors, fmt="none", ecolor=look.colour, elinewidth=0.9)
        axes.plot(at, rows["precision"], linestyle=look.line, label=look.label, **look.markers)
    if "chance" in data:
        axes.axhline(data["chance"].mean(), label="chance", **CHANCE)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.grid(axis="x", visible=False)
    axes.set(xlabel=x_label, ylabel=y_label, ylim=y_range)
    legend(figure, axes)
    caption(figure, note)
    return figure


def _pairs(data: pd.DataFrame, x: str) -> str:
    """Where each WS- version stands against its own supervised method."""
    table = data.pivot_table(index=x, columns="method", values="precision")
    parts = []
    for method in methods_in(data):
        if method.startswith("WS-") and method[3:] in table:
            gain = (table[method] - table[method[3:]]).dropna()
            if len(gain):
                where = f"at {(gain > 0).sum()} of {len(gain)} ({gain.mean():+.3f} on average)"
                parts.append(f"{method} is above {method[3:]} {where}")
    return f" {'; '.join(parts)}." if parts else ""


def _extremes(data: pd.DataFrame, where: str) -> str:
    best, worst = data.loc[data["precision"].idxmax()], data.loc[data["precision"].idxmin()]
    chance = f"; chance is {_number(data['chance'].mean())}" if "chance" in data else ""
    return (
        f"{where} the highest is {best['method']} with {_number(best['precision'])}, the lowest "
        f"{worst['method']} with {_number(worst['precision'])}{chance}."
    )


@styled
def fig8(data: pd.DataFrame, depth: int = 500, width: float = PAGE, y_range=None) -> Figure:
    """Figure 8: precision of the first 500 answers against the length of the code.

    Parameters
    ----------
    data : DataFrame
        Columns ``method``, ``n_bits``, ``precision``; optional ``low``, ``high`` (interval), ``best``,
        ``worst`` (over the order of ties), ``chance``, ``n_seeds``, ``n_queries``.
    depth : int
    width : float
        Inches.
    y_range : (float, float), optional
        The same for Figures 8 and 9, to compare them.
    """
    need_columns(data, "method", "n_bits", "precision")
    ticks = sorted(set(data["n_bits"]))
    label = f"precision@{depth}"
    return _lines(data, "n_bits", ticks, "code length (bits)", label, _spread(data), width, y_range)


def describe_fig8(data: pd.DataFrame, depth: int = 500) -> str:
    """What Figure 8 shows, from its numbers."""
    lengths = sorted(set(data["n_bits"]))
    longest = data[data["n_bits"] == lengths[-1]]
    return (
        f"Precision@{depth} of {len(methods_in(data))} methods against the code length "
        f"({', '.join(map(str, lengths))} bits){_also(_sample(data))}. "
        f"{_extremes(longest, f'At {lengths[-1]} bits')}{_pairs(data, 'n_bits')}"
    )


@styled
def fig9(data: pd.DataFrame, n_bits: int = 64, width: float = PAGE, y_range=None) -> Figure:
    """Figure 9: precision against the number of answers, at one code length.

    Parameters
    ----------
    data : DataFrame
        As in :func:`fig8`, with ``depth`` for ``n_bits``.
    n_bits : int
    width, y_range
        As in :func:`fig8`.
    """
    need_columns(data, "method", "depth", "precision")
    ticks = sorted(set(data["depth"]))
    note = "; ".join(part for part in (f"{n_bits} bits", _spread(data)) if part)
    return _lines(data, "depth", ticks, "number of answers R", "precision@R", note, width, y_range)


def describe_fig9(data: pd.DataFrame, n_bits: int = 64) -> str:
    """What Figure 9 shows, from its numbers."""
    depths = sorted(set(data["depth"]))
    by_method = data.set_index("method")
    first, last = (by_method[by_method["depth"] == depth]["precision"] for depth in (depths[0], depths[-1]))
    change = (last - first).dropna()
    return (
        f"Precision@R of {len(methods_in(data))} methods with {n_bits} bits at R = "
        f"{', '.join(map(str, depths))}"
        f"{_also(_sample(data))}. "
        f"{_extremes(data[data['depth'] == depths[0]], f'At R = {depths[0]}')} "
        f"From there to R = {depths[-1]} precision changes by {change.min():+.3f} ({change.idxmin()}) to "
        f"{change.max():+.3f} ({change.idxmax()}).{_pairs(data, 'depth')}"
    )


_KINDS = {"rank": "by rank", "radius": "by Hamming radius"}


@styled
def fig10(data: pd.DataFrame, n_bits: int = 64, width: float = PAGE) -> Figure:
    """Figure 10: precision against recall, at one code length.

    Parameters
    ----------
    data : DataFrame
        Columns ``method``, ``recall``, ``precision``; optional ``low``, ``high`` (of precision), ``kind``
        (``"rank"`` or ``"radius"``: a panel each), ``chance``, ``n_seeds``.
    n_bits : int
    width : float
    """
    need_columns(data, "method", "recall", "precision")
    kinds = [kind for kind in _KINDS if "kind" in data and (data["kind"] == kind).any()] or [None]
    size = (width, 0.42 * width + 0.35) if width > 5 else (width, 0.95 * width * len(kinds) + 0.6)
    shape = (1, len(kinds)) if width > 5 else (len(kinds), 1)
    figure, grid = plt.subplots(*shape, figsize=size, sharey=True, squeeze=False)
    for axes, kind in zip(grid.flat, kinds, strict=True):
        part = data if kind is None else data[data["kind"] == kind]
        methods = methods_in(data)
        for number, method in enumerate(methods):
            rows, look = part[part["method"] == method].sort_values("recall", kind="stable"), METHODS[method]
            if {"low", "high"} <= set(rows):
                band = {"color": look.colour, "alpha": 0.15, "linewidth": 0}
                axes.fill_between(rows["recall"], rows["low"], rows["high"], **band)
            # Markers at even steps of the curve's length, shifted so that those of two methods do not meet.
            axes.plot(
                rows["recall"], rows["precision"], linestyle=look.line, label=look.label, **look.markers,
                markevery=(0.12 * number / len(methods), 0.12),
            )  # fmt: skip
        if "chance" in part:
            axes.axhline(part["chance"].mean(), label="chance", **CHANCE)
        axes.set(xlabel="recall", title=_KINDS.get(kind, ""), xlim=(0, 1))
    for axes in grid[:, 0]:
        axes.set_ylabel("precision")
    legend(figure, grid[0, 0])
    band = "bands: 95 % interval" if {"low", "high"} <= set(data) else ""
    caption(figure, "; ".join(part for part in (f"{n_bits} bits", _sample(data), band) if part))
    return figure


def describe_fig10(data: pd.DataFrame, n_bits: int = 64, recalls: Sequence[float] = (0.1, 0.5)) -> str:
    """What Figure 10 shows, from its numbers: the precision of each method at a low and a middle recall."""
    kind = "rank" if "kind" in data and (data["kind"] == "rank").any() else None
    part = data if kind is None else data[data["kind"] == kind]
    sentences = []
    for recall in recalls:
        at = {}
        for method in methods_in(part):
            rows = part[part["method"] == method].dropna(subset=["recall", "precision"]).sort_values("recall")
            at[method] = float(np.interp(recall, rows["recall"], rows["precision"]))
        ranked = sorted(at, key=at.get, reverse=True)
        values = ", ".join(f"{method} {_number(at[method])}" for method in ranked)
        sentences.append(f"At recall {recall:g}: {values}.")
    chance = f" Chance is {_number(part['chance'].mean())}." if "chance" in part else ""
    return (
        f"Precision against recall of {len(methods_in(part))} methods with {n_bits} bits"
        f"{', by rank' if kind else ''}{_also(_sample(part))}. {' '.join(sentences)}{chance}"
    )


_PARTS = {"network": ("#BBBBBB", ""), "hashing": ("#0072B2", "////")}


@styled
def fig7(data: pd.DataFrame, machine: str, width: float = PAGE) -> Figure:
    """Figure 7: time to turn a picture into its code, the network's part and the hashing's.

    Parameters
    ----------
    data : DataFrame
        Columns ``method``, ``part`` (``"network"``, ``"hashing"``), ``seconds`` (median per picture);
        optional ``low``, ``high``, ``n_pictures``, ``n_repeats``, ``n_threads``.
    machine : str
        Name of the processor, for the caption: a time without it means nothing.
    width : float
    """
    need_columns(data, "method", "part", "seconds")
    methods = methods_in(data)
    table = data.set_index(["method", "part"]).sort_index()
    figure, (whole, alone) = plt.subplots(1, 2, figsize=(width, 0.3 * len(methods) * 0.75 + 1.2), sharey=True)
    rows = np.arange(len(methods))
    start = np.zeros(len(methods))
    for part, (colour, hatch) in _PARTS.items():
        values = np.array([table["seconds"].get((method, part), 0.0) for method in methods])
        bars = {"color": colour, "hatch": hatch, "edgecolor": "white", "linewidth": 0, "height": 0.65}
        whole.barh(rows, values * 1e3, left=start * 1e3, label=part, **bars)
        start = start + values
    for row, method in zip(rows, methods, strict=True):
        line = table.loc[(method, "hashing")]
        limits = [[0.0], [0.0]]
        if "low" in table:
            limits = np.abs(np.array([[line["low"]], [line["high"]]]) - line["seconds"])
        alone.errorbar(line["seconds"] * 1e6, row, xerr=np.array(limits) * 1e6, color=_PARTS["hashing"][0], fmt="o")
    whole.set(yticks=rows, yticklabels=[METHODS[m].label for m in methods], xlabel="both parts (ms per picture)")
    whole.invert_yaxis()
    alone.set_xscale("log")
    alone.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    alone.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    alone.xaxis.set_minor_locator(NullLocator())
    alone.set(xlabel="hashing alone (µs per picture, log scale)")
    for axes in (whole, alone):
        axes.grid(axis="y", visible=False)
    whole.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2)
    caption(figure, _machine(data, machine))
    return figure


def _machine(data: pd.DataFrame, machine: str) -> str:
    facts = [machine]
    for column, word in (("n_threads", "thread"), ("n_pictures", "picture"), ("n_repeats", "repeat")):
        if column in data:
            value = int(data[column].iloc[0])
            facts.append(f"{value} {word}{'s' if value != 1 else ''}")
    return f"{', '.join(facts)}; median{', bars: spread over the repeats' if 'low' in data else ''}"


def describe_fig7(data: pd.DataFrame, machine: str) -> str:
    """What Figure 7 shows, from its numbers."""
    table = data.pivot_table(index="method", columns="part", values="seconds").fillna(0.0)
    table = table.reindex(columns=list(_PARTS), fill_value=0.0)
    total = table.sum(axis=1)
    slow, quick = table["hashing"].idxmax(), table["hashing"].idxmin()
    share = (table["hashing"] / total).max()
    return (
        f"Time per picture from pixels to code for {len(table)} methods ({_machine(data, machine)}). "
        f"The slowest is {total.idxmax()} with {total.max() * 1e3:.2f} ms, the fastest {total.idxmin()} with "
        f"{total.min() * 1e3:.2f} ms. Hashing alone takes from "
        f"{table['hashing'][quick] * 1e6:.3g} µs ({quick}) to {table['hashing'][slow] * 1e6:.3g} µs ({slow}), "
        f"at most {share:.1%} of the whole."
    )
