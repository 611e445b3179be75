"""Bad input from a seed: each kind makes one case, reads it, and says how it ended.

``right``: what was read is the truth, which the case knows. ``reported``: what could not be read is left out, by name
or by a count in the report, and all the rest is right. ``refused``: an InputError whose first line names the file, the
name or the option. Anything else fails here.
"""

import csv
import io
import json
import os
import shutil
import stat
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from tests.datasets import trees
from wshash import InputError, load_dataset
from wshash.datasets import mirflickr as mirflickr_module
from wshash.datasets.folder import load
from wshash.datasets.tables import identity
from wshash.datasets.unpack import unpack

PICTURES = ["Z.png", "a.png", "b c.png", "sub/deep/x.png", "sub/é.png", "日/y.png"]
WORDS = ["sunset", "new york", "café", "don't", "c++", "❤️", "日の出", "2007", "polar bear", "none of these", "u", "1"]
OUTCOMES = ("right", "reported", "refused")


def pick(rng, *choices):
    return choices[rng.integers(len(choices))]


def refused(error: InputError, *names: str) -> str:
    first = str(error).split("\n")[0]
    assert any(name in first for name in names), str(error)
    return "refused"


def pictures(root: Path, names=PICTURES) -> Path:
    """The pictures that tables and folders are about, each of another noise."""
    for i, name in enumerate(names):
        trees.picture(root / name, seed=i)
    return root


# -- tables ------------------------------------------------------------------------------------------------------------


def _spelled(name: str, rng) -> str:
    bare, stem = name.rpartition("/")[2], name.rpartition(".")[0]
    name = pick(rng, name, name.replace("/", "\\"), name.upper(), stem, "./" + name, bare)
    return unicodedata.normalize(pick(rng, "NFC", "NFD"), name)


def _rows(truth: list[list[str]], layout: str, rng) -> list[list[str]]:
    """Header and lines of a table. A list ends with its separator, so that one of a single tag shows what it is."""
    named = [(_spelled(name, rng), row) for name, row in zip(PICTURES, truth, strict=True)]
    if layout == "list":
        mark = pick(rng, ", ", ";", "|", "\n")
        return [["file", "tags"], *([name, "".join(tag + mark for tag in row)] for name, row in named)]
    if layout == "columns":
        width = max(map(len, truth))
        rows = [[name, *row, *[pick(rng, "", "nan", "None", " ")] * (width - len(row))] for name, row in named]
        return [["image", *(f"tag{j}" for j in range(width))], *rows]
    if layout == "lines":
        return [["Filename", "Tag"], *([name, tag + ","] for name, row in named for tag in row)]
    if layout == "flags":
        yes, no = pick(rng, ("1", "0"), ("True", "False"), ("x", ""), ("yes", "no"), ("1.0", "nan"))
        used = sorted({tag for row in truth for tag in row})
        return [["path", *used], *([name, *(yes if tag in row else no for tag in used)] for name, row in named)]
    # beside other columns, as pandas writes an index
    rows = [[str(i), "2007-08-01", name, "5", "|".join([*row, ""])] for i, (name, row) in enumerate(named)]
    return [["", "date", "file", "rating", "keywords"], *rows]


