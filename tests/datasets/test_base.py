import dataclasses
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from torchvision.transforms import v2

from tests.datasets.trees import picture
from wshash import InputError, TaggedImages, load_dataset
from wshash.datasets import valid_name


class Blank:
    """n black pictures."""

    fingerprint = "blank"

    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return np.full((2, 2, 3), i, dtype=np.uint8)


@st.composite
def datasets(draw, min_size=3):
    n, c = draw(st.integers(min_size, 30)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    labels = rng.random((n, c)) < 0.5
    tags = [[f"t{t}" for t in rng.choice(9, rng.integers(4), replace=False)] for _ in range(n)]
    concepts = [f"c{j}" for j in range(c)]
    return TaggedImages("toy", Blank(n), tags, labels, concepts, [f" id {i}é " for i in range(n)])


def toy(n=6):
    labels = np.arange(n * 2).reshape(n, 2) % 3 == 0
    return TaggedImages("toy", Blank(n), [["a"]] * n, labels, ["x", "y"], [str(i) for i in range(n)])


def test_unequal_lengths_are_refused():
    data = toy()
    for wrong in (
        {"tags": data.tags[1:]},
        {"labels": data.labels[1:]},
        {"ids": data.ids[1:]},
        {"labels": data.labels.astype(int)},
        {"concepts": ["x"]},
        {"ids": ["0"] * 6},
        {"salient": np.ones((6, 2), dtype=bool)},
        {"salient": data.labels[:, :1]},
    ):
        with pytest.raises(InputError, match="toy"):
            replace(data, **wrong)


@given(datasets())
def test_fingerprint_sees_every_part_and_the_order(data):
    other = np.arange(len(data))
    other[[0, 1]] = other[[1, 0]]
    labels = data.labels.copy()
    labels[0, 0] ^= True
    changed = [
        data.subset(other),
        data.subset(other[1:]),
        replace(data, ids=["new", *data.ids[1:]]),
        replace(data, tags=[[*data.tags[0], "new"], *data.tags[1:]]),
        replace(data, labels=labels),
        replace(data, concepts=["new", *data.concepts[1:]]),
    ]
    seen = {data.fingerprint, *(x.fingerprint for x in changed)}
    assert len(seen) == 1 + len(changed)
    same = replace(data, name="other", report={"met": 1}, transform=str)
    assert same.fingerprint == data.fingerprint == data.subset(np.arange(len(data))).fingerprint


def test_fingerprint_keeps_neighbouring_tags_apart():
    data = toy(3)
    a = replace(data, tags=[["ab", "c"], [], []])
    b = replace(data, tags=[["a", "bc"], [], []])
    c = replace(data, tags=[["ab"], ["c"], []])
    assert len({a.fingerprint, b.fingerprint, c.fingerprint}) == 3


@given(datasets(min_size=4), st.integers(0, 5), st.sampled_from(["paper", "held-out"]), st.data())
def test_split(data, seed, protocol, draw):
    judged = np.flatnonzero(data.labels.any(axis=1))
    most = min(len(judged), len(data) - 2)
    assume(most >= 1)
    n_queries = draw.draw(st.integers(1, most))
    split = data.split(n_queries, seed, protocol)
    query, train, database = set(split.query), set(split.train), set(split.database)
    assert len(split.query) == len(query) == n_queries and query <= set(judged)
    assert not query & (train | database)
    assert query | train | database == set(range(len(data)))
    if protocol == "paper":
        assert train == database
    else:
        assert not train & database and abs(len(train) - len(database)) <= 1
    assert set(split.validation) <= train
    assert set(split.fit) == train - set(split.validation)
    for part in (split.query, split.train, split.database, split.validation, split.fit):
        assert (np.diff(part) > 0).all()
    assert split.fingerprint == data.split(n_queries, seed, protocol).fingerprint


@given(st.integers(0, 100))
def test_another_seed_or_protocol_is_another_split(seed):
    data = replace(toy(60), labels=np.ones((60, 2), dtype=bool))
    splits = [data.split(20, seed), data.split(20, seed + 1), data.split(20, seed, "held-out"), data.split(21, seed)]
    assert len({split.fingerprint for split in splits}) == len(splits)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(datasets(min_size=5), st.integers(0, 9), st.sampled_from(["paper", "held-out"]))
def test_exported_splits_come_back(tmp_path, data, seed, protocol):
    assume(data.labels.any())
    split = data.split(1, seed, protocol)
    data.export_split(split, tmp_path / "split")
    back = data.import_split(tmp_path / "split")
    assert back.fingerprint == split.fingerprint and back.protocol == protocol
    # the lists name pictures, so they hold for the same pictures in another order
    turned = data.subset(np.arange(len(data))[::-1])
    there = turned.import_split(tmp_path / "split")
    assert {turned.ids[i] for i in there.query} == {data.ids[i] for i in split.query}


def test_bad_split_lists_are_refused(tmp_path):
    data = replace(toy(), labels=np.ones((6, 2), dtype=bool))
    with pytest.raises(InputError, match="query.txt is missing"):
        data.import_split(tmp_path)
    data.export_split(data.split(2), tmp_path)
    (tmp_path / "validation.txt").unlink()
    assert len(data.import_split(tmp_path).validation) == 0
    train = (tmp_path / "train.txt").read_text()
    (tmp_path / "train.txt").write_text(train + "unknown\n")
    with pytest.raises(InputError, match="'unknown'"):
        data.import_split(tmp_path)
    (tmp_path / "train.txt").write_text(train + (tmp_path / "query.txt").read_text())
    with pytest.raises(InputError, match="queries are in"):
        data.import_split(tmp_path)
    (tmp_path / "train.txt").write_text(train.split("\n")[0])
    assert data.import_split(tmp_path).protocol == "overlap"
    (tmp_path / "validation.txt").write_text(train.split("\n")[1])
    with pytest.raises(InputError, match="validation.txt"):
        data.import_split(tmp_path)
    (tmp_path / "query.txt").write_bytes(b"\xff\xfe1")
    with pytest.raises(InputError, match="query.txt"):
        data.import_split(tmp_path)


@pytest.mark.parametrize("n_queries", [0, -1, 5, 100])
def test_impossible_numbers_of_queries(n_queries):
    with pytest.raises(InputError, match="queries"):
        toy().split(n_queries)
    with pytest.raises(InputError, match="protocol"):
        toy().split(1, protocol="test")
    with pytest.raises(InputError, match="validation_share"):
        toy().split(1, validation_share=1.0)


def test_without_concepts_there_are_no_queries():
    data = replace(toy(), labels=np.zeros((6, 0), dtype=bool), concepts=[])
    with pytest.raises(InputError, match="0 carry"):
        data.split(1)


def test_subset_of_a_subset():
    data = toy(8)
    part = data.subset([6, 2, 4]).subset([2, 0])
    assert part.ids == ["4", "6"] and [part.images[i][0, 0, 0] for i in range(2)] == [4, 6]
    assert data.subset(data.labels[:, 0]).ids == [data.ids[i] for i in np.flatnonzero(data.labels[:, 0])]
    assert part.images.fingerprint != data.subset([6, 2]).images.fingerprint


def test_unknown_data_set():
    with pytest.raises(InputError, match="postcards, mirflickr25k, nuswide, folder"):
        load_dataset("imagenet")


@pytest.mark.parametrize(
    "name",
    ["postcards-/../../../x", "postcards-..", "postcards-a..b", "postcards/../..", "folder-a/b", "folder-a\\b",
     "folder- ", "folder-a\n", "folder-a\0", "folder-x.", "folder-" + "x" * 99, "nuswide-~", "mirflickr25k-C:",
     "../postcards", "", ".", "..", "postcards2", "Postcards", "-", None, 3, ["postcards"]],
)  # fmt: skip
def test_names_never_leave_their_folder(tmp_path, monkeypatch, name):
    monkeypatch.setenv("WSHASH_DATA", str(tmp_path))
    for read in (valid_name, load_dataset):
        with pytest.raises(InputError, match="data set") as caught:
            read(name)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["postcards", "postcards-n600", "mirflickr25k-128", "folder-Grüße_2.0", "folder-日本"])
