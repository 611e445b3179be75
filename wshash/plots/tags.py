"""The figures of the tag side: 1 (weak tags), 4 (pairs), 6 (visual tags)."""

import textwrap
from collections.abc import Collection, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator

from wshash.plots.style import BLUE, COLUMN, DARK, GREY, ORANGE, PAGE, SMALL, log_axis, need_columns, styled

KEPT, REMOVED, PLACEBO = BLUE, GREY, ORANGE


def _picture(ax, picture) -> None:
    ax.imshow(picture)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)


def _words(words: Sequence[str], width: int = 19) -> str:
    """A list of words in four short lines at most."""
    wrapped = textwrap.wrap(", ".join(words).replace("$", r"\$"), width, break_long_words=False) or ["–"]
    return "\n".join(wrapped if len(wrapped) <= 4 else [*wrapped[:3], "…"])


@styled
def fig1(pictures: Sequence[np.ndarray], tags: Sequence[Sequence[str]], concepts: Sequence[Sequence[str]]) -> Figure:
    """Pictures with what their owners typed above, and what is there below (Figure 1)."""
    figure, axes = plt.subplots(1, len(pictures), figsize=(PAGE, 2.3), squeeze=False)
    for ax, picture, typed, there in zip(axes[0], pictures, tags, concepts, strict=True):
        _picture(ax, picture)
        ax.set_title(_words(typed), fontsize=SMALL, color=PLACEBO, verticalalignment="bottom")
        ax.set_xlabel(_words(there), fontsize=SMALL, color=KEPT, verticalalignment="top")
    return figure


def describe_fig1(tags: Sequence[Sequence[str]], concepts: Sequence[Sequence[str]]) -> str:
    """What Figure 1 shows, in words."""
    named = sum(len(set(typed) & set(there)) for typed, there in zip(tags, concepts, strict=True))
    return (
        f"{len(tags)} pictures, each with its tags above and its concepts below. Of {sum(map(len, concepts))} "
        f"concepts, {named} are named by a tag; of {sum(map(len, tags))} tags, {sum(map(len, tags)) - named} are not "
        "the name of a concept of their picture."
    )


@styled
def fig1_precision(data: pd.DataFrame) -> Figure:
    """Precision and recall of the tags that name a concept: columns ``concept``, ``precision``, ``recall``."""
    need_columns(data, "concept", "precision", "recall")
    data = data.sort_values("recall", kind="stable").set_index("concept")
    figure, ax = plt.subplots(figsize=(COLUMN, 0.14 * len(data) + 0.8))
    ax.hlines(data.index, data["recall"], data["precision"], color=GREY, linewidth=0.7)
    ax.plot(data["recall"], data.index, "o", color=ORANGE, markerfacecolor="white", label="recall")
    ax.plot(data["precision"], data.index, "s", color=BLUE, label="precision")
    ax.set(xlim=(0, 1.02), ylim=(-0.7, len(data) - 0.3), xlabel="of the tag that is the concept's name")
    figure.legend(loc="outside upper right", ncols=2, handlelength=1)
    return figure


def describe_fig1_precision(data: pd.DataFrame) -> str:
    """What :func:`fig1_precision` shows, in words."""
    precision, recall = (data.set_index("concept")[name] for name in ("precision", "recall"))
    return (
        f"{len(data)} concepts, of each the precision and the recall of the tag that is its name. It is mostly right "
        f"where it stands (mean precision {precision.mean():.2f}, lowest {precision.min():.2f} for "
        f"{precision.idxmin()}), and missing from most pictures (mean recall {recall.mean():.2f}, highest "
        f"{recall.max():.2f} for {recall.idxmax()})."
    )


