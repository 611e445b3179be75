import numpy as np
import pandas as pd
import pytest

from wshash import plots
from wshash.retrieval import paired_difference
from wshash.study.publish import over_lsh
from wshash.study.results import frames
from wshash.study.results.claims import claims, comparisons, differences, holm, p_value, verdict


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


def test_rows_are_read_with_the_place_of_their_measures(tmp_path):
    (tmp_path / "a.json").write_text('{"method": "Größe"}', encoding="utf-8")
    np.savez(tmp_path / "a.npz", x=np.arange(3))
    (row,) = frames.read_rows([tmp_path / "a.json"])
    assert row == {"method": "Größe", "per_query": tmp_path / "a.npz"}
    assert frames.per_query(row, "x").tolist() == [0, 1, 2]
    np.savez(tmp_path / "a.npz", x=np.array([{}], object))
    with pytest.raises(ValueError, match="allow_pickle"):  # no file runs code
        frames.per_query(row, "x")


def test_by_bits_is_the_mean_and_the_t_interval_over_the_seeds(rows):
    table = frames.by_bits(frames.measures(rows)).set_index(["method", "n_bits"])
    values = [r["measures"]["precision@500"] for r in rows if r["method"] == "DSH" and r["n_bits"] == 64]
    line = table.loc[("DSH", 64)]
    assert line["precision"] == pytest.approx(np.mean(values))
    # t quantile for 2 degrees of freedom, 95 %: 4.3027
    assert line["high"] - line["precision"] == pytest.approx(4.30265 * np.std(values, ddof=1) / np.sqrt(3), rel=1e-4)
    assert line["n_seeds"] == 3 and line["depth"] == 500
    assert line["best"] - line["worst"] == pytest.approx(0.2)


def test_lines_are_in_the_order_of_the_figures_and_have_all_that_is_drawn(rows):
    frame = frames.measures(rows[::-1])
    assert frame[["method", "n_bits", "seed"]].apply(tuple, axis=1).tolist() == [
        (row["method"], row["n_bits"], row["seed"]) for row in rows
    ]
    assert set(frame["dataset"]) == {"toy"} and set(frame["protocol"]) == {"paper"}
    assert set(frame) == {"dataset", "protocol", "method", "n_bits", "seed"} | set(rows[0]["measures"])
    frame["n_queries"] += frame["seed"]
    table = frames.by_bits(frame)
    assert table[["method", "n_bits"]].apply(tuple, axis=1).tolist() == [
        ("DSH", 8), ("DSH", 64), ("WS-DSH", 8), ("WS-DSH", 64)
    ]  # fmt: skip
    assert (table["best"] - table["precision"]).to_numpy() == pytest.approx([0.1] * 4)
    assert (table["precision"] - table["low"]).to_numpy() == pytest.approx(
        (table["high"] - table["precision"]).to_numpy()
    )
    assert (table["chance"] == 0.5).all() and (table["n_queries"] == 42).all()
    assert frames.by_depth(frame)["n_queries"].tolist() == [42, 42]


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
    # t quantile for 2 degrees of freedom, 95 %: 4.3027
    assert first["high"] - 0.91 == pytest.approx(0.91 - first["low"]) == pytest.approx(4.30265 * 0.01 / np.sqrt(3))
    assert (first["chance"], first["n_seeds"], first["n_queries"]) == (0.5, 3, 40)
    radius = table[(table["method"] == "WS-DSH") & (table["kind"] == "radius")]
    assert radius[["radius", "precision", "recall"]].to_numpy() == pytest.approx(np.array([[0, 1, 0.1], [1, 0.5, 1]]))
    assert table["method"].drop_duplicates().tolist() == ["DSH", "WS-DSH"] and table.index.is_unique


def test_methods_and_lengths_that_were_run_with_fewer_seeds_are_kept_apart(rows):
    kept = [row for row in rows if row["method"] == "DSH" or (row["n_bits"], row["seed"]) == (64, 0)]
    for row in kept:
        row["pr_by_rank"] |= {"precision": [1, 0], "recall_macro": [0.5, row["n_bits"] / 100]}
        if row["method"] == "WS-DSH":
            row["pr_by_rank"]["precision"] = [0, 1]
    assert len(frames.by_bits(frames.measures(kept))) == 3  # and none of WS-DSH with 8 bits
    table = frames.pr_curves(kept)
    table = table[table["kind"] == "rank"].set_index("method")
    assert table["precision"].tolist() == [1, 0, 0, 1] and table["n_seeds"].tolist() == [3, 3, 1, 1]
    assert table["recall"].tolist() == pytest.approx([0.5, 0.64] * 2)
    assert table.loc["WS-DSH", ["low", "high"]].isna().all(axis=None)