def test_names(name):
    assert valid_name(name) == name


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("postcards", {"m": 3}, "postcards has no option 'm'; choose among n, seed, size"),
        ("postcards", {"name": "x"}, "no option 'name'"),
        ("postcards", {"folder": "x"}, "no option 'folder'"),
        ("postcards", {"n": "many"}, "n='many' does not fit; choose int"),
        ("postcards", {"n": True}, "n=True"),
        ("postcards", {"n": None}, "n=None"),
        ("postcards", {"n": [3]}, "n=[3]"),
        ("postcards", {"tag_noise": "high"}, "choose float"),
        ("postcards", {"untagged": "no"}, "untagged='no' does not fit; choose one of ['drop', 'keep']"),
        ("postcards", {"untagged": ["keep"]}, "one of"),
        ("postcards", {"every": "yes"}, "every='yes'"),
        ("postcards", {"root": 3}, "root=3"),
        ("folder", {"check": 1}, "check=1 does not fit; choose bool"),
        ("folder", {"labels": 3}, "labels=3 does not fit; choose str | None"),
        ("folder", {"untagged": None}, "untagged=None"),
        ("nuswide", {"concepts": 2.5}, "concepts=2.5"),
        ("nuswide", {"concepts": [1, 2]}, "concepts=[1, 2]"),
        ("nuswide", {"concepts": {}}, "concepts={}"),
        ("nuswide", {"tags": "half"}, "['final', '1k', 'all']"),
        ("mirflickr25k", {"official": "no"}, "official='no'"),
    ],
)
def test_options_that_do_not_fit(name, options, message):
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        load_dataset(name, **options)
    assert "\n" not in str(caught.value)


