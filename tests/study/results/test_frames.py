import numpy as np
import pandas as pd
import pytest

from wshash import plots
from wshash.study.publish import over_lsh
from wshash.study.results import frames
from wshash.study.results.claims import claims, differences, holm, p_value, verdict


@pytest.fixture
def rows(tmp_path):
    """Two methods, two lengths, three seeds; 40 queries whose precisions are known."""
    rng = np.random.default_rng(0)
    made = []
    base = rng.uniform(0.3, 0.9, 40)
    for method, gain in (("DSH", 0.0), ("WS-DSH", 0.04)):
        for n_bits in (8, 64):
            for seed in range(3):
                values = base + gain + 0.001 * seed + n_bits / 1000
                path = tmp_path / f"{method}-{n_bits}-{seed}.npz"
                with open(path, "wb") as handle:
                    np.savez(handle, **{"precision@500": values, "precision@100": values + 0.01})
                made.append(
                    {
                        "dataset": "toy",
                        "protocol": "paper",
                        "method": method,
                        "n_bits": n_bits,
                        "seed": seed,
                        "per_query": path,
                        "measures": {
                            "chance": 0.5,
                            "n_queries": 40,
                            "precision@100": values.mean() + 0.01,
                            "precision@100/best": 1.0,
                            "precision@100/worst": 0.0,
                            "precision@500": values.mean(),
                            "precision@500/best": values.mean() + 0.1,
                            "precision@500/worst": values.mean() - 0.1,
                        },
                        "pr_by_rank": {
                            "rank": [1, 2],
                            "precision": [0.9 + seed / 100, 0.8],
                            "recall_macro": [0.1, 0.2],
                        },
                        "pr_by_radius": {"precision_macro": [1.0, 0.5], "recall_macro": [0.1, 1.0], "radius": [0, 1]},
                    }
                )
    return made


def test_by_bits_is_the_mean_and_the_t_interval_over_the_seeds(rows):
    table = frames.by_bits(frames.measures(rows)).set_index(["method", "n_bits"])
    values = [r["measures"]["precision@500"] for r in rows if r["method"] == "DSH" and r["n_bits"] == 64]
    line = table.loc[("DSH", 64)]
    assert line["precision"] == pytest.approx(np.mean(values))
    # t quantile for 2 degrees of freedom, 95 %: 4.3027
    assert line["high"] - line["precision"] == pytest.approx(4.30265 * np.std(values, ddof=1) / np.sqrt(3), rel=1e-4)
    assert line["n_seeds"] == 3 and line["depth"] == 500
    assert line["best"] - line["worst"] == pytest.approx(0.2)


def test_by_depth_takes_the_longest_code_and_leaves_500_to_figure_8(rows):
    table = frames.by_depth(frames.measures(rows))
    assert set(table["n_bits"]) == {64} and set(table["depth"]) == {100}


def test_figure_9_of_several_depths_is_drawn_and_told(rows):
    for row in rows:
        row["measures"] |= {
            f"precision@200{end}": row["measures"][f"precision@100{end}"] for end in ("", "/best", "/worst")
        }
        row["measures"]["precision@200/best"] = 1.5  # of these the order of ties leaves most open
    table = frames.by_depth(frames.measures(rows))
    assert table.index.is_unique and set(table["depth"]) == {100, 200}
    assert "leaves most open for DSH at r = 200" in plots.describe_fig9(table, 64)
    plots.fig9(table, 64)


def test_pr_curves_average_the_seeds(rows):
    table = frames.pr_curves(rows)
    first = table[(table["method"] == "DSH") & (table["kind"] == "rank") & (table["rank"] == 1)].iloc[0]
    assert first["precision"] == pytest.approx(0.91) and first["recall"] == pytest.approx(0.1)
    assert set(table["kind"]) == {"rank", "radius"} and set(table["n_bits"]) == {64}


def test_main_depth_falls_back_where_the_database_is_small():
    assert frames.main_depth(pd.DataFrame(columns=["precision@10", "precision@50", "precision@50/best"])) == 50


def test_the_paired_difference_finds_the_gain_that_was_put_in(rows):
    table = differences(rows, [("WS-DSH", "DSH")], "precision@500")
    assert table["difference"].to_numpy() == pytest.approx([0.04, 0.04])
    assert (table["low"] > 0.039).all() and (table["high"] < 0.041).all()  # the same queries: no spread is left
    assert (table["n_positive"] == 3).all()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ([0.01, 0.02], [0.03, 0.04], "supported"),
        ([-0.01, 0.02], [0.03, 0.04], "mixed"),
        ([-0.01, -0.02], [0.03, 0.04], "no difference shown"),
        ([-0.03, 0.02], [-0.01, 0.04], "contradicted"),
        ([], [], "not run"),
    ],
)
def test_verdicts(low, high, expected):
    assert verdict(pd.DataFrame({"low": low, "high": high})) == expected


