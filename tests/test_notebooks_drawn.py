"""What notebooks draw themselves keeps to the rules of the library's figures: few colours, and none too pale."""

import ast
import re

import matplotlib.pyplot as plt
import nbformat
import pytest
from matplotlib.colors import is_color_like

from tests.scripts import ROOT

from .test_plots_legible import contrast, texts, too_many_colours

NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb"))
SCALES = {"Greys", "RdBu_r"}  # of values, not of kinds
NO_MARKS = {"none", "w", "white"}  # and rings around points of a picture; what is none of the concepts of a map
CELLS = [
    pytest.param(cell.source, id=f"{path.stem[:3]}-{cell['id']}")
    for path in NOTEBOOKS
    for cell in nbformat.read(path, as_version=4).cells
    if cell.cell_type == "code" and "plt." in cell.source
]


def colours(source):
    """Colours that are written in a cell, and the maps of colours that it takes."""
    words = {n.value for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    maps = {word for word in words if word in plt.colormaps()}
    letters = {word for word in words if re.search(rf"colou?rs?\s*=\s*['\"]{re.escape(word)}['\"]", source)}
    hexes = {word for word in words if re.fullmatch("#[0-9a-fA-F]{6}", word)}
    return {word for word in hexes | letters if is_color_like(word)}, maps


@pytest.mark.parametrize("source", CELLS)
def test_a_cell_draws_in_few_colours_and_in_none_that_is_pale(source):
    written, maps = colours(source)
    assert all(contrast(colour) >= 3 for colour in written - NO_MARKS)
    kinds = [plt.get_cmap(name).N for name in maps - SCALES]
    assert len(written) + sum(kinds) <= 10, (written, maps)


def test_a_pale_colour_and_a_map_of_many_are_found():
    source = 'ax.plot(x, color="#c4c4c4"); ax.scatter(x, y, edgecolors="w"); ax.imshow(z, cmap="tab20")'
    assert colours(source) == ({"#c4c4c4", "w"}, {"tab20"})
    assert contrast("#c4c4c4") < 3 and plt.get_cmap("tab20").N > 10


def the_map(monkeypatch, change=lambda source: source):
    """Notebook 05's drawing of a postcard and its map, with the cell changed."""
    from wshash import plots

    shown = []
    monkeypatch.setattr(plots, "show", lambda figure, alt: shown.append(figure))
    space = {}
    for cell in nbformat.read(ROOT / "notebooks" / "05_data.ipynb", as_version=4).cells:
        if cell["id"] in ("parameters", "imports", "load", "map"):
            exec(change(cell.source), space)
            space["n"] = 200
    return shown


def test_the_map_of_a_drawing_has_colours_that_one_can_tell_apart(monkeypatch):
    [figure] = the_map(monkeypatch)
    figure.draw_without_rendering()
    assert not too_many_colours(figure) and min(text.get_fontsize() for text in texts(figure)) >= 7


def test_a_map_with_a_colour_for_each_of_the_25_classes_would_be_refused(monkeypatch):
    def every_class(source):
        source = source.replace("here = [k for k in range(len(CONCEPTS) + 1) if (what == k).any()]", "here = range(25)")
        return re.sub("palette = .*", 'palette = plt.get_cmap("hsv")([k / 25 for k in range(25)])', source)

    [figure] = the_map(monkeypatch, every_class)
    assert too_many_colours(figure)
