import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import average_precision_score, ndcg_score

from wshash.errors import InputError
from wshash.retrieval import evaluate

from .oracles import all_orders


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


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_measure_is_its_mean_over_all_orders_of_the_ties(data):
    n, k, c = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    query, database = data.draw(bits(2, k)), data.draw(bits(n, k))
    query_labels, labels = data.draw(bits(2, c)).astype(bool), data.draw(bits(n, c)).astype(bool)
    depths = tuple(sorted({1, n, data.draw(st.integers(1, n))}))
    cut, min_shared = data.draw(st.integers(1, n + 1)), data.draw(st.integers(1, c))
    gain = data.draw(st.sampled_from(["linear", "exponential"]))
    shared = query_labels.astype(int) @ labels.T
    if not (shared >= min_shared).any():
        return
    report = evaluate(
        query, database, query_labels, labels, depths,
        cut=cut, min_shared=min_shared, graded=True, gain=gain, without_relevant="zero",
    )  # fmt: skip
    gains = [s if gain == "linear" else 2**s - 1 for s in range(c + 1)]
    for row in range(2):
        distances = (query[row] != database).sum(axis=1)
        expected = all_orders(distances, list(shared[row]), min_shared, depths, cut, gains)
        for name, (mean, largest, smallest) in expected.items():
            assert report.per_query[name][row] == pytest.approx(mean, abs=1e-6), name
            if "found" not in name:
                assert report.per_query[f"{name}/best"][row] == pytest.approx(largest, abs=1e-6), name
                assert report.per_query[f"{name}/worst"][row] == pytest.approx(smallest, abs=1e-6), name


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
    assert report.average_precision.best == report.average_precision.worst


def test_ndcg_is_scikit_learns_mean_over_ties():
    query, database, query_labels, labels = random_problem(k=4)
    report = evaluate(query, database, query_labels, labels, (5, 50), graded=True)
    shared = query_labels.astype(int) @ labels.T
    for i, row in enumerate(report.kept):
        score = -(query[row] != database).sum(axis=1)[None].astype(float)
        for depth in (5, 50):
            assert report.per_query[f"ndcg@{depth}"][i] == pytest.approx(
                ndcg_score(shared[row][None], score, k=depth), abs=1e-6
            )


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_order_of_the_database_changes_nothing_and_bounds_bound(seed):
    query, database, query_labels, labels = random_problem(seed)
    depths = (1, 7, 50, 300)
    report = evaluate(query, database, query_labels, labels, depths, graded=True)
    order = np.random.default_rng(seed).permutation(len(database))
    other = evaluate(query, database[order], query_labels, labels[order], depths, graded=True)
    for name, values in report.per_query.items():
        np.testing.assert_array_equal(values, other.per_query[name], err_msg=name)
        assert ((values >= 0) & (values <= 1 + 1e-6)).all()
        if f"{name}/best" in report.per_query:
            assert (report.per_query[f"{name}/worst"] <= values + 1e-6).all()
            assert (values <= report.per_query[f"{name}/best"] + 1e-6).all()
    recalls = [report.recall_at[depth].expected for depth in depths]
    assert recalls == sorted(recalls)
    assert recalls[-1] == pytest.approx(1)
    assert report.precision_at[300].expected == pytest.approx(report.chance)


def test_random_codes_reach_chance_and_no_more():
    """Codes that know nothing: expected precision is the share of relevant items, within sampling error."""
    query, database, query_labels, labels = random_problem(3, q=400, n=4000, k=32)
    report = evaluate(query, database, query_labels, labels)
    share = (query_labels[report.kept].astype(int) @ labels.T > 0).mean()
    assert report.chance == pytest.approx(share)
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


def test_precision_recall_curves_are_those_of_a_loop():
    query, database, query_labels, labels = random_problem(5, k=6)
    report = evaluate(query, database, query_labels, labels, (10,))
    relevant = (query_labels.astype(int) @ labels.T > 0)[report.kept]
    distance = (query[report.kept, None] != database).sum(axis=2)
    for _, row in report.pr_by_radius.iterrows():
        inside = distance <= row.radius
        found = (inside & relevant).sum(axis=1)
        each = [f / n if n else 0.0 for f, n in zip(found, inside.sum(axis=1), strict=True)]
        assert row.precision_macro == pytest.approx(np.mean(each))
        assert row.recall_macro == pytest.approx(np.mean(found / relevant.sum(axis=1)))
        assert row.recall_micro == pytest.approx(found.sum() / relevant.sum())
        assert row.empty == pytest.approx((inside.sum(axis=1) == 0).mean())
        if inside.any():
            assert row.precision_micro == pytest.approx(found.sum() / inside.sum())
        else:
            assert np.isnan(row.precision_micro)
    assert report.precision_radius == pytest.approx(report.pr_by_radius.precision_macro[2])
    by_rank = report.pr_by_rank.set_index("rank")
    assert by_rank.precision[10] == pytest.approx(report.precision_at[10].expected)
    assert by_rank.recall_macro[10] == pytest.approx(report.recall_at[10].expected)
    assert by_rank.recall_micro[300] == pytest.approx(1)
    found = by_rank.precision[10] * 10 * report.n_queries
    assert by_rank.recall_micro[10] == pytest.approx(found / relevant.sum())


