"""The label budget: precision against the number of labelled pictures."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from wshash.hashing import catalogue
from wshash.plots.results import line
from wshash.plots.style import CHANCE, PAGE, caption, log_axis, look, need_columns, styled


def _bases(data: pd.DataFrame) -> list[str]:
    return [method for method in catalogue.started() if f"WS-{method}" in set(data["method"])]


@styled
def budget(data: pd.DataFrame, width: float = PAGE) -> Figure:
    """A panel for each supervised method X: X, WS-X and X after shuffled tags, by the number of labels.

    Columns ``method``, ``n_labelled``, ``precision``, ``low``, ``high``, ``chance``, ``n_bits``, ``depth``,
    ``n_seeds``; the method ``Weak``, where it is there, has seen no label and is drawn as a level. Width in inches.
    """
    need_columns(data, "method", "n_labelled", "precision", "low", "high", "chance")
    bases = _bases(data)
    shape, height = ((1, len(bases)), 0.42) if width > 5 else ((len(bases), 1), 0.8 * len(bases))
    figure, panels = plt.subplots(*shape, figsize=(width, height * width), sharey=True, squeeze=False)
    for axes, base in zip(panels.flat, bases, strict=True):
        for method in (base, f"Placebo-{base}", f"WS-{base}"):
            rows = data[data["method"] == method].sort_values("n_labelled")
            line(axes, rows, rows["n_labelled"], method)
        for level in data.loc[data["method"] == "Weak", "precision"]:
            weak = look("Weak")
            axes.axhline(level, color=weak["color"], linestyle=weak["linestyle"], label="tags, no label")
        axes.axhline(data["chance"].mean(), **CHANCE)
        log_axis(axes, sorted(set(data["n_labelled"]) - {0}))
        axes.grid(axis="x", visible=False)
        axes.set(xlabel="labelled pictures")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.08))  # clear of chance
    for axes in panels[:, 0]:
        axes.set_ylabel(f"precision@{data['depth'].iloc[0]}")
    caption(figure, f"{data['n_bits'].iloc[0]} bits", f"mean and 95 % interval over {data['n_seeds'].max()} seeds")
    return figure


def describe_budget(data: pd.DataFrame) -> str:
    """What the figure shows, from its numbers."""
    parts = []
    for base in _bases(data):
        rows = data[data["method"] == f"WS-{base}"].sort_values("n_labelled")
        few, many = rows.iloc[0], rows.iloc[-1]
        parts.append(
            f"WS-{base} is {few['gain']:+.3f} above {base} with {few['n_labelled']:,} labelled pictures "
            f"({few['gain_over_placebo']:+.3f} above shuffled tags) and {many['gain']:+.3f} with {many['n_labelled']:,}"
        )
    return (
        f"Precision@{data['depth'].iloc[0]} with {data['n_bits'].iloc[0]} bits against the number of labelled "
        "pictures, a panel for each supervised method: from scratch, from weak tags, from shuffled tags. "
        f"{'; '.join(parts)}; chance is {data['chance'].mean():.3f}."
    )
