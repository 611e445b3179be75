import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from wshash import InputError
from wshash.datasets import fetch as fetching
from wshash.datasets.fetch import REGISTRY, Archive, Source, announce, fetch


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("file.txt", content)
    return buffer.getvalue()


DATA = zipped(bytes(range(256)) * 4000)  # 1 MB: several blocks
SIZE = len(DATA)
MD5 = "md5:" + hashlib.md5(DATA).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves DATA in the ways that servers fail; ``server.seen`` lists the requests: path, Range, status."""

    def log_message(self, *args):
        pass

    def do_GET(self):
        server, kind = self.server, self.path.strip("/").split("-")[0]
        body = server.body
        wanted = self.headers.get("Range")
        if kind == "moved":
            return self.answer(302, b"", Location="/breaks")
        if kind == "dead":
            return self.answer(404, b"gone")
        if kind == "loop":
            return self.answer(302, b"", Location=self.path)
        if kind == "wrong":
            return self.answer(200, bytes(len(body)))
        if kind == "page":
            return self.answer(200, b"<html>This site has moved</html>")
        start = 0
        if wanted and kind not in ("norange", "flaps"):
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        headers = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if start else {}
        # A server that breaks sends another third of the file on each connection.
        stop = len(body)
        if kind in ("breaks", "norange") and server.breaks_left:
            server.breaks_left -= 1
            stop = min(len(body), start + len(body) // 3)
        if kind == "flaps":
            stop = len(body) // 3 * (1 + len(server.seen) % 2)
        self.answer(206 if start else 200, body[start:stop], length=len(body) - start, **headers)

    def answer(self, status, body, length=None, **headers):
        self.server.seen.append((self.path, self.headers.get("Range"), status))
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.body, server.seen, server.breaks_left = DATA, [], 2
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def registry(server, *paths, size=SIZE, checksum=MD5, max_bytes=2**22):
    urls = tuple(f"http://127.0.0.1:{server.server_port}/{path}" for path in paths)
    archive = Archive("toy.zip", "toy", urls, max_bytes, size, checksum)
    return {"toy": Source("toy", "Toy: a file", "CC0", "https://example.org/toy", (archive,))}


def get(server, root, *paths, retries=1, **options):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetching, "REGISTRY", registry(server, *paths, **options))
        patch.setattr(fetching, "RETRIES", retries)
        return fetch("toy", root)


def check(root):
    assert (root / "toy/file.txt").read_bytes() == bytes(range(256)) * 4000
    assert [path.name for path in root.iterdir()] == ["toy"]


def test_download_and_unpack(server, tmp_path):
    assert get(server, tmp_path, "fine") == tmp_path
    check(tmp_path)
    get(server, tmp_path, "fine")
    assert len(server.seen) == 1  # what is there is left as it is


def test_a_broken_connection_is_taken_up_again(server, tmp_path):
    get(server, tmp_path, "breaks")
    check(tmp_path)
    starts = [int(wanted[6:-1]) for _, wanted, status in server.seen[1:] if status == 206]
    for n_thirds, start in enumerate(starts, start=1):  # nothing comes twice but a block that broke
        assert n_thirds * (len(DATA) // 3 - 2**14) < start <= n_thirds * (len(DATA) // 3)
    assert [status for *_, status in server.seen] == [200, 206, 206]


def test_a_server_that_never_sends_all_is_left(server, tmp_path):
    with pytest.raises(InputError, match="broke"):
        get(server, tmp_path, "flaps")
    get(server, tmp_path, "flaps", "fine")
    check(tmp_path)


def test_redirects_are_followed(server, tmp_path):
    get(server, tmp_path, "moved")
    check(tmp_path)
    assert server.seen[0][2] == 302


def test_a_server_that_cannot_resume_sends_all_again(server, tmp_path):
    server.breaks_left = 1
    get(server, tmp_path, "norange")
    check(tmp_path)
    assert [status for _, _, status in server.seen] == [200, 200]


def test_a_later_run_goes_on_where_the_first_stopped(server, tmp_path):
    server.breaks_left = 100
    part = tmp_path / "toy.zip.part"
    with pytest.raises(InputError, match="broke"):
        # without retries the first break is the end
        get(server, tmp_path, "breaks", retries=-1)
    size = part.stat().st_size
    assert size > len(DATA) // 3 - 2**14
    server.breaks_left, server.seen = 0, []
    get(server, tmp_path, "breaks")
    check(tmp_path)
    assert server.seen == [("/breaks", f"bytes={size}-", 206)]


def test_parts_are_joined_only_where_a_checksum_tells(server, tmp_path):
    server.breaks_left = 1
    get(server, tmp_path / "a", "breaks")
    check(tmp_path / "a")
    assert [status for *_, status in server.seen] == [200, 206]
    server.breaks_left, server.seen = 1, []
    get(server, tmp_path / "b", "breaks", checksum=None)
    check(tmp_path / "b")
    assert [status for *_, status in server.seen] == [200, 200]


def test_a_part_that_is_whole_already(server, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/toy.zip.part").write_bytes(DATA)
    get(server, tmp_path / "a", "fine")
    check(tmp_path / "a")
    assert not server.seen
    (tmp_path / "b").mkdir()
    (tmp_path / "b/toy.zip.part").write_bytes(DATA)
    get(server, tmp_path / "b", "fine", checksum=None)
    check(tmp_path / "b")
    assert [status for *_, status in server.seen] == [200]


def test_a_part_of_something_longer(server, tmp_path):
    (tmp_path / "toy.zip.part").write_bytes(DATA + b"more")
    get(server, tmp_path, "fine")
    check(tmp_path)
    assert [status for *_, status in server.seen] == [200]


@pytest.mark.parametrize("bad", ["dead", "wrong", "page", "loop"])
def test_mirrors_are_tried_in_turn(server, tmp_path, bad):
    get(server, tmp_path, bad, "fine")
    check(tmp_path)
    assert server.seen[-1][0] == "/fine"


def test_wrong_bytes_are_never_unpacked(server, tmp_path):
    with pytest.raises(InputError, match="does not match"):
        get(server, tmp_path, "wrong")
    assert not (tmp_path / "toy").exists() and not (tmp_path / "toy.zip").exists()


def test_the_manual_way_where_every_link_is_dead(server, tmp_path):
    with pytest.raises(InputError) as caught:
        get(server, tmp_path, "dead-1", "dead-2", "page")
    message = str(caught.value)
    for part in ("dead-1: HTTP 404", "dead-2: HTTP 404", "bytes, not", "https://example.org/toy", MD5):
        assert part in message
    assert str(tmp_path / "toy.zip") in message
    # by hand
    (tmp_path / "toy.zip").write_bytes(DATA)
    server.seen = []
    get(server, tmp_path, "dead-1")
    check(tmp_path)
    assert not server.seen


def test_a_wrong_file_by_hand_is_not_taken(server, tmp_path):
    (tmp_path / "toy.zip").write_bytes(zipped(b"something else"))
    with pytest.raises(InputError, match="HTTP 404"):
        get(server, tmp_path, "dead")
    assert not (tmp_path / "toy").exists()


def test_no_server_at_all(server, tmp_path):
    server.shutdown()
    server.server_close()
    with pytest.raises(InputError, match="no connection"):
        get(server, tmp_path, "fine", retries=0)


@pytest.mark.parametrize("limits", [{"size": 1000}, {"size": None, "max_bytes": 1000}])
def test_more_bytes_than_expected(server, tmp_path, limits):
    with pytest.raises(InputError, match="bytes, not 1,000"):
        get(server, tmp_path, "fine", **limits)
    assert not (tmp_path / "toy").exists()


def test_what_unpacks_to_too_much_is_refused(server, tmp_path):
    with pytest.raises(InputError, match="not unpacked"):
        get(server, tmp_path, "fine", max_bytes=1000)
    assert not (tmp_path / "toy").exists()


@pytest.mark.posix
@pytest.mark.parametrize("planted", ["toy.zip.part", "toy.zip", "toy"])
@pytest.mark.parametrize("leads_to", ["a file", "an empty file", "a folder", "nowhere"])
@pytest.mark.parametrize("checksum", [MD5, None], ids=["checksum", "none"])
def test_planted_links_are_not_followed(server, tmp_path, planted, leads_to, checksum):
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "file").write_bytes(b"mine")
    (outside / "empty").write_bytes(b"")
    (outside / "folder").mkdir()
    target = {"a file": "file", "an empty file": "empty", "a folder": "folder", "nowhere": "new"}[leads_to]
    (root / planted).symlink_to(outside / target)
    try:
        get(server, root, "fine", checksum=checksum)
    except InputError as error:
        assert planted in str(error) or str(root) in str(error)
    else:
        assert (root / "toy/file.txt").read_bytes() == bytes(range(256)) * 4000
    assert (outside / "file").read_bytes() == b"mine" and (outside / "empty").read_bytes() == b""
    assert sorted(p.name for p in outside.iterdir()) == ["empty", "file", "folder"]
    assert not list((outside / "folder").iterdir())


@pytest.mark.posix
def test_an_archive_of_ones_own_may_be_a_link(server, tmp_path):
    (tmp_path / "big.zip").write_bytes(DATA)
    (tmp_path / "root").mkdir()
    (tmp_path / "root/toy.zip").symlink_to(tmp_path / "big.zip")
    get(server, tmp_path / "root", "dead")
    check(tmp_path / "root")
    assert (tmp_path / "big.zip").read_bytes() == DATA and not server.seen


def test_a_root_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="choose another folder"):
        fetch("mirflickr25k", tmp_path / "file/root")


def test_announcement(tmp_path):
    text = announce("mirflickr25k", tmp_path)
    for part in ("3.07GB", "md5:a23d0a8564ee84cda5622a6c2f947785", "Licence", "press.liacs.nl", str(tmp_path)):
        assert part in text
    text = announce("nuswide-tags", tmp_path)
    assert "size unknown" in text and "cannot be verified" in text
    with pytest.raises(InputError, match="mirflickr25k, nuswide-tags"):
        announce("imagenet")
    with pytest.raises(InputError, match="mirflickr25k, nuswide-tags"):
        fetch("imagenet", tmp_path)


def test_registry_puts_files_where_the_loaders_look():
    folders = {archive.folder for source in REGISTRY.values() for archive in source.archives}
    assert {"mirflickr", "mirflickr25k_annotations_v080", "NUS_WID_Tags", "ImageList"} <= folders
    for source in REGISTRY.values():
        for archive in source.archives:
            assert all(url.startswith(("https://", "http://")) for url in archive.urls)
            assert archive.size is None or archive.size < archive.max_bytes