@styled
def fig4(
    pictures: Sequence[tuple[np.ndarray, np.ndarray]],
    tags: Sequence[tuple[Sequence[str], Sequence[str]]],
    similarity: Sequence[float],
    similar: Sequence[bool],
) -> Figure:
    """Pairs of pictures with their tags: similar ones in the first row, dissimilar ones in the second (Figure 4)."""
    similar = np.asarray(similar, bool)
    figure = plt.figure(figsize=(PAGE, 3.7))
    cells = figure.subfigures(2, max(similar.sum(), (~similar).sum()), squeeze=False)
    for row, flag, name in ((0, True, "Ω"), (1, False, "Λ")):
        for cell, k in zip(cells[row], np.flatnonzero(similar == flag), strict=False):
            cell.suptitle(f"{name}  s = {similarity[k]:.2f}", fontsize=8)
            for ax, picture, typed in zip(cell.subplots(1, 2), pictures[k], tags[k], strict=True):
                _picture(ax, picture)
                ax.set_anchor("N")  # room below for the tags
                ax.set_xlabel(_words(typed, 12), fontsize=SMALL)
    return figure


def describe_fig4(similarity: Sequence[float], similar: Sequence[bool]) -> str:
    """What Figure 4 shows, in words."""
    similarity, similar = np.asarray(similarity), np.asarray(similar, bool)
    return (
        f"{similar.sum()} pairs of pictures whose tags are similar, s = {similarity[similar].min():.2f} or more, above "
        f"{(~similar).sum()} pairs with s = {similarity[~similar].max():.2f} or less, each picture with its tags."
    )


@styled
def fig4_relevance(data: pd.DataFrame) -> Figure:
    """Lift of the pairs above a threshold, for real tags and the placebo.

    Columns ``share`` (of pairs above), ``lift``, ``lift_error`` (standard error), ``tags`` (``"real"``, ``"placebo"``).
    """
    need_columns(data, "share", "lift", "lift_error", "tags")
    figure, ax = plt.subplots(figsize=(COLUMN, 2.4))
    for name, colour, marker in (("real", KEPT, "o"), ("placebo", PLACEBO, "x")):
        rows = data[data["tags"] == name].sort_values("share")
        half = 1.96 * rows["lift_error"]
        ax.fill_between(rows["share"], rows["lift"] - half, rows["lift"] + half, color=colour, alpha=0.2, linewidth=0)
        ax.plot(rows["share"], rows["lift"], marker=marker, color=colour, label=f"{name} tags")
    ax.axhline(1, color=DARK, linewidth=0.7)
    log_axis(ax, sorted(data.loc[data["tags"] == "real", "share"].round(2).unique()), "{:.0%}")
    ax.set(xlabel="share of pairs taken as similar", ylabel="relevant, over base")
    ax.legend()
    return figure


def describe_fig4_relevance(data: pd.DataFrame) -> str:
    """What :func:`fig4_relevance` shows, in words."""
    real, placebo = (data[data["tags"] == name].sort_values("share") for name in ("real", "placebo"))
    first, last = real.iloc[0], real.iloc[-1]
    return (
        f"The {first['share']:.0%} of pairs whose tags are most alike are relevant {first['lift']:.2f} times as often "
        f"as any pairs, the upper {last['share']:.0%} {last['lift']:.2f} times. With shuffled tags the ratio stays "
        f"between {placebo['lift'].min():.2f} and {placebo['lift'].max():.2f}. Bands: 95 % intervals over pictures."
    )


@styled
def fig6(table: pd.DataFrame, threshold: float, n_names: int = 12) -> Figure:
    """Tags by the z-scores of separation and cohesion, and the two ends of the ranking (Figure 6).

    ``table`` is from :func:`wshash.tags.visual_tags`.
    """
    need_columns(table, "z_cohesion", "z_separation", "score", "kept")
    table = table.sort_values("score", ascending=False, kind="stable").assign(x=table["z_separation"])
    table["y"] = -table["z_cohesion"]
    figure, (ax, bars) = plt.subplots(1, 2, figsize=(PAGE, 3.9), width_ratios=(1.5, 1))
    for rows, colour, name in ((table[~table["kept"]], REMOVED, "removed"), (table[table["kept"]], KEPT, "kept")):
        fill = colour if name == "kept" else "none"
        ax.scatter(rows["x"], rows["y"], 11, facecolors=fill, edgecolors=colour, label=name)
    ax.axhline(0, color=DARK, linewidth=0.7)
    ax.axvline(0, color=DARK, linewidth=0.7)
    ax.set(xlabel="z of separation: unlike the rest →", ylabel="−z of cohesion: alike →")
    ends = pd.concat([table.head(n_names), table[n_names:].tail(n_names)])[::-1]
    bars.barh(ends.index, ends["score"], color=np.where(ends["kept"], KEPT, REMOVED))
    bars.axvline(threshold, color=DARK, linewidth=0.7, linestyle="--")
    bars.grid(axis="y", visible=False)
    bars.set(xlabel="score: highest and lowest", ylim=(-0.7, len(ends) - 0.3))
    for set_scale, axis in ((ax.set_xscale, ax.xaxis), (ax.set_yscale, ax.yaxis), (bars.set_xscale, bars.xaxis)):
        # A few tags score tens of times as high as most: a scale that is linear near 0 and logarithmic beyond.
        set_scale("symlog", linthresh=5)
        axis.set(major_locator=FixedLocator([-100, -20, -5, 0, 5, 20, 100, 500]), major_formatter="{x:.0f}")
    ax.margins(0.08)
    figure.legend(loc="outside upper left", ncols=2)
    _names(ax, table[:n_names])
    return figure


