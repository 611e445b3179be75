"""MIRFLICKR-25k (Huiskes and Lew 2008): Flickr photos, the tags of their owners, and 24 concepts."""

import hashlib
import os
import re
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from wshash.datasets.base import TaggedImages
from wshash.datasets.files import ImageFiles, file_size, kept
from wshash.datasets.options import checked
from wshash.datasets.text import clean_tags, read_text
from wshash.errors import InputError

CONCEPTS = (
    "animals baby bird car clouds dog female flower food indoor lake male night people plant_life portrait "
    "river sea sky structures sunset transport tree water"
).split()

# The official lists: how many photos each names, and 8 digits of the SHA-256 of their numbers in ascending order with a
# space between, of all 25,000 photos and of the first 15,000. From public copies of the lists, which agree where both
# have a photo: 38 lists of all photos, the 24 of 20,015 photos, and 38 of the first 15,000.
_OFFICIAL = pd.read_csv(Path(__file__).with_name("mirflickr25k.csv"), index_col="list", dtype=str)
_COUNTS = _OFFICIAL["photos"].astype(int).to_dict()
_CHECKSUMS = {25_000: _OFFICIAL["all"].to_dict(), 15_000: _OFFICIAL["first_15000"].to_dict()}

_LAYOUT = """
    mirflickr/im1.jpg ...                         the photos
    mirflickr/meta/tags/tags1.txt ...             one tag a line
    mirflickr25k_annotations_v080/sky.txt ...     one photo number a line, for each of the 24 concepts
Get it with `python -m wshash data fetch mirflickr25k`, or by hand from https://press.liacs.nl/mirflickr/"""


@checked
def load(
    name: str,
    folder: str | Path,
    untagged: Literal["drop", "keep"] = "drop",
    unlabelled: Literal["drop", "negative"] = "drop",
    official: bool = True,
    check: bool = False,
) -> TaggedImages:
    """Load MIRFLICKR-25k from its official layout, complete or in part, the photos at any size.

    Parameters
    ----------
    name : str
    folder : path
    untagged, unlabelled, check
        See :func:`wshash.datasets.files.kept`.
    official : bool
        Refuse an empty list, and, where the last photo is 25,000 or 15,000, one that is not the official list up to
        there. False for lists of your own.

    Returns
    -------
    TaggedImages
        In the order of the photo numbers, ids ``im1``, ``im2``, ... ``labels`` are the 24 lists of where a concept can
        be seen, ``salient`` the 14 ``_r1`` lists of where a photo is about it, without entries that are not in the
        concept's list; for the other ten concepts ``salient`` equals ``labels``. ``report`` counts what was met.

    Raises
    ------
    InputError
        Photos, tags or one of the 24 lists missing; a line of a list that is no photo number; a list that is not the
        official one.
    """
    folder = Path(folder)
    pictures = folder / "mirflickr"
    files = _photos(folder, pictures)
    numbers = np.array(sorted(files))
    tags, report = _tags(folder, pictures / "meta" / "tags", numbers)
    labels, salient, seen = _annotations(folder, numbers, official)

    names, sizes = zip(*(files[number] for number in numbers), strict=True)
    ids, report = [f"im{number}" for number in numbers], {"photos": len(numbers)} | report | seen
    data = TaggedImages(name, ImageFiles(pictures, names), tags, labels, list(CONCEPTS), ids, salient, report)
    return kept(data, sizes, untagged, unlabelled, check)


def _missing(folder: Path, what: str) -> InputError:
    return InputError(f"{folder}: {what}. MIRFLICKR-25k is expected as{_LAYOUT}")


def _photos(folder: Path, pictures: Path) -> dict[int, tuple[str, int]]:
    """Photo number → file name, bytes."""
    try:
        entries = list(os.scandir(pictures))
    except OSError as error:
        raise _missing(folder, f"the folder {pictures} cannot be read ({error.strerror})") from error
    files = {}
    for entry in entries:
        match = re.fullmatch(r"im(\d{1,9})\.(jpe?g|png)", entry.name, re.IGNORECASE | re.ASCII)
        if match and not os.path.isdir(entry.path):
            other = files.setdefault(int(match[1]), (entry.name, file_size(entry.path)))[0]
            if other != entry.name:
                raise InputError(f"{pictures}: {entry.name} and {other} are the same photo; remove one of them")
    if not files:
        raise _missing(folder, f"no photo im<number>.jpg in {pictures}")
    return files


def _tags(folder: Path, where: Path, numbers: np.ndarray) -> tuple[list[list[str]], dict[str, int]]:
    try:
        present = set(os.listdir(where))
    except OSError as error:
        raise _missing(folder, f"the folder {where} cannot be read ({error.strerror})") from error
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


def _annotations(folder: Path, numbers: np.ndarray, official: bool) -> tuple[np.ndarray, np.ndarray, dict[str, int]]:
    where = folder / "mirflickr25k_annotations_v080"
    if not where.is_dir():
        raise _missing(folder, f"there is no folder {where}")
    known = _CHECKSUMS.get(int(numbers[-1])) if official else None
    lists = {}
    for name in _COUNTS:
        path = where / f"{name}.txt"
        if name in CONCEPTS or path.exists() or known:
            lists[name] = _numbers(folder, path)
            if official:
                _compare(path, lists[name], numbers[-1], known)
    labels = np.stack([np.isin(numbers, lists[concept]) for concept in CONCEPTS], axis=1)
    about = [lists.get(f"{concept}_r1", lists[concept]) for concept in CONCEPTS]
    salient = labels & np.stack([np.isin(numbers, listed) for listed in about], axis=1)
    orphans = sum(len(np.setdiff1d(part, lists[concept])) for part, concept in zip(about, CONCEPTS, strict=True))
    absent = np.setdiff1d(np.concatenate([lists[concept] for concept in CONCEPTS]), numbers)
    return labels, salient, {"salient_not_labelled": orphans, "annotated_without_photo": len(absent)}


def _compare(path: Path, listed: np.ndarray, last: int, known: dict[str, str] | None) -> None:
    remedy = "fetch the annotations again, or give the option official=false where the lists are your own"
    if not len(listed):
        raise InputError(f"{path} is empty; {remedy}")
    text = " ".join(map(str, listed[listed <= last]))
    if known and hashlib.sha256(text.encode()).hexdigest()[:8] != known[path.stem]:
        raise InputError(
            f"{path} is not the official list, which has {_COUNTS[path.stem]:,} of the 25,000 photos: it has "
            f"{len(listed):,}, up to number {listed[-1]:,}; {remedy}"
        )


def _numbers(folder: Path, path: Path) -> np.ndarray:
    if not path.exists():
        raise _missing(folder, f"the list {path} cannot be read")
    numbers = [line.strip() for line in read_text(path)[0].split("\n")]
    for i, number in enumerate(numbers, start=1):
        if number and not (number.isdecimal() and len(number) < 10):
            raise InputError(f"{path}, line {i}: {number[:40]!r} is not a photo number; fetch the list again")
    return np.unique(np.array([int(number) for number in numbers if number], dtype=np.int64))
