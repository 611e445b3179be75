"""Figure 7: how long a picture takes to become its code."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from wshash.hashing.catalogue import in_order
from wshash.plots.style import BLUE, GREY, PAGE, caption, listed, look, need_columns, styled

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
