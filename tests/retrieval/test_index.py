import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wshash.errors import InputError
from wshash.retrieval import HammingIndex
from wshash.retrieval.counts import HammingCounter


def codes(n, k, seed=0):
    return np.random.default_rng(seed).integers(0, 2, (n, k), dtype=np.uint8)


@given(st.integers(1, 130), st.integers(1, 40), st.integers(0, 5))
@settings(max_examples=25, deadline=None)
def test_flat_answers_are_a_stable_sort(n_bits, k, seed):
    database, queries = codes(40, n_bits, seed), codes(5, n_bits, seed + 1)
    distances, rows = HammingIndex().add(database).search(queries, k)
    truth = (queries[:, None] != database).sum(axis=2)
    order = np.argsort(truth, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(rows, order)
    np.testing.assert_array_equal(distances, np.take_along_axis(truth, order, axis=1))


def test_faiss_distances_are_those_of_the_counts():
    """Tie-tolerantly: the sorted distances of a search are the levels of the counts, one by one."""
    database, queries = codes(500, 64), codes(20, 64, 1)
    distances, _ = HammingIndex().add(database).search(queries, 500)
    counts = HammingCounter(database, np.ones((500, 1), bool))(queries, np.ones((20, 1), bool)).sum(axis=2)
    for q in range(20):
        np.testing.assert_array_equal(distances[q], np.repeat(np.arange(65), counts[q]))


@pytest.mark.parametrize("kind", ["flat", "ivf", "hnsw"])
@pytest.mark.parametrize("n_bits", [12, 64])
def test_saved_and_loaded_it_answers_the_same(kind, n_bits, tmp_path):
    database, queries = codes(1000, n_bits), codes(10, n_bits, 1)
    index = HammingIndex(kind, n_probe=5, ef_search=40).add(database[:600]).add(database[600:])
    assert len(index) == 1000
    distances, rows = index.search(queries, 20)
    true = (queries[:, None] != database[rows]).sum(axis=2)
    np.testing.assert_array_equal(distances, true)
    by_row = np.lexsort((rows, distances), axis=1)
    np.testing.assert_array_equal(by_row, np.tile(np.arange(20), (10, 1)))
    index.save(tmp_path / "index")
    other = HammingIndex.load(tmp_path / "index")
    assert (other.kind, other.n_bits, other.n_probe if kind == "ivf" else 5) == (kind, n_bits, 5)
    np.testing.assert_array_equal(other.search(queries, 20)[1], rows)
    again = HammingIndex(kind, n_probe=5, ef_search=40).add(database[:600]).add(database[600:])
    np.testing.assert_array_equal(again.search(queries, 20)[1], rows)


def test_recall_is_one_for_the_exact_index_and_grows_with_effort():
    database, queries = codes(2000, 32), codes(50, 32, 1)
    assert HammingIndex().add(database).recall_against_exact(queries, 10) == 1
    few, many = (HammingIndex("ivf", n_lists=40, n_probe=p).add(database) for p in (1, 40))
    assert few.recall_against_exact(queries, 10) < 0.9
    assert many.recall_against_exact(queries, 10) == 1
    # By hand: answers no farther than the true tenth.
    tenth = np.sort((queries[:, None] != database).sum(axis=2), axis=1)[:, 9:10]
    assert few.recall_against_exact(queries, 10) == pytest.approx((few.search(queries, 10)[0] <= tenth).mean())
    narrow, wide = (HammingIndex("hnsw", n_links=8, ef_search=e).add(database) for e in (10, 400))
    assert narrow.recall_against_exact(queries, 10) < wide.recall_against_exact(queries, 10)
    assert wide.recall_against_exact(queries, 10) > 0.95


def test_bad_input_is_named(tmp_path):
    index = HammingIndex().add(codes(5, 16))
    for call, message in (
        (lambda: HammingIndex("tree"), "tree"),
        (lambda: HammingIndex().search(codes(1, 8), 1), "0 codes"),
        (lambda: index.search(codes(1, 16), 6), "k=6"),
        (lambda: index.search(codes(1, 8), 2), "8 bits"),
        (lambda: index.add(np.full((2, 16), 7)), "0 and 1"),
        (lambda: HammingIndex("ivf", n_lists=9).add(codes(5, 16)), "9 lists"),
        (lambda: HammingIndex().save(tmp_path / "x"), "empty"),
        (lambda: HammingIndex.load(tmp_path / "missing"), "missing"),
    ):
        with pytest.raises(InputError, match=message):
            call()
    (tmp_path / "noise").write_bytes(b"not an index")
    with pytest.raises(InputError, match="noise"):
        HammingIndex.load(tmp_path / "noise")
