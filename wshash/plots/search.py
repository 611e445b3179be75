"""Search by word: how well the name of a concept finds it, between chance and a classifier with all labels."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wshash.plots.style import BLUE, DARK, ORANGE, PAGE, caption, need_columns, number, styled


@styled
def by_word(data: pd.DataFrame, width: float = PAGE) -> Figure:
    """A row for each concept: average precision by its word, of a classifier, and chance.

    Parameters
    ----------
    data : DataFrame
        Of :func:`wshash.study.experiments.words.concepts`.
    width : float, inches
    """
    need_columns(data, "concept", "precision", "low", "high", "classifier", "chance")
    y = np.arange(len(data))
    figure, axes = plt.subplots(figsize=(width, 0.19 * len(data) + 1))
    for column, low, high, look in (
        ("precision", "low", "high", {"color": BLUE, "marker": "o", "label": "word, no label"}),
        (
            "classifier",
            "classifier_low",
            "classifier_high",
            {"color": ORANGE, "marker": "s", "markerfacecolor": "white", "label": "classifier, all labels"},
        ),
    ):
        errors = np.abs(data[[low, high]].to_numpy().T - data[column].to_numpy())
        at = y + (0.13 if column == "classifier" else -0.13)
        axes.errorbar(data[column], at, xerr=errors, linestyle="none", elinewidth=1, **look)
    axes.plot(data["chance"], y, linestyle="none", marker="|", markersize=9, color=DARK, label="chance")
    named = [
        c.replace("_", " ") + (f" (“{w}”)" if w and w != c else "")
        for c, w in zip(data["concept"], data["word"].fillna(""), strict=True)
    ]
    axes.set_yticks(y, named)
    axes.set(ylim=(len(data) - 0.4, -0.6), xlim=(0, 1), xlabel="average precision")
    axes.grid(axis="y", visible=False)
    figure.legend(loc="outside upper left", ncols=3, handlelength=1.5)
    caption(figure, f"{int(data['n_queries'].iloc[0]):,} pictures never trained on, with 95 % bootstrap intervals")
    return figure


def describe_by_word(data: pd.DataFrame) -> str:
    """What the figure shows, from its numbers."""
    each, mean = data[data["word"].fillna("") != ""], data[data["word"].fillna("") == ""].iloc[0]
    best = each.iloc[0]
    worst = each.assign(lift=each["precision"] / each["chance"]).sort_values("lift").iloc[0]
    return (
        f"Average precision of a search by word for {len(each)} concepts, a row each, between chance and a classifier "
        f"with all labels. The mean is {number(mean['precision'])} ({number(mean['low'])} to {number(mean['high'])}); "
        f"chance is {number(mean['chance'])}, the classifier {number(mean['classifier'])}. Best against chance is "
        f"“{best['word']}” ({number(best['precision'])}, chance {number(best['chance'])}), worst “{worst['word']}” "
        f"({number(worst['precision'])}, chance {number(worst['chance'])})."
    )
