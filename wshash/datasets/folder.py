"""A folder of the user's own pictures, with tags in ``tags.csv`` and, perhaps, concepts in ``labels.csv``."""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from unicodedata import category, normalize

import numpy as np

from wshash.datasets.base import TaggedImages
from wshash.datasets.files import SUFFIXES, ImageFiles, readable
from wshash.datasets.text import clean_tags, read_text
from wshash.errors import InputError

_HEADS = {"file", "filename", "file name", "image", "picture", "photo", "path", "name", "id"}

_LAYOUT = """
    any/folders/picture.jpg ...      at any depth, in any usual format
    tags.csv                         file,tags
                                     any/folders/picture.jpg,"sunset, beach, 2007"
    labels.csv                       the same with concepts; needed to train with labels and to evaluate"""


def load(
    name: str,
    folder: str | Path,
    untagged: str = "keep",
    unlabelled: str = "drop",
    check: bool = False,
) -> TaggedImages:
    r"""Load the pictures under a folder.

    Parameters
    ----------
    name : str
    folder : path
        Holds the pictures, nested as may be, ``tags.csv`` and perhaps ``labels.csv``. Hidden files and
        folders are left out, and linked folders are not followed.
    untagged : {"keep", "drop"}
        What to do with pictures without a tag.
    unlabelled : {"drop", "negative"}
        Where ``labels.csv`` exists, pictures that it gives no concept: leave them out, or keep them as an
        example of none.
    check : bool
        Decode every picture now and leave out those that cannot be (:func:`wshash.datasets.files.readable`).

    Returns
    -------
    TaggedImages
        In the order of the names; ids are the paths relative to ``folder``, with ``/``, in Unicode's composed
        form. Without ``labels.csv`` there are no concepts: enough to search and to learn from tags.

    Raises
    ------
    InputError
        No pictures, no ``tags.csv``, a table that cannot be parsed, or none of its files is there.

    Notes
    -----
    In both tables the first column is the file and all the others are its tags. The delimiter is the first
    comma, semicolon or tab of the first line; a first line that begins with ``file`` (or ``filename``,
    ``image``, ``path``, ...) is a header. In a cell, tags are separated by commas, semicolons, ``|`` or line
    breaks where it has one of these, so that a tag may have several words (``new york, skyline``), and by
    white space where it has none (``sunset beach``). A file may have several lines. Tags are cleaned by
    :func:`wshash.datasets.text.clean_tag`.

    A file is named by its path relative to the folder, ``/`` or ``\``; where none is spelled so, upper and
    lower case are taken as equal, and a bare name stands for the one picture so called in any sub-folder.
    """
    if untagged not in ("drop", "keep") or unlabelled not in ("drop", "negative"):
        raise InputError(
            f"untagged={untagged!r}, unlabelled={unlabelled!r}; choose 'drop' or 'keep', and 'drop' or 'negative'"
        )
    folder = Path(folder)
    sizes, ids, n_other, n_twins = _pictures(folder)
    names = list(sizes)
    lookup = _Lookup(ids)
    tags, tag_report = _table(folder, "tags.csv", lookup)
    tags = [clean_tags(row) for row in tags]
    report = {"pictures": len(ids), "other_files": n_other, "same_name": n_twins}
    report |= {"tags_without_picture": tag_report["strangers"], "tables_not_utf8": tag_report["not_utf8"]}

    concepts: list[str] = []
    labels = np.zeros((len(ids), 0), dtype=bool)
    if (folder / "labels.csv").is_file():
        listed, label_report = _table(folder, "labels.csv", lookup)
        listed = [clean_tags(row) for row in listed]
        concepts = sorted({concept for row in listed for concept in row})
        column = {concept: j for j, concept in enumerate(concepts)}
        labels = np.zeros((len(ids), len(concepts)), dtype=bool)
        for i, row in enumerate(listed):
            labels[i, [column[concept] for concept in row]] = True
        report["labels_without_picture"] = label_report["strangers"]
        report["tables_not_utf8"] += label_report["not_utf8"]

    empty = np.array([sizes[file] == 0 for file in names])
    has_tags = np.array([bool(row) for row in tags])
    has_label = labels.any(axis=1)
    report |= {"empty_files": int(empty.sum()), "untagged": int((~has_tags).sum())}
    keep = ~empty & (has_tags | (untagged == "keep"))
    if concepts:
        report["unlabelled"] = int((~has_label).sum())
        keep &= has_label | (unlabelled == "negative")
    rows = np.flatnonzero(keep)
    if not len(rows):
        raise InputError(f"{folder}: none of {len(ids)} pictures is left; what was met: {report}")
    data = TaggedImages(
        name=name,
        images=ImageFiles(folder, [names[i] for i in rows], [sizes[names[i]] for i in rows]),
        tags=[tags[i] for i in rows],
        labels=labels[rows],
        concepts=concepts,
        ids=[ids[i] for i in rows],
        report=report,
        dropped={ids[i]: "the file is empty" for i in np.flatnonzero(empty)},
    )
    return readable(data) if check else data


