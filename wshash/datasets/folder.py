"""A folder of the user's own pictures, with tags in ``tags.csv`` and, perhaps, concepts in ``labels.csv``."""

import json
import os
from pathlib import Path
from typing import Literal

import numpy as np

from wshash.datasets.base import TaggedImages
from wshash.datasets.files import SUFFIXES, ImageFiles, file_size, kept
from wshash.datasets.options import checked
from wshash.datasets.tables import Lookup, identity, read_table
from wshash.datasets.text import clean_tags
from wshash.errors import InputError

_LAYOUT = """
    any/folders/picture.jpg ...      at any depth, in any usual format
    tags.csv                         file,tags
                                     any/folders/picture.jpg,"sunset, beach, 2007"
    labels.csv                       the same with concepts; needed to train with labels and to evaluate"""


@checked
def load(
    name: str,
    folder: str | Path,
    tags: str | None = "tags.csv",
    labels: str | None = "labels.csv",
    separator: str | None = None,
    untagged: Literal["keep", "drop"] = "keep",
    unlabelled: Literal["drop", "negative"] = "drop",
    check: bool = False,
) -> TaggedImages:
    r"""Load the pictures under a folder.

    Parameters
    ----------
    name : str
    folder : path
        Holds the pictures, nested as may be, and the tables. Hidden files and folders are left out, and linked
        folders are not followed.
    tags : str or None
        The table of tags; None where there are none.
    labels : str or None
        Where the concepts are: a table, which may be missing; the ``.json`` of COCO's annotations of instances, whose
        categories are concepts; ``"folders"``: the folder at the top is the one concept of the pictures in it, as
        torchvision's ``ImageFolder`` has it. None: no concepts.
    separator : str, optional
        What separates tags, and concepts, in a cell, in place of the rule below; ``" "`` is any white space.
    untagged, unlabelled, check
        See :func:`wshash.datasets.files.kept`.

    Returns
    -------
    TaggedImages
        In the order of the names; ids are the paths relative to ``folder``, with ``/``, in Unicode's composed form.
        Without concepts it is enough to search and to learn from tags. ``report`` counts what was met.

    Raises
    ------
    InputError
        No pictures, no ``tags.csv``, a table that cannot be parsed, or none of its files is there.

    Notes
    -----
    *Lines.* One picture each, or several for one picture. The delimiter is the first comma, semicolon or tab of the
    first line. A first line with ``file`` (or ``filename``, ``image``, ``path``, ``id``, ...) in it is a header;
    without one the first column is the file. How a file may be named: :class:`wshash.datasets.tables.Lookup`.

    *Columns.* By the header, those called ``tags``, ``keywords``, ``labels``, ``concepts``, ``class``, ``category``,
    also with a number behind. Where none is, each column of 0 and 1 (true and false, yes and no, x and nothing) is a
    tag or concept of its own, named by the header. Where there is none either, the one column that there is; numbers
    and dates alone are refused. Without a header, all. The report names the columns that are not read.

    *Cells.* Commas, semicolons, ``|`` and line breaks separate. White space does so in ``tags.csv`` alone, and there
    only if one column holds tags and most of its cells of several words have no other separator: ``sunset beach``. So
    in ``labels.csv`` ``polar bear`` is one concept. ``nan``, ``none``, ``null``, ``n/a`` alone in a cell are nothing.
    Tags and concepts are cleaned by :func:`wshash.datasets.text.clean_tag`.
    """
    folder = Path(folder)
    files, report = _pictures(folder)
    ids, lookup = list(files), Lookup(list(files))
    tag_lists: list[list[str]] = [[] for _ in ids]
    if tags is not None:
        if not (folder / tags).exists():
            raise InputError(
                f"{folder / tags} is missing; without tags give the option tags=null. {_suggest(folder, ids)}"
            )
        tag_lists, _, met = read_table(folder / tags, lookup, True, separator)
        report |= {"tags_without_picture": met.pop("strangers"), "tables_not_utf8": met.pop("not_utf8"), **met}
    concept_lists, concepts, met = _concepts(folder, labels, lookup, separator)
    report["tables_not_utf8"] = report.get("tables_not_utf8", 0) + met.pop("not_utf8", 0)
    report |= {"labels_without_picture": met.pop("strangers"), **met} if met else {}
    concepts = sorted({*concepts, *(concept for row in concept_lists for concept in row)})
    column = {concept: j for j, concept in enumerate(concepts)}
    has = np.zeros((len(ids), len(concepts)), dtype=bool)
    for i, row in enumerate(concept_lists):
        has[i, [column[concept] for concept in row]] = True

    data = TaggedImages(name, ImageFiles(folder, files.values()), tag_lists, has, concepts, ids, report=report)
    return kept(data, [file_size(folder / file) for file in files.values()], untagged, unlabelled, check)


