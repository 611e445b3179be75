"""The curve of labels and tags on rows whose precisions are written by hand."""

import numpy as np
import pytest

from wshash import plots
from wshash.study.experiments.curve import (
    curve,
    curve_text,
    few_label_claims,
    highest,
    labels_for,
    labels_needed,
    studies,
)
from wshash.study.grid.config import StudyConfig

COUNTS = (50, 100, 1000)


def _rows(folder, precision, bits=(16, 32)):
    """Rows of three seeds; ``precision[method]``: by number of labelled pictures, of 1,000."""
    made = []
    for n_bits in bits:
        for method, values in precision.items():
            for n, value in values.items():
                for seed in range(3):
                    found = value + (n_bits == 32) / 100 + seed / 1000
                    path = folder / f"{method}-{n}-{n_bits}-{seed}.npz"
                    np.savez(path, **{"precision@500": np.full(30, found)})
                    bounds = {f"precision@500{suffix}": found for suffix in ("", "/best", "/worst")}
                    made.append(
                        {"dataset": "toy", "protocol": "held-out", "method": method, "n_bits": n_bits, "seed": seed}
                        | {"label_share": n / 1000, "n_labelled": n, "per_query": path}
                        | {"measures": {"chance": 0.3, "n_queries": 30} | bounds}
                    )
    return made


@pytest.fixture
def rows(tmp_path):
    precision = {
        "Twin": (0.5, 0.6, 0.7),
        "DRSCH": (0.45, 0.62, 0.65),
        "WS-KSH": (0.52, 0.55, 0.6),
        "WS-DSH": (0.5, 0.58, 0.61),
        "Joint": (0.65, 0.68, 0.72),
        "Placebo-Joint": (0.4, 0.5, 0.69),
    }
    many = {method: dict(zip(COUNTS, values, strict=True)) for method, values in precision.items()}
    of_claims = {"DSH": {100: 0.4, 1000: 0.9}}  # has no place in the figure
    return _rows(tmp_path, many | {"CCAITQ": {0: 0.6}, "Weak": {0: 0.55}} | of_claims)


def test_labels_needed_are_those_of_the_hand():
    twin = [[0.5, 0.6, 0.7], [0.5, 0.6, 0.7]]
    found, low, high = labels_needed([0.65, 0.65], COUNTS, twin)
    assert found == low == high == pytest.approx(100 * np.sqrt(10))
    assert labels_needed([0.4, 0.4], COUNTS, twin) == pytest.approx((50, 50, 50))
    assert labels_needed([0.8, 0.8], COUNTS, twin) == (np.inf,) * 3
    found, low, high = labels_needed([0.6, 0.7], COUNTS, twin)  # the seeds drawn: .6, .65 or .7
    assert (found, low, high) == pytest.approx((100 * np.sqrt(10), 100, 1000))


def test_seeds_are_drawn_in_pairs():
    # A seed that is good for both moves nothing: .65 of the one and .75 of the other are the same number of labels.
    twin = np.array([[0.5, 0.6, 0.7], [0.6, 0.7, 0.8]])
    assert np.ptp(labels_needed([0.65, 0.75], COUNTS, twin)) == pytest.approx(0, abs=1e-6)


def test_both_is_compared_with_the_best_of_labels_and_of_tags_alone(rows):
    table = curve(rows)
    assert highest(table, "labels", 16, 50) == "Twin" and highest(table, "labels", 16, 100) == "DRSCH"
    assert highest(table, "tags", 32, 0) == "CCAITQ" and highest(table, "tags", 32, 50) is None
    both = table[table["method"] == "Joint"].set_index(["n_bits", "n_labelled"])
    assert both.loc[(16, 50), "over_labels"] == pytest.approx(0.15)
    assert both.loc[(16, 100), "over_labels"] == pytest.approx(0.06)
    assert both.loc[(32, 1000), ["over_tags", "over_tags_low"]].tolist() == pytest.approx([0.12, 0.12])
    assert both.loc[(16, 50), "worth"] == pytest.approx(100 * np.sqrt(10))
    assert both.loc[(16, 1000), "worth"] == np.inf
    alone = table[(table["method"] == "CCAITQ") & (table["n_bits"] == 32)].iloc[0]
    assert alone["n_labelled"] == 0 and alone["worth"] == pytest.approx(100)


def test_the_table_names_the_best_of_each_kind(rows):
    text = curve_text(curve(rows))
    assert len(text) == 6
    line = text[(text["bits"] == 16) & (text["labelled pictures"] == "100")].iloc[0]
    assert (line["labels alone"], line["tags alone"]) == ("0.621 DRSCH", "0.601 CCAITQ")
    assert (line["WS-X"], line["both at once"]) == ("0.581 WS-DSH", "0.681 Joint")
    assert line["points over tags alone"].startswith("+8.0") and line["worth"] == "631 labels (631 to 631)"


