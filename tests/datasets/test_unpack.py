import io
import shutil
import stat
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wshash import InputError
from wshash.datasets.unpack import unpack

LIMIT = 10_000


def archive(path, files, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as target:
        for name, content in files:
            target.writestr(name, content)
    return path


def content(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("prefix", ["", "data/"])
def test_with_and_without_the_folder_inside(tmp_path, prefix):
    path = archive(tmp_path / "a.zip", [(f"{prefix}x.txt", b"x"), (f"{prefix}sub/y.txt", b"y")])
    root = tmp_path / "root"
    assert unpack(path, root, "data", LIMIT) == root / "data"
    assert content(root) == {"data/x.txt": b"x", "data/sub/y.txt": b"y"}


def test_an_empty_folder_is_filled_and_a_full_one_left_alone(tmp_path):
    path = archive(tmp_path / "a.zip", [("x.txt", b"x")])
    (tmp_path / "data").mkdir()
    unpack(path, tmp_path, "data", LIMIT)
    with pytest.raises(InputError, match="exists already"):
        unpack(path, tmp_path, "data", LIMIT)


def link(target):
    entry = zipfile.ZipInfo("link")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, target


BAD_NAMES = ["../evil", "a/../../evil", "/evil", "C:\\evil", "..\\evil", "C:evil"]


@pytest.mark.parametrize("entry", [*((name, b"x") for name in BAD_NAMES), link("/etc/passwd")])
def test_entries_that_lead_elsewhere(tmp_path, entry):
    path = archive(tmp_path / "a.zip", [("good", b"x"), entry])
    root = tmp_path / "in/root"
    with pytest.raises(InputError, match="leads elsewhere"):
        unpack(path, root, "data", LIMIT)
    assert not list(root.iterdir())
    assert content(tmp_path).keys() == {"a.zip"}


@pytest.mark.posix
def test_a_linked_target_is_not_followed(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root/data").symlink_to(tmp_path / "outside")
    path = archive(tmp_path / "a.zip", [("x", b"x")])
    with pytest.raises(InputError, match="exists already"):
        unpack(path, tmp_path / "root", "data", LIMIT)
    assert not content(tmp_path / "outside")


@pytest.mark.parametrize(
    "files, options",
    [
        ([("x", bytes(LIMIT))], {"compression": zipfile.ZIP_DEFLATED}),  # 10,000 bytes in 130: fine
        ([("x", bytes(LIMIT + 1))], {"compression": zipfile.ZIP_DEFLATED}),
        ([("x", bytes(LIMIT)), ("y", b"1")], {}),
        ([], {}),
        ([("folder/", b"")], {}),
    ],
)
def test_bombs(tmp_path, files, options):
    path = archive(tmp_path / "a.zip", files, **options)
    if files == [("x", bytes(LIMIT))]:
        unpack(path, tmp_path, "data", LIMIT)
        return
    with pytest.raises(InputError, match="not unpacked"):
        unpack(path, tmp_path, "data", LIMIT)
    assert not (tmp_path / "data").exists()


def test_an_archive_that_lies_about_its_size(tmp_path):
    path = archive(tmp_path / "a.zip", [("x", bytes(5000))])
    data = path.read_bytes()
    path.write_bytes(data.replace((5000).to_bytes(4, "little"), (50).to_bytes(4, "little")))
    with pytest.raises(InputError, match="damaged"):
        unpack(path, tmp_path, "data", 100)
    assert not (tmp_path / "data").exists()


def sound():
    buffer = io.BytesIO()
    archive(buffer, [("x.txt", b"text" * 50), ("sub/y.txt", b"other")], zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6), st.floats(0, 1))
def test_garbled_archives_are_unpacked_right_or_refused(tmp_path, changes, kept):
    data = bytearray(sound())
    for place, value in changes:
        data[place % len(data)] = value
    path = tmp_path / "a.zip"
    path.write_bytes(data[: round((0.5 + kept) * len(data))])
    root = tmp_path / "in/root"
    try:
        unpack(path, root, "data", LIMIT)
    except InputError:
        assert not root.exists() or not list(root.iterdir())
        return
    # names have no checksum in a zip file, contents do
    assert set(content(root).values()) <= {b"text" * 50, b"other"}
    shutil.rmtree(root)
