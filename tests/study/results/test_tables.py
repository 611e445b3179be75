"""The table of results on numbers that one can check by hand."""

import pandas as pd

from wshash.study.results.tables import results_table


def _frame(precision, average):
    rows = [
        {"method": "LSH", "n_bits": n_bits, "seed": seed, "chance": 0.4, "n_queries": 10, "average_precision": average}
        | {f"precision@500{end}": p for end in ("", "/best", "/worst")}
        for n_bits in (8, 16)
        for seed, p in enumerate(precision)
    ]
    return pd.DataFrame(rows).astype({"method": "category"})


def test_precision_has_half_its_interval_and_average_precision_stands_beside_it():
    table = results_table(_frame([0.5, 0.6], 0.44))
    assert list(table) == ["8 bits", "16 bits", "mAP, 8 bits", "mAP, 16 bits"]
    # t(.975, 1) = 12.706 times the standard error .05
    assert table.loc["LSH"].tolist() == ["0.550 ± 0.635"] * 2 + ["0.440"] * 2


def test_one_seed_has_no_interval():
    assert results_table(_frame([0.5], 0.44)).loc["LSH", "8 bits"] == "0.500"