def test_the_table_reads_as_this(rows):
    for_hand = [row for row in rows if row["n_bits"] == 16 and row["n_labelled"] in (0, 50, 1000)]
    for_hand = [row for row in for_hand if row["method"] not in ("WS-KSH", "WS-DSH") or row["n_labelled"] == 50]
    text = curve_text(curve(for_hand))
    assert text.columns.tolist() == [
        "bits", "labelled pictures", "labels alone", "tags alone", "WS-X", "both at once", "shuffled tags",
        "points over labels alone", "points over tags alone", "worth",
    ]  # fmt: skip
    assert text.to_numpy().tolist() == [
        [16, "50", "0.501 Twin", "0.601 CCAITQ", "0.521 WS-KSH", "0.651 Joint", "0.401",
         "+15.0 [+15.0, +15.0]", "+5.0 [+5.0, +5.0]", "473 labels (473 to 473)"],
        [16, "1,000", "0.701 Twin", "0.601 CCAITQ", "", "0.721 Joint", "0.691",
         "+2.0 [+2.0, +2.0]", "+12.0 [+12.0, +12.0]", "more than all labels (more than all to more than all)"],
    ]  # fmt: skip
    without = curve_text(curve([row for row in for_hand if row["method"] not in ("Placebo-Joint", "CCAITQ", "Weak")]))
    assert without["shuffled tags"].tolist() == without["tags alone"].tolist() == ["", ""]
    assert without["points over tags alone"].tolist() == ["+nan [+nan, +nan]"] * 2


def test_the_curve_has_a_line_a_method_number_and_length_in_order(rows):
    table = curve(rows)
    keys = table[["n_bits", "method", "n_labelled"]].apply(tuple, axis=1).tolist()
    order = ["Twin", "DRSCH", "CCAITQ", "Weak", "WS-KSH", "WS-DSH", "Joint", "Placebo-Joint"]
    of = {"CCAITQ": [0], "Weak": [0]}
    assert keys == [(k, m, n) for k in (16, 32) for m in order for n in of.get(m, COUNTS)]
    kinds = dict(zip(table["method"], table["kind"], strict=True))
    assert list(kinds.values()) == ["labels", "labels", "tags", "tags", "paper", "paper", "both", "shuffled"]
    assert "best" not in table and "worst" not in table and (table["depth"] == 500).all()
    assert table.loc[table["kind"].isin(["labels", "paper", "shuffled"]), "worth"].isna().all()
    assert table.loc[table["kind"] != "both", ["over_labels", "over_tags"]].isna().all(axis=None)
    # Seeds that the twin, or the method, was not run with are left out.
    lacking = [row for row in rows if (row["method"], row["n_labelled"], row["seed"]) != ("Twin", 100, 1)]
    lacking = [row for row in lacking if (row["method"], row["seed"]) != ("CCAITQ", 2)]
    for row in lacking:
        if row["method"] == "CCAITQ":
            row["measures"]["precision@500"] += row["seed"]
    short = curve(lacking).set_index(["method", "n_bits", "n_labelled"])["worth"].sort_index()
    assert short["CCAITQ", 16, 0] == pytest.approx(100)  # with seed 0 alone
    assert short["Weak", 16, 0] == pytest.approx(50 * np.sqrt(2))


def test_labels_are_interpolated_in_their_logarithm_along_what_rises():
    assert labels_for(0.55, COUNTS, [0.5, 0.6, 0.7]) == pytest.approx(50 * np.sqrt(2))
    assert labels_for(0.7, COUNTS, [0.5, 0.6, 0.7]) == pytest.approx(1000)
    assert labels_for(0.65, COUNTS, [0.5, 0.7, 0.6]) == pytest.approx(50 * 2**0.75)  # what fell is as high as before
    assert labels_for(0.7000001, COUNTS, [0.5, 0.7, 0.6]) == np.inf


def test_the_interval_of_the_labels_is_a_bootstrap_over_seeds():
    rng = np.random.default_rng(3)
    values, twin = rng.uniform(0.5, 0.7, 5), np.sort(rng.uniform(0.4, 0.8, (5, 3)), axis=1)
    drawn = np.random.default_rng(0).integers(5, size=(2000, 5))
    found = sorted(labels_for(values[i].mean(), COUNTS, twin[i].mean(axis=0)) for i in drawn)
    # Limits are drawn ones: infinity cannot be interpolated. 2.5 % of 1,999 steps lies between the 49th and the 50th.
    assert labels_needed(values, COUNTS, twin)[1:] == (found[49], found[1950])


def test_the_figure_draws_each_kind_and_says_what_it_shows(rows):
    table = curve(rows)
    figure = plots.curve(table)
    assert len(figure.axes) == 2
    drawn = {line.get_label(): line for line in figure.axes[1].get_lines()}
    assert list(drawn["tags and labels at once"].get_ydata()) == pytest.approx([0.661, 0.691, 0.731])
    assert list(drawn["CCA-ITQ"].get_xdata()) == [0]
    assert list(drawn["WS-X, the best of three"].get_ydata()) == pytest.approx([0.531, 0.591, 0.621])
    said = plots.describe_curve(table)
    assert "both at once 0.651 with 50 labelled pictures, 0.721 with 1,000" in said
    assert "tags alone 0.601 (CCA-ITQ), with no label" in said and "Chance is 0.300" in said


