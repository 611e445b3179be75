import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import average_precision_score

from wshash.errors import InputError
from wshash.retrieval import evaluate
from wshash.retrieval.metrics import average_precision, average_precision_at, levels, relevant_at

from .oracles import all_orders, cut_average_precision, rankings


def bits(rows, columns):
    return hnp.arrays(np.uint8, (rows, columns), elements=st.integers(0, 1))


def random_problem(seed=0, q=20, n=300, k=16, c=6, density=0.2):
    rng = np.random.default_rng(seed)
    return (
        rng.integers(0, 2, (q, k), dtype=np.uint8),
        rng.integers(0, 2, (n, k), dtype=np.uint8),
        rng.random((q, c)) < density,
        rng.random((n, c)) < density,
    )


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_measure_is_its_mean_over_all_orders_of_the_ties(data):
    n, k, c = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    query, database = data.draw(bits(2, k)), data.draw(bits(n, k))
    query_labels, labels = data.draw(bits(2, c)).astype(bool), data.draw(bits(n, c)).astype(bool)
    depths = tuple(sorted({1, n, data.draw(st.integers(1, n))}))
    relevant = query_labels.astype(int) @ labels.T > 0
    if not relevant.any():
        return
    report = evaluate(query, database, query_labels, labels, depths)
    np.testing.assert_array_equal(report.kept, np.flatnonzero(relevant.any(axis=1)))
    for i, row in enumerate(report.kept):
        distances = (query[row] != database).sum(axis=1)
        expected = all_orders(distances, list(relevant[row]), depths)
        assert set(report.per_query) == {f"{name}{end}" for name in expected for end in ("", "/best", "/worst")}
        for name, (mean, largest, smallest) in expected.items():
            assert report.per_query[name][i] == pytest.approx(mean, abs=1e-6), name
            assert report.per_query[f"{name}/best"][i] == pytest.approx(largest, abs=1e-6), name
            assert report.per_query[f"{name}/worst"][i] == pytest.approx(smallest, abs=1e-6), name


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_average_precision_of_the_first_answers_is_its_mean_over_all_orders_of_the_ties(data):
    n, k = data.draw(st.integers(1, 7)), data.draw(st.integers(1, 3))
    query, database, labels = data.draw(bits(2, k)), data.draw(bits(n, k)), data.draw(bits(n, 1)).astype(bool)
    if not labels.any():
        return
    cut = data.draw(st.integers(1, n))
    found = evaluate(query, database, np.ones((2, 1), bool), labels, (1,), cut=cut).per_query
    for i in range(2):
        distances = (query[i] != database).sum(axis=1)
        orders = [[labels[j, 0] for j in ranking] for ranking in rankings(distances)]
        mean = np.mean([cut_average_precision(order, cut) for order in orders])
        assert found[f"average_precision@{cut}"][i] == pytest.approx(mean, abs=1e-6)
        if cut == n:
            assert found[f"average_precision@{cut}"][i] == pytest.approx(found["average_precision"][i], abs=1e-6)


def test_average_precision_of_the_first_5000_is_that_of_random_orders():
    query, database, query_labels, labels = random_problem(4, q=3, n=6000, k=8, density=0.3)
    report = evaluate(query, database, query_labels, labels, cut=5000)
    assert list(report.per_query)[-1] != "average_precision@5000" in report.summary()
    rng, relevant = np.random.default_rng(0), query_labels.astype(int) @ labels.T > 0
    for i, row in enumerate(report.kept):
        distance = (query[row] != database).sum(axis=1)
        orders = [np.lexsort((rng.random(6000), distance)) for _ in range(300)]
        values = [cut_average_precision(relevant[row][order], 5000) for order in orders]
        error = np.std(values) / 300**0.5
        assert abs(report.per_query["average_precision@5000"][i] - np.mean(values)) < 4 * error + 1e-6


def test_average_precision_of_the_first_answers_by_hand():
    """It divides by what is found: [+ − +] comes to (1 + 2/3)/2, [+ − −] to 1, and nothing found to 0."""
    each = np.array([[[0, 1], [1, 0], [0, 1]], [[0, 1], [1, 0], [1, 0]], [[1, 0], [1, 0], [1, 1]]])
    assert average_precision_at(*levels(each), 3) == pytest.approx([5 / 6, 1, (1 / 3 + 0) / 2])
    assert average_precision_at(*levels(each), 2) == pytest.approx([1, 1, 0])


