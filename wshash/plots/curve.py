"""Precision against the number of labelled pictures: labels alone, tags alone, both, and the paper's way."""

import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from wshash.plots.results import line
from wshash.plots.style import CHANCE, PAGE, caption, look, need_columns, styled

PAPERS_WAY = {"color": "#B36B00", "linestyle": "--", "marker": "p", "label": "WS-X, the best of three"}


def _best(part: pd.DataFrame) -> pd.DataFrame:
    """With each number of labels, the method of highest precision."""
    return part.loc[part.groupby("n_labelled")["precision"].idxmax()].sort_values("n_labelled")


@styled
def curve(data: pd.DataFrame, width: float = PAGE) -> Figure:
    """A panel for each code length, from no label at the left to all at the right.

    Columns as :func:`wshash.study.experiments.curve.curve` makes them. What sees no label is a point at 0 and a level.
    """
    need_columns(data, "kind", "method", "n_labelled", "n_bits", "precision", "low", "high", "chance")
    bits = sorted(set(data["n_bits"]))
    shape, height = ((1, len(bits)), 0.5) if width > 5 else ((len(bits), 1), 0.9 * len(bits))
    figure, panels = plt.subplots(*shape, figsize=(width, height * width), sharey=True, squeeze=False)
    for axes, n_bits in zip(panels.flat, bits, strict=True):
        part = data[data["n_bits"] == n_bits]
        for method in part.loc[part["kind"] == "tags", "method"]:
            rows = part[part["method"] == method]
            axes.axhline(rows["precision"].iloc[0], color=look(method)["color"], linestyle=":", linewidth=0.8)
            line(axes, rows, rows["n_labelled"], look(method))
        for method in ("DRSCH", "Twin", "Placebo-Joint", "CCAITQ3", "Joint"):
            rows = part[part["method"] == method].sort_values("n_labelled")
            if len(rows):
                line(axes, rows, rows["n_labelled"], look(method))
        paper = part[part["kind"] == "paper"]
        if len(paper):
            best = _best(paper)
            line(axes, best, best["n_labelled"], PAPERS_WAY)
        axes.axhline(part["chance"].mean(), **CHANCE)
        axes.set_xscale("symlog", linthresh=50, linscale=0.6)
        ticks = sorted(set(part["n_labelled"]))
        axes.set_xlim(-12, 1.3 * ticks[-1])
        axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks], rotation=45)
        axes.minorticks_off()
        axes.grid(axis="x", visible=False)
        axes.set(xlabel="labelled pictures", title=f"{n_bits} bits")
    found = [axes.get_legend_handles_labels() for axes in panels.flat]
    known = {label: handle for handles, labels in found for handle, label in zip(handles, labels, strict=True)}
    figure.legend(known.values(), known, loc="outside upper center", ncols=3 if width > 5 else 1)
    for axes in panels[:, 0]:
        axes.set_ylabel(f"precision@{data['depth'].iloc[0]}")
    caption(figure, f"mean and 95 % interval over {data['n_seeds'].max()} seeds")
    return figure


def describe_curve(data: pd.DataFrame) -> str:
    """What the figure shows, from its numbers."""
    parts = []
    for n_bits, part in data.groupby("n_bits"):
        words = []
        for kind, name in (("labels", "labels alone"), ("both", "both at once"), ("paper", "WS-X")):
            if (part["kind"] == kind).any():
                best = _best(part[part["kind"] == kind])
                first, last = best.iloc[0], best.iloc[-1]
                ends = f"{first['precision']:.3f} with {first['n_labelled']:,} labelled pictures"
                words.append(f"{name} {ends}, {last['precision']:.3f} with {last['n_labelled']:,}")
        tags = part[part["kind"] == "tags"]
        if len(tags):
            top = tags.loc[tags["precision"].idxmax()]
            words.append(f"tags alone {top['precision']:.3f} ({look(top['method'])['label']}), with no label")
        parts.append(f"{n_bits} bits: {'; '.join(words)}")
    return (
        f"Precision@{data['depth'].iloc[0]} against the number of labelled pictures, a panel for each code length. "
        f"{'. '.join(parts)}. Chance is {data['chance'].mean():.3f}."
    )
