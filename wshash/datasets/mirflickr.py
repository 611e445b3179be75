"""MIRFLICKR-25k (Huiskes and Lew 2008): Flickr photos, the tags of their owners, and 24 concepts."""

import hashlib
import os
import re
from pathlib import Path
from typing import Literal

import numpy as np

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
_OFFICIAL = """
animals 3216 15fc0bc9 9473f08d  baby 259 71285691 0fd1a59a  baby_r1 116 9e5eb921 e30d497f
bird 742 124da832 424dfbc0  bird_r1 484 31cc026f ade05267  car 1177 c566aea2 67733ccd
car_r1 380 c48a2933 ba44a068  clouds 3700 1fddfc82 e84b68c2  clouds_r1 1350 d63928d4 f4bc50f7
dog 684 e1707749 b9885e82  dog_r1 590 9721d9e8 6b938ccf  female 6184 0f868d99 9d3ac615
female_r1 3982 bf95a7fe fe240d89  flower 1823 133d0256 c8462b89  flower_r1 1077 4a140dbb e6eafc72
food 990 f3c780c6 818cdfc9  indoor 8313 ccc61677 9432f8da  lake 791 b1d49bda 9976a0df
male 6081 5d38f9a4 367612e0  male_r1 3647 f5296d8e a908b301  night 2711 3f137bda 278d4671
night_r1 669 ed5533c7 dfda7879  people 10373 8a3a534f 5be1bbf1  people_r1 7849 510f16fe 57823751
plant_life 8763 76e60163 edb5fbde  portrait 3931 b59d75e2 5746504c  portrait_r1 3829 30ab1331 15a4c224
river 894 2da5f8c4 1aab774e  river_r1 149 ac782e5a f86ac837  sea 1322 05c1e229 6d1f7cb9
sea_r1 214 5fd52aea 824e923c  sky 7912 05af82fb bcfbdd94  structures 9992 446c668d 905cc626
sunset 2135 ca6efb0a 67f64913  transport 2895 69c2ab7b b09a600c  tree 4683 1fa35a74 6a0120c0
tree_r1 668 1d077ec7 965d8a62  water 3331 24dcc33a 94f4195e
""".split()
_COUNTS = dict(zip(_OFFICIAL[::4], map(int, _OFFICIAL[1::4]), strict=True))
_CHECKSUMS = {
    25_000: dict(zip(_OFFICIAL[::4], _OFFICIAL[2::4], strict=True)),
    15_000: dict(zip(_OFFICIAL[::4], _OFFICIAL[3::4], strict=True)),
}

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