def test_average_precision_is_scikit_learns_where_nothing_is_tied():
    rng = np.random.default_rng(1)
    query, database = rng.normal(size=(8, 5)), rng.normal(size=(200, 5))
    query_labels, labels = np.ones((8, 1), bool), rng.random((200, 1)) < 0.3
    report = evaluate(query, database, query_labels, labels, (10,), distance="euclidean")
    for row in range(8):
        score = -((query[row] - database) ** 2).sum(axis=1)
        assert report.per_query["average_precision"][row] == pytest.approx(
            average_precision_score(labels[:, 0], score), abs=1e-6
        )
    assert report.average_precision.best == pytest.approx(report.average_precision.worst)


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_database_changes_nothing_and_bounds_bound(seed):
    query, database, query_labels, labels = random_problem(seed)
    depths = (1, 7, 50, 300)
    report = evaluate(query, database, query_labels, labels, depths)
    order = np.random.default_rng(seed).permutation(len(database))
    other = evaluate(query, database[order], query_labels, labels[order], depths)
    for name, values in report.per_query.items():
        np.testing.assert_array_equal(values, other.per_query[name], err_msg=name)
        assert ((values >= 0) & (values <= 1 + 1e-6)).all()
        if f"{name}/best" in report.per_query:
            assert (report.per_query[f"{name}/worst"] <= values + 1e-6).all()
            assert (values <= report.per_query[f"{name}/best"] + 1e-6).all()
    recalls = [report.mean(f"recall@{depth}") for depth in depths]
    assert recalls == sorted(recalls)
    assert recalls[-1] == pytest.approx(1)
    assert report.precision_at[300].expected == pytest.approx(report.chance)


def test_random_codes_reach_chance_and_no_more():
    """Codes that know nothing: expected precision is the share of relevant items, within sampling error."""
    query, database, query_labels, labels = random_problem(3, q=400, n=4000, k=32)
    report = evaluate(query, database, query_labels, labels)
    share = (query_labels[report.kept].astype(int) @ labels.T > 0).mean()
    assert report.chance == pytest.approx(share)
    assert report.depths == (100, 200, 400, 500, 1000)
    for depth in report.depths:
        error = report.per_query[f"precision@{depth}"].std() / np.sqrt(report.n_queries)
        assert abs(report.precision_at[depth].expected - share) < 4 * error


def test_one_code_for_all_gives_the_closed_forms_of_a_random_order():
    """All distances equal: P@R is chance, the best order finds min(R, relevant), the worst what is left."""
    labels = np.arange(10)[:, None] < 4
    codes = np.zeros((10, 8), np.uint8)
    report = evaluate(codes[:1], codes, labels[:1], labels, (2, 7))
    assert report.precision_at[2] == pytest.approx((0.4, 1.0, 0.0))
    assert report.precision_at[7] == pytest.approx((0.4, 4 / 7, 1 / 7))
    harmonic = sum(1 / t for t in range(1, 11))
    assert report.average_precision.expected == pytest.approx((harmonic * (1 - 3 / 9) + 3 / 9 * 10) / 10)


def test_levels_measures_and_empty_levels_by_hand():
    counts = np.array([[[1, 2], [0, 0], [2, 1]]])  # irrelevant and relevant: three at the first distance, none, three
    assert [x.tolist() for x in levels(counts)] == [[[3, 0, 3]], [[2, 0, 1]]]
    assert [x.tolist() for x in levels(counts, "best")] == [[[2, 1, 0, 0, 1, 2]], [[2, 0, 0, 0, 1, 0]]]
    assert [x.tolist() for x in levels(counts, "worst")] == [[[1, 2, 0, 0, 2, 1]], [[0, 2, 0, 0, 0, 1]]]
    found = relevant_at(*levels(counts), np.array([1, 2, 3, 4, 5, 6]))
    assert found[0] == pytest.approx([2 / 3, 4 / 3, 2, 2 + 1 / 3, 2 + 2 / 3, 3])
    # Best: + + − | + − −; worst: − + + | − − +.
    assert average_precision(*levels(counts, "best")) == pytest.approx([(1 + 1 + 3 / 4) / 3])
    assert average_precision(*levels(counts, "worst")) == pytest.approx([(1 / 2 + 2 / 3 + 3 / 6) / 3])
    nothing = np.array([[[3, 0], [1, 0]]])
    assert average_precision(*levels(nothing)) == [0]


def test_the_same_ranking_has_the_same_bits_however_many_empty_levels_follow():
    counts = np.random.default_rng(0).integers(0, 9, (50, 17, 2))
    padded = np.concatenate([counts, np.zeros((50, 300, 2), int)], axis=1)
    np.testing.assert_array_equal(average_precision(*levels(counts)), average_precision(*levels(padded)))