def test_options_that_fit(tmp_path):
    assert len(load_dataset("postcards", n=np.int64(2), tag_noise=1, size=32)) == 2  # a whole number is a number


@pytest.mark.parametrize("n, n_queries", [(7, 1), (100, 16), (599, 99), (600, 100), (1300, 200), (60_000, 5000)])
def test_queries_by_default(n, n_queries):
    labels = np.ones((n, 1), dtype=bool)
    data = TaggedImages("toy", range(n), [[]] * n, labels, ["c"], [str(i) for i in range(n)])
    assert len(data.split().query) == n_queries
    labels = labels & (np.arange(n) < 2)[:, None]
    assert len(replace(data, labels=labels).split().query) == 1  # half of those that have a concept


def test_torch_data_loader_decodes_in_workers(tmp_path):
    rows = ["file,tags"]
    for i in range(10):
        picture(tmp_path / f"{i}.png", seed=i, size=(8 + i, 9))
        rows.append(f"{i}.png,tag")
    (tmp_path / "tags.csv").write_text("\n".join(rows))
    labels = "".join(f"{i}.png,{'odd' if i % 2 else 'even'}\n" for i in range(10))
    (tmp_path / "labels.csv").write_text("file,labels\n" + labels)
    data = load_dataset("folder", tmp_path)
    transform = v2.Compose([v2.ToImage(), v2.Resize((4, 4)), v2.ToDtype(torch.float32, scale=True)])
    loader = torch.utils.data.DataLoader(dataclasses.replace(data, transform=transform), batch_size=4, num_workers=2)
    batches = list(loader)
    assert [len(x) for x, _ in batches] == [4, 4, 2]
    pictures, targets = (torch.cat(parts) for parts in zip(*batches, strict=True))
    assert pictures.shape == (10, 3, 4, 4) and targets.dtype == torch.bool
    np.testing.assert_array_equal(targets.numpy(), data.labels)
    for i in range(10):
        torch.testing.assert_close(pictures[i], transform(data.images[i]))
