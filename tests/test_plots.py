import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from wshash import plots
from wshash.errors import InputError
from wshash.hashing import catalogue

EIGHT = ["LSH", "DeepBit", "KSH", "DSH", "DRSCH", "WS-KSH", "WS-DSH", "WS-DRSCH"]


def precision_table(x, values, methods=EIGHT):
    """A table whose numbers can be told apart: method i at value j has precision .5 + i/50 + j/200."""
    rows = []
    for i, method in enumerate(methods):
        for j, value in enumerate(values):
            p = 0.5 + i / 50 + j / 200
            rows.append(
                {"method": method, x: value, "precision": p, "low": p - 0.01, "high": p + 0.02, "best": p + 0.05,
                 "worst": p - 0.05, "chance": 0.42, "n_seeds": 5, "n_queries": 2000}
            )  # fmt: skip
    return pd.DataFrame(rows)


FIG8 = precision_table("n_bits", [8, 16, 32, 64])
FIG9 = precision_table("depth", [100, 200, 400, 1000])
FIG10 = pd.concat([precision_table("recall", [0.01, 0.1, 0.5, 1.0]).assign(kind=kind) for kind in ("rank", "radius")])
FIG7 = pd.DataFrame(
    [
        {"method": method, "part": part, "seconds": s, "low": 0.9 * s, "high": 1.2 * s, "n_threads": 2}
        for i, method in enumerate(EIGHT)
        for part, s in (("network", 7e-3), ("hashing", 1e-6 * (i + 1)))
    ]
)
DISTANCE = np.linspace(0, 2, 21)
FIG3 = pd.DataFrame(
    {
        "pair": np.repeat(["similar", "dissimilar"], 21),
        "distance": np.tile(DISTANCE, 2),
        "loss": np.concatenate([DISTANCE, np.maximum(0, 1 - DISTANCE)]),
    }
)
CURVES = pd.DataFrame(
    [
        {"method": method, "epoch": epoch, "part": part, "seed": seed, "loss": 1 / (1 + epoch)}
        for method in ("KSH", "WS-KSH")
        for epoch in range(20)
        for part in ("train", "validation")
        for seed in (0, 1)
    ]
)


def lines_of(figure):
    return {line.get_label(): line for axes in figure.axes for line in axes.get_lines() if line.get_label()[0] != "_"}


@pytest.mark.parametrize(("draw", "data", "x"), [(plots.fig8, FIG8, "n_bits"), (plots.fig9, FIG9, "depth")])
def test_the_lines_are_the_table(draw, data, x):
    figure = draw(data)
    lines = lines_of(figure)
    assert list(lines) == [*EIGHT, "chance"]
    for method in EIGHT:
        rows = data[data["method"] == method]
        np.testing.assert_allclose(lines[method].get_ydata(), rows["precision"])
        # Side by side, but nearer to its own length than to another.
        assert (np.abs(np.log2(lines[method].get_xdata() / rows[x])) < 0.25).all()
    at_first = sorted(EIGHT, key=lambda method: lines[method].get_xdata()[0])
    assert at_first == ["LSH", "DeepBit", "KSH", "WS-KSH", "DSH", "WS-DSH", "DRSCH", "WS-DRSCH"]
    np.testing.assert_allclose(lines["chance"].get_ydata(), 0.42)
    axes = figure.axes[0]
    values = sorted(set(data[x]))
    assert [label.get_text() for label in axes.get_xticklabels()] == [f"{value:,}" for value in values]
    assert axes.get_xscale() == "log"


def test_precision_recall_has_a_panel_per_kind_and_one_legend():
    figure = plots.fig10(FIG10)
    assert [axes.get_title() for axes in figure.axes] == ["by rank", "by Hamming radius"]
    assert len(figure.legends) == 1
    one = plots.fig10(FIG10[FIG10["kind"] == "rank"], width=plots.COLUMN)
    assert len(one.axes) == 1
    np.testing.assert_allclose(lines_of(one)["KSH"].get_xdata(), [0.01, 0.1, 0.5, 1.0])


