"""The label budget: precision against the number of labelled pictures."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from wshash.plots.style import CHANCE, METHODS, PAGE, caption, need_columns, styled


def _bases(data: pd.DataFrame) -> list[str]:
    return [method for method in METHODS if f"WS-{method}" in set(data["method"])]


@styled
def budget(data: pd.DataFrame, width: float = PAGE) -> Figure:
    """A panel for each supervised method X: X, WS-X and X after shuffled tags, by the number of labels.

    Parameters
    ----------
    data : DataFrame
        Columns ``method``, ``n_labelled``, ``precision``, ``low``, ``high``, ``chance``, ``n_bits``, ``depth``,
        ``n_seeds``; the method ``Weak``, where it is there, has seen no label and is drawn as a level.
    width : float
        Inches.
    """
    need_columns(data, "method", "n_labelled", "precision", "low", "high", "chance")
    bases = _bases(data)
    figure, panels = plt.subplots(1, len(bases), figsize=(width, 0.42 * width), sharey=True, squeeze=False)
    for axes, base in zip(panels[0], bases, strict=True):
        for method in (base, f"Placebo-{base}", f"WS-{base}"):
            rows = data[data["method"] == method].sort_values("n_labelled")
            look = METHODS[method]
            at, value = rows["n_labelled"], rows["precision"]
            errors = [value - rows["low"], rows["high"] - value]
            axes.errorbar(at, value, errors, fmt="none", ecolor=look.colour, elinewidth=0.9)
            axes.plot(at, value, linestyle=look.line, label=look.label, **look.markers)
        weak = data[data["method"] == "Weak"]
        if len(weak):
            look = METHODS["Weak"]
            axes.axhline(weak["precision"].iloc[0], color=look.colour, linestyle=look.line, label="tags, no label")
        axes.axhline(data["chance"].mean(), label="chance", **CHANCE)
        axes.set_xscale("log")
        ticks = sorted(set(data["n_labelled"]) - {0})
        axes.set_xticks(ticks, [f"{n:,}" for n in ticks])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.grid(axis="x", visible=False)
        axes.set(xlabel="labelled pictures")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.08))  # clear of chance
    panels[0][0].set_ylabel(f"precision@{data['depth'].iloc[0]}")
    caption(figure, f"{data['n_bits'].iloc[0]} bits; mean and 95 % interval over {data['n_seeds'].max()} seeds")
    return figure


def describe_budget(data: pd.DataFrame) -> str:
    """What the figure shows, from its numbers."""
    parts = []
    for base in _bases(data):
        line = data[data["method"] == f"WS-{base}"].sort_values("n_labelled")
        few, many = line.iloc[0], line.iloc[-1]
        parts.append(
            f"WS-{base} is {few['gain']:+.3f} above {base} with {few['n_labelled']:,} labelled pictures "
            f"({few['gain_over_placebo']:+.3f} above shuffled tags) and {many['gain']:+.3f} with {many['n_labelled']:,}"
        )
    return (
        f"Precision@{data['depth'].iloc[0]} with {data['n_bits'].iloc[0]} bits against the number of labelled "
        "pictures, a panel for each supervised method: from scratch, from weak tags, from shuffled tags. "
        f"{'; '.join(parts)}; chance is {data['chance'].mean():.3f}."
    )