def table(root: Path, rng) -> str:
    """``tags.csv`` or ``labels.csv`` in any form that people have, sound or damaged."""
    layout = pick(rng, "list", "columns", "lines", "flags", "others")
    truth = [[WORDS[j] for j in rng.choice(len(WORDS), rng.integers(0, 5), replace=False)] for _ in PICTURES]
    truth[0] = truth[0] if len(truth[0]) > 1 else ["sunset", "u"]  # else nothing shows what separates
    rows = _rows(truth, layout, rng)
    damage = pick(
        rng, *[None] * 12, "quote", "nul", "cut", "noise", "strangers", "blank lines", "no header", "not there"
    )
    if damage == "strangers":
        rows.append(["lost.png" if j == (2 if layout == "others" else 0) else "" for j in range(len(rows[0]))])
    if damage == "blank lines":
        rows = [part for row in rows for part in (row, [""] * len(row))]
    if damage == "no header":
        rows = rows[1:]
    if damage == "not there":
        rows = rows[:1] + [["lost.png" for _ in row] for row in rows[1:]]
    text, ends = io.StringIO(), pick(rng, "\n", "\r\n")
    quoting = pick(rng, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
    csv.writer(text, delimiter=pick(rng, *",;\t"), quoting=quoting, lineterminator=ends).writerows(rows)
    text = text.getvalue()
    if damage == "quote":
        text = f'"{text}' if text[0] != '"' else text + '"a"b"'
    elif damage == "cut":  # within a cell
        text += '"a.png'
    elif damage == "nul":
        place = int(rng.integers(len(text)))
        text = text[:place] + "\0" + text[place:]
    encoding = pick(rng, "utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32")
    data = text.encode(encoding) if damage != "noise" else rng.bytes(int(rng.integers(200, 400)))
    file = pick(rng, "tags.csv", "labels.csv")
    for name in ("tags.csv", "labels.csv"):
        (root / name).write_text(f"{PICTURES[0]},x\n")
    (root / file).write_bytes(data)
    try:
        read = load("t", root, unlabelled="negative")
    except InputError as error:
        cannot = damage in ("quote", "nul", "cut", "noise", "not there") or encoding == "utf-16-le"
        assert cannot or (damage == "no header" and layout in ("flags", "others")), (str(error), text)
        return refused(error, file)
    found = read.tags
    if file == "labels.csv":
        found = [[c for c, has in zip(read.concepts, row, strict=True) if has] for row in read.labels]
    assert read.ids == PICTURES and list(map(sorted, found)) == list(map(sorted, truth)), (found, truth, text)
    assert damage not in ("quote", "cut", "noise", "not there"), text
    strangers = read.report[f"{file[:-4]}_without_picture"]
    assert strangers == (damage == "strangers")
    return "reported" if strangers else "right"


# -- pictures ----------------------------------------------------------------------------------------------------------


def _odd(rng) -> tuple[Image.Image, np.ndarray, str]:
    """A picture of any mode, how it has to look, and an ending of a format that holds it without loss."""
    rgb = rng.integers(0, 256, (7, 9, 3), dtype=np.uint8)
    rgb[0, :2] = [[0, 0, 0], [255, 255, 255]]
    grey, alpha = rgb[..., 0], rgb[..., 1]
    floats, shown = grey.astype(np.float32) / 8 - 3, grey.copy()
    if rng.random() < 0.5:
        floats[1, :3], shown[1, :3] = (np.inf, -np.inf, np.nan), (255, 0, 0)
    few = Image.fromarray(rgb).quantize(16)
    image, wanted, endings = pick(
        rng,
        (Image.fromarray(rgb), rgb, "png bmp tiff ppm webp"),
        (Image.fromarray(grey), grey, "png bmp tiff gif"),
        (Image.fromarray(grey > 99), np.where(grey > 99, 255, 0), "png bmp tiff"),
        (
            Image.fromarray(np.dstack([rgb, alpha])),
            255 - (255 - rgb.astype(float)) * alpha[..., None] / 255,
            "png tiff",
        ),
        (Image.fromarray((grey.astype(np.uint16) << 8) | 7), grey, "png tiff"),
        (Image.fromarray((grey.astype(np.uint16) << 4) | 7), grey, "png tiff"),
        (Image.fromarray(floats), shown, "tiff"),
        (Image.fromarray(np.dstack([255 - rgb, 0 * grey]), "CMYK"), rgb, "tiff"),
        (few, np.asarray(few.convert("RGB")), "png gif bmp"),
    )
    wanted = np.repeat(wanted[..., None], 3, axis=2) if wanted.ndim == 2 else wanted
    return image, wanted, pick(rng, *endings.split())


def picture(root: Path, rng) -> str:
    """One picture beside two sound ones: of an odd mode, under a wrong ending, cut off, garbled, or none at all."""
    image, wanted, ending = _odd(rng)
    buffer = io.BytesIO()
    image.save(buffer, ending.upper(), **({"lossless": True} if ending == "webp" else {}))
    data = bytearray(buffer.getvalue())
    how = pick(rng, "sound", "ending", "cut", "cut", "flip", "flip", "noise", "text", "huge", "empty", "nowhere")
    path = root / f"bad.{ending if how != 'ending' else pick(rng, 'jpg', 'png', 'gif')}"
    if how == "flip":
        data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    garbled = {
        "cut": data[: rng.integers(1, len(data))],
        "noise": rng.bytes(int(rng.integers(1, 300))),
        "text": b"<html><body>404 Not Found</body></html>",
        "huge": b"P6 30000 30000 255\n" + bytes(100),
        "empty": b"",
    }
    path.symlink_to("nowhere.png") if how == "nowhere" else path.write_bytes(garbled.get(how, data))
    try:
        read = load("p", root, tags=None, check=True)
        for i, name in enumerate(PICTURES):
            assert np.array_equal(read.images[read.ids.index(name)], trees.pixels(i))
        if path.name not in read.ids:
            assert how not in ("sound", "ending") and list(read.dropped) == [path.name], read.dropped
            assert read.report["left_out"] + read.report["unreadable"] == 1
            return "reported"
        shown = read.images[read.ids.index(path.name)]
        if how == "flip":  # where a format has no checksum that its reader compares, what the bytes say
            assert shown.dtype == np.uint8 and shown.shape[:2] == Image.open(path).size[::-1]
        else:
            assert how in ("sound", "ending", "cut") and np.abs(shown - wanted).max() < 1, (how, ending)
        return "right"
    finally:
        path.unlink()


# -- names and links ---------------------------------------------------------------------------------------------------


def names(root: Path, rng) -> str:
    """A folder of oddly named pictures, with links and folders where files should be."""
    outside, folder = root / "outside", root / "folder"
    shutil.rmtree(folder, ignore_errors=True)
    if not outside.is_dir():
        pictures(outside, ["secret.png"])
    letters = "ab é日 .-_'\"#%,;|\\\n\t\u2028\x1b"
    expected, dropped = {}, set()
    folder.mkdir()
    for i in range(4):
        stem = "".join(letters[j] for j in rng.integers(len(letters), size=rng.integers(1, 9)))
        name = unicodedata.normalize(pick(rng, "NFC", "NFD"), stem) + ".png"
        path = folder / pick(rng, name, f"sub {i}/{name}", f".hidden/{name}", f"{'d' * 200}/{name}")
        if os.path.lexists(path):
            continue
        path.parent.mkdir(exist_ok=True)
        what = pick(rng, "picture", "picture", "link", "nowhere", "circle", "folder", "link to folder")
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        id_ = identity(path.relative_to(folder).as_posix())
        if what == "picture":
            trees.picture(path, seed=i, format="PNG")
        elif what in ("folder", "link to folder"):
            path.mkdir() if what == "folder" else path.symlink_to(outside)
            continue
        else:
            path.symlink_to({"link": outside / "secret.png", "nowhere": "nowhere", "circle": path}[what])
        if not hidden and what in ("nowhere", "circle"):
            dropped.add(id_)
        elif not hidden and id_ not in expected:
            expected[id_] = trees.pixels(i if what == "picture" else 0)
    try:
        read = load("n", folder, tags=None)
    except InputError as error:
        assert not expected
        return refused(error, str(folder))
    assert set(read.ids) == set(expected) and set(read.dropped) == dropped, (read.ids, expected, dropped)
    assert all("\n" not in id_ for id_ in read.ids)
    for i, id_ in enumerate(read.ids):
        assert np.array_equal(read.images[i], expected[id_])
    return "reported" if dropped else "right"


def option(root: Path, rng) -> str:
    """A name of a data set, or an option, that somebody typed."""
    if rng.random() < 0.5:
        letters = "ab1-_./\\~: é\0\n*"
        rest = "".join(letters[j] for j in rng.integers(len(letters), size=rng.integers(0, 7)))
        name = pick(rng, "folder", "folder", "folder-", "postcards/", "../folder", "") + rest
        try:
            load_dataset(name)
        except InputError as error:
            where = root / "data" / name if "\0" not in name else root
            assert (root / "data") in where.parents or "data set" in str(error), (name, str(error))
            return refused(error, repr(name), f"{name} is not a folder")
        raise AssertionError(name)
    value = pick(rng, None, True, 3, -1, 2.5, "x", "keep", [], ["a"], {}, float("inf"), "tags.csv", "labels.csv", "")
    name = pick(rng, "tags", "labels", "separator", "untagged", "unlabelled", "check", "every", "root", "n", "name")
    (root / "tags.csv").write_text(f"{PICTURES[0]},u;v\n")
    try:
        read = load_dataset("folder", **{"root": root} | {name: value})
    except InputError as error:
        return refused(error, name, "root", str(root), "is not a folder", "tags.csv is missing")
    assert len(read) + read.report["left_out"] == len(PICTURES)
    assert name in ("tags", "labels", "separator", "untagged", "unlabelled", "check", "every")
    return "reported" if read.report["left_out"] else "right"


# -- official files ----------------------------------------------------------------------------------------------------


def mirflickr(root: Path, rng) -> str:
    """MIRFLICKR, complete as far as it goes (photo 10), with something emptied, cut, garbled, gone or added."""
    tree, tags = root / "tree", {n: f"tag{n % 3}\nsea\n".encode() for n in range(1, 11)}
    if not tree.is_dir():
        trees.mirflickr(tree, tags, trees.known_lists(mirflickr_module))
    path = pick(rng, *sorted(p for p in tree.rglob("*") if p.is_file()))
    before, how = (
        path.read_bytes(),
        pick(rng, "sound", "emptied", "cut", "garbled", "gone", "a folder", "CRLF", "a page"),
    )
    texts = {
        "emptied": b"",
        "cut": before[: rng.integers(len(before))],
        "garbled": rng.bytes(30),
        "CRLF": before.replace(b"\n", b"\r\n"),
        "a page": b"<html>404</html>",
    }
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how != "gone":
        path.write_bytes(texts.get(how, before))
    try:
        read = mirflickr_module.load("m", tree, check=True, untagged="keep", unlabelled="negative")
    except InputError as error:
        assert how not in ("sound", "CRLF") or path.suffix == ".jpg"
        return refused(error, path.name)
    finally:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.write_bytes(before)
    lost = {f"im{n}" for n in tags} - set(read.ids)
    labels, _, _ = mirflickr_module._annotations(tree, np.array([int(id_[2:]) for id_ in read.ids]), False)
    assert np.array_equal(read.labels, labels), (path, how)  # as the sound lists have them
    if path.suffix == ".jpg":
        assert lost <= {path.stem} and (lost <= set(read.dropped) or how in ("gone", "a folder"))
        return "reported" if lost else "right"
    assert not lost
    at = read.ids.index(f"im{path.stem[4:]}") if path.parent.name == "tags" else None
    wrong = [i for i, id_ in enumerate(read.ids) if read.tags[i] != tags[int(id_[2:])].decode().split()]
    assert wrong in ([], [at])
    return "reported" if wrong and not read.tags[at] and read.report["untagged"] else "right"


def coco(root: Path, rng) -> str:
    """COCO's annotations with a value of another kind, or cut off."""
    truth = {name: sorted({"dog", "polar bear", "cat"} - {pick(rng, "dog", "cat", "x")}) for name in PICTURES}
    categories = [{"id": j, "name": name} for j, name in enumerate(("dog", "polar bear", "cat"))]
    images = [{"id": 10 + i, "file_name": name} for i, name in enumerate(truth)]
    pairs = [(i["id"], c["id"]) for i in images for c in categories if c["name"] in truth[i["file_name"]]]
    annotations = [{"image_id": i, "category_id": c} for i, c in pairs]
    content = {"images": images, "categories": categories, "annotations": annotations}
    how = pick(rng, "sound", "value", "value", "value", "cut", "lost image", "key")
    if how in ("value", "key"):
        part = content[pick(rng, *content)]
        entry = part[rng.integers(len(part))]
        key = pick(rng, *entry)
        entry[key] = pick(rng, None, [], {}, 99, "99", -1.5)
        if how == "key":
            del entry[key]
    if how == "lost image":
        images.append({"id": 77, "file_name": "lost.png"})
        annotations.append({"image_id": 77, "category_id": 0})
    text = json.dumps(content)
    (root / "instances_x.json").write_text(text[: rng.integers(len(text))] if how == "cut" else text)
    try:
        read = load("c", root, tags=None, labels="instances_x.json", unlabelled="negative")
    except InputError as error:
        assert how in ("value", "key", "cut")
        return refused(error, "instances_x.json")
    found = [sorted(c for c, has in zip(read.concepts, row, strict=True) if has) for row in read.labels]
    wrong = [name for name, row in zip(read.ids, found, strict=True) if row != truth[name]]
    if how == "value":  # another file, or another name of a concept, is what it says
        assert read.report["labels_without_picture"] <= 1
        return "reported" if read.report["labels_without_picture"] else "right"
    assert not wrong and read.report["labels_without_picture"] == (how == "lost image")
    return "reported" if how == "lost image" else "right"


def archive(root: Path, rng) -> str:
    """A zip file with an entry that leads elsewhere, a link, a bomb, or bytes that are not its own."""
    shutil.rmtree(root / "in", ignore_errors=True)
    how = pick(rng, "sound", "name", "name", "link", "bomb", "flip", "cut")
    with zipfile.ZipFile(root / "x.zip", "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("data/good.txt", bytes(rng.integers(0, 9, 300, dtype=np.uint8)))
        if how == "name":
            parts = [pick(rng, "..", "a", ".", "", "b.txt", "C:", "..\\") for _ in range(rng.integers(1, 5))]
            target.writestr("/".join(parts) or "/", b"x")
        elif how == "link":
            entry = zipfile.ZipInfo("data/link")
            entry.external_attr = (pick(rng, stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR) | 0o777) << 16
            target.writestr(entry, str(root / "outside"))
        elif how == "bomb":
            target.writestr("data/zeros", bytes(2 * 10**6))
    data = bytearray((root / "x.zip").read_bytes())
    if how == "flip":
        data[rng.integers(len(data))] ^= 1 << int(rng.integers(8))
    (root / "x.zip").write_bytes(data[: rng.integers(len(data))] if how == "cut" else data)
    try:
        unpack(root / "x.zip", root / "in", "data", 10**6)
    except InputError as error:
        assert how != "sound" and not list((root / "in").iterdir())
        return refused(error, "x.zip")
    assert how in ("sound", "name", "flip")
    inside = [p for p in (root / "in").rglob("*") if not p.is_dir()]
    assert inside and not any(p.is_symlink() for p in inside)
    assert [p.name for p in (root / "in").iterdir()] == ["data"]
    assert sorted(p.name for p in root.iterdir() if p.name in ("a", "b.txt", "outside")) == []
    return "right"


KINDS = {
    "tables": table,
    "pictures": picture,
    "names and links": names,
    "names and options typed": option,
    "MIRFLICKR's files": mirflickr,
    "annotations of COCO": coco,
    "archives": archive,
}
