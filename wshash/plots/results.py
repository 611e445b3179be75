"""Figures 7 to 10: what the study measured, drawn from tidy tables, and the same in words."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from wshash.hashing import catalogue
from wshash.hashing.catalogue import in_order
from wshash.plots.style import (
    BLUE,
    CHANCE,
    GREY,
    PAGE,
    caption,
    listed,
    log_axis,
    look,
    need_columns,
    number,
    sample,
    styled,
)


def _has(data: pd.DataFrame, *columns: str) -> bool:
    return set(columns) <= set(data) and bool(data[list(columns)].notna().any(axis=None))


def line(axes, rows: pd.DataFrame, x, style: dict) -> None:
    """Precision at ``x`` with its intervals, which need not be symmetric; one seed has none. ``style`` as of a line."""
    if _has(rows, "low", "high"):
        errors = np.abs(rows[["low", "high"]].to_numpy().T - rows["precision"].to_numpy())
        axes.errorbar(x, rows["precision"], errors, fmt="none", ecolor=style["color"], elinewidth=2.4, capsize=0)
    axes.plot(x, rows["precision"], **style)


def precision_range(*tables: pd.DataFrame) -> tuple[float, float]:
    """Limits for the axis of Figures 8 and 9, of both tables to compare them: means, intervals and chance lie within.

    Ranges of ties do not widen it: at 8 bits they are so long that the lines could no longer be told apart.

    Examples
    --------
    >>> low, high = precision_range(pd.DataFrame({"precision": [0.2, 0.4], "worst": [0.15, 0.39], "best": [0.9, 0.5]}))
    >>> round(low, 3), round(high, 3)
    (0.194, 0.406)
    """
    values = pd.concat(tables).filter(["precision", "chance", "low", "high"]).stack()
    margin = 0.03 * (values.max() - values.min()) or 0.02
    return float(values.min() - margin), float(values.max() + margin)


def _lines(data: pd.DataFrame, x: str, x_label: str, y_label: str, note: str, width: float, y_range) -> Figure:
    """Precision over a few values of ``x`` on a logarithmic axis, a line per method."""
    need_columns(data, "method", x, "precision")
    figure, axes = plt.subplots(figsize=(width, 0.46 * width + 0.35 if width > 5 else 1.15 * width))
    bottom, top = y_range or precision_range(data)
    methods, bases, ticks = in_order(data["method"]), list(catalogue.METHODS), sorted(set(data[x]))
    # Side by side, or the intervals of eight methods would hide each other; WS-X beside X.
    beside = sorted(methods, key=lambda name: bases.index(catalogue.parse(name)[1].name))
    shift = 0.36 * min(np.diff(np.log2(ticks)), default=1) / max(len(methods) - 1, 1)
    parts = [note, sample(data), "thick: 95 % interval" if _has(data, "low", "high") else ""]
    if _has(data, "best", "worst"):
        data = data.assign(fits=(data["worst"] >= bottom) & (data["best"] <= top))
        less = "" if data["fits"].all() else ", not drawn where it leaves the axis"
        parts.append(f"thin: worst to best order of ties{less}")
    for method in methods:
        rows, colour = data[data["method"] == method].sort_values(x), look(method)["color"]
        at = rows[x] * 2 ** (shift * (beside.index(method) - (len(methods) - 1) / 2))
        if _has(rows, "best", "worst"):
            axes.vlines(
                at[rows["fits"]], *rows.loc[rows["fits"], ["worst", "best"]].T.to_numpy(), colour, linewidth=0.7
            )
        line(axes, rows, at, look(method))
    if "chance" in data:
        axes.axhline(data["chance"].mean(), **CHANCE)
    log_axis(axes, ticks)
    axes.grid(axis="x", visible=False)
    axes.set(xlabel=x_label, ylabel=y_label, ylim=(bottom, top))
    legend(figure, axes)
    caption(figure, *parts)
    return figure


def legend(figure: Figure, axes) -> None:
    """One legend for the figure: to the right on a page, above on a column."""
    handles, labels = axes.get_legend_handles_labels()
    if figure.get_figwidth() > 5:
        place = {"loc": "outside right center", "ncols": 1 + (len(labels) > 21)}  # of more, one column is cut off
    else:
        place = {"loc": "outside upper center", "ncols": 3}
    figure.legend(handles, labels, columnspacing=1, **place)


def _says(data: pd.DataFrame, x: str, where: str, at) -> str:
    """The best and the worst method at one ``x``, what ties leave open, each WS- version beside its own method."""
    part = data[data[x] == at].set_index("method")["precision"]
    text = f"{where.format(at)} the highest is {part.idxmax()} with {number(part.max())}, the lowest {part.idxmin()} "
    text += f"with {number(part.min())}"
    text += f"; chance is {number(data['chance'].mean())}." if "chance" in data else "."
    if _has(data, "best", "worst"):
        row = data.loc[(data["best"] - data["worst"]).idxmax()]
        text += f" The order of ties leaves most open for {row['method']} {where.format(row[x]).lower()}: "
        text += f"{number(row['worst'])} to {number(row['best'])}."
    table, gains = data.pivot_table(index=x, columns="method", values="precision", observed=True), []
    for base in catalogue.started():
        if {base, f"WS-{base}"} <= set(table):
            gain = (table[f"WS-{base}"] - table[base]).dropna()
            gains.append(
                f"WS-{base} is above {base} at {(gain > 0).sum()} of {len(gain)} ({gain.mean():+.3f} on average)"
            )
    return f"{text} {'; '.join(gains)}." if gains else text


@styled
def fig8(data: pd.DataFrame, depth: int = 500, width: float = PAGE, y_range=None) -> Figure:
    """Figure 8: precision of the first 500 answers against the length of the code.

    Columns ``method``, ``n_bits``, ``precision``; optional ``low``, ``high`` (interval), ``best``, ``worst`` (over the
    order of ties), ``chance``, ``n_seeds``, ``n_queries``. Width in inches; ``y_range`` from :func:`precision_range`,
    of all tables that are to be compared, else of this one.
    """
    return _lines(data, "n_bits", "code length (bits)", f"precision@{depth}", "", width, y_range)


def describe_fig8(data: pd.DataFrame, depth: int = 500) -> str:
    """What Figure 8 shows, from its numbers."""
    bits = sorted(set(data["n_bits"]))
    text = f"Precision@{depth} of {data['method'].nunique()} methods against the code length ({listed(bits)} bits)"
    return f"{listed([text, sample(data)])}. {_says(data, 'n_bits', 'At {} bits', bits[-1])}"


@styled
def fig9(data: pd.DataFrame, n_bits: int = 64, width: float = PAGE, y_range=None) -> Figure:
    """Figure 9: precision against the number of answers, at one code length.

    ``data`` is as in :func:`fig8`, with ``depth`` for ``n_bits``; so are ``width`` and ``y_range``.
    """
    return _lines(data, "depth", "number of answers R", "precision@R", f"{n_bits} bits", width, y_range)


def describe_fig9(data: pd.DataFrame, n_bits: int = 64) -> str:
    """What Figure 9 shows, from its numbers."""
    depths = sorted(set(data["depth"]))
    by_depth = data.pivot_table(index="method", columns="depth", values="precision", observed=True)
    change = (by_depth[depths[-1]] - by_depth[depths[0]]).dropna()
    text = f"Precision@R of {len(by_depth)} methods with {n_bits} bits at R = {listed(depths)}"
    return (
        f"{listed([text, sample(data)])}. {_says(data, 'depth', 'At R = {}', depths[0])} "
        f"From R = {depths[0]} to {depths[-1]} precision changes by "
        f"{change.min():+.3f} ({change.idxmin()}) to {change.max():+.3f} ({change.idxmax()})."
    )


_KINDS = {"rank": "by rank", "radius": "by Hamming radius"}


@styled
def fig10(data: pd.DataFrame, n_bits: int = 64, width: float = PAGE) -> Figure:
    """Figure 10: precision against recall, at one code length.

    Columns ``method``, ``recall``, ``precision``; optional ``low``, ``high`` (of precision), ``kind`` (``"rank"`` or
    ``"radius"``: a panel each), ``chance``, ``n_seeds``. Width in inches.
    """
    need_columns(data, "method", "recall", "precision")
    data = data if "kind" in data else data.assign(kind="")
    kinds, methods = [kind for kind in (*_KINDS, "") if (data["kind"] == kind).any()], in_order(data["method"])
    shape, height = ((1, len(kinds)), 0.42 * width) if width > 5 else ((len(kinds), 1), 0.95 * width * len(kinds) + 0.3)
    figure, grid = plt.subplots(*shape, figsize=(width, height + 0.35), sharey=True, squeeze=False)
    for axes, kind in zip(grid.flat, kinds, strict=True):
        part = data[data["kind"] == kind]
        for k, method in enumerate(methods):
            rows, style = part[part["method"] == method].sort_values("recall", kind="stable"), look(method)
            if _has(rows, "low", "high"):
                axes.fill_between(
                    rows["recall"], rows["low"], rows["high"], color=style["color"], alpha=0.15, linewidth=0
                )
            # Markers at even steps of the curve's length, shifted so that those of two methods do not meet.
            axes.plot(rows["recall"], rows["precision"], **style, markevery=(0.12 * k / len(methods), 0.12))
        if "chance" in part:
            axes.axhline(part["chance"].mean(), **CHANCE)
        axes.set(xlabel="recall", title=_KINDS.get(kind, ""), xlim=(0, 1))
    for axes in grid[:, 0]:
        axes.set_ylabel("precision")
    legend(figure, grid[0, 0])
    caption(figure, f"{n_bits} bits", sample(data), "bands: 95 % interval" if _has(data, "low", "high") else "")
    return figure


def describe_fig10(data: pd.DataFrame, n_bits: int = 64) -> str:
    """What Figure 10 shows, from its numbers: the precision of each method at a low and a middle recall."""
    by_rank = "kind" in data and (data["kind"] == "rank").any()
    part = data[data["kind"] == "rank"] if by_rank else data
    curves = {}
    for name, rows in part.dropna(subset=["recall", "precision"]).groupby("method", observed=True):
        curves[name] = np.interp((0.1, 0.5), *rows.sort_values("recall")[["recall", "precision"]].to_numpy().T)
    facts = [f"Precision against recall of {len(curves)} methods with {n_bits} bits", "by rank" if by_rank else ""]
    sentences = [f"{listed([*facts, sample(part)])}."]
    for k, recall in enumerate((0.1, 0.5)):
        ranked = sorted(in_order(part["method"]), key=lambda name, k=k: -curves[name][k])
        sentences.append(f"At recall {recall:g}: {listed(f'{name} {number(curves[name][k])}' for name in ranked)}.")
    if "chance" in part:
        sentences.append(f"Chance is {number(part['chance'].mean())}.")
    return " ".join(sentences)


_PARTS = {"network": (GREY, "s"), "hashing": (BLUE, "o")}


@styled
def fig7(data: pd.DataFrame, machine: str, width: float = PAGE) -> Figure:
    """Figure 7: time to turn a picture into its code, the network's part and the hashing's.

    Columns ``method``, ``part`` (``"network"``, ``"hashing"``), ``seconds`` (median per picture); optional ``low``,
    ``high``, ``n_pictures``, ``n_repeats``, ``n_threads``. The name of the machine stands in the caption: a time
    without it means nothing. Width in inches.
    """
    need_columns(data, "method", "part", "seconds")
    methods = in_order(data["method"])
    figure, axes = plt.subplots(figsize=(width, 0.2 * len(methods) + 1))
    for part, (colour, marker) in _PARTS.items():
        rows = data[data["part"] == part].set_index("method").reindex(methods)
        microseconds = rows.filter(["seconds", "low", "high"]).to_numpy().T * 1e6
        errors = np.abs(microseconds[1:] - microseconds[0]) if "low" in rows else None
        labels = [look(method)["label"] for method in methods]
        axes.errorbar(microseconds[0], labels, xerr=errors, fmt=marker, color=colour, label=part)
    axes.set(xscale="log", xlabel="µs per picture (logarithmic)")
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axes.invert_yaxis()
    figure.legend(loc="outside upper left", ncols=2, handlelength=1.5)
    caption(figure, _machine(data, machine))
    return figure


def _machine(data: pd.DataFrame, machine: str) -> str:
    facts = [machine]
    for column, word in (("n_threads", "thread"), ("n_pictures", "picture"), ("n_repeats", "repeat")):
        if column in data:
            value = int(data[column].iloc[0])
            facts.append(f"{value} {word}{'s' if value != 1 else ''}")
    return f"{listed(facts)}; median{', bars: spread over the repeats' if 'low' in data else ''}"


def describe_fig7(data: pd.DataFrame, machine: str) -> str:
    """What Figure 7 shows, from its numbers."""
    table = data.pivot_table(index="method", columns="part", values="seconds", observed=True).fillna(0.0)
    total, hashing = table.sum(axis=1), table["hashing"]
    return (
        f"Time per picture from pixels to code for {len(table)} methods ({_machine(data, machine)}). "
        f"The slowest is {total.idxmax()} with {total.max() * 1e3:.2f} ms, the fastest {total.idxmin()} with "
        f"{total.min() * 1e3:.2f} ms. Hashing alone takes from {hashing.min() * 1e6:.3g} µs ({hashing.idxmin()}) to "
        f"{hashing.max() * 1e6:.3g} µs ({hashing.idxmax()}), at most {(hashing / total).max():.1%} of the whole."
    )
