import hashlib
import json
import os
import shutil
import unicodedata
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from tests.datasets.trees import picture
from wshash.datasets import digests as module
from wshash.datasets.base import Subset
from wshash.datasets.digests import digests
from wshash.datasets.files import ImageFiles
from wshash.datasets.postcards import Postcards

NAMES = [f"{i}.png" for i in range(4)]


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("WSHASH_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


@pytest.fixture
def folder(tmp_path):
    """Four pictures, an hour old: what was changed within the clock's last tick is not kept."""
    for i, name in enumerate(NAMES):
        picture(tmp_path / "a" / name, seed=i)
        age(tmp_path / "a" / name)
    return tmp_path / "a"


@pytest.fixture
def settled(monkeypatch):
    """As if all files had been there for long: the time of a change of status cannot be set."""
    monkeypatch.setattr(module, "_TICK", -1)


def age(path, seconds=3600):
    os.utime(path, ns=(10**18, 10**18 - seconds * 10**9))


def expected(folder, names=NAMES):
    return [hashlib.blake2b((folder / name).read_bytes(), digest_size=16).hexdigest() for name in names]


def cache(runs):
    return next((runs / "digests").glob("*.json"))


def count(monkeypatch):
    """How many files are read from here on."""
    read, real = [], module._digest
    monkeypatch.setattr(module, "_digest", lambda path: read.append(path) or real(path))
    return read


def test_of_the_content_wherever_and_whenever(folder, tmp_path):
    images = ImageFiles(folder, NAMES)
    assert images.digests() == expected(folder)
    shutil.copytree(folder, tmp_path / "b", copy_function=shutil.copyfile)
    for i, name in enumerate(NAMES):
        os.rename(tmp_path / "b" / name, tmp_path / f"b/other{i}.png")
    there = ImageFiles(tmp_path / "b", [f"other{i}.png" for i in range(4)])
    assert there.digests() == images.digests() and there.fingerprint == images.fingerprint
    assert ImageFiles(folder, NAMES[::-1]).fingerprint != images.fingerprint
    assert ImageFiles(folder, NAMES[:3]).fingerprint != images.fingerprint


def test_blind_to_unicode_normal_form(tmp_path):
    names = [unicodedata.normalize(form, "café.png") for form in ("NFC", "NFD")]
    for i, name in enumerate(names):
        picture(tmp_path / str(i) / name)
    a, b = (ImageFiles(tmp_path / str(i), [name]).fingerprint for i, name in enumerate(names))
    assert a == b


@pytest.mark.parametrize("ending", ["bmp", "ppm", "tif"])
def test_other_pictures_of_equal_size_and_time(tmp_path, ending, settled):
    prints = []
    for seed in range(3):
        picture(tmp_path / f"a.{ending}", seed=seed)
        age(tmp_path / f"a.{ending}")
        prints.append(ImageFiles(tmp_path, [f"a.{ending}"]).fingerprint)
    assert len(set(prints)) == 3


def test_edited_in_place_with_its_time_set_back(folder, settled):
    before = digests(folder, NAMES)
    data = bytearray((folder / "1.png").read_bytes())
    data[-1] ^= 1
    with open(folder / "1.png", "r+b") as file:
        file.write(data)
    age(folder / "1.png")
    after = digests(folder, NAMES)
    assert after == expected(folder) and [a != b for a, b in zip(after, before, strict=True)] == [0, 1, 0, 0]


def test_what_is_known_is_not_read_again(folder, runs, settled, monkeypatch):
    read = count(monkeypatch)
    assert digests(folder, NAMES[:3]) == expected(folder, NAMES[:3]) and len(read) == 3
    assert digests(folder, NAMES) == expected(folder) and len(read) == 4  # those known before are kept beside it
    assert digests(folder, NAMES) == expected(folder) and len(read) == 4
    assert digests(folder, NAMES[1:2]) == expected(folder, NAMES[1:2]) and len(read) == 4
    picture(folder / "2.png", seed=9)
    (folder / "3.png").unlink()
    found = digests(folder, NAMES)
    assert found == [*expected(folder, NAMES[:3]), ""] and len(read) == 5
    os.chdir(folder)  # another spelling of the same folder
    assert digests(folder / ".." / "a", NAMES[:3]) == found[:3] and len(read) == 5


def test_a_file_changed_a_moment_ago_is_asked_again(folder, monkeypatch):
    read = count(monkeypatch)
    assert digests(folder, NAMES) == digests(folder, NAMES) == expected(folder)
    assert len(read) == 8  # their status changed when the test began
    real = module.time.time_ns
    monkeypatch.setattr(module.time, "time_ns", lambda: real() + 10 * 10**9)
    assert digests(folder, NAMES) == digests(folder, NAMES) and len(read) == 12


@pytest.mark.parametrize("seed", range(40))
def test_a_damaged_cache_is_made_again(folder, runs, settled, monkeypatch, seed):
    right = digests(folder, NAMES)
    whole, rng = cache(runs).read_bytes(), np.random.default_rng(seed)
    data = bytearray(whole)
    if seed % 4 == 0:
        data = data[: rng.integers(len(data))]
    elif seed % 4 == 1:
        data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    elif seed % 4 == 2:
        data = bytearray(rng.bytes(int(rng.integers(200))))
    else:  # a digit of a digest
        place = data.index(right[int(rng.integers(4))].encode()) + int(rng.integers(32))
        data[place] = ord("0") + (data[place] - ord("0") + 1) % 10
    cache(runs).write_bytes(data)
    read = count(monkeypatch)
    assert digests(folder, NAMES) == right and len(read) == 4
    assert cache(runs).read_bytes() == whole


def test_runs_that_cannot_be_written_cost_only_time(folder, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WSHASH_RUNS", str(tmp_path / "file"))
    assert digests(folder, NAMES) == expected(folder)


def _again(folder):
    return [digests(folder, NAMES[k % 2 :]) for k in range(10)]


def test_several_processes_at_once(folder, runs):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        for found in pool.map(_again, [folder] * 8):
            assert found == [expected(folder), expected(folder, NAMES[1:])] * 5
    assert not list(runs.rglob(".writing*"))


def test_missing_files_and_odd_names(tmp_path):
    assert digests(tmp_path, ["no.png", "a\0b.png"]) == ["", ""]
    try:
        with open(os.path.join(os.fsencode(tmp_path), b"caf\xe9.png"), "wb") as file:
            file.write(b"x")
    except OSError:
        return  # this file system takes no such names
    (name,) = os.listdir(tmp_path)
    assert digests(tmp_path, [name]) == expected(tmp_path, [name])


def test_subsets_and_postcards_have_them_too(folder):
    images = ImageFiles(folder, NAMES)
    assert Subset(images, [2, 0]).digests() == [expected(folder)[2], expected(folder)[0]]
    cards, other = Postcards(5), Postcards(5, seed=1)
    assert cards.digests()[:3] == Postcards(3).digests() and len({*cards.digests(), *other.digests()}) == 10
    assert json.dumps(cards.digests())