def test_precision_recall_curves_are_those_of_a_loop():
    query, database, query_labels, labels = random_problem(5, k=6)
    report = evaluate(query, database, query_labels, labels, (10,))
    relevant = (query_labels.astype(int) @ labels.T > 0)[report.kept]
    distance = (query[report.kept, None] != database).sum(axis=2)
    assert report.pr_by_radius.radius.tolist() == [0, 1, 2, 3, 4, 5, 6]
    for _, row in report.pr_by_radius.iterrows():
        inside = distance <= row.radius
        found = (inside & relevant).sum(axis=1)
        each = [f / n if n else 0.0 for f, n in zip(found, inside.sum(axis=1), strict=True)]
        assert row.precision_macro == pytest.approx(np.mean(each))
        assert row.recall_macro == pytest.approx(np.mean(found / relevant.sum(axis=1)))
    by_rank = report.pr_by_rank.set_index("rank")
    assert by_rank.index.dtype == np.int64 and {10, 300} <= set(by_rank.index)
    assert list(by_rank.index) == sorted(set(by_rank.index)) and by_rank.index[0] == 1 and by_rank.index[-1] == 300
    assert by_rank.precision[10] == pytest.approx(report.precision_at[10].expected)
    assert by_rank.recall_macro[10] == pytest.approx(report.mean("recall@10"))
    assert by_rank.recall_macro[300] == pytest.approx(1)
    gaps = np.diff(np.log(by_rank.index[by_rank.index > 50]))
    assert gaps.max() < 0.05  # dense enough for a smooth curve


def test_real_vectors_of_zeros_and_ones_rank_as_their_hamming_distance():
    problem = random_problem(8, k=12)
    plain = evaluate(*problem, (1, 10, 100))
    vectors = [codes.astype(float) for codes in problem[:2]]
    real = evaluate(*vectors, *problem[2:], (1, 10, 100), distance="euclidean")
    pd.testing.assert_frame_equal(real.pr_by_rank, plain.pr_by_rank, rtol=1e-6)
    assert real.pr_by_radius is None
    assert (real.distance, plain.distance) == ("euclidean", "hamming")


def test_cosine_knows_no_length():
    problem = random_problem(8, k=12)
    vectors = [codes - 0.3 for codes in problem[:2]]
    report, stretched = (
        evaluate(vectors[0], vectors[1] * stretch, *problem[2:], (1, 10, 100), distance="cosine")
        for stretch in (1, np.random.default_rng(0).random((300, 1)) + 0.1)
    )
    pd.testing.assert_frame_equal(report.pr_by_rank, stretched.pr_by_rank, rtol=1e-6)
    euclidean = evaluate(*vectors, *problem[2:], (1, 10, 100), distance="euclidean")
    assert not np.allclose(report.pr_by_rank, euclidean.pr_by_rank)


def test_blocks_of_queries_do_not_show(monkeypatch):
    problem = random_problem(9)
    whole = evaluate(*problem, (10,), distance="euclidean"), evaluate(*problem, (10,))
    monkeypatch.setattr("wshash.retrieval.levels._BLOCK_ITEMS", 700)
    monkeypatch.setattr("wshash.retrieval.counts._BLOCK_BYTES", 1000)
    parts = evaluate(*problem, (10,), distance="euclidean"), evaluate(*problem, (10,), n_threads=3)
    for a, b in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(a.kept, b.kept)
        pd.testing.assert_frame_equal(a.pr_by_rank, b.pr_by_rank, check_exact=True)
        assert a.summary() == b.summary()
    pd.testing.assert_frame_equal(whole[1].pr_by_radius, parts[1].pr_by_radius, check_exact=True)


def test_blocks_bound_the_memory(monkeypatch):
    from wshash.retrieval.counts import HammingCounter
    from wshash.retrieval.levels import LevelCounter

    monkeypatch.setattr("wshash.retrieval.levels._BLOCK_ITEMS", 7000)
    monkeypatch.setattr("wshash.retrieval.counts._BLOCK_BYTES", 10_000)
    labels = np.ones((300, 1), bool)
    counter = HammingCounter(np.zeros((300, 16), np.uint8), labels)
    counts = counter(np.zeros((counter.block, 16), np.uint8), labels[: counter.block])
    assert 5000 < counts.astype(np.int64).nbytes <= 10_000  # the measures are made of 64-bit numbers
    monkeypatch.setattr("wshash.retrieval.counts._BLOCK_BYTES", 1)
    assert HammingCounter(np.zeros((300, 16), np.uint8), labels).block == 1
    assert LevelCounter(np.zeros((300, 2)), labels).block == 23
    assert LevelCounter(np.zeros((8000, 2)), np.ones((8000, 1), bool)).block == 1


def test_queries_without_a_relevant_item_are_dropped_and_counted():
    query, database, query_labels, labels = random_problem(10)
    query_labels[[2, 5]] = False
    report = evaluate(query, database, query_labels, labels, (10,))
    assert report.n_dropped == len(query) - report.n_queries >= 2
    assert not {2, 5} & set(report.kept)
    keep = report.kept
    again = evaluate(query[keep], database, query_labels[keep], labels, (10,))
    assert report.summary() == again.summary() | {"n_dropped": report.n_dropped}
    pd.testing.assert_frame_equal(report.pr_by_radius, again.pr_by_radius, check_exact=True)