_PLACES = [
    {"x": east, "y": north, "ha": horizontal, "va": vertical}
    for east, horizontal in ((4, "left"), (-4, "right"))
    for north, vertical in ((2, "bottom"), (-2, "top"))
]


def _names(ax, points: pd.DataFrame) -> None:
    """Write names beside their points, over as few others as can be; one that would meet another name is left out."""
    ax.figure.draw_without_rendering()  # where things lie is known once the layout is made
    dots, taken = ax.transData.transform(np.concatenate([dots.get_offsets() for dots in ax.collections])), []
    for name, x, y in points[["x", "y"]].itertuples():
        text = ax.annotate(name, (x, y), (0, 0), textcoords="offset points", fontsize=SMALL, in_layout=False)
        text.set_path_effects([withStroke(linewidth=1.5, foreground="white")])
        free = {}
        for place in _PLACES:
            text.set(**place)
            box = text.get_window_extent()
            if ax.bbox.count_contains(box.get_points()) == 2 and not box.count_overlaps(taken):
                free.setdefault(box.count_contains(dots), place)
        if free:
            text.set(**free[min(free)])
            taken.append(text.get_window_extent())
        else:
            text.remove()


def describe_fig6(table: pd.DataFrame, threshold: float) -> str:
    """What Figure 6 shows, in words."""
    names = table.sort_values("score", ascending=False, kind="stable").index
    return (
        f"Left: {len(table)} tags by the z-scores of separation (to the right) and of cohesion (upwards, tighter); "
        f"tags given at random would lie around 0. The {table['kept'].sum()} with a score above {threshold:g} are kept "
        f"(filled), the {(~table['kept']).sum()} others removed (open). Right: the highest scores "
        f"({', '.join(names[:3])}, …) and the lowest (…, {', '.join(names[-3:])})."
    )


@styled
def fig6_before_after(pictures: Sequence[np.ndarray], tags: Sequence[Sequence[str]], kept: Collection[str]) -> Figure:
    """Pictures with all their tags; those that the filter removes in grey and struck out (Figure 6)."""
    figure, axes = plt.subplots(2, len(pictures), figsize=(PAGE, 2.5), squeeze=False, height_ratios=(1, 1))
    for (ax, below), picture, typed in zip(axes.T, pictures, tags, strict=True):
        _picture(ax, picture)
        below.set_axis_off()
        for k, tag in enumerate(sorted(typed, key=lambda tag: tag not in kept)[:8]):
            look = {"color": KEPT, "weight": "bold"} if tag in kept else {"color": REMOVED}
            shown = tag if tag in kept else "".join(f"{letter}\u0336" for letter in tag)
            below.text(0.5, 1 - 0.125 * k, shown, ha="center", va="top", fontsize=SMALL, **look)
    return figure


def describe_fig6_before_after(tags: Sequence[Sequence[str]], kept: Collection[str]) -> str:
    """What :func:`fig6_before_after` shows, in words."""
    n, left = sum(map(len, tags)), sum(tag in kept for row in tags for tag in row)
    return f"{len(tags)} pictures with their {n} tags: the filter keeps {left} (bold), removes {n - left} (struck out)."
