"""Differences with their intervals, a row each: which are more than chance, and how large."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wshash.errors import InputError
from wshash.plots.style import BLUE, DARK, GREY, ORANGE, PAGE, SMALL, caption, listed, need_columns, sample, styled

_VERDICTS = {  # by where the interval lies: colour, marker, its filling
    "below 0": (ORANGE, "v", ORANGE),
    "no difference shown": (GREY, "o", "white"),
    "above 0": (BLUE, "s", BLUE),
}


def _rows(table: pd.DataFrame, by: str | None) -> pd.DataFrame:
    """The table in points, its groups in their order, each by code length, with its verdict."""
    need_columns(table, "a", "b", "n_bits", "difference", "low", "high", *([by] if by else []))
    rows = table.assign(measure=table.get("measure", "precision"), row=table["n_bits"].astype(str) + " bits")
    if rows["measure"].nunique() > 1:
        raise InputError(f"the table has the measures {sorted(set(table['measure']))}; draw one of them")
    pair = group = rows["a"] + " − " + rows["b"]
    if by:  # what all of a group are compared with is said once
        group, alone = rows[by], rows.groupby(by)["b"].transform("nunique") == 1
        pair = pair.where(~alone, rows["a"])
        group = group.where(~alone, group + ", minus " + rows["b"]) if rows["b"].nunique() > 1 else group
        rows["row"] = pair if rows["n_bits"].nunique() == 1 else pair + ", " + rows["row"]
    rows["group"], rows["pair"] = (pd.Categorical(names, names.unique()) for names in (group, pair))
    rows[["difference", "low", "high"]] *= 100
    rows["verdict"] = np.select([rows["high"] < 0, rows["low"] > 0], ["below 0", "above 0"], "no difference shown")
    return rows.sort_values(["group", "pair", "n_bits"], kind="stable", ignore_index=True)


def _from(rows: pd.DataFrame, by: str | None) -> str:
    """What all rows are compared with, where the rows do not say it."""
    return f"from {rows['b'][0]} " if by and rows["b"].nunique() == 1 else ""


@styled
def forest(table: pd.DataFrame, width: float = PAGE, by: str | None = None) -> Figure:
    """Differences of precision in points: a row for each comparison and code length.

    Columns ``a``, ``b``, ``n_bits``, ``difference`` (a − b, of two precisions), ``low``, ``high`` (its interval);
    optional ``measure`` (one, else an InputError) and ``n_seeds``. The rows are grouped by comparison, or by the
    column ``by``. Groups are drawn in the order in which they come, on a page (width in inches) in two columns where
    names are short.
    """
    rows = _rows(table, by)
    # A group takes a line for its name; those that start in the first half of the lines stand to the left.
    rows["y"] = np.arange(len(rows)) + 1.4 * (rows["group"].cat.codes + 1)
    short = rows["row"].str.len().max() <= 24  # longer names leave no room for the points of two columns
    half = rows["y"].max() / 2 if width > 5 and short and rows["group"].nunique() > 1 else np.inf
    right = rows.groupby("group", observed=True)["y"].transform("min") > half
    parts = [part.assign(y=part["y"] - part["y"].min()) for part in (rows[~right], rows[right]) if len(part)]
    lines = max(part["y"].max() for part in parts) + 2.4
    figure, panels = plt.subplots(1, len(parts), figsize=(width, 0.135 * lines + 0.9), sharex=True, squeeze=False)
    for axes, part in zip(panels[0], parts, strict=True):
        axes.axvline(0, color=DARK, linewidth=0.7)
        for verdict, (colour, marker, face) in _VERDICTS.items():
            those = part[part["verdict"] == verdict]
            errors = np.abs(those[["low", "high"]].to_numpy().T - those["difference"].to_numpy())
            look = {"color": colour, "markerfacecolor": face, "elinewidth": 1, "markersize": 4}
            axes.errorbar(those["difference"], those["y"], xerr=errors, fmt=marker, label=verdict, **look)
        text = {"xycoords": axes.get_yaxis_transform(), "fontsize": SMALL, "va": "center"}
        blank = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        for row in part.itertuples():
            axes.annotate(f"{row.difference:+z.1f} [{row.low:+z.1f}, {row.high:+z.1f}]", (1.02, row.y), **text)
        for group, y in part.groupby("group", observed=True)["y"].min().items():
            axes.annotate(group, (0.01, y - 1), **text, weight="bold", bbox=blank)
        axes.set_yticks(part["y"], part["row"])
        axes.set(ylim=(lines - 1.7, -1.7), xlabel="points")
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", visible=False)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=3, handlelength=1.5, columnspacing=1)
    caption(
        figure, f"difference {_from(rows, by)}of {rows['measure'][0]} in points with its 95 % interval", sample(table)
    )
    return figure


def describe_forest(table: pd.DataFrame, by: str | None = None) -> str:
    """What the forest plot shows, from its numbers."""
    rows, parts = _rows(table, by), []
    for group, those in rows.groupby("group", observed=True):
        least, most = (those.loc[at] for at in (those["difference"].idxmin(), those["difference"].idxmax()))
        ends = [f"{end['difference']:+z.1f}" + (f" ({end['row']})" if by else "") for end in (least, most)]
        above, below = (those["verdict"] == "above 0").sum(), (those["verdict"] == "below 0").sum()
        parts.append(
            f"{group} {' to '.join(ends[: len(those)])} (above 0 at {above}, below at {below} of {len(those)})"
        )
    return (
        f"Differences {_from(rows, by)}of {rows['measure'][0]} in points with 95 % intervals, a row for each "
        f"comparison and code length ({listed(sorted(set(rows['n_bits'])))} bits): {'; '.join(parts)}."
    )