def _pictures(folder: Path) -> tuple[dict[str, int], list[str], int, int]:
    """Relative names with their bytes, the ids of these, the number of other files and of equal ids."""
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder. Expected is a folder with{_LAYOUT}")
    found, other = {}, 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(x for x in folders if not x.startswith((".", "__MACOSX", "@eaDir")))
        for file in files:
            path = os.path.join(place, file)
            if file.startswith("."):
                continue
            if os.path.splitext(file)[1].lower() not in SUFFIXES or not os.path.isfile(path):
                other += file.lower() not in ("tags.csv", "labels.csv")
                continue
            found[os.path.relpath(path, folder).replace(os.sep, "/")] = os.path.getsize(path)
    if not found:
        raise InputError(
            f"{folder}: no pictures among {other} files (endings: {' '.join(sorted(SUFFIXES))}). "
            f"Expected is a folder with{_LAYOUT}"
        )
    by_id: dict[str, str] = {}
    for file in sorted(found):
        by_id.setdefault(_identity(file), file)
    ids = sorted(by_id)
    return {by_id[id_]: found[by_id[id_]] for id_ in ids}, ids, other, len(found) - len(ids)


def _identity(file: str) -> str:
    """The name in one spelling (NFC), line breaks and bytes that are no text escaped: one line of UTF-8."""
    text = normalize("NFC", file).encode("utf-8", "backslashreplace").decode()
    unsafe = {"Cc", "Zl", "Zp"}
    return "".join(x.encode("unicode_escape").decode() if category(x) in unsafe else x for x in text)


class _Lookup:
    """Row of the picture that a table means by a name."""

    def __init__(self, ids: list[str]):
        self.ids = ids
        self._exact = {id_: i for i, id_ in enumerate(ids)}
        self._loose: dict[str, int | None] = {}  # None: several pictures are spelled so
        for i, id_ in enumerate(ids):
            for key in {id_.casefold(), id_.casefold().rpartition("/")[2]}:
                self._loose[key] = None if key in self._loose else i

    def __call__(self, file: str) -> int | None:
        file = _identity(file.strip().replace("\\", "/").removeprefix("./"))
        return self._exact.get(file, self._loose.get(file.casefold()))


def _table(folder: Path, file: str, row_of: _Lookup) -> tuple[list[list[str]], dict[str, int]]:
    path = folder / file
    if not path.is_file():
        raise InputError(f"{path} is missing. Expected is a folder with{_LAYOUT}")
    text, encoding = read_text(path)
    text = text.lstrip("\r\n")
    first = text.partition("\n")[0]
    delimiter = min((x for x in ",;\t" if x in first), key=first.index, default=",")
    values: list[list[str]] = [[] for _ in row_of.ids]
    strangers, matched = [], False
    # strict: else one stray quote swallows the rest of the file
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        for number, cells in enumerate(reader):
            if not any(cell.strip() for cell in cells):
                continue
            if number == 0 and cells[0].strip().casefold() in _HEADS:
                continue
            row = row_of(cells[0])
            if row is None:
                strangers.append(cells[0])
                continue
            matched = True
            values[row] += _split(cells[1:])
    except csv.Error as error:
        raise InputError(
            f"{path}, line {reader.line_num}: {error}; a quote inside a quoted cell has to be doubled"
        ) from error
    if not matched:
        example = f"it names {strangers[0]!r}" if strangers else "it has no lines"
        raise InputError(f"{path}: none of its files is there; {example}, and a picture here is {row_of.ids[0]!r}")
    return values, {"strangers": len(strangers), "not_utf8": int(not encoding.startswith("utf-8"))}


def _split(cells: Iterable[str]) -> list[str]:
    cells = [cell for cell in cells if cell.strip()]
    tags = []
    for cell in cells:
        parts = cell.translate({ord(x): "\n" for x in ",;|\r"}).split("\n")
        tags += parts if len(parts) > 1 or len(cells) > 1 else cell.split()
    return tags
