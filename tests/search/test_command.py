"""`search` and `tag` on the command line: what is printed, what is written, what ends how."""

import csv
import io
import json
import re

import pytest

from tests.search.conftest import paint
from wshash.search.index import home
from wshash.search.page import thumbnail
from wshash.study.cli import main


@pytest.fixture
def run(folder, network, model, tmp_path, monkeypatch, capsys):
    """Runs a command in ``tmp_path`` with the model written by hand: status, stdout, stderr."""
    model.save(tmp_path / "hand.safetensors")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wshash.search.index.SHIPPED", tmp_path / "hand.safetensors")
    monkeypatch.setattr("wshash.search.command.SHIPPED", tmp_path / "hand.safetensors")

    def run(*arguments):
        status = main([str(a) for a in arguments])
        return status, *capsys.readouterr()

    return run


def test_pictures_a_folder_and_words_at_once_in_order(run, folder):
    paint(folder.parent / "queries" / "deep" / "q.png", (240, 9, 9))
    paint(folder.parent / "queries" / "r.png", (9, 9, 240))
    status, out, _ = run("search", "photos", "blue", "--top", 2, "queries", folder / "yellow.png")
    assert status == 0
    titles = re.findall(r"^(\S.*)\n\n\|", out, re.M)
    assert titles == ["blue", "queries/deep/q.png", "queries/r.png", str(folder / "yellow.png")]
    assert out.count("| some/where/blue.png ") == 2 and out.count("distance 0, the query itself: the same file") == 1


def test_what_cannot_be_answered_is_said_and_the_rest_goes_on(run, folder):
    (folder.parent / "bad.jpg").write_bytes(b"no picture")
    status, out, err = run("search", "photos", "gren", "missing.jpg", "bad.jpg", "red")
    assert status == 1 and out.startswith("red\n") and out.count("cosine") == 5
    for says in ("nearest in spelling: green", "missing.jpg: there is no such picture", "bad.jpg: not a picture"):
        assert says in err
    assert run("search", "photos", "gren")[0] == 2
    for wrong in (["nowhere", "red"], ["photos"], ["photos", "red", "--top", "0"], ["photos", "red", "--model", "x"]):
        status, out, err = run("search", *wrong)
        assert status == 2 and not out and err.count("\n") == 1, wrong


def test_json_is_for_scripts(run, folder):
    status, out, _ = run("search", "photos", folder / "green.png", "red", "--json", "--top", 1, "--duplicates")
    found = json.loads(out)
    assert status == 0 and found["duplicates"] == [] and found["skipped"] == []
    picture, word = found["found"]
    assert picture["answers"] == [{"file": "green.png", "distance": 0, "copy": "same file"}]
    assert word["query"] == "red" and word["answers"][0]["file"] == "some/where/red.bmp"


@pytest.mark.posix
def test_the_page_needs_nothing_and_shows_nothing_from_outside(run, folder, tmp_path, monkeypatch):
    paint(folder / "<img src=x onerror=alert(1)>&.png", (250, 250, 250))
    paint(folder / "gone.png", (250, 240, 250))
    secret = paint(tmp_path / "secret.png", (250, 245, 250))
    from wshash.search import command

    answer = command.answer

    def later(*arguments):
        yield from answer(*arguments)
        (folder / "gone.png").unlink()
        (folder / "yellow.png").unlink()
        (folder / "yellow.png").symlink_to(secret)  # in place of a picture, after the index was made

    monkeypatch.setattr(command, "answer", later)
    status, _, _ = run("search", "photos", folder / "green.png", "red <b>", "red", "--html", "out.html", "--top", 7)
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert status == 1 and "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;&amp;.png" in page
    sources = re.findall(r'(?:src|href)="([^"]{0,22})', page)
    assert sources == ["data:image/jpeg;base64"] * len(sources) and len(sources) == 1 + 2 * (7 - 2)
    assert page.count("can no longer be read") == 4  # gone and yellow, of the picture and of the word
    assert "Content-Security-Policy" in page and page.count("<h2>") == 2
    assert run("search", "photos", "red", "--html", folder / "green.png")[0] == 2  # a photo is not written over
    assert (folder / "green.png").read_bytes()[1:4] == b"PNG"


def test_a_thumbnail_is_pixels_alone(tmp_path):
    import base64

    from PIL import Image

    exif = Image.Exif()
    exif[0x010E] = "where I live"
    Image.new("RGB", (900, 300), (255, 0, 0)).save(tmp_path / "a.jpg", exif=exif)
    data = base64.b64decode(thumbnail(tmp_path / "a.jpg").partition(",")[2])
    small = Image.open(io.BytesIO(data))
    assert b"where I live" not in data and not small.getexif() and small.size == (160, 53)
    assert small.getpixel((80, 20))[0] > 240 and small.getpixel((80, 20))[2] < 15  # red, not blue


def test_tags_are_proposed_for_what_has_none_as_a_table_that_is_read_again(run, folder):
    (folder / "tags.csv").write_text("file,tags\ngreen.png,grass\n", encoding="utf-8")
    status, out, _ = run("tag", "photos", "--top", 1)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0 and {row["file"]: row["tags"] for row in rows}["some/where/red.bmp"] == "red"
    assert len(rows) == 4 and "green.png" not in out
    assert json.loads(run("tag", "photos", "--all", "--json")[1])["green.png"].keys() >= {"green"}


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_train_makes_a_model_of_the_folders_own_words_and_it_is_used(run, folder, monkeypatch):
    monkeypatch.setattr("wshash.hashing.wdht.WDHT.epochs", 3)
    status, _, err = run("search", "photos", "--train", "red")
    assert status == 2 and "nothing to learn from" in err
    lines = ["file,tags"]
    for i in range(60):
        kind = ("sea", "wood", "pet")[i % 3]
        colour = [20 + i, 20 + i // 2, 30]
        colour[i % 3] = 250 - i
        paint(folder / f"p{i}.png", tuple(colour), size=(7, 7))
        lines.append(f"p{i}.png,{kind}")
    (folder / "labels.csv").write_text("\n".join(lines), encoding="utf-8")
    status, out, err = run("search", "photos", "--train", "wood", "--top", 3)
    assert status == 0 and "trained on 60 pictures with words" in err and "made by another model" in err
    assert all(int(name) % 3 == 1 for name in re.findall(r"\| p(\d+).png", out)) and out.count("| p") == 3
    assert (home(folder) / "model.safetensors").is_file()
    assert run("search", "photos", "wood")[0] == 0 and run("search", "photos", "red")[0] == 2
    assert run("search", "photos", "red", "--model", "shipped")[0] == 0
