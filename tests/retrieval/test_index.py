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
    assert (other.kind, other.n_bits, other.n_probe, other.ef_search, len(other)) == (kind, n_bits, 5, 40, 1000)
    for found in (other, HammingIndex.load(tmp_path / "index").add(database[:0])):
        np.testing.assert_array_equal(found.search(queries, 20)[0], distances)
        np.testing.assert_array_equal(found.search(queries, 20)[1], rows)
    again = HammingIndex(kind, n_probe=5, ef_search=40).add(database[:600]).add(database[600:])
    np.testing.assert_array_equal(again.search(queries, 20)[1], rows)


def test_recall_is_one_for_the_exact_index_and_grows_with_effort():
    database, queries = codes(2000, 32), codes(50, 32, 1)
    assert HammingIndex().add(database).recall_against_exact(queries, 10) == 1
    few, many = (HammingIndex("ivf", n_probe=p).add(database) for p in (1, 45))  # of √2000 = 45 clusters
    assert few.recall_against_exact(queries, 10) < 0.9
    assert many.recall_against_exact(queries, 10) == 1
    # By hand: answers no farther than the true tenth.
    tenth = np.sort((queries[:, None] != database).sum(axis=2), axis=1)[:, 9:10]
    assert few.recall_against_exact(queries, 10) == pytest.approx((few.search(queries, 10)[0] <= tenth).mean())
    narrow, wide = (HammingIndex("hnsw", ef_search=e).add(database) for e in (10, 400))
    assert narrow.recall_against_exact(queries, 10) < wide.recall_against_exact(queries, 10)
    assert wide.recall_against_exact(queries, 10) > 0.95


def test_the_smallest_index_of_the_smallest_settings(tmp_path):
    index = HammingIndex("ivf", n_probe=1, ef_search=1).add(np.ones((1, 1), np.uint8))
    index.save(tmp_path / "x")
    other = HammingIndex.load(tmp_path / "x")
    assert (len(other), other.n_bits, other.n_probe, other.ef_search) == (1, 1, 1, 1)
    assert [x.tolist() for x in other.search([[0]], 1)] == [[[1]], [[0]]]


def test_by_default_it_is_exact_visits_eight_clusters_and_keeps_64_candidates():
    index = HammingIndex()
    assert (index.kind, index.n_probe, index.ef_search) == ("flat", 8, 64)
    database = codes(300, 32)
    for kind in ("ivf", "hnsw"):
        inner = HammingIndex(kind).add(database)._index
        assert inner.nprobe == 8 if kind == "ivf" else inner.hnsw.efSearch == 64
        assert inner.ntotal == 300 and (kind == "hnsw" or inner.nlist == 17)


def test_bad_input_is_named(tmp_path):
    index = HammingIndex().add(codes(5, 16))
    for call, message in (
        (lambda: HammingIndex("tree"), "tree"),
        (lambda: HammingIndex().search(codes(1, 8), 1), "0 codes"),
        (lambda: index.search(codes(1, 16), 6), "k=6"),
        (lambda: index.search(codes(1, 8), 2), "8 bits"),
        (lambda: index.add(np.full((2, 16), 7)), "0 and 1"),
        (lambda: HammingIndex().save(tmp_path / "x"), "empty"),
        (lambda: HammingIndex.load(tmp_path / "missing"), "missing"),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_an_empty_index_stays_empty_when_nothing_is_added():
    index = HammingIndex("ivf").add(codes(0, 16))
    assert len(index) == 0 and index.n_bits is None
    assert len(index.add(codes(3, 8))) == 3


def damaged(content: bytes, rng) -> bytes:
    """A saved file with a bit flipped, a piece cut out, its end missing, or noise in its place."""
    kind, at = rng.integers(4), int(rng.integers(len(content)))
    if kind == 0:
        return content[:at] + bytes([content[at] ^ (1 << rng.integers(8))]) + content[at + 1 :]
    if kind == 1:
        return content[:at] + content[at + int(rng.integers(1, 40)) :]
    return content[:at] if kind == 2 else rng.bytes(at)


@pytest.mark.parametrize("kind", ["flat", "ivf", "hnsw"])
def test_a_damaged_file_is_refused_or_answers_the_same(kind, tmp_path):
    """A flipped bit in what the zip format does not read (a time, a version) changes nothing; all else is refused."""
    database, queries = codes(60, 20), codes(5, 20, 1)
    index = HammingIndex(kind).add(database)
    index.save(tmp_path / "good")
    content, answers = (tmp_path / "good").read_bytes(), index.search(queries, 10)
    rng, refused = np.random.default_rng(0), 0
    for case in range(200):
        path = tmp_path / f"{case}.npz"
        path.write_bytes(damaged(content, rng))
        try:
            found = HammingIndex.load(path).search(queries, 10)
        except InputError as error:
            assert f"{case}.npz is not an index that HammingIndex.save wrote" in str(error)
            refused += 1
        else:
            np.testing.assert_array_equal(found, answers)
    assert refused > 150


GOOD = {"codes": np.zeros((4, 2), np.uint8), "kind": "flat", "settings": np.array([16, 8, 64, 4])}


@pytest.mark.parametrize(
    "change",
    [
        *({name: None} for name in GOOD),
        *({"codes": np.zeros(shape, np.uint8)} for shape in [(4, 3), (4, 1), (4, 0), (4, 2, 2), (4,), (0, 2), (3, 2)]),
        {"codes": np.zeros((4, 2), np.int64)},
        {"codes": np.array([["a", "b"]] * 4)},
        {"kind": "tree"},
        {"kind": np.array(["flat", "flat"])},
        {"kind": 0},
        *({"settings": np.array([16, 8, 64, 4]) * sign} for sign in np.eye(4, dtype=int) * -2 + 1),
        *({"settings": np.array([16, 8, 64, 4]) * keep} for keep in 1 - np.eye(4, dtype=int)),
        {"settings": np.array([16, 8, 64, 5])},
        {"settings": np.array([17, 8, 64, 4])},
        {"settings": np.array([8, 8, 64, 4])},
        {"settings": np.array([16, 8, 64])},
        {"settings": np.array([[16, 8, 64, 4]] * 4)},
        {"settings": np.array([16.0, 8.0, 64.0, 4.0])},
        {"settings": np.array(["16", "8", "64", "4"])},
    ],
)
def test_a_misshapen_file_is_refused(change, tmp_path):
    np.savez(tmp_path / "good.npz", **GOOD)
    assert len(HammingIndex.load(tmp_path / "good.npz")) == 4
    arrays = {name: value for name, value in (GOOD | change).items() if value is not None}
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(InputError, match="x.npz is not an index that HammingIndex.save wrote: ."):
        HammingIndex.load(tmp_path / "x.npz")


def test_a_pickle_or_a_folder_is_refused(tmp_path):
    np.savez(tmp_path / "x.npz", **GOOD | {"codes": np.array([{"a": 1}])})
    for path in (tmp_path / "x.npz", tmp_path):
        with pytest.raises(InputError, match="is not an index"):
            HammingIndex.load(path)
