"""NUS-WIDE (Chua et al. 2009): 269,648 Flickr photos, the tags of their owners, and 81 concepts."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from wshash.datasets.base import TaggedImages
from wshash.datasets.files import ImageFiles, file_size, kept
from wshash.datasets.nuswide_files import (
    concept_names,
    find,
    image_list,
    label_column,
    photo_ids,
    read_lines,
    user_tags,
)
from wshash.datasets.options import checked
from wshash.datasets.text import clean_tag
from wshash.errors import InputError

_TAG_LISTS = {"final": "Final_Tag_List.txt", "1k": "TagList1k.txt"}


@checked
def load(
    name: str,
    folder: str | Path,
    tags: Literal["final", "1k", "all"] = "final",
    concepts: int | Sequence[str] | None = None,
    untagged: Literal["drop", "keep"] = "drop",
    unlabelled: Literal["drop", "negative"] = "drop",
    missing: Literal["drop", "keep"] = "drop",
    check: bool = False,
) -> TaggedImages:
    """Load NUS-WIDE from the official distribution as it unpacks.

    Parameters
    ----------
    name : str
    folder : path
        Holds ``ImageList/``, ``Groundtruth/``, ``ConceptsList/``, ``NUS_WID_Tags/``, and in ``Flickr/``, or
        ``images/``, the photos in their 704 folders; in any case. Without ``Imagelist.txt``, which the authors'
        present distribution leaves out, the ids are those of ``All_Tags.txt``, and a photo's file is ``..._<id>.jpg``.
    tags : {"final", "1k", "all"}
        The words of ``All_Tags.txt`` that are among the 5,018 of ``Final_Tag_List.txt``, as in the paper; among the
        1,000 of ``TagList1k.txt``; or every word.
    concepts : int or list of str, optional
        The most frequent ones (21 and 10 are usual), or these; default, all 81. In the order of ``Concepts81.txt``.
    untagged, unlabelled, check
        See :func:`wshash.datasets.files.kept`; unlabelled are photos without any of ``concepts``.
    missing : {"drop", "keep"}
        Listed photos whose file is missing or empty: leave them out, or keep their metadata (``images[i]`` then raises
        ``UnreadableImage``).

    Returns
    -------
    TaggedImages
        In the order of the image list; ids are Flickr's photo numbers. An id that is listed more than once (in the
        official list six are, twice each, some with unequal labels) becomes one picture with the labels and the tags of
        all its lines, so that it cannot be both query and answer; its file is the first that exists. ``report`` says
        how many of each were met.

    Raises
    ------
    InputError
        A file that is needed is missing, lists of unequal length, or a line that is not of the official format.
    """
    folder = Path(folder)
    places, ids = _photo_list(folder)
    n, names, where = len(ids), concept_names(folder), find(folder, "Groundtruth", "AllLabels")
    labels = np.column_stack([label_column(where / f"Labels_{concept}.txt", n) for concept in names])
    chosen = _choose(concepts, names, labels)
    root = _photo_root(folder)
    if not root.is_dir() and missing == "drop":
        raise InputError(
            f"{folder}: no photos in Flickr/ or images/; ask the authors for them, or give the option missing=keep "
            "to work with tags and labels alone"
        )
    sizes = np.array([file_size(os.path.join(root, place)) for place in places], dtype=np.int64)

    # One row per id: the first whose file is there, else the first.
    row_of: dict[str, int] = {}
    for i in np.argsort(sizes <= 0, kind="stable").tolist():
        row_of.setdefault(ids[i], i)
    repeated = [i for i in range(n) if row_of[ids[i]] != i]
    unequal = {ids[i] for i in repeated if (labels[i] != labels[row_of[ids[i]]]).any()}
    for i in repeated:
        labels[row_of[ids[i]]] |= labels[i]
    vocabulary = None
    if tags != "all":
        vocabulary = [clean_tag(word) for word in read_lines(folder, "NUS_WID_Tags", _TAG_LISTS[tags])]
    tag_lists, tag_report = user_tags(find(folder, "NUS_WID_Tags", "All_Tags.txt"), vocabulary, row_of, n)

    rows = np.sort(np.fromiter(row_of.values(), np.int64, len(row_of)))
    report = {
        "listed": n,
        "duplicate_ids": len({ids[i] for i in repeated}),
        "duplicate_ids_unequal_labels": len(unequal),
        **tag_report,
    }
    images, tag_lists = ImageFiles(root, [places[i] for i in rows]), [tag_lists[i] for i in rows]
    ids, concepts, labels = [ids[i] for i in rows], [names[j] for j in chosen], labels[np.ix_(rows, chosen)]
    data = TaggedImages(name, images, tag_lists, labels, concepts, ids, report=report)
    return kept(data, sizes[rows], untagged, unlabelled, check, missing)


def _photo_list(folder: Path) -> tuple[list[str], list[str]]:
    """Path and id of each photo, in the order of the labels."""
    words = find(folder, "NUS_WID_Tags", "All_Tags.txt", needed=False)
    if not words or find(folder, "ImageList", "Imagelist.txt", needed=False):
        return image_list(folder)
    # The authors' present distribution has no image list; All_Tags.txt is in its order and has the ids.
    ids, root, place_of = photo_ids(words), _photo_root(folder), {}
    for place, _, files in os.walk(root):
        for file in files:
            path = os.path.relpath(os.path.join(place, file), root).replace(os.sep, "/")
            place_of[file.rpartition(".")[0].rpartition("_")[2]] = path
    return [place_of.get(id_, f"{id_}.jpg") for id_ in ids], ids


def _photo_root(folder: Path) -> Path:
    return find(folder, "Flickr", needed=False) or find(folder, "images", needed=False) or folder / "Flickr"


def _choose(concepts: int | Sequence[str] | None, names: list[str], labels: np.ndarray) -> np.ndarray:
    if concepts is None:
        return np.arange(len(names))
    if isinstance(concepts, int) and 0 < concepts <= len(names):
        return np.sort(np.argsort(-labels.sum(axis=0), kind="stable")[:concepts])
    chosen = [concepts] if isinstance(concepts, int | str) else list(concepts)
    if not chosen or not set(chosen) <= set(names):
        raise InputError(f"concepts={concepts}: choose 1 to {len(names)}, or among {', '.join(names)}")
    return np.array([j for j, concept in enumerate(names) if concept in chosen])
