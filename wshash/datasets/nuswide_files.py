"""The file formats of NUS-WIDE, one reader each; :mod:`wshash.datasets.nuswide` makes a data set of them."""

import os
from functools import cache
from pathlib import Path

import numpy as np

from wshash.datasets.text import clean_tag, decode_text, read_text
from wshash.errors import InputError


def find(folder: Path, *parts: str, needed: bool = True) -> Path | None:
    """``folder / parts``, or without the first of them, in any spelling as to case."""
    for wanted in filter(None, (parts, parts[1:])):
        path = folder
        for part in wanted:
            here = sorted(os.listdir(path)) if path and path.is_dir() else []
            path = next((path / x for x in here if x.lower() == part.lower()), None)
        if path is not None:
            return path
    if needed:
        raise InputError(
            f"{folder}: {'/'.join(parts)} is missing. NUS-WIDE is expected as it unpacks: ImageList/, "
            "ConceptsList/, Groundtruth/, NUS_WID_Tags/, Flickr/. "
            "`python -m wshash data fetch nuswide-tags` gets all but the photos"
        )
    return None


def read_lines(folder: Path, *parts: str) -> list[str]:
    """The lines of a text file that are not blank, stripped."""
    path = find(folder, *parts)
    lines = list(filter(None, map(str.strip, read_text(path)[0].split("\n"))))
    if not lines:
        raise InputError(f"{path} is empty; fetch it again")
    return lines


def image_list(folder: Path) -> tuple[list[str], list[str]]:
    r"""Relative paths ``actor/0001_2124494179.jpg``, and the photo ids in them.

    Lines are ``actor\0001_2124494179.jpg``, with or without a prefix such as ``C:\ImageData\Flickr\``.
    """
    places, ids = [], []
    for i, line in enumerate(read_lines(folder, "ImageList", "Imagelist.txt"), start=1):
        *_, directory, name = "/", *line.replace("\\", "/").split("/")
        id_ = name.rpartition(".")[0].rpartition("_")[2]
        if not (id_.isascii() and id_.isdecimal()) or directory in ("", "/", ".", "..") or ":" in directory + name:
            raise InputError(
                rf"{folder}: Imagelist.txt, line {i}: {line[:60]!r} is not like actor\0001_21.jpg; fetch it again"
            )
        places.append(f"{directory}/{name}")
        ids.append(id_)
    return places, ids


def photo_ids(path: Path) -> list[str]:
    """The first word of each line of ``All_Tags.txt``."""
    with path.open("rb") as lines:
        ids = [words[0] for words in (line.split(maxsplit=1) for line in lines) if words]
    bad = next((id_ for id_ in ids if not id_.isdigit()), None)
    if bad or not ids:
        raise InputError(f"{path}: {bad or 'nothing'} where a photo number is expected; fetch it again")
    return [id_.decode() for id_ in ids]


def concept_names(folder: Path) -> list[str]:
    """The lines of ``Concepts81.txt``, each a part of a file's name."""
    names = read_lines(folder, "ConceptsList", "Concepts81.txt")
    bad = next((name for name in names if any(x in name for x in "/\\:\0")), None)
    if bad:
        raise InputError(f"{folder}: Concepts81.txt: {bad[:60]!r} is not the name of a concept; fetch it again")
    return names


def label_column(path: Path, n: int) -> np.ndarray:
    """The n values of a ``Labels_*.txt``, as bool."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} is missing; Groundtruth.zip has one such file per concept") from error
    ink = np.frombuffer(data, np.uint8) > 32
    digits = np.frombuffer(data, np.uint8)[ink]
    if len(digits) != n or (digits & 0xFE != ord("0")).any() or (ink[1:] & ink[:-1]).any():
        labels = data.split()
        bad = next(((i, x[:20]) for i, x in enumerate(labels, start=1) if x not in (b"0", b"1")), None)
        what = f"label {bad[0]}: {bad[1]!r} is not 0 or 1" if bad else f"{len(labels)} labels for {n} listed photos"
        raise InputError(f"{path}, {what}; fetch Groundtruth.zip again")
    return digits == ord("1")


def user_tags(
    path: Path, vocabulary: list[str] | None, row_of: dict[str, int], n: int
) -> tuple[list[list[str]], dict[str, int]]:
    """The tags in ``All_Tags.txt``, lines ``<photo id> <tag> <tag> ...``, of n rows, and what was met.

    ``vocabulary=None`` keeps all. Rows that no line gives tags to are empty; two lines of one id are united.
    """
    known = None if vocabulary is None else set(vocabulary)

    @cache  # each word is cleaned once
    def spelled(word: bytes) -> tuple[str, bool]:
        text, encoding = decode_text(word, path)
        tag = clean_tag(text)
        return tag if known is None or tag in known else "", not encoding.startswith("utf-8")

    tags: list[list[str]] = [[] for _ in range(n)]
    strangers = other = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            words = line.split()  # bytes split at ASCII white space only; Unicode's would cut Japanese tags
            if not words:
                continue
            if not words[0].isdigit():
                raise InputError(
                    f"{path}, line {number}: {line[:40]!r} does not begin with a photo number; fetch it again"
                )
            row = row_of.get(words[0].decode())
            if row is None:
                strangers += 1
                continue
            found = [spelled(word) for word in words[1:]]
            tags[row] = list(dict.fromkeys([*tags[row], *(tag for tag, _ in found if tag)]))
            other += any(odd for _, odd in found)
    return tags, {"tag_lines_without_photo": strangers, "tag_lines_not_utf8": other}
