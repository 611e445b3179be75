"""mAP@5000 as other papers report it: whom it is drawn from, and what an argsort makes of ties."""

import numpy as np
import pandas as pd
import pytest

from tests.scripts import load
from wshash.datasets.base import TaggedImages
from wshash.retrieval import evaluate
from wshash.study import Study, StudyConfig
from wshash.study.grid.collection import Collection

relatives = load("benchmarks/relatives.py")


@pytest.fixture(scope="module")
def problem():
    """Codes of 6 bits with many ties, labels of four concepts of which some pictures have none."""
    rng = np.random.default_rng(0)
    codes = [rng.integers(0, 2, (n, 6), dtype=np.uint8) for n in (12, 90)]
    return *codes, *(rng.random((n, 4)) < 0.2 for n in (12, 90))


def test_2000_queries_are_drawn_and_all_others_are_searched_and_trained_on():
    n = 2600
    labels = np.zeros((n, 3), bool)
    labels[:, 0] = True
    data = TaggedImages("toy", [None] * n, [["sea"]] * n, labels, ["a", "b", "c"], [f"im{i}" for i in range(n)])
    study = Study(StudyConfig(), collection=Collection(data=data, features=np.zeros((n, 2), np.float32)))
    first, second = (relatives.drawn(study, seed) for seed in (0, 1))
    for drawn in (first, second):
        assert len(set(drawn.query)) == 2000 and np.array_equal(drawn.train, drawn.database)
        assert sorted([*drawn.query, *drawn.database]) == list(range(n))
    assert set(first.query) != set(second.query), "a seed draws its own queries"


def test_the_argsort_leaves_ties_in_the_order_of_the_files(problem):
    query, database, query_labels, labels = problem
    values = []
    for code, wanted in zip(query, query_labels, strict=True):
        ranking = sorted(range(len(database)), key=lambda i: sum(code != database[i]))[:40]  # sorted() is stable
        hits = [bool((labels[i] & wanted).any()) for i in ranking]
        found = [sum(hits[: t + 1]) / (t + 1) for t in range(len(hits)) if hits[t]]
        values += [sum(found) / len(found)] if found else []
    assert 0 < len(values) < len(query), "some query has no relevant answer"
    assert relatives.by_argsort(*problem, 40) == pytest.approx(np.mean(values))


def test_over_shuffled_files_the_argsort_is_what_evaluate_expects(problem):
    query, database, query_labels, labels = problem
    expected = evaluate(*problem, (1,), cut=40).mean("average_precision@40")
    rng = np.random.default_rng(1)
    orders = [rng.permutation(len(database)) for _ in range(600)]
    values = [relatives.by_argsort(query, database[o], query_labels, labels[o], 40) for o in orders]
    assert np.mean(values) == pytest.approx(expected, abs=4 * np.std(values) / np.sqrt(len(values)))
    assert np.std(values) > 0.001, "with ties the order matters"


def test_the_table_has_each_method_once_and_the_published_numbers_as_they_are():
    rows = [
        {"method": name, "n_bits": k, "seed": seed, "map": 0.7 + seed / 100, "argsort": 0.69, "chance": 0.5}
        for name in ("LSH", "WDHT", "CCAITQ")
        for k in relatives.BITS
        for seed in range(3)
    ]
    data = relatives.table(pd.DataFrame(rows), "9 pictures")
    text = relatives.as_text(data).set_index("method")
    assert list(text.index) == ["LSH", "WDHT", "CCAITQ", "WSDHQ, published"]
    assert list(text["learns from"]) == ["nothing", "tags", "tags", "tags"]
    assert text.loc["WDHT", "24 bits"] == "0.710 ± 0.025 (0.690)"  # t of 2 degrees: 4.303 · .01 / √3
    assert list(text.loc["WSDHQ, published", ["8 bits", "16 bits", "24 bits", "32 bits"]]) == [
        "0.766", "0.755", "0.765", "0.767",
    ]  # fmt: skip