def _pictures(folder: Path) -> tuple[dict[str, str], dict[str, int]]:
    """The files of the pictures by their ids, and what else was met."""
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder. Expected is a folder with{_LAYOUT}")
    found, other, closed = [], 0, []
    for place, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = [x for x in folders if not x.startswith((".", "__MACOSX", "@eaDir"))]
        for file in files:
            if os.path.splitext(file)[1].lower() in SUFFIXES and not file.startswith("."):
                found.append(os.path.relpath(os.path.join(place, file), folder).replace(os.sep, "/"))
            else:
                other += not file.startswith(".") and file.lower() not in ("tags.csv", "labels.csv")
    unreadable = [f"{error.filename} ({error.strerror})" for error in closed]
    if not found:
        shut = f"; not to be read: {', '.join(unreadable)}" if unreadable else ""
        raise InputError(
            f"{folder}: no pictures among {other} files (endings: {' '.join(sorted(SUFFIXES))}){shut}. "
            f"Expected is a folder with{_LAYOUT}"
        )
    files = {identity(file): file for file in sorted(found, reverse=True)}  # of one spelling the first
    report = {"pictures": len(files), "other_files": other, "same_name": len(found) - len(files)}
    return dict(sorted(files.items())), report | {f"folder that cannot be read: {what}": 1 for what in unreadable}


def _concepts(
    folder: Path, labels: str | None, lookup: Lookup, separator: str | None
) -> tuple[list[list[str]], list[str], dict[str, int]]:
    """The concepts of each picture, further concepts on no picture, and what was met."""
    if labels == "folders":
        return [clean_tags([id_.split("/")[0]] if "/" in id_ else []) for id_ in lookup.ids], [], {}
    if labels is None or (labels == "labels.csv" and not (folder / labels).exists()):
        return [[] for _ in lookup.ids], [], {}
    if labels.lower().endswith(".json"):
        return _coco(folder / labels, lookup)
    return read_table(folder / labels, lookup, False, separator)


def _coco(path: Path, lookup: Lookup) -> tuple[list[list[str]], list[str], dict[str, int]]:
    try:
        content = json.loads(path.read_bytes())
        name_of = {category["id"]: str(category["name"]) for category in content["categories"]}
        row_of = {image["id"]: lookup(str(image["file_name"])) for image in content["images"]}
        pairs = {(row_of[a["image_id"]], name_of[a["category_id"]]) for a in content["annotations"]}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise InputError(
            f"{path} is not COCO's annotation of instances ({type(error).__name__}: {error}); it needs images with id "
            "and file_name, categories with id and name, and annotations with image_id and category_id"
        ) from error
    lists: list[list[str]] = [[] for _ in lookup.ids]
    for row, concept in sorted((row, concept) for row, concept in pairs if row is not None):
        lists[row].append(concept)
    strangers = sum(row is None for row in row_of.values())
    if strangers == len(row_of):
        raise InputError(f"{path}: none of its {strangers} images is there; a picture here is {lookup.ids[0]!r}")
    return [clean_tags(row) for row in lists], clean_tags(name_of.values()), {"strangers": strangers}


def _suggest(folder: Path, ids: list[str]) -> str:
    """What else the folder may be, for the user to say."""
    found = sorted(p.relative_to(folder).as_posix() for x in ("", "*/") for p in folder.glob(f"{x}*instances*.json"))
    if found:
        return f"It looks like COCO: the option labels={found[0]}."
    if len({id_.split("/")[0] for id_ in ids if "/" in id_}) > 1:
        return "Where each sub-folder is a concept: the option labels=folders."
    return f"Expected is a folder with{_LAYOUT}"
