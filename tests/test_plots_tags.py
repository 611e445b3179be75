"""The figures of the tag side: what they draw is the table, and what they say is counted."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from wshash import plots
from wshash.errors import InputError
from wshash.plots.tags import _names

PICTURE = np.zeros((8, 8, 3), np.uint8)
TABLE = pd.DataFrame(
    {
        "z_cohesion": [-9.0, -1.0, 0.5],
        "z_separation": [30.0, 4.0, -0.5],
        "score": [27.0, 3.5, -0.7],
        "kept": [True, True, False],
    },
    index=pd.Index(["sunset", "sea", "2007"], name="tag"),
)
RELEVANCE = pd.DataFrame(
    {
        "share": [0.5, 0.1, 0.01] * 2,
        "lift": [1.1, 1.3, 1.6, 1.0, 1.01, 0.98],
        "lift_error": 0.02,
        "tags": ["real"] * 3 + ["placebo"] * 3,
    }
)


def test_fig1_counts_what_is_named():
    tags, concepts = [["sea", "nikon"], ["me"]], [["sea", "sky"], ["car"]]
    figure = plots.fig1([PICTURE] * 2, tags, concepts)
    assert [ax.get_title() for ax in figure.axes] == ["sea, nikon", "me"]
    assert [ax.get_xlabel() for ax in figure.axes] == ["sea, sky", "car"]
    assert "Of 3 concepts, 1 are named by a tag; of 3 tags, 2 are not" in plots.describe_fig1(tags, concepts)


def test_fig1_precision_draws_each_concept():
    data = pd.DataFrame({"concept": ["sea", "car", "sky"], "precision": [0.9, 0.6, 0.7], "recall": [0.2, 0.3, 0.1]})
    figure = plots.fig1_precision(data)
    recall, precision = figure.axes[0].lines
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == ["sky", "sea", "car"]
    np.testing.assert_allclose(recall.get_xdata(), [0.1, 0.2, 0.3])
    np.testing.assert_allclose(precision.get_xdata(), [0.7, 0.9, 0.6])
    text = plots.describe_fig1_precision(data)
    assert "precision 0.73, lowest 0.60 for car" in text and "recall 0.20, highest 0.30 for car" in text


def test_fig4_has_similar_pairs_above():
    figure = plots.fig4([(PICTURE, PICTURE)] * 3, [(["sea"], ["a$b"])] * 3, [0.6, 0.5, 0.1], [True, True, False])
    assert [cell.get_suptitle() for cell in figure.subfigs] == ["Ω  s = 0.60", "Ω  s = 0.50", "Λ  s = 0.10", ""]
    assert plots.describe_fig4([0.6, 0.5, 0.1], [True, True, False]).startswith("2 pairs")
    figure.canvas.draw()  # a dollar sign in a tag is no formula


def test_fig4_relevance_draws_both_lines():
    real, placebo = plots.fig4_relevance(RELEVANCE).axes[0].get_lines()[:2]
    np.testing.assert_allclose(real.get_ydata(), [1.6, 1.3, 1.1])
    np.testing.assert_allclose(placebo.get_xdata(), [0.01, 0.1, 0.5])
    assert "1.60 times as often" in plots.describe_fig4_relevance(RELEVANCE)


def test_fig6_parts_kept_from_removed():
    scatter, bars = plots.fig6(TABLE, 2.0, n_names=2).axes
    removed, kept = (points.get_offsets() for points in scatter.collections)
    np.testing.assert_allclose(kept, [[30, 9], [4, 1]])
    np.testing.assert_allclose(removed, [[-0.5, -0.5]])
    assert [label.get_text() for label in bars.get_yticklabels()] == ["2007", "sea", "sunset"]
    assert "The 2 with a score above 2 are kept" in plots.describe_fig6(TABLE, 2.0)
    with pytest.raises(InputError, match="lacks the columns"):
        plots.fig6(TABLE.drop(columns="score"), 2.0)


def test_fig6_before_after_strikes_out_what_is_removed():
    figure = plots.fig6_before_after([PICTURE], [["2007", "sea"]], {"sea"})
    assert [text.get_text() for text in figure.axes[1].texts] == ["sea", "2\u03360\u03360\u03367\u0336"]
    assert "keeps 1 (bold), removes 1" in plots.describe_fig6_before_after([["2007", "sea"]], {"sea"})


def names_at(x, y, n):
    """Draw points, the first n with a name: the figure and its texts."""
    figure, ax = plt.subplots(figsize=(5, 4))
    ax.scatter(x, y)
    _names(ax, pd.DataFrame({"x": x, "y": y}, index=[f"name{k}" for k in range(len(x))])[:n])
    plt.close(figure)
    return ax, [text.get_window_extent() for text in ax.texts]


def test_names_keep_apart_and_inside():
    x, y = np.random.default_rng(0).normal(size=(2, 60)) * 0.2
    ax, boxes = names_at(x, y, 60)
    assert ax.texts[0].get_text() == "name0" and 30 <= len(boxes) < 60  # the first has all places free
    for k, box in enumerate(boxes):
        assert ax.bbox.count_contains(box.get_points()) == 2
        assert not box.count_overlaps(boxes[:k])


def test_names_stand_by_their_points_and_not_on_others():
    x, y = np.array([0.5, 0.53, 0.0, 1.0]), np.array([0.5, 0.52, 0.0, 1.0])
    ax, (box,) = names_at(x, y, 1)  # its first place, to the right and up, is on the second point
    points = ax.transData.transform(np.column_stack([x, y]))
    assert not box.count_contains(points)
    gap = np.clip([box.x0 - points[0, 0], points[0, 0] - box.x1, box.y0 - points[0, 1], points[0, 1] - box.y1], 0, None)
    assert gap.max() < 10
