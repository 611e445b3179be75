"""Figures about training: the loss of a pair (Figure 3), the network (Figure 5), learning curves."""

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from wshash.hashing.catalogue import in_order
from wshash.plots.style import BLUE, COLUMN, DARK, ORANGE, PAGE, SMALL, caption, look, need_columns, styled

_PAIRS = {"similar": (BLUE, "-"), "dissimilar": (ORANGE, (0, (4, 1.6)))}


@styled
def fig3(data: pd.DataFrame, width: float = COLUMN) -> Figure:
    """Figure 3: what a pair costs (eq. 3) at each distance of its two outputs.

    Columns ``pair`` (``"similar"``, ``"dissimilar"``), ``distance``, ``loss``; width in inches.
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
    most = data.groupby("pair")["loss"].max()
    return (
        f"Loss of a pair against the distance of its outputs, 0 to {data['distance'].max():.3g}. A similar pair costs "
        f"the more the farther apart it is, up to {most['similar']:.3g}; a dissimilar pair costs "
        f"{most['dissimilar']:.3g} at most, and {free}."
    )


_PARTS = {"train": (0, (4, 1.6)), "validation": "-"}


@styled
def learning_curves(data: pd.DataFrame, measure: str = "loss", width: float = PAGE) -> Figure:
    """Training and validation curve of each method: has it converged?

    Columns ``method``, ``epoch``, ``part`` (``"train"``, ``"validation"``), and ``measure``; optional ``seed``: a line
    each. Width in inches.
    """
    need_columns(data, "method", "epoch", "part", measure)
    methods = in_order(data["method"])
    columns = min(len(methods), 4 if width > 5 else 2)
    lines = -(-len(methods) // columns)
    figure, grid = plt.subplots(lines, columns, figsize=(width, 1.45 * lines + 0.4), squeeze=False)
    for axes in grid.flat[len(methods) :]:
        axes.remove()
    for axes, method in zip(grid.flat, methods, strict=False):
        for part, line in _PARTS.items():
            rows = data[(data["method"] == method) & (data["part"] == part)]
            curves = rows.pivot_table(index="epoch", columns=rows.get("seed", rows["part"]), values=measure)
            axes.plot(curves, color=look(method)["color"], linestyle=line, linewidth=1.0)
        axes.set_title(look(method)["label"])
    for axes in grid[:, 0]:
        axes.set_ylabel(measure)
    caption(figure, "by epoch", "dashed: training, solid: validation")
    return figure


def describe_learning_curves(data: pd.DataFrame, measure: str = "loss") -> str:
    """What the learning curves show: by how much the last tenth of the training still moved each."""
    part = "validation" if (data["part"] == "validation").any() else "train"
    sentences = []
    for method in in_order(data["method"]):
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


_LAYERS = [  # what a box says, where its middle is and how large it is (points), its colour
    ("picture\n120×120", 22, 40, 40, "#F2F2F2"),
    *((f"conv {k + 1}\n{n}", 66 + 37 * k, 31, 46 - 5 * k, "#CFE3F1") for k, n in enumerate((64, 128, 256, 512, 512))),
    ("2 × FC\n4096", 255, 35, 26, "#FBE3C5"),
    ("hash layer\n{} sigmoid", 309, 54, 33, "#CDE9DF"),
]


def _box(axes, x: float, y: float, width: float, height: float, text: str, colour: str = "white") -> None:
    outline = {"facecolor": colour, "edgecolor": DARK, "linewidth": 0.7}
    axes.add_patch(plt.Rectangle((x - width / 2, y - height / 2), width, height, **outline))
    axes.text(x, y, text, ha="center", va="center", fontsize=SMALL)


def _arrow(axes, start: tuple[float, float], end: tuple[float, float], style: str = "-|>") -> None:
    look = {"arrowstyle": style, "mutation_scale": 6, "linewidth": 0.8, "color": DARK, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", end, start, arrowprops=look)


@styled
def fig5(n_bits: int = 64, margin: float = 1.0, width: float = PAGE) -> Figure:
    """Figure 5: the hash network of ``n_bits`` sigmoids and the pair of pictures that trains it; ``margin`` is λ."""
    figure, axes = plt.subplots(figsize=(width, 0.31 * width))
    axes.set(xlim=(0, 497), ylim=(-75, 75), aspect="equal")
    axes.axis("off")
    for row, name in ((50, "i"), (-50, "j")):
        previous = None
        for text, x, wide, high, colour in _LAYERS:
            _box(axes, x, row, wide, high, text.format(n_bits).replace("picture", f"picture {name}"), colour)
            if previous:
                _arrow(axes, (previous, row), (x - wide / 2, row))
            previous = x + wide / 2
        _arrow(axes, (previous, row), (421, row))
        axes.text(352, row + 4, f"f({name})", ha="center", fontsize=SMALL, style="italic")
        _box(axes, 458, row, 74, 26, "code H (eq. 5)\n1 where f ≥ 0.5")
        _arrow(axes, (378, row), (378, 0.4 * row))
        _arrow(axes, (140, 0.12 * row), (140, 0.5 * row), "<|-|>")
    axes.text(140, 0, "the same weights for both pictures", ha="center", va="center", fontsize=SMALL)
    loss = f"d = ‖f(i) − f(j)‖₂,  λ = {margin:g}\nsimilar pair costs d (eq. 3)\ndissimilar: max(0, λ − d)"
    _box(axes, 358, 0, 124, 40, loss)
    _box(axes, 468, 0, 56, 40, "tags:\ns(i, j) > θ ?\n(eqs 1, 2)", "#F2F2F2")
    _arrow(axes, (440, 0), (420, 0))
    return figure


def describe_fig5(n_bits: int = 64, margin: float = 1.0) -> str:
    """What Figure 5 shows."""
    return (
        "Drawing of the paper's hash network. Where a head alone is trained, features of a smaller network and a "
        "hidden layer stand in place of its VGG-16. Two pictures of 120×120 pixels pass through the same VGG-16: five "
        "stages of convolutions with 64 to 512 channels, two fully connected layers of 4096, and a hash layer "
        f"of {n_bits} sigmoid units. The tags of the two pictures say whether the pair is similar (eqs 1 and "
        f"2); the loss of the pair (eq. 3, margin {margin:g}) draws similar outputs together and pushes "
        "dissimilar ones apart. A bit of the code is 1 where its unit reaches 0.5 (eq. 5)."
    )