def test_claims_say_what_was_found_and_what_was_not_run(rows):
    words = pd.DataFrame(
        {"paper": [0.862, 0.791, 0.735, 0.687, 0.498, 0.362], "ours": [0.9, 0.8, 0.7, 0.6, 0.2, 0.1]},
        index=["dusk", "sun", "sunrise", "sky", "plants", "religion"],
    )
    table = claims(rows, words)
    by_claim = table.set_index("what")["verdict"]
    assert by_claim["WS-DSH beats DSH at every code length (P@500)"] == "supported"
    assert by_claim["the gain is 2 to 6 points of precision"] == "supported"
    assert table.set_index("claim")["verdict"]["C1"] == "supported"
    assert table.set_index("claim")["verdict"]["C2"] == "not run"
    assert "+4.0 [" in table[table["claim"] == "C3"]["found"].iloc[0]


def test_a_gain_of_one_point_contradicts_two_to_six(rows):
    for row in rows:
        if row["method"] == "WS-DSH":
            with np.load(row["per_query"]) as stored:
                shifted = {name: stored[name] - 0.03 for name in stored.files}
            np.savez(row["per_query"], **shifted)
    table = claims(rows).set_index("claim")
    assert table.loc["C4", "verdict"] == "contradicted" and table.loc["C3", "verdict"] == "supported"


def test_words_in_the_wrong_order_do_not_support_claim_1(rows):
    words = pd.DataFrame({"paper": [0.862, 0.791, 0.362], "ours": [0.1, 0.2, 0.9]}, index=["dusk", "sun", "religion"])
    assert claims(rows, words).set_index("claim").loc["C1", "verdict"] == "contradicted"


def test_holm_is_the_textbooks():
    # Sorted .005, .01, .03, .04: times 4, 3, 2, 1, and never below the one before. What was not tested does not count.
    assert holm([0.01, 0.04, np.nan, 0.03, 0.005]) == pytest.approx([0.03, 0.06, np.nan, 0.06, 0.02], nan_ok=True)
    assert holm([0.9, 0.8]).tolist() == [1, 1]


def test_a_p_value_is_that_of_what_the_verdict_needs():
    def table(*z):  # differences of z standard errors
        d = np.array(z, float)
        return pd.DataFrame({"difference": d, "low": d - 1.959964, "high": d + 1.959964})

    assert p_value(table(1.959964)) == pytest.approx(0.05)
    assert p_value(table(3, 2)) == pytest.approx(0.0455, abs=1e-4)  # all must lie above
    assert p_value(table(3, -3)) == pytest.approx(2 * 0.0027, abs=1e-4)  # one of two below is enough
    assert np.isnan(p_value(table()))


def test_which_verdicts_survive_goes_by_all_claims_that_were_tested(rows):
    alone = claims(rows).set_index("claim")["survives"]
    assert alone["C3"] == "yes" and alone["C1"] == alone["C2"] == alone["C4"] == "–"
    near = {"claim": "C6", "what": "", "found": "", "verdict": "supported", "p": 0.03}
    together = claims(rows, more=[near, near | {"verdict": "mixed", "p": 0.4}]).set_index("claim")["survives"]
    assert together["C6"].tolist() == ["no", "–"]  # .03 times the two that are left is not below .05
    assert claims(rows, more=[near]).set_index("claim")["survives"]["C6"] == "yes"


@pytest.mark.parametrize(
    ("kept", "removed", "expected"),
    [
        ((0.9, 0.8, 0.95), (0.7, 0.6, 0.8), "supported"),
        ((0.9, 0.8, 0.95), (0.6, 0.45, 0.8), "mixed"),  # above a half, but its interval holds it
        ((0.9, 0.8, 0.95), (0.34, 0.28, 0.40), "contradicted"),
        ((0.55, 0.45, 0.65), (0.5, 0.4, 0.6), "no difference shown"),
    ],
)
def test_the_filter_is_judged_by_what_it_does_and_not_by_its_score(rows, kept, removed, expected):
    measures = {
        "auc": (0.9, 0.8, 1.0),
        "over frequency": (0.3, 0.2, 0.4),
        "visual kept": kept,
        "others removed": removed,
    }
    table = pd.DataFrame(
        [("filter", name, *values) for name, values in measures.items()],
        columns=["score", "measure", "value", "low", "high"],
    )
    line = claims(rows, tags=table).set_index("claim").loc["C5"]
    assert line["verdict"] == expected and f"removes {removed[0]:.2f} [{removed[1]:.2f}" in line["found"]


def test_what_is_known_of_unseen_concepts_is_the_difference_from_random_projections(rows):
    as_lsh = [row | {"method": {"DSH": "LSH"}.get(row["method"], row["method"])} for row in rows]
    found = over_lsh(as_lsh, ("bird", "dog"), "precision@500")
    assert list(found["a"]) == ["WS-DSH"] * 2 and set(found["b"]) == {"LSH"} and list(found["n_bits"]) == [8, 64]
    assert np.allclose(found[["difference", "low", "high"]], 0.04) and set(found["unseen"]) == {"bird, dog"}
    assert over_lsh(rows, ("bird",), "precision@500").empty, "without LSH there is nothing to compare with"