def test_time_of_network_and_hashing_has_a_row_a_method():
    (axes,) = plots.fig7(FIG7, "A processor").axes
    network, hashing = (container.lines[0] for container in axes.containers)
    np.testing.assert_allclose(network.get_xdata(), 7000)
    np.testing.assert_allclose(hashing.get_xdata(), np.arange(1, 9))
    (bars,) = axes.containers[1].lines[2]
    np.testing.assert_allclose([bar[:, 0] for bar in bars.get_segments()], np.outer(np.arange(1, 9), [0.9, 1.2]))
    assert [label.get_text() for label in axes.get_yticklabels()] == EIGHT and axes.yaxis_inverted()


def test_a_pre_trained_method_has_the_colour_of_its_own_filled_and_solid():
    for name in catalogue.started():
        plain, weak = plots.look(name), plots.look(f"WS-{name}")
        assert plain["color"] == weak["color"] == catalogue.METHODS[name].colour
        assert plain["marker"] == weak["marker"] == catalogue.METHODS[name].marker
        assert plain["fillstyle"] == "none" and weak["fillstyle"] == "full"
        assert plain["linestyle"] != "-" and weak["linestyle"] == "-"
    assert plots.look("Placebo-Weak")["label"] == "weak network, shuffled tags"
    looks = {(look["marker"], look["fillstyle"], look["linestyle"]) for look in map(plots.look, catalogue.names())}
    assert len(looks) == len(catalogue.names()), "two methods look the same in grey"


OUTSIDE = """
class {name}:
    learns_from = ("labels",)
    def __init__(self, n_bits=8, random_state=0, start=None): ...
    def fit(self, X, y): ...
    def transform(self, X): ...
    def get_params(self): ...
"""


def test_a_method_from_outside_is_drawn_after_all_others(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "METHODS", dict(catalogue.METHODS))
    (tmp_path / "mine.py").write_text(OUTSIDE.format(name="MyHash"))
    catalogue.register(f"{tmp_path / 'mine.py'}:MyHash")
    mine = ["MyHash", "WS-MyHash", "Placebo-MyHash"]
    data = precision_table("n_bits", [8, 64], [*mine, *EIGHT, "Matched-DSH"])
    lines = lines_of(plots.fig8(data))
    labels = ["DSH, same budget", "MyHash", "WS-MyHash", "MyHash, shuffled tags", "chance"]
    assert list(lines) == [*EIGHT, *labels]
    colours = {lines[label].get_color() for label in labels[1:4]}
    assert colours == {catalogue.METHODS["MyHash"].colour} and not colours & {lines[name].get_color() for name in EIGHT}
    assert "WS-MyHash is above MyHash at 2 of 2" in plots.describe_fig8(data)


def test_every_method_can_be_drawn_and_order_of_rows_does_not_matter():
    data = precision_table("n_bits", [8, 64], catalogue.names())
    shuffled = data.sample(frac=1, random_state=0)
    first, second = lines_of(plots.fig8(data)), lines_of(plots.fig8(shuffled))
    assert list(first) == list(second)
    for label, line in first.items():
        np.testing.assert_array_equal(line.get_ydata(), second[label].get_ydata())


@pytest.mark.filterwarnings("error")
def test_one_seed_has_no_interval_and_methods_may_be_a_category():
    data = FIG8.assign(low=np.nan, high=np.nan, n_seeds=1, method=pd.Categorical(FIG8["method"], EIGHT))
    figure = plots.fig8(data)
    assert "interval" not in figure.get_supxlabel()
    assert "mean of 1 seed and 2000 queries" in figure.get_supxlabel()
    assert plots.describe_fig8(data) == plots.describe_fig8(FIG8).replace("5 seeds", "1 seed")