@pytest.mark.parametrize("graded", [False, True])
def test_equal_weights_are_the_plain_hamming_distance(graded):
    problem = random_problem(7, k=20)
    plain = evaluate(*problem, (1, 10, 100), graded=graded)
    weighted = evaluate(*problem, (1, 10, 100), graded=graded, distance="weighted", weights=np.full(20, 0.1))
    for name, values in weighted.per_query.items():
        np.testing.assert_allclose(values, plain.per_query[name], rtol=1e-6, err_msg=name)
    assert weighted.pr_by_radius is None
    assert weighted.precision_radius is None


def test_real_vectors_of_zeros_and_ones_rank_as_their_hamming_distance():
    problem = random_problem(8, k=12)
    plain = evaluate(*problem, (1, 10, 100))
    vectors = [codes.astype(float) for codes in problem[:2]]
    real = evaluate(*vectors, *problem[2:], (1, 10, 100), distance="euclidean")
    np.testing.assert_allclose(real.found_by_rank, plain.found_by_rank, rtol=1e-6)


def test_blocks_of_queries_do_not_show(monkeypatch):
    problem = random_problem(9)
    whole = evaluate(*problem, (10,), distance="euclidean"), evaluate(*problem, (10,))
    monkeypatch.setattr("wshash.retrieval.levels._BLOCK_ITEMS", 700)
    monkeypatch.setattr("wshash.retrieval.counts._BLOCK_BYTES", 1000)
    parts = evaluate(*problem, (10,), distance="euclidean"), evaluate(*problem, (10,), n_threads=3)
    for a, b in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(a.kept, b.kept)
        np.testing.assert_array_equal(a.found_by_rank, b.found_by_rank)


def test_queries_without_a_relevant_item_are_dropped_and_counted_or_zero():
    query, database, query_labels, labels = random_problem(10)
    query_labels[[2, 5]] = False
    report = evaluate(query, database, query_labels, labels, (10,))
    assert report.n_dropped == len(query) - report.n_queries >= 2
    assert not {2, 5} & set(report.kept)
    zero = evaluate(query, database, query_labels, labels, (10,), without_relevant="zero")
    assert zero.n_dropped == 0
    share = report.n_queries / len(query)
    assert zero.precision_at[10].expected == pytest.approx(report.precision_at[10].expected * share)
    assert zero.average_precision.expected == pytest.approx(report.average_precision.expected * share)


def test_unlabelled_items_are_negatives_or_left_out():
    query, database, query_labels, labels = random_problem(11, density=0.1)
    report = evaluate(query, database, query_labels, labels, (10,), unlabelled="drop")
    kept = labels.any(axis=1)
    assert report.n_database == kept.sum() < len(labels)
    again = evaluate(query, database[kept], query_labels, labels[kept], (10,))
    assert report.summary() == again.summary()


def test_the_report_can_be_read():
    report = evaluate(*random_problem(12), (10, 100), cut=50, graded=True)
    row = report.summary()
    assert row["precision@10"] == report.precision_at[10].expected
    assert row["average_precision@50[found]"] == report.average_precision_at_cut["found"].expected
    assert list(report.ndcg_at) == [10, 100]
    assert f"{report.chance:.3f}" in str(report)
    assert "precision@100" in report._repr_html_()
    mean, low, high = report.interval("precision@10")
    assert low < mean < high
    with pytest.raises(InputError, match="precision@11"):
        report.interval("precision@11")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depths": (301,)}, "301"),
        ({"depths": ()}, "depths"),
        ({"cut": 0}, "cut"),
        ({"distance": "jaccard"}, "jaccard"),
        ({"without_relevant": "ignore"}, "ignore"),
        ({"min_shared": 9}, "min_shared=9"),
        ({"weights": np.ones(16)}, "weights"),
        ({"distance": "weighted"}, "weights"),
        ({"distance": "weighted", "weights": -np.ones(16)}, "weights"),
        ({"database_codes": np.zeros((0, 16), np.uint8), "database_labels": np.zeros((0, 6), bool)}, "empty"),
        ({"database_codes": np.zeros((300, 8), np.uint8)}, "8"),
        ({"database_labels": np.zeros((299, 6), bool)}, "299"),
        ({"database_labels": np.zeros((300, 6), bool)}, "none of the 20 queries"),
        ({"query_codes": np.full((20, 16), 2, np.uint8)}, "binarise"),
        ({"query_codes": np.full((20, 16), np.nan), "distance": "cosine"}, "NaN"),
        ({"query_labels": np.full((20, 6), 3)}, "indicator"),
        ({"query_labels": np.arange(20)}, "n×c"),
    ],
)
def test_bad_input_is_named(change, message):
    names = ("query_codes", "database_codes", "query_labels", "database_labels")
    arguments = dict(zip(names, random_problem(), strict=True)) | {"depths": (10,)} | change
    with pytest.raises(InputError, match=message):
        evaluate(**arguments)


def test_codes_of_more_than_256_bits_are_refused():
    with pytest.raises(InputError, match="257"):
        evaluate(np.zeros((1, 257)), np.zeros((1, 257)), np.ones((1, 1)), np.ones((1, 1)), (1,))