def test_figure_9_is_in_the_order_of_the_figures_and_of_the_depths(rows):
    rows = [row for row in rows if row["n_bits"] == 64]
    for row in rows:
        row["method"] = {"DSH": "LSH", "WS-DSH": "DSH"}[row["method"]]  # as the alphabet does not have them
        for depth in range(1, 21):
            row["measures"] |= {f"precision@{depth}{end}": 0.5 for end in ("", "/best", "/worst")}
    assert frames.measures(rows)["method"].tolist() == ["LSH"] * 3 + ["DSH"] * 3
    table = frames.by_depth(frames.measures(rows))
    assert table["method"].tolist() == ["LSH"] * 21 + ["DSH"] * 21
    assert table["depth"].tolist() == [*range(1, 21), 100] * 2


def test_main_depth_falls_back_where_the_database_is_small():
    columns = ["precision@10", "precision@100", "precision@50", "precision@100/best"]
    assert frames.main_depth(pd.DataFrame(columns=columns)) == 100
    assert frames.main_depth(pd.DataFrame(columns=["precision@100", "precision@500", "precision@1000"])) == 500


def test_the_paired_difference_finds_the_gain_that_was_put_in(rows):
    table = differences(rows, [("WS-DSH", "DSH")], "precision@500")
    assert table["difference"].to_numpy() == pytest.approx([0.04, 0.04])
    assert (table["low"] > 0.039).all() and (table["high"] < 0.041).all()  # the same queries: no spread is left
    assert (table["n_positive"] == 3).all()
    assert (table["seeds_low"] > 0.039).all() and (table["seeds_high"] < 0.041).all() and (table["n_seeds"] == 3).all()
    assert table[["a", "b", "n_bits", "measure"]].to_numpy().tolist() == [
        ["WS-DSH", "DSH", 8, "precision@500"], ["WS-DSH", "DSH", 64, "precision@500"]
    ]  # fmt: skip


def test_an_interval_is_over_seeds_and_queries_and_with_one_seed_over_queries(rows):
    rng = np.random.default_rng(1)
    stored = {}
    for row in rows:
        stored[row["method"], row["n_bits"], row["seed"]] = values = rng.uniform(size=40)
        np.savez(row["per_query"], **{"precision@500": values})
    rows = [row for row in rows if (row["method"], row["n_bits"]) != ("DSH", 8) or row["seed"] == 2]
    table = differences(rows, [("KSH", "LSH"), ("WS-DSH", "DSH")], "precision@500").set_index("n_bits")
    one = paired_difference([stored["WS-DSH", 8, 2]], [stored["DSH", 8, 2]])
    three = paired_difference(*([stored[m, 64, s] for s in range(3)] for m in ("WS-DSH", "DSH")))
    assert table.index.tolist() == [8, 64] and table["n_seeds"].tolist() == [1, 3]
    assert table.loc[8, ["difference", "low", "high"]].tolist() == list(one.over_queries)
    assert table.loc[64, ["difference", "low", "high"]].tolist() == list(three.over_both)
    assert table.loc[64, ["seeds_low", "seeds_high"]].tolist() == list(three.over_seeds[1:])
    assert table.loc[8, ["seeds_low", "seeds_high"]].isna().all()
    back = differences(rows, [("DSH", "WS-DSH")], "precision@500")  # the seeds that both have
    assert back["n_seeds"].tolist() == [1, 3] and np.allclose(back["difference"], -table["difference"])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        ([0.01, 0.02], [0.03, 0.04], "supported"),
        ([-0.01, 0.02], [0.03, 0.04], "mixed"),
        ([-0.01, -0.02], [0.03, 0.04], "no difference shown"),
        ([-0.03, 0.02], [-0.01, 0.04], "contradicted"),
        ([0.0, 0.0], [0.03, 0.04], "no difference shown"),
        ([-0.01, -0.02], [0.0, 0.0], "no difference shown"),
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


WORDS = pd.DataFrame(
    {"paper": [0.862, 0.791, 0.6, 0.362], "ours": [0.9, 0.8, 0.85, 0.1]}, index=["dusk", "sun", "sky", "religion"]
)


