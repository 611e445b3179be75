"""The file formats of NUS-WIDE, one reader each; :mod:`wshash.datasets.nuswide` makes a data set of them."""

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from wshash.datasets.text import clean_tag, decode_text, read_text
from wshash.errors import InputError

N_WORDS = 500
"""Size of the vocabulary of SIFT words in ``BoW_int``."""


def find(folder: Path, *parts: str, needed: bool = True) -> Path | None:
    """``folder / parts``, or without the first of them, in any spelling as to case."""
    for wanted in (parts, parts[1:]):
        path = folder if wanted else None
        for part in wanted:
            try:
                here = sorted(os.listdir(path))
            except OSError:
                here = []
            path = next((path / x for x in here if x.lower() == part.lower()), None)
            if path is None:
                break
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
    lines = [line.strip() for line in read_text(path)[0].split("\n")]
    lines = [line for line in lines if line]
    if not lines:
        raise InputError(f"{path} is empty; fetch it again")
    return lines


def image_list(folder: Path, file: str = "Imagelist.txt") -> tuple[list[str], list[str]]:
    r"""Relative paths ``actor/0001_2124494179.jpg``, and the photo ids in them.

    Lines are ``actor\0001_2124494179.jpg``, with or without a prefix such as ``C:\ImageData\Flickr\``.
    """
    places, ids = [], []
    for i, line in enumerate(read_lines(folder, "ImageList", file), start=1):
        *_, directory, name = "/", *line.replace("\\", "/").split("/")
        id_ = name.rpartition(".")[0].rpartition("_")[2]
        if not (id_.isascii() and id_.isdecimal()) or directory in ("", "/", ".", ".."):
            raise InputError(
                rf"{folder}: {file}, line {i}: {line[:60]!r} is not like actor\0001_2124494179.jpg; "
                "fetch it again"
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


def label_column(path: Path, n: int) -> tuple[np.ndarray, int]:
    """The n values of a ``Labels_*.txt``, and how many integers were neither 0 nor 1: they count as 0."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} is missing; Groundtruth.zip has one such file per concept") from error
    ink = np.frombuffer(data, np.uint8) > 32
    digits = np.frombuffer(data, np.uint8)[ink]
    if len(digits) == n and (digits & 0xFE == ord("0")).all() and not (ink[1:] & ink[:-1]).any():
        return digits == ord("1"), 0  # every file but one
    tokens = data.split()
    if len(tokens) != n:
        raise InputError(f"{path}: {len(tokens)} labels, but the image list has {n} photos; one of the two is cut off")
    odd = 0
    for i, token in enumerate(tokens, start=1):
        if not re.fullmatch(rb"[+-]?\d+", token):
            raise InputError(f"{path}, label {i}: {token[:20]!r} is not a number; fetch Groundtruth.zip again")
        odd += token not in (b"0", b"1")
    return np.array([token == b"1" for token in tokens], dtype=bool), odd


class _Spelling(dict):
    """Word as it stands in the file → tag, ``""`` for one to leave out. Each word is cleaned once."""

    def __init__(self, path: Path, vocabulary: list[str] | None):
        self.path, self.known = path, None if vocabulary is None else set(vocabulary)
        self.not_utf8: set[bytes] = set()

    def __missing__(self, word: bytes) -> str:
        text, encoding = decode_text(word, self.path)
        if not encoding.startswith("utf-8"):
            self.not_utf8.add(word)
        tag = clean_tag(text)
        self[word] = tag = tag if self.known is None or tag in self.known else ""
        return tag


def user_tags(
    path: Path, vocabulary: list[str] | None, row_of: dict[str, int], n: int
) -> tuple[list[list[str]], dict[str, int]]:
    """The tags in ``All_Tags.txt``, lines ``<photo id> <tag> <tag> ...``.

    Parameters
    ----------
    path : path
    vocabulary : list of str or None
        Tags to keep; None keeps all.
    row_of : dict of photo id to row
    n : int
        Number of rows.

    Returns
    -------
    tags : list of n lists of str
        Rows that no line gives tags to are empty; two lines of one id are united.
    report : dict
    """
    spelling = _Spelling(path, vocabulary)
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
            found = dict.fromkeys(tags[row])
            found.update(dict.fromkeys(map(spelling.__getitem__, words[1:])))
            found.pop("", None)
            tags[row] = list(found)
            other += not spelling.not_utf8.isdisjoint(words)
    return tags, {"tag_lines_without_photo": strangers, "tag_lines_not_utf8": other}


def tag_matrix(path: Path, vocabulary: list[str]) -> Iterator[list[str]]:
    """The tags of each line of ``AllTags1k.txt``: a 0 or 1 for each word, white space between and after."""
    words, width, number = np.array(vocabulary, dtype=object), len(vocabulary), 0
    with path.open("rb") as lines:
        while block := list(islice(lines, 4096)):  # 8 MB of the official file
            columns = _even_columns(block, width)
            if columns is None:
                columns = []
                for i, line in enumerate(block, start=number + 1):
                    tokens = line.split()
                    if len(tokens) != width or not {b"0", b"1"}.issuperset(tokens):
                        raise InputError(f"{path}, line {i}: not {width} zeros and ones; fetch it again")
                    columns.append([j for j, token in enumerate(tokens) if token == b"1"])
            yield from (words[line_columns].tolist() for line_columns in columns)
            number += len(block)


def _even_columns(block: list[bytes], width: int) -> list[np.ndarray] | None:
    """Where the ones are, if each line is ``0?0?...1?`` with one character of white space for each ``?``."""
    length = len(block[0])
    if length not in (2 * width + 1, 2 * width + 2) or any(len(line) != length for line in block):
        return None
    table = np.frombuffer(b"".join(block), np.uint8).reshape(len(block), length)
    digits, gaps = table[:, : 2 * width : 2], table[:, 1 : 2 * width : 2]
    if (digits & 0xFE != ord("0")).any() or (gaps > 32).any() or (table[:, 2 * width :] > 32).any():
        return None
    rows, columns = np.nonzero(digits == ord("1"))
    return np.split(columns, np.searchsorted(rows, np.arange(1, len(block))))


def word_counts(path: Path, n: int) -> np.ndarray:
    """``BoW_*int.dat``: uint16 array, n×500, how often each SIFT word occurs in each photo."""
    try:
        counts, filled = np.empty((n, N_WORDS), dtype=np.uint16), 0
        # By chunks: the parser holds all that it reads as int64, 1 GiB for the whole file.
        for chunk in pd.read_csv(path, sep=r"\s+", header=None, dtype=np.int64, chunksize=20_000):
            table = chunk.to_numpy()
            if table.shape[1] != N_WORDS or table.min() < 0 or table.max() >= 2**16:
                raise ValueError(f"{table.shape[1]} columns, or a value outside 0..65535")
            counts[filled : filled + len(table)] = table[: n - filled]
            filled += len(table)
    except (ValueError, OverflowError) as error:  # pandas' own errors are ValueErrors
        raise InputError(f"{path}: not {N_WORDS} whole numbers a line ({error}); fetch it again") from error
    if filled != n:
        raise InputError(f"{path}: {filled} lines, but the image list has {n}; one of the two is cut off")
    return counts