@pytest.mark.parametrize(
    ("few", "verdict"),
    [(0.71, "supported"), (0.7, "no difference shown"), (0.68, "mixed"), (0.61, "contradicted"), (0.6, "contradicted")],
)
def test_c6_is_judged_with_few_labels(tmp_path, few, verdict):
    precision = {"DSH": {500: 0.6, 1000: 0.7}, "WS-DSH": {500: few}, "Placebo-DSH": {500: 0.61}}
    (claim,) = few_label_claims(_rows(tmp_path, precision, bits=[32]))
    assert claim["claim"] == "C6" and claim["verdict"] == verdict and "500 labelled" in claim["what"]
    for over, other in ((0.6, "DSH with as many"), (0.61, "shuffled tags"), (0.7, "DSH with all")):
        assert f"{100 * (few - over):+.1f}" in claim["found"] and other in claim["found"]


def test_c6_reads_as_this_and_leaves_out_what_was_not_run(tmp_path):
    precision = {
        "KSH": {500: 0.6, 2000: 0.7},
        "WS-KSH": {500: 0.71},
        "Placebo-KSH": {500: 0.6},
        "DSH": {500: 0.6, 1000: 0.7},
        "WS-DSH": {500: 0.68, 1000: 0.9},
        "Placebo-DSH": {500: 0.61},
        "DRSCH": {500: 0.6, 1000: 0.7},
        "WS-DRSCH": {500: 0.7},
    }
    found = few_label_claims(_rows(tmp_path, precision, bits=[32]))
    (claim,) = found  # KSH lacks all labels, DRSCH the placebo
    assert claim["what"] == "weak tags make up for manual labels: WS-DSH with 500 labelled pictures"
    assert claim["found"] == (
        "+8.0 [+8.0, +8.0] over DSH with as many, +7.0 [+7.0, +7.0] over shuffled tags; "
        "-2.0 [-2.0, -2.0] against DSH with all"
    )
    assert claim["verdict"] == "mixed"


def test_what_helps_less_than_shuffled_tags_is_not_mixed(tmp_path):
    precision = {"DSH": {500: 0.6, 1000: 0.7}, "WS-DSH": {500: 0.65}, "Placebo-DSH": {500: 0.66}}
    assert few_label_claims(_rows(tmp_path, precision, bits=[32]))[0]["verdict"] == "contradicted"


def test_without_the_rows_of_few_labels_nothing_is_claimed(tmp_path):
    assert few_label_claims([]) == []
    assert few_label_claims(_rows(tmp_path, {"DSH": {1000: 0.7}, "WS-DSH": {1000: 0.7}}, bits=[32])) == []


class Toy:
    """A study, as far as it is asked what to run."""

    def __init__(self, n, label_share=1.0):
        self.train, self.config = range(n), StudyConfig(label_share=label_share)

    def replace(self, label_share):
        return label_share


def test_methods_that_see_no_label_run_once():
    found = studies(Toy(120))
    assert [at for at, *_ in found[:-1]] == [50 / 120, 100 / 120]
    assert all("Twin" in methods and "CCAITQ" not in methods for _, methods, _ in found[:-1])
    assert {"CCAITQ", "JointTags", "Weak", "Joint"} <= set(found[-1][1])
    every = [
        "Twin", "DRSCH", "CCAITQ", "JointTags", "WDHT", "Weak", "WS-KSH", "WS-DSH", "WS-DRSCH", "Joint", "CCAITQ3",
        "Placebo-Joint", "Placebo-CCAITQ",
    ]  # fmt: skip
    sees_labels = [name for name in every if name not in ("CCAITQ", "JointTags", "WDHT", "Weak", "Placebo-CCAITQ")]
    assert [list(methods) for _, methods, _ in found] == [sees_labels, sees_labels, every]
    assert all(tuple(bits) == (16, 32) for *_, bits in found)
    assert len(studies(Toy(100))) == 2 and len(studies(Toy(101))) == 3  # not with as many as there are


def test_c6_is_run_where_there_are_more_than_its_labels():
    few, every = studies(Toy(2000))[-2:]
    assert few[0] == 0.25 and {"KSH", "WS-KSH", "Placebo-KSH"} <= set(few[1]) and few[2] == every[2] == [32]
    assert set(every[1]) == {"KSH", "DSH", "DRSCH"}
    assert {"DSH", "WS-DRSCH", "Placebo-DRSCH"} <= set(few[1]) and [at[0] for at in studies(Toy(501))[-2:-1]] == [
        500 / 501
    ]
    assert len(studies(Toy(500))) == 4  # three fewer, and all
    unseen = Toy(2000)
    unseen.config = StudyConfig(unseen=("sky",))
    assert len(studies(unseen)) == len(studies(Toy(2000))) - 2
    assert len(studies(Toy(2000, 0.5))) == len(studies(Toy(2000))) - 2
