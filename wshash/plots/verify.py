"""Results made here against the published ones, one point a row."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from wshash.hashing.catalogue import in_order
from wshash.plots.style import DARK, ORANGE, PAGE, caption, listed, look, need_columns, number, styled


@styled
def verify(rows: pd.DataFrame, width: float = PAGE) -> Figure:
    """Ours against published, and the difference in units of the tolerance by method; what lies outside is ringed.

    Parameters
    ----------
    rows : DataFrame
        Columns ``method``, ``n_bits``, ``measure``, ``made``, ``published``, ``tolerance``.
    width : float, inches
    """
    need_columns(rows, "method", "n_bits", "measure", "made", "published", "tolerance")
    figure, (left, right) = plt.subplots(1, 2, figsize=(width, 0.5 * width))
    ratio = ((rows["made"] - rows["published"]) / rows["tolerance"]).clip(-5, 5)
    methods = in_order(rows["method"])
    ends = rows[["made", "published"]].min().min(), rows[["made", "published"]].max().max()
    left.plot(ends, ends, color=DARK, linewidth=0.7)
    right.axvline(0, color=DARK, linewidth=0.7)
    for k, method in enumerate(methods):
        those, style = rows["method"] == method, look(method) | {"linestyle": "none"}
        at = k + np.linspace(-0.3, 0.3, those.sum())
        left.plot(rows["published"][those], rows["made"][those], **style)
        right.plot(ratio[those], at, **style)
        out = (ratio[those].abs() > 1).to_numpy()
        ring = {"linestyle": "none", "marker": "o", "markersize": 11, "fillstyle": "none", "color": ORANGE}
        left.plot(rows["published"][those][out], rows["made"][those][out], **ring)
        right.plot(ratio[those][out], at[out], **ring)
    left.set(xlabel="published", ylabel="made here", aspect="equal", title=" and ".join(rows["measure"].unique()))
    for limit in (-1, 1):
        right.axvline(limit, color=ORANGE, linewidth=1, linestyle="--")
    right.set(xlabel="difference / tolerance", title=f"{len(rows)} values")
    right.set_yticks(range(len(methods)), [look(method)["label"] for method in methods])
    right.set_ylim(len(methods) - 0.5, -0.5)
    limit = max(1.2, 1.05 * ratio.abs().max())
    right.set_xlim(-limit, limit)
    caption(figure, "dashed: the tolerance", "ringed: outside; ±5: or beyond" if (ratio.abs() > 1).any() else "")
    return figure


def describe_verify(rows: pd.DataFrame) -> str:
    """What the figure shows, from its numbers."""
    ratio = ((rows["made"] - rows["published"]) / rows["tolerance"]).abs()
    largest = rows.loc[ratio.idxmax()]
    return (
        f"{listed(rows['measure'].unique())} of {rows['method'].nunique()} methods made here against the published: "
        f"{(ratio <= 1).sum()} of {len(rows)} values within tolerance; the largest difference in units of it is "
        f"{ratio.max():.2f}, {largest['method']} at {largest['n_bits']} bits, {number(largest['made'])} here and "
        f"{number(largest['published'])} published."
    )