def test_the_table_of_claims_reads_as_this(rows):
    for row in rows:
        if row["method"] == "WS-DSH" and row["n_bits"] == 64:
            with np.load(row["per_query"]) as stored:
                shifted = {name: stored[name] + 0.03 for name in stored.files}
            np.savez(row["per_query"], **shifted)
    filtered = pd.DataFrame(
        [
            ("filter", "auc", 0.91, 0.8, 1.0),
            ("filter", "visual kept", 0.7, 0.6, 0.8),
            ("filter", "others removed", 0.75, 0.7, 0.8),
            ("random", "visual kept", 0.5, np.nan, np.nan),
        ],
        columns=["score", "measure", "value", "low", "high"],
    )
    both = "+4.0 [+4.0, +4.0] at 8 bits to +7.0 [+7.0, +7.0] at 64 bits"
    assert claims(rows, WORDS, filtered)[["claim", "found", "verdict", "survives"]].to_numpy().tolist() == [
        ["C1", "dusk > sky > sun > religion; rank correlation with the paper's 0.80", "supported", "–"],
        ["C2", "not run", "not run", "–"],
        ["C3", both, "supported", "yes"],
        ["C4", "+4.0 to +7.0 points; 1 of 2 within 2 to 6", "mixed", "–"],
        ["C5", "keeps 0.70 [0.60, 0.80] of the visual tags, removes 0.75 [0.70, 0.80] of the others; "
         "AUC 0.91 [0.80, 1.00]", "supported", "yes"],
    ]  # fmt: skip
    whats = claims(rows, WORDS, filtered)["what"]
    assert whats[0] == "equation (2) ranks words related to “sunset” above unrelated ones (Table 1)"
    assert whats[4] == "the filter keeps visual tags and removes others"
    one = claims([row for row in rows if row["n_bits"] == 8]).set_index("claim")
    assert one.loc["C3", "found"] == "+4.0 [+4.0, +4.0] at 8 bits"
    assert one.loc["C1", "found"] == "too few of the words occur"


def test_what_is_compared_is_what_the_claims_say():
    free, taught, weak = ("LSH", "DeepBit"), ("KSH", "DSH", "DRSCH"), "the weak network alone"
    assert comparisons(400) == [
        (
            "C2",
            "supervised methods beat unsupervised ones at every code length",
            [(a, b) for a in taught for b in free],
        ),
        *[("C3", f"WS-{x} beats {x} at every code length (P@400)", [(f"WS-{x}", x)]) for x in taught],
        *[
            ("control", f"real tags beat shuffled tags as the start of {x}", [(f"WS-{x}", f"Placebo-{x}")])
            for x in taught
        ],
        ("beyond", f"{weak}, which sees no label, beats LSH", [("Weak", "LSH")]),
        ("control", f"{weak}: real tags beat shuffled tags", [("Weak", "Placebo-Weak")]),
        ("beyond", f"{weak} beats WDHT, which learns from the same tags", [("Weak", "WDHT")]),
    ]


@pytest.mark.parametrize(
    ("paper", "ours", "expected"),
    [
        ([0.8, 0.7, 0.3], [0.5, 0.9, 0.2], "supported"),  # in another order, but all above
        ([0.8, 0.7, 0.3], [0.9, 0.2, 0.2], "mixed"),  # one ties
        ([0.8, 0.7, 0.3, 0.2], [0.9, 0.3, 0.4, 0.1], "mixed"),
        ([0.8, 0.7, 0.6, 0.3], [0.9, 0.8, 0.1, 0.2], "supported"),  # .6 itself is neither
        ([0.8, 0.7, 0.3, 0.2], [0.3, 0.1, 0.4, 0.2], "contradicted"),  # a correlation of 0
        ([0.8, 0.7, 0.3], [0.2, 0.9, 0.5], "contradicted"),  # a correlation of -.5
        ([0.5, 0.4, 0.3], [0.9, 0.8, 0.7], "mixed"),  # none that is related
        ([0.9, 0.8, 0.7], [0.9, 0.8, 0.7], "mixed"),  # none that is not
        ([0.8, 0.7, 0.3, 0.2], [0.9, np.nan, 0.4, np.nan], "not run"),
        ([0.8, 0.7, 0.3, 0.2], [0.9, np.nan, 0.4, 0.2], "supported"),
    ],
)
def test_claim_1_asks_for_each_related_word_above_each_other(rows, paper, ours, expected):
    words = pd.DataFrame({"paper": paper, "ours": ours}, index=list("abcd")[: len(paper)])
    assert claims(rows, words).set_index("claim").loc["C1", "verdict"] == expected


def test_a_gain_of_one_point_contradicts_two_to_six(rows):
    for row in rows:
        if row["method"] == "WS-DSH":
            with np.load(row["per_query"]) as stored:
                shifted = {name: stored[name] - 0.03 for name in stored.files}
            np.savez(row["per_query"], **shifted)
    table = claims(rows).set_index("claim")
    assert table.loc["C4", "verdict"] == "contradicted" and table.loc["C3", "verdict"] == "supported"


@pytest.mark.parametrize(("gain", "expected"), [(2.5, "supported"), (6.5, "contradicted"), (1.9, "contradicted")])
def test_two_to_six_points_are_meant(rows, gain, expected):
    for row in rows:
        if row["method"] == "WS-DSH":
            with np.load(row["per_query"]) as stored:
                shifted = {name: stored[name] - 0.04 + gain / 100 for name in stored.files}
            np.savez(row["per_query"], **shifted)
    assert claims(rows).set_index("claim").loc["C4", "verdict"] == expected


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
    assert p_value(table(*[-2.0] * 30)) == 1  # none is above 1
    same = pd.DataFrame({"difference": [0.1], "low": [0.1], "high": [0.1]})
    assert p_value(same) == 0 and p_value(same - 0.1) == 1  # no spread
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
