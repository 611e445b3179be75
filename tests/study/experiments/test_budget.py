"""The label budget on rows whose precisions are written by hand."""

import numpy as np
import pytest

from wshash import InputError, plots
from wshash.study.experiments.budget import budget, budget_claims, budget_methods, budget_text

LABELS = {0.01: 10, 0.05: 100, 1.0: 1000}


def _rows(tmp_path, precision):
    """Rows of one code length and two seeds; ``precision[method]``: by share of the labels."""
    made = []
    for method, values in precision.items():
        for share, value in values.items():
            for seed in range(2):
                path = tmp_path / f"{method}-{share}-{seed}.npz"
                with open(path, "wb") as handle:
                    np.savez(handle, **{"precision@500": np.full(30, value)})
                bounds = {f"precision@500{suffix}": value for suffix in ("", "/best", "/worst")}
                made.append(
                    {"dataset": "toy", "protocol": "paper", "method": method, "n_bits": 32, "seed": seed}
                    | {"label_share": share, "n_labelled": LABELS.get(share, 0), "per_query": path}
                    | {"measures": {"chance": 0.4, "n_queries": 30} | bounds}
                )
    return made


@pytest.fixture
def rows(tmp_path):
    return _rows(
        tmp_path,
        {
            "DSH": {0.01: 0.5, 0.05: 0.6, 1.0: 0.7},
            "WS-DSH": {0.01: 0.65, 0.05: 0.68, 1.0: 0.75},
            "Placebo-DSH": {0.01: 0.5, 0.05: 0.61, 1.0: 0.7},
            "Weak": {0.0: 0.55},
        },
    )


def test_gain_and_worth_are_those_of_the_hand(rows):
    table = budget(rows).set_index(["method", "label_share"])
    few = table.loc[("WS-DSH", 0.01)]
    assert few["n_labelled"] == 10 and few["gain"] == pytest.approx(0.15)
    assert few["gain_over_placebo"] == pytest.approx(0.15)
    # .65 lies half-way from .6 at 100 labels to .7 at 1,000: 100·√10 labels, from 10
    assert few["worth"] == pytest.approx(10 * np.sqrt(10))
    assert table.loc[("WS-DSH", 1.0)]["worth"] == np.inf  # X never gets there
    assert table.loc[("Weak", 0.0)]["n_labelled"] == 0


@pytest.mark.parametrize(
    ("few", "verdict"),
    [(0.71, "supported"), (0.7, "no difference shown"), (0.68, "mixed"), (0.61, "contradicted"), (0.6, "contradicted")],
)
def test_c6_is_judged_at_a_twentieth_of_the_labels(tmp_path, few, verdict):
    rows = _rows(
        tmp_path,
        {
            "DSH": {0.05: 0.6, 1.0: 0.7},
            "WS-DSH": {0.05: few, 1.0: 0.7},
            "Placebo-DSH": {0.05: 0.61, 1.0: 0.7},
        },
    )
    (claim,) = budget_claims(rows)
    assert claim["claim"] == "C6" and claim["verdict"] == verdict
    assert f"{100 * (few - 0.7):+.1f}" in claim["found"]


def test_without_the_row_of_few_labels_nothing_is_claimed(tmp_path):
    assert budget_claims(_rows(tmp_path, {"DSH": {1.0: 0.7}, "WS-DSH": {1.0: 0.7}})) == []


def test_all_labels_bring_the_weak_network_along_once():
    assert "Weak" in budget_methods(1) and "Weak" not in budget_methods(0.05)


def test_the_figure_draws_each_method_and_says_what_it_shows(rows):
    table = budget(rows)
    figure = plots.budget(table)
    (axes,) = figure.axes
    labels = axes.get_legend_handles_labels()[1]
    assert labels == ["DSH", "DSH, shuffled tags", "WS-DSH", "tags, no label", "chance"]
    drawn = {line.get_label(): line.get_ydata() for line in axes.get_lines()}
    assert list(drawn["WS-DSH"]) == pytest.approx([0.65, 0.68, 0.75])
    assert "WS-DSH is +0.150 above DSH with 10 labelled pictures" in plots.describe_budget(table)
    assert budget_text(table)["worth"].tolist()[-1] == "more than all labels"
    with pytest.raises(InputError):
        plots.budget(table.drop(columns="n_labelled"))
