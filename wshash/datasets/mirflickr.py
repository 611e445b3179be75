"""MIRFLICKR-25k (Huiskes and Lew 2008): Flickr photos, the tags of their owners, and 24 concepts."""

import os
import re
from pathlib import Path

import numpy as np

from wshash.datasets.base import TaggedImages
from wshash.datasets.files import ImageFiles, readable
from wshash.datasets.text import clean_tags, decode_text, read_text
from wshash.errors import InputError

CONCEPTS = (
    "animals baby bird car clouds dog female flower food indoor lake male night people plant_life portrait "
    "river sea sky structures sunset transport tree water"
).split()

_LAYOUT = """
    mirflickr/im1.jpg ...                         the photos
    mirflickr/meta/tags/tags1.txt ...             one tag a line
    mirflickr25k_annotations_v080/sky.txt ...     one photo number a line, for each of the 24 concepts
Get it with `python -m wshash data fetch mirflickr25k`, or by hand from https://press.liacs.nl/mirflickr/"""


def load(
    name: str,
    folder: str | Path,
    untagged: str = "drop",
    unlabelled: str = "drop",
    check: bool = False,
) -> TaggedImages:
    """Load MIRFLICKR-25k from its official layout, complete or in part, the photos at any size.

    Parameters
    ----------
    name : str
    folder : path
        Holds ``mirflickr/`` and ``mirflickr25k_annotations_v080/``.
    untagged : {"drop", "keep"}
        What to do with photos without a tag.
    unlabelled : {"drop", "negative"}
        Photos without a concept: leave them out, or keep them as an example of none.
    check : bool
        Decode every photo now and leave out those that cannot be (see
        :func:`wshash.datasets.files.readable`).

    Returns
    -------
    TaggedImages
        In the order of the photo numbers, ids ``im1``, ``im2``, ... ``labels`` are the 24 lists of where a
        concept can be seen, ``salient`` the 14 ``_r1`` lists of where a photo is about it; the other ten
        concepts have no such list, and there ``salient`` equals ``labels``. ``report`` counts what was met:
        photos, empty files, untagged, unlabelled, tag files in another encoding than UTF-8, ``_r1`` entries
        that are not in the concept's list (they are ignored), annotated photos that are not here.

    Raises
    ------
    InputError
        Photos, tags or one of the 24 lists missing; a line of a list that is no photo number.
    """
    if untagged not in ("drop", "keep") or unlabelled not in ("drop", "negative"):
        raise InputError(
            f"untagged={untagged!r}, unlabelled={unlabelled!r}; choose 'drop' or 'keep', and 'drop' or 'negative'"
        )
    folder = Path(folder)
    pictures = folder / "mirflickr"
    files = _photos(folder, pictures)
    numbers = np.array(sorted(files))
    tags, report = _tags(folder, pictures / "meta" / "tags", numbers)
    labels, salient, seen = _annotations(folder, numbers)

    empty = np.array([files[number][1] == 0 for number in numbers])
    has_tags = np.array([bool(row) for row in tags])
    has_label = labels.any(axis=1)
    keep = ~empty
    if untagged == "drop":
        keep &= has_tags
    if unlabelled == "drop":
        keep &= has_label
    rows = np.flatnonzero(keep)
    if not len(rows):
        raise InputError(
            f"{folder}: of {len(numbers)} photos, {has_tags.sum()} have tags, {has_label.sum()} a concept, "
            "but none is left; pass untagged='keep' or unlabelled='negative'"
        )
    report = {
        "photos": len(numbers),
        "empty_files": int(empty.sum()),
        "untagged": int((~has_tags).sum()),
        "unlabelled": int((~has_label).sum()),
        **report,
        **seen,
    }
    kept = [files[number] for number in numbers[rows]]
    data = TaggedImages(
        name=name,
        images=ImageFiles(pictures, [file for file, _ in kept], [size for _, size in kept]),
        tags=[tags[i] for i in rows],
        labels=labels[rows],
        concepts=list(CONCEPTS),
        ids=[f"im{number}" for number in numbers[rows]],
        salient=salient[rows],
        report=report,
        dropped={f"im{number}": "the file is empty" for number in numbers[empty]},
    )
    return readable(data) if check else data


def _missing(folder: Path, what: str) -> InputError:
    return InputError(f"{folder}: {what}. MIRFLICKR-25k is expected as{_LAYOUT}")


def _photos(folder: Path, pictures: Path) -> dict[int, tuple[str, int]]:
    """Photo number → file name, bytes."""
    if not pictures.is_dir():
        raise _missing(folder, f"there is no folder {pictures}")
    files = {}
    for entry in os.scandir(pictures):
        match = re.fullmatch(r"im(\d+)\.(jpe?g|png)", entry.name, re.IGNORECASE | re.ASCII)
        if match and entry.is_file():
            number = int(match[1])
            if number in files:
                raise InputError(
                    f"{pictures}: {entry.name} and {files[number][0]} are the same photo; remove one of them"
                )
            files[number] = entry.name, entry.stat().st_size
    if not files:
        raise _missing(folder, f"no photo im<number>.jpg in {pictures}")
    return files


def _tags(folder: Path, where: Path, numbers: np.ndarray) -> tuple[list[list[str]], dict[str, int]]:
    try:
        present = set(os.listdir(where))
    except OSError as error:
        raise _missing(folder, f"there is no folder {where}") from error
    tags, other = [], 0
    for number in numbers:
        file = f"tags{number}.txt"
        if file not in present:  # the owner gave none
            tags.append([])
            continue
        text, encoding = read_text(f"{where}/{file}")
        other += not encoding.startswith("utf-8")
        tags.append(clean_tags(text.splitlines()))
    if not any(tags):
        raise _missing(folder, f"none of the {len(numbers)} photos has a file tags<number>.txt in {where}")
    return tags, {"tag_files_not_utf8": other}


def _annotations(folder: Path, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    where = folder / "mirflickr25k_annotations_v080"
    if not where.is_dir():
        raise _missing(folder, f"there is no folder {where}")
    labels = np.zeros((len(numbers), len(CONCEPTS)), dtype=bool)
    salient = np.zeros_like(labels)
    orphans, absent = 0, set()
    for j, concept in enumerate(CONCEPTS):
        listed = _numbers(folder, where / f"{concept}.txt")
        labels[:, j] = np.isin(numbers, listed)
        absent.update(np.setdiff1d(listed, numbers).tolist())
        path = where / f"{concept}_r1.txt"
        about = _numbers(folder, path) if path.is_file() else listed
        orphans += len(np.setdiff1d(about, listed))
        salient[:, j] = labels[:, j] & np.isin(numbers, about)
    return labels, salient, {"salient_not_labelled": orphans, "annotated_without_photo": len(absent)}


def _numbers(folder: Path, path: Path) -> np.ndarray:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _missing(folder, f"the list {path} is missing") from error
    text, _ = decode_text(data, path)
    numbers = []
    for i, line in enumerate(text.split("\n"), start=1):
        number = line.strip()
        if number.isdecimal() and len(number) < 10:
            numbers.append(int(number))
        elif number:
            raise InputError(f"{path}, line {i}: {line[:40]!r} is not a photo number; fetch the list again")
    return np.unique(np.array(numbers, dtype=np.int64))