def test_what_a_figure_shows_is_said_from_its_numbers():
    text = plots.describe_fig8(FIG8)
    assert "8 methods" in text and "(8, 16, 32, 64 bits)" in text and "5 seeds and 2000 queries" in text
    assert "WS-DRSCH with .655" in text and "LSH with .515" in text and "chance is .420" in text
    assert "WS-KSH is above KSH at 4 of 4 (+0.060 on average)" in text
    assert "ties leaves most open for LSH at 8 bits: .450 to .550" in plots.describe_fig8(FIG8.iloc[:1])
    better = FIG8.copy()
    better.loc[(better["method"] == "KSH") & (better["n_bits"] == 8), "precision"] = 0.99
    assert "WS-KSH is above KSH at 3 of 4" in plots.describe_fig8(better)
    assert "At R = 100 the highest is WS-DRSCH with .640" in plots.describe_fig9(FIG9)
    assert "At recall 0.1: WS-DRSCH .645" in plots.describe_fig10(FIG10)
    assert "A processor, 2 threads" in plots.describe_fig7(FIG7, "A processor")
    assert "from 1 µs (LSH) to 8 µs (WS-DRSCH)" in plots.describe_fig7(FIG7, "A processor")
    assert "nothing from distance 1 on" in plots.describe_fig3(FIG3)
    assert "KSH 1 to 0.05 (-0.0056)" in plots.describe_learning_curves(CURVES)
    assert "32 sigmoid" in plots.describe_fig5(32)


def test_explanations_draw_what_they_are_given():
    lines = lines_of(plots.fig3(FIG3))
    np.testing.assert_allclose(lines["dissimilar pair"].get_ydata(), np.maximum(0, 1 - DISTANCE))
    panels = plots.learning_curves(CURVES).axes
    assert [axes.get_title() for axes in panels] == ["KSH", "WS-KSH"]
    assert all(len(axes.get_lines()) == 4 for axes in panels)  # two seeds, two parts
    assert any("16 sigmoid" in text.get_text() for text in plots.fig5(16).axes[0].texts)


FIGURES = {
    "fig5": lambda: plots.fig5(),
    "fig7": lambda: plots.fig7(FIG7, "A processor"),
    "fig8": lambda: plots.fig8(FIG8),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_same_figure_is_the_same_bytes_whatever_the_callers_style(name, tmp_path):
    for run, style in (("a", {}), ("b", {"font.size": 20, "lines.linewidth": 9, "savefig.dpi": 50})):
        data = None if name == "fig5" else FIG8
        with plt.rc_context(style):
            written = plots.save(FIGURES[name](), name, tmp_path / run, data, "what it shows", {"seed": 1})
            assert sorted(written) == sorted((tmp_path / run).iterdir())
            assert plt.rcParams["font.size"] == style.get("font.size", plt.rcParamsDefault["font.size"])
    assert not plt.get_fignums(), "a notebook would show the figure twice"
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    kinds = ["json", "pdf", "png", "svg"] if name == "fig5" else ["csv", "json", "pdf", "png", "svg"]
    assert files == [f"{name}.{kind}" for kind in kinds]
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_beside_the_picture_lie_its_numbers_and_what_it_shows(tmp_path):
    alt = plots.describe_fig8(FIG8)
    written = plots.save(plots.fig8(FIG8), "fig8", tmp_path, FIG8, alt, {"commit": "abc"})
    assert written == [tmp_path / f"fig8.{kind}" for kind in ("svg", "pdf", "png", "csv", "json")]
    assert sorted(written) == sorted(tmp_path.iterdir())
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "fig8.csv"), FIG8, rtol=1e-5)
    assert json.loads((tmp_path / "fig8.json").read_text()) == {
        "name": "fig8",
        "alt": alt,
        "provenance": {"commit": "abc"},
    }
    assert "highest is WS-DRSCH" in written[0].read_text()
    picture = Image.open(tmp_path / "fig8.png")
    assert picture.info["Description"] == alt
    assert np.asarray(picture.convert("L")).std() > 10, "nothing is drawn"


def test_bad_tables_are_named(tmp_path):
    with pytest.raises(InputError, match="Sorting"):
        plots.fig8(FIG8.replace({"method": {"LSH": "Sorting"}}))
    with pytest.raises(InputError, match="n_bits"):
        plots.fig8(FIG9)
    with pytest.raises(InputError, match="no rows"):
        plots.fig9(FIG9.iloc[:0])
    with pytest.raises(InputError, match="describe_fig8"):
        plots.save(plots.fig8(FIG8), "fig8", tmp_path, FIG8, " ")
