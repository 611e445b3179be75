"""Figures about training: the loss of a pair (Figure 3), the network (Figure 5), learning curves."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from wshash.plots.style import COLUMN, METHODS, PAGE, caption, methods_in, need_columns, styled

_PAIRS = {"similar": ("#0072B2", "-"), "dissimilar": ("#D55E00", (0, (4, 1.6)))}


@styled
def fig3(data: pd.DataFrame, width: float = COLUMN) -> Figure:
    """Figure 3: what a pair costs (eq. 3) at each distance of its two outputs.

    Parameters
    ----------
    data : DataFrame
        Columns ``pair`` (``"similar"``, ``"dissimilar"``), ``distance``, ``loss``.
    width : float
        Inches.
    """
    need_columns(data, "pair", "distance", "loss")
    figure, axes = plt.subplots(figsize=(width, 0.72 * width))
    for pair, (colour, line) in _PAIRS.items():
        rows = data[data["pair"] == pair].sort_values("distance")
        axes.plot(rows["distance"], rows["loss"], color=colour, linestyle=line, label=f"{pair} pair")
    axes.set(xlabel="distance of the outputs ‖fᵢ − fⱼ‖₂", ylabel="loss", xlim=(0, None))
    axes.legend()
    return figure


def describe_fig3(data: pd.DataFrame) -> str:
    """What Figure 3 shows, from its numbers."""
    apart = data[(data["pair"] == "dissimilar") & (data["loss"] <= 1e-9)]["distance"]
    free = f"nothing from distance {apart.min():.3g} on" if len(apart) else "something at every distance drawn"
    most = data[data["pair"] == "similar"]["loss"].max()
    return (
        f"Loss of a pair against the distance of its outputs, 0 to {data['distance'].max():.3g}. A similar "
        f"pair costs the more the farther apart it is, up to {most:.3g}; a dissimilar pair costs "
        f"{data[data['pair'] == 'dissimilar']['loss'].max():.3g} at most, and {free}."
    )


@styled
def learning_curves(data: pd.DataFrame, measure: str = "loss", width: float = PAGE) -> Figure:
    """Training and validation curve of each method: has it converged?

    Parameters
    ----------
    data : DataFrame
        Columns ``method``, ``epoch``, ``part`` (``"train"``, ``"validation"``), and ``measure``; optional
        ``seed``: a line each.
    measure : str
    width : float
        Inches.
    """
    need_columns(data, "method", "epoch", "part", measure)
    methods = methods_in(data)
    columns = min(len(methods), 4 if width > 5 else 2)
    lines = -(-len(methods) // columns)
    figure, grid = plt.subplots(lines, columns, figsize=(width, 1.45 * lines + 0.4), squeeze=False)
    for axes in grid.flat[len(methods) :]:
        axes.remove()
    for axes, method in zip(grid.flat, methods, strict=False):
        rows = data[data["method"] == method]
        for part, line, width_ in (("train", (0, (4, 1.6)), 0.9), ("validation", "-", 1.3)):
            one = rows[rows["part"] == part]
            for number, (_, curve) in enumerate(one.groupby("seed") if "seed" in one else [(0, one)]):
                curve = curve.sort_values("epoch")
                label = None if number or curve.empty else part
                colour = METHODS[method].colour
                axes.plot(
                    curve["epoch"],
                    curve[measure],
                    color=colour,
                    linestyle=line,
                    linewidth=width_,
                    label=label,
                )
        axes.set_title(METHODS[method].label)
    grid[0, 0].legend()
    for axes in grid[:, 0]:
        axes.set_ylabel(measure)
    caption(figure, "by epoch; dashed: training, solid: validation")
    return figure


def describe_learning_curves(data: pd.DataFrame, measure: str = "loss") -> str:
    """What the learning curves show: by how much the last tenth of the training still moved each."""
    part = "validation" if (data["part"] == "validation").any() else "train"
    sentences = []
    for method in methods_in(data):
        rows = data[(data["method"] == method) & (data["part"] == part)]
        curve = rows.groupby("epoch")[measure].mean()
        if len(curve) < 2:
            continue
        earlier = curve.iloc[-1 - max(1, len(curve) // 10)]
        sentences.append(f"{method} {curve.iloc[0]:.3g} to {curve.iloc[-1]:.3g} ({curve.iloc[-1] - earlier:+.2g})")
    return (
        f"{part.capitalize()} {measure} by epoch, first to last, in brackets the change over the last tenth "
        f"of the epochs: {'; '.join(sentences)}."
    )


_LAYERS = [  # name, what it holds, height drawn, colour
    ("picture\n120×120", 1.0, "#F2F2F2"),
    ("conv 1\n64", 0.95, "#CFE3F1"),
    ("conv 2\n128", 0.82, "#CFE3F1"),
    ("conv 3\n256", 0.69, "#CFE3F1"),
    ("conv 4\n512", 0.56, "#CFE3F1"),
    ("conv 5\n512", 0.43, "#CFE3F1"),
    ("FC\n4096", 0.62, "#FBE3C5"),
    ("FC\n4096", 0.62, "#FBE3C5"),
]


def _box(axes, x, y, width, height, text, colour):
    patch = FancyBboxPatch(
        (x - width / 2, y - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.05",
        facecolor=colour, edgecolor="#444444", linewidth=0.7,
    )  # fmt: skip
    axes.add_patch(patch)
    axes.text(x, y, text, ha="center", va="center", fontsize=6.2, linespacing=1.25)


def _arrow(axes, start, end, **options):
    style = {"arrowstyle": "-|>", "mutation_scale": 6, "linewidth": 0.8, "color": "#444444"} | options
    axes.add_patch(FancyArrowPatch(start, end, shrinkA=0, shrinkB=0, **style))


@styled
def fig5(n_bits: int = 64, margin: float = 1.0, width: float = PAGE) -> Figure:
    """Figure 5: the hash network and the pair of pictures that trains it.

    Parameters
    ----------
    n_bits : int
        Sigmoid units of the hash layer.
    margin : float
        λ of eq. (3).
    width : float
        Inches.
    """
    figure, axes = plt.subplots(figsize=(width, 0.30 * width))
    axes.set(xlim=(-0.6, 12.6), ylim=(-1.7, 2.1), aspect="equal")
    axes.axis("off")
    for row, name in ((1.35, "i"), (-0.95, "j")):
        for x, (text, height, colour) in enumerate(_LAYERS):
            _box(
                axes,
                x,
                row,
                0.82,
                1.25 * height if x else 1.1,
                text.replace("picture", f"picture {name}"),
                colour,
            )
            if x:
                _arrow(axes, (x - 0.59, row), (x - 0.41, row))
        _box(axes, 8.15, row, 1.0, 0.9, f"hash layer\n{n_bits} sigmoid", "#CDE9DF")
        _arrow(axes, (7.41, row), (7.65, row))
        _box(axes, 11.5, row, 1.9, 0.62, "code H (eq. 5)\n1 where f ≥ 0.5", "#FFFFFF")
        _arrow(axes, (8.65, row), (10.55, row))
        axes.text(9.15, row + 0.16, f"f({name})", ha="center", fontsize=7, style="italic")
    axes.text(3.6, 0.2, "the same weights for both pictures", ha="center", va="center", fontsize=7)
    _arrow(axes, (3.6, 0.38), (3.6, 0.66), arrowstyle="<|-|>")
    _arrow(axes, (3.6, 0.02), (3.6, -0.26), arrowstyle="<|-|>")
    _box(
        axes,
        9.55,
        0.2,
        2.7,
        0.8,
        f"d = ‖f(i) − f(j)‖₂,  λ = {margin:g}\nsimilar pair costs d (eq. 3)\ndissimilar: max(0, λ − d)",
        "#FFFFFF",
    )
    _arrow(axes, (9.4, 1.35), (9.4, 0.61))
    _arrow(axes, (9.4, -0.95), (9.4, -0.21))
    _box(axes, 12.0, 0.2, 1.1, 0.8, "tags:\ns(i, j) ≥ θ ?\n(eqs 1, 2)", "#F2F2F2")
    _arrow(axes, (11.45, 0.2), (10.91, 0.2))
    return figure


def describe_fig5(n_bits: int = 64, margin: float = 1.0) -> str:
    """What Figure 5 shows."""
    return (
        "Drawing of the hash network. Two pictures of 120×120 pixels pass through the same VGG-16: five "
        "stages of convolutions with 64 to 512 channels, two fully connected layers of 4096, and a hash layer "
        f"of {n_bits} sigmoid units. The tags of the two pictures say whether the pair is similar (eqs 1 and "
        f"2); the loss of the pair (eq. 3, margin {margin:g}) draws similar outputs together and pushes "
        "dissimilar ones apart. A bit of the code is 1 where its unit reaches 0.5 (eq. 5)."
    )
