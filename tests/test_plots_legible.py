"""Every figure can be read: no small, pale or cut-off text, few colours, no range of ties that hides the rest."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from wshash import plots
from wshash.errors import InputError
from wshash.hashing import catalogue
from wshash.study.experiments.curve import KINDS

from .test_plots import CURVES, FIG3, FIG7, FIG8, FIG9, FIG10, precision_table
from .test_plots_tags import PICTURE, RELEVANCE, TABLE

PUBLISHED = Path(__file__).parents[1] / "figures"
WORDS = ["interestingness", "sea", "2007", "sky, clouds", "anawesomeshot"]
FOREST = pd.DataFrame(
    [
        {"a": a, "b": "Placebo-DRSCH", "n_bits": n, "difference": d, "low": d - 0.01, "high": d + 0.02, "n_seeds": 5}
        for a, shift in (("WS-DRSCH", 0.0), ("DSH", -0.04), ("KSH", 0.03))
        for n, d in zip((64, 8, 16), np.array([0.012, 0.003, -0.005]) + shift, strict=True)
    ]
).assign(measure="precision@500")
FAMILIES = pd.concat(
    [
        FOREST[FOREST["n_bits"] == 8].assign(b="LSH", unseen=unseen)
        for unseen in ("lake, river, sea, water", "baby, female, male, people, portrait", "animals, bird, dog")
    ]
)
CURVE = pd.concat(
    [
        precision_table("n_labelled", counts, list(methods)).assign(kind=kind, n_bits=n_bits, depth=500)
        for n_bits in (16, 32)
        for kind, methods in KINDS.items()
        for counts in ([[0]] if kind == "tags" else [[50, 100, 250, 500, 1000, 2500, 4872]])
    ]
)
EVERY = precision_table("n_bits", [8, 16, 32, 64], catalogue.names())
DRAWN = {
    "curve": lambda width: plots.curve(CURVE, width=width),
    "fig1": lambda _: plots.fig1([PICTURE] * 6, [WORDS] * 6, [WORDS] * 6),
    "fig1_precision": lambda _: plots.fig1_precision(
        pd.DataFrame({"concept": [f"concept {k}" for k in range(24)], "precision": 0.9, "recall": 0.1})
    ),
    "fig3": lambda width: plots.fig3(FIG3, width=width),
    "fig4": lambda _: plots.fig4([(PICTURE, PICTURE)] * 8, [(WORDS, WORDS)] * 8, np.arange(8) / 8, np.arange(8) > 3),
    "fig4_relevance": lambda _: plots.fig4_relevance(RELEVANCE),
    "fig5": lambda _: plots.fig5(128, 1.25),
    "fig6": lambda _: plots.fig6(TABLE, 2.0),
    "fig6_before_after": lambda _: plots.fig6_before_after([PICTURE] * 6, [WORDS] * 6, {"sea"}),
    "fig7": lambda width: plots.fig7(FIG7, "A processor with a long name, 2 cores", width=width),
    "fig8": lambda width: plots.fig8(FIG8, width=width),
    "fig9": lambda width: plots.fig9(FIG9, width=width),
    "fig10": lambda width: plots.fig10(FIG10, width=width),
    "every method": lambda _: plots.fig8(EVERY),
    "forest": lambda width: plots.forest(FOREST, width=width),
    "forest of families": lambda width: plots.forest(FAMILIES, width=width, by="unseen"),
    "learning_curves": lambda width: plots.learning_curves(CURVES, width=width),
    "by_word": lambda _: plots.by_word(pd.read_csv(PUBLISHED / "mirflickr25k-128" / "words.csv")),
    "verify": lambda _: plots.verify(
        FIG8.assign(measure="precision", made=FIG8["precision"] + 0.01, published=FIG8["precision"], tolerance=0.005)
    ),
}


def test_every_figure_of_the_library_is_among_them():
    drawing = {name.removeprefix("describe_") for name in plots.__all__ if name.startswith("describe_")}
    assert drawing <= set(DRAWN) and len(drawing) > 15


def contrast(colour) -> float:
    """Against white (WCAG 2.1): 1 to 21; what shines through counts as white."""
    *rgb, alpha = to_rgba(colour)
    rgb = alpha * np.array(rgb) + 1 - alpha
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


def test_contrast_is_the_known_one():
    assert contrast("black") == pytest.approx(21) and contrast("white") == pytest.approx(1)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)  # the palest grey that passes 4.5:1
    assert contrast((0, 0, 0, 0.5)) == pytest.approx(contrast("#808080"), abs=0.05)


def texts(figure):
    """All texts that are drawn: ticks beyond the limits have some that are not."""
    beyond = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks() + axis.get_minor_ticks():
            if not low <= tick.get_loc() <= high or not axis.axes.axison:
                beyond |= {tick.label1, tick.label2}
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in beyond]


def colours(figure):
    """Name and colour of all that is drawn, but for the grid and for the pale bands behind lines."""
    grid = {line for axes in figure.axes for line in (*axes.get_xgridlines(), *axes.get_ygridlines())}
    for line in set(figure.findobj(Line2D)) - grid:
        if line.get_visible() and line.get_linestyle() != "None" and line.get_linewidth():
            yield f"line {line.get_label()}", line.get_color()
        if line.get_visible() and line.get_marker() not in ("None", ""):
            yield f"marker {line.get_label()}", line.get_markeredgecolor()
    for axes in figure.axes:
        for collection in axes.collections:
            if not isinstance(collection, PolyCollection):
                yield from ((f"collection {collection.get_label()}", colour) for colour in collection.get_edgecolor())
        for patch in axes.patches:  # a bar is seen by its face, a box by its edge
            yield "patch", max(patch.get_facecolor(), patch.get_edgecolor(), key=contrast)


def areas(axes):
    """Colours of the areas of an axes and its legend, where colour alone tells kinds apart; of a photograph none."""
    legend = [axes.get_legend()] if axes.get_legend() else []
    found = {to_hex(p.get_facecolor()) for part in (*axes.patches, *legend) for p in part.findobj(Patch)}
    for image in axes.images:
        pixels = np.asarray(image.get_array())
        kinds = np.unique(pixels.reshape(-1, *pixels.shape[2:]), axis=0)
        if pixels.ndim == 3 and len(kinds) < 100:
            found |= {to_hex(kind if kind.dtype.kind == "f" else kind / 255) for kind in kinds}
        elif pixels.ndim == 2 and image.get_cmap().N < 100:  # else a scale, not kinds
            found |= {to_hex(colour) for colour in image.to_rgba(kinds[:, None])[:, 0]}
    return found


def too_many_colours(figure):
    """What cannot be told apart: more than 10 colours of areas, more than 12 of lines or points, which have markers."""
    found = []
    for axes in figure.axes:
        points = [c for part in axes.collections if part.get_array() is None for c in part.get_edgecolor()]
        lines = {
            to_hex(c) for c in [*(line.get_color() for line in axes.lines if line.get_label() != "chance"), *points]
        }
        looks = [
            (to_hex(line.get_color()), line.get_marker(), line.get_linestyle(), line.get_fillstyle())
            for line in axes.lines
            if not line.get_label().startswith("_")
        ]
        found += [f"{len(areas(axes))} areas"] * (len(areas(axes)) > 10) + [f"{len(lines)} lines"] * (len(lines) > 12)
        found += ["two lines look alike"] * (len(set(looks)) < len(looks))
    return found


def test_it_is_counted_how_many_colours_there_are():
    def drawn(n):
        figure, (left, right) = plt.subplots(1, 2)
        colours = plt.get_cmap("hsv")(np.arange(n) / n)
        left.imshow(colours[np.arange(n).reshape(1, n) % n])
        right.legend(handles=[Patch(facecolor=colour) for colour in colours])
        plt.close(figure)
        return figure

    assert not too_many_colours(drawn(8))
    assert too_many_colours(drawn(25)) == ["25 areas", "26 areas"]  # the legend's own white too
    figure, axes = plt.subplots()
    axes.imshow(np.random.default_rng(0).integers(0, 255, (50, 50, 3), dtype=np.uint8))  # a photograph
    assert not areas(axes)
    axes.imshow(np.arange(12)[None], cmap="tab20", vmax=19)
    assert len(areas(axes)) == 12
    axes.plot([0, 1], label="a"), axes.plot([1, 0], color="C0", label="b")
    assert too_many_colours(figure) == ["12 areas", "two lines look alike"]
    plt.close(figure)


CASES = [(name, plots.PAGE) for name in DRAWN]
CASES += [(name, plots.COLUMN) for name, draw in DRAWN.items() if "width" in draw.__code__.co_varnames]


@pytest.mark.parametrize(("name", "width"), CASES)
def test_every_figure_can_be_read(name, width):
    figure = DRAWN[name](width)
    figure.draw_without_rendering()
    assert len(texts(figure)) > 3
    for text in texts(figure):
        assert text.get_fontsize() >= 7, text
        assert contrast(text.get_color()) >= 3, text
        assert figure.bbox.padded(1).count_contains(text.get_window_extent().get_points()) == 2, f"{text} is cut off"
    drawn = list(colours(figure))
    assert drawn or name in ("fig1", "fig4", "fig6_before_after")
    for what, colour in drawn:
        assert contrast(colour) >= 3, (what, colour)
    assert not too_many_colours(figure)


def ranges(figure):
    """The ranges of ties that are drawn, as (worst, best)."""
    return [tuple(s[:, 1]) for lines in figure.axes[0].collections[::2] for s in lines.get_segments()]


def ties(best, worst):
    """Two methods whose means and intervals span .50 to .62; the ranges of ties of the first are given."""
    data = precision_table("n_bits", [16, 64], ["LSH", "KSH"]).assign(chance=0.5)
    data[["precision", "low", "high"]] = [[0.52, 0.51, 0.53]] * 2 + [[0.6, 0.59, 0.62]] * 2
    data["best"], data["worst"] = [best, 0.55, 0.61, 0.61], [worst, 0.5, 0.59, 0.59]
    return data


def test_a_range_of_ties_is_drawn_where_the_axis_holds_it_whole_and_stretches_it_nowhere():
    data = ties(best=0.55, worst=0.51)
    figure = plots.fig8(data)
    low, high = figure.axes[0].get_ylim()
    assert 0.49 < low < 0.5 and 0.62 < high < 0.63  # what means, intervals and chance span
    assert sorted(ranges(figure)) == [(0.5, 0.55), (0.51, 0.55), (0.59, 0.61), (0.59, 0.61)]
    assert figure.get_supxlabel().endswith("order of ties")
    for best, worst in ((0.95, 0.1), (0.95, 0.51), (0.55, 0.1)):
        figure = plots.fig8(ties(best, worst))
        assert figure.axes[0].get_ylim() == (low, high)
        assert sorted(ranges(figure)) == [(0.5, 0.55), (0.59, 0.61), (0.59, 0.61)]
        assert "not drawn where it leaves the axis" in figure.get_supxlabel().replace("\n", " ")


def test_figures_8_and_9_share_an_axis_that_holds_both():
    wide = FIG9.assign(precision=0.3, low=0.29, high=0.31, best=0.32, worst=0.28)
    limits = plots.precision_range(FIG8, wide)
    assert limits[0] < 0.29 and limits[1] > FIG8["high"].max()
    assert plots.fig8(FIG8, y_range=limits).axes[0].get_ylim() == plots.fig9(wide, y_range=limits).axes[0].get_ylim()
    low, high = plots.precision_range(pd.DataFrame({"precision": [0.5]}))  # one value has an axis too
    assert low < 0.5 < high


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*/**/fig8.csv")), ids=lambda path: path.parent.name)
def test_in_published_figures_all_lines_can_be_told_apart_and_nothing_is_cut(path):
    by_bits, by_depth = pd.read_csv(path), pd.read_csv(path.with_name("fig9.csv"))
    limits = plots.precision_range(by_bits, by_depth)
    inner = pd.concat([by_bits, by_depth])[["precision", "low", "high", "chance"]].stack()
    assert limits[0] <= inner.min() and inner.max() <= limits[1]
    assert limits[1] - limits[0] <= 1.1 * (inner.max() - inner.min())
    for figure in (plots.fig8(by_bits, y_range=limits), plots.fig9(by_depth, y_range=limits)):
        assert all(limits[0] <= worst and best <= limits[1] for worst, best in ranges(figure))


def test_the_forest_is_the_table_in_points():
    figure = plots.forest(FOREST, width=plots.COLUMN)
    (axes,) = figure.axes
    drawn = {}
    for container in axes.containers:
        points, _, (bars,) = container
        for x, y, segment in zip(*points.get_data(), bars.get_segments(), strict=True):
            drawn[y] = (container.get_label(), round(x, 6), *np.round(segment[:, 0], 6))
    rows = [drawn[y] for y in sorted(drawn)]
    assert rows[:3] == [  # the comparison that came first, by code length
        ("no difference shown", 0.3, -0.7, 2.3), ("no difference shown", -0.5, -1.5, 1.5), ("above 0", 1.2, 0.2, 3.2),
    ]  # fmt: skip
    assert [row[0] for row in rows[3:6]] == ["below 0"] * 3 and [row[0] for row in rows[6:]] == ["above 0"] * 3
    assert [label.get_text() for label in axes.get_yticklabels()] == ["8 bits", "16 bits", "64 bits"] * 3
    names = [text.get_text() for text in axes.texts[9:]]
    assert names == ["WS-DRSCH − Placebo-DRSCH", "DSH − Placebo-DRSCH", "KSH − Placebo-DRSCH"]
    assert axes.texts[0].get_text() == "+0.3 [-0.7, +2.3]"
    marks = {(line.get_marker(), line.get_markerfacecolor()) for line in (box.lines[0] for box in axes.containers)}
    assert len({marker for marker, _ in marks}) == 3, "colour alone tells verdicts apart"
    assert list(axes.lines[0].get_xdata()) == [0, 0]
    assert figure.get_supxlabel().split("\n")[0].startswith("difference of precision@500")


def test_on_a_page_the_forest_has_two_columns_with_the_same_scale():
    left, right = plots.forest(FOREST).axes
    assert left.get_xlim() == right.get_xlim() and left.get_ylim() == right.get_ylim()
    assert [len(axes.get_yticks()) for axes in (left, right)] == [6, 3]
    assert len(plots.forest(FOREST[:3]).axes) == 1


def test_a_forest_by_family_names_the_family_above_and_the_methods_beside():
    (axes,) = plots.forest(FAMILIES, width=plots.COLUMN, by="unseen").axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["WS-DRSCH", "DSH", "KSH"] * 3
    assert [text.get_text() for text in axes.texts[9:]] == list(FAMILIES["unseen"].unique())
    said = plots.describe_forest(FAMILIES, by="unseen")
    assert "animals, bird, dog -3.7 (DSH) to +3.3 (KSH) (above 0 at 1, below at 1 of 3)" in said
    assert said.startswith("Differences from LSH of precision@500")
    with_what = dict(zip(FAMILIES["unseen"].unique(), ("LSH", "ITQ", "ITQ"), strict=True))
    two = FAMILIES.assign(b=FAMILIES["unseen"].map(with_what))
    (axes,) = plots.forest(two, width=plots.COLUMN, by="unseen").axes
    assert axes.texts[9].get_text().endswith(", minus LSH") and axes.texts[11].get_text().endswith(", minus ITQ")
    both = pd.concat([FAMILIES, FAMILIES.assign(n_bits=64)])
    rows = [label.get_text() for label in plots.forest(both, by="unseen").axes[0].get_yticklabels()]
    assert rows[:4] == ["WS-DRSCH, 8 bits", "WS-DRSCH, 64 bits", "DSH, 8 bits", "DSH, 64 bits"]
    mixed = FAMILIES.assign(b=["LSH", "ITQ", "LSH"] * 3)  # not all of a group are compared with the same
    (axes,) = plots.forest(mixed, width=plots.COLUMN, by="unseen").axes
    assert axes.get_yticklabels()[1].get_text() == "DSH − ITQ"
    assert [text.get_text() for text in axes.texts[9:]] == list(FAMILIES["unseen"].unique())


def test_a_forest_of_long_names_is_one_column_wide_enough_to_be_read():
    (axes,) = plots.forest(FAMILIES.assign(a="cosine of mean vectors " + FAMILIES["a"]), by="unseen").axes
    axes.figure.draw_without_rendering()
    assert axes.get_position().width * axes.figure.get_figwidth() > 1.5


def test_the_forest_in_words_and_its_bad_tables():
    text = plots.describe_forest(FOREST)
    assert "precision@500" in text and "(8, 16, 64 bits)" in text
    assert "WS-DRSCH − Placebo-DRSCH -0.5 to +1.2 (above 0 at 1, below at 0 of 3)" in text
    assert "DSH − Placebo-DRSCH -4.5 to -2.8 (above 0 at 0, below at 3 of 3)" in text
    with pytest.raises(InputError, match="precision@100"):
        plots.forest(pd.concat([FOREST, FOREST.assign(measure="precision@100")]))
    with pytest.raises(InputError, match="lacks the columns"):
        plots.describe_forest(FOREST.drop(columns="low"))