def test_the_report_can_be_read():
    report = evaluate(*random_problem(12, density=0.6), (10, 100))
    row = report.summary()
    assert (row["distance"], row["n_bits"], row["n_database"]) == ("hamming", 16, 300)
    assert (row["n_queries"], row["n_dropped"], row["chance"]) == (report.n_queries, report.n_dropped, report.chance)
    assert row["precision@10"] == report.precision_at[10].expected
    values = report.per_query["precision@10"]
    assert values.dtype == np.float32 and row["precision@10"] == values.astype(float).mean() != values.mean()
    assert row["precision@10/best"] == report.precision_at[10].best
    assert row["precision@10/worst"] == report.precision_at[10].worst
    assert row["average_precision"] == report.average_precision.expected
    assert list(report.precision_at) == [10, 100]
    text = repr(report)
    assert text.startswith(f"{report.n_queries} queries against 300 items, 16 dimensions, hamming distance; chance")
    assert f"{report.chance:.3f}" in text and f"{report.precision_at[100].worst:.3f}" in text
    for name in ("precision@10 ", "recall@100 ", "average_precision ", "expected", "best", "worst"):
        assert name in text
    assert "/best" not in text
    with pytest.raises(InputError, match="precision@11.*precision@10,"):
        report.mean("precision@11")
    query, database, query_labels, labels = random_problem(12, density=0.6)
    query_labels[3] = False
    assert "19 queries (1 without a relevant item left out) against" in repr(
        evaluate(query, database, query_labels, labels | True, (10,))
    )


def test_labels_of_0_and_1_and_depths_of_any_kind_are_taken():
    query, database, query_labels, labels = random_problem(13)
    report = evaluate(query, database, query_labels, labels, (10, 300))
    for kind in (np.uint8, np.int64, float):
        other = evaluate(query.tolist(), database.astype(kind), query_labels.astype(kind), labels, np.array([10, 300]))
        assert other.summary() == report.summary() and other.depths == (10, 300)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depths": (301,)}, "301.*300 items"),
        ({"depths": (0,)}, "0.*300 items"),
        ({"depths": ()}, "depths"),
        ({"cut": 301}, "cut=301 with 300 items"),
        ({"cut": 0}, "cut=0 with"),
        ({"distance": "jaccard"}, "'jaccard' is unknown; choose one of 'hamming', 'euclidean', 'cosine'"),
        (
            {"database_codes": np.zeros((0, 16), np.uint8), "database_labels": np.zeros((0, 6), bool)},
            "database is empty",
        ),
        ({"query_codes": np.zeros((0, 16), np.uint8), "query_labels": np.zeros((0, 6), bool)}, "query is empty"),
        ({"database_codes": np.zeros((300, 8), np.uint8)}, "16 dimensions and 6 concepts, the database 8 and 6"),
        ({"database_labels": np.zeros((299, 6), bool)}, "database: .*299"),
        ({"database_labels": np.zeros((300, 5), bool)}, "the database 16 and 5"),
        ({"database_labels": np.zeros((300, 6), bool)}, "none of the 20 queries"),
        ({"query_codes": np.full((20, 16), 2, np.uint8)}, "query codes.*binarise"),
        ({"database_codes": np.full((300, 16), 2, np.uint8)}, "database codes.*binarise"),
        ({"query_codes": np.full((20, 16), np.nan), "distance": "cosine"}, "query codes contain NaN"),
        ({"database_codes": np.full((300, 16), np.inf), "distance": "euclidean"}, "database codes contain NaN"),
        ({"query_labels": np.full((20, 6), 3)}, "query labels must be an indicator"),
        ({"query_labels": np.arange(20)}, "n×c"),
        ({"query_codes": np.arange(20)}, "n×c"),
    ],
)
def test_bad_input_is_named(change, message):
    names = ("query_codes", "database_codes", "query_labels", "database_labels")
    arguments = dict(zip(names, random_problem(), strict=True)) | {"depths": (10,)} | change
    with pytest.raises(InputError, match=message):
        evaluate(**arguments)


def test_codes_have_1_to_256_bits_and_vectors_any_length():
    labels = np.ones((1, 1), bool)
    for k in (0, 257):
        with pytest.raises(InputError, match=f"codes of {k} bits; 1 to 256"):
            evaluate(np.zeros((1, k)), np.zeros((1, k)), labels, labels, (1,))
    for k in (1, 256):
        assert evaluate(np.zeros((1, k)), np.zeros((1, k)), labels, labels, (1,)).n_bits == k
    assert evaluate(np.zeros((1, 257)), np.zeros((1, 257)), labels, labels, (1,), distance="euclidean").n_bits == 257
