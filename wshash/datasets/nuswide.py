"""NUS-WIDE (Chua et al. 2009): 269,648 Flickr photos, the tags of their owners, and 81 concepts."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wshash.datasets.base import TaggedImages
from wshash.datasets.files import ImageFiles, readable
from wshash.datasets.nuswide_files import (
    N_WORDS,
    find,
    image_list,
    label_column,
    photo_ids,
    read_lines,
    tag_matrix,
    user_tags,
    word_counts,
)
from wshash.datasets.text import clean_tag
from wshash.errors import InputError

_TAG_LISTS = {"final": "Final_Tag_List.txt", "1k": "TagList1k.txt", "matrix": "TagList1k.txt"}
_PARTS = {  # part: image list, folder and ending of the label files, tag matrix
    "all": ("Imagelist.txt", "AllLabels", "", "AllTags1k.txt"),
    "train": ("TrainImagelist.txt", "TrainTestLabels", "_Train", "Train_Tags1k.dat"),
    "test": ("TestImagelist.txt", "TrainTestLabels", "_Test", "Test_Tags1k.dat"),
}


def load(
    name: str,
    folder: str | Path,
    tags: str = "final",
    concepts: int | Sequence[str] | None = None,
    part: str = "all",
    untagged: str = "drop",
    unlabelled: str = "drop",
    missing: str = "drop",
    check: bool = False,
) -> TaggedImages:
    """Load NUS-WIDE from the official distribution as it unpacks.

    Parameters
    ----------
    name : str
    folder : path
        Holds ``ImageList/``, ``Groundtruth/``, ``ConceptsList/``, ``NUS_WID_Tags/``, and in ``Flickr/`` (or
        ``images/``) the photos in their 704 folders. Case does not matter in the names of files of metadata.
        Without ``Imagelist.txt``, which the authors' present distribution leaves out, the photos' ids are
        those of ``All_Tags.txt``, and a photo's file is the one named ``..._<id>.jpg``.
    tags : {"final", "1k", "matrix", "all"}
        ``"final"``: the words of ``All_Tags.txt`` that are among the 5,018 of ``Final_Tag_List.txt``, as in
        the paper; ``"1k"``: those among the 1,000 of ``TagList1k.txt``; ``"matrix"``: ``AllTags1k.txt``,
        which differs from ``"1k"`` on some photos (the report says on how many) and whose lines are taken to
        be in the order of the image list; ``"all"``: every word of ``All_Tags.txt``.
    concepts : int or list of str, optional
        The most frequent ones (21 and 10 are usual), or these; default: all 81. In the order of
        ``Concepts81.txt``.
    part : {"all", "train", "test"}
        All photos with ``AllLabels``, or one part of the official split with ``TrainTestLabels``.
    untagged : {"drop", "keep"}
        What to do with photos without a tag.
    unlabelled : {"drop", "negative"}
        Photos without any of ``concepts``: leave them out, or keep them as an example of none.
    missing : {"drop", "keep"}
        Listed photos whose file is missing or empty: leave them out, or keep their metadata (``images[i]``
        then raises ``UnreadableImage``).
    check : bool
        Decode every photo now and leave out those that cannot be (:func:`wshash.datasets.files.readable`).

    Returns
    -------
    TaggedImages
        In the order of the image list; ids are Flickr's photo numbers. An id that is listed more than once
        (in the official list six are, twice each, some with unequal labels) becomes one picture with the
        labels and the tags of all its lines, so that it cannot be both query and answer; its file is the
        first that exists. A label that is an integer other than 0 and 1 counts as 0:
        ``Labels_lake_Train.txt`` has -1130179, and without it the positives of its two parts, 8,021 and
        5,371, are the 13,392 of ``AllLabels``. ``report`` says how many of each were met.

    Raises
    ------
    InputError
        A file that is needed is missing, lists of unequal length, or a line that is not of the official
        format.
    """
    choices = {
        "tags": (tags, (*_TAG_LISTS, "all")),
        "part": (part, tuple(_PARTS)),
        "untagged": (untagged, ("drop", "keep")),
        "unlabelled": (unlabelled, ("drop", "negative")),
        "missing": (missing, ("drop", "keep")),
    }
    for option, (value, known) in choices.items():
        if value not in known:
            raise InputError(f"{option}={value!r} is unknown; choose one of {', '.join(known)}")
    folder = Path(folder)
    _, label_folder, ending, _ = _PARTS[part]
    places, ids = _photo_list(folder, part)
    n = len(ids)
    names = read_lines(folder, "ConceptsList", "Concepts81.txt")
    where = find(folder, "Groundtruth", label_folder)
    columns = [label_column(where / f"Labels_{concept}{ending}.txt", n) for concept in names]
    labels = np.column_stack([column for column, _ in columns])
    chosen = _choose(concepts, names, labels)
    root, sizes = _photo_sizes(folder, places, missing)

    # One row per id: the first whose file is there, else the first.
    row_of: dict[str, int] = {}
    for i in np.argsort(sizes <= 0, kind="stable").tolist():
        row_of.setdefault(ids[i], i)
    repeated = [i for i in range(n) if row_of[ids[i]] != i]
    unequal = {ids[i] for i in repeated if (labels[i] != labels[row_of[ids[i]]]).any()}
    for i in repeated:
        labels[row_of[ids[i]]] |= labels[i]
    tag_lists, tag_report = _tags(folder, part, tags, ids, row_of)

    rows = np.sort(np.fromiter(row_of.values(), np.int64, len(row_of)))
    labels, sizes = labels[np.ix_(rows, chosen)], sizes[rows]
    has_tags = np.array([bool(tag_lists[i]) for i in rows])
    has_label = labels.any(axis=1)
    report = {
        "listed": n,
        "duplicate_ids": len({ids[i] for i in repeated}),
        "duplicate_ids_unequal_labels": len(unequal),
        "label_values_not_0_1": sum(odd for _, odd in columns),
        "missing_photos": int((sizes < 0).sum()),
        "empty_files": int((sizes == 0).sum()),
        "untagged": int((~has_tags).sum()),
        "unlabelled": int((~has_label).sum()),
        **tag_report,
    }
    keep = np.ones(len(rows), dtype=bool)
    keep &= (sizes > 0) | (missing == "keep")
    keep &= has_tags | (untagged == "keep")
    keep &= has_label | (unlabelled == "negative")
    if not keep.any():
        raise InputError(f"{folder}: none of {n} photos is left; what was met: {report}")
    kept = rows[keep]
    data = TaggedImages(
        name=name,
        images=ImageFiles(root, [places[i] for i in kept], sizes[keep]),
        tags=[tag_lists[i] for i in kept],
        labels=labels[keep],
        concepts=[names[j] for j in chosen],
        ids=[ids[i] for i in kept],
        report=report,
        dropped={ids[i]: "the file is empty" for i in rows[sizes == 0]} if missing == "drop" else {},
    )
    return readable(data) if check else data


def bag_of_words(folder: str | Path, ids: Sequence[str] | None = None) -> np.ndarray:
    """The official SIFT bags of words.

    Parameters
    ----------
    folder : path
        With ``Low_Level_Features/BoW_int.dat``, or ``BoW_Train_int.dat`` and ``BoW_Test_int.dat``.
    ids : list of str, optional
        Photos whose rows are wanted, such as ``data.ids``; default: all, in the order of ``Imagelist.txt``.

    Returns
    -------
    uint16 array, n×500
        How often each SIFT word occurs in the photo.
    """
    folder = Path(folder)
    places, all_ids = _photo_list(folder, "all")
    whole = find(folder, "Low_Level_Features", "BoW_int.dat", needed=False)
    if whole:
        counts = word_counts(whole, len(places))
    else:
        counts = np.empty((len(places), N_WORDS), dtype=np.uint16)
        row_of, filled = {place: i for i, place in enumerate(places)}, set()
        for part in ("train", "test"):
            listed, _ = image_list(folder, _PARTS[part][0])
            if not row_of.keys() >= set(listed):
                raise InputError(f"{folder}: {_PARTS[part][0]} names photos that Imagelist.txt does not")
            rows = [row_of[place] for place in listed]
            counts[rows] = word_counts(find(folder, "Low_Level_Features", f"BoW_{part.title()}_int.dat"), len(listed))
            filled.update(rows)
        if len(filled) != len(places):
            raise InputError(
                f"{folder}: {len(places) - len(filled)} photos of Imagelist.txt are in neither of its parts"
            )
    if ids is None:
        return counts
    row_of = {id_: i for i, id_ in reversed(list(enumerate(all_ids)))}  # of a repeated id the first line
    unknown = [id_ for id_ in ids if id_ not in row_of]
    if unknown:
        raise InputError(
            f"{folder}: {len(unknown)} ids are not in Imagelist.txt, the first is {unknown[0]!r}; "
            "take the ids of the same data set"
        )
    return counts[[row_of[id_] for id_ in ids]]


def _photo_list(folder: Path, part: str) -> tuple[list[str], list[str]]:
    """Path and id of each photo, in the order of the labels."""
    file = _PARTS[part][0]
    words = find(folder, "NUS_WID_Tags", "All_Tags.txt", needed=False)
    if part != "all" or not words or find(folder, "ImageList", file, needed=False):
        return image_list(folder, file)
    # The authors' present distribution has no image list; All_Tags.txt is in its order and has the ids.
    ids = photo_ids(words)
    root = _photo_root(folder) or folder / "Flickr"
    place_of = {}
    for place, _, files in os.walk(root):
        for file in files:
            path = os.path.relpath(os.path.join(place, file), root).replace(os.sep, "/")
            place_of[file.rpartition(".")[0].rpartition("_")[2]] = path
    return [place_of.get(id_, f"{id_}.jpg") for id_ in ids], ids


def _photo_root(folder: Path) -> Path | None:
    return find(folder, "Flickr", needed=False) or find(folder, "images", needed=False)


def _choose(concepts: int | Sequence[str] | None, names: list[str], labels: np.ndarray) -> np.ndarray:
    if concepts is None:
        return np.arange(len(names))
    if isinstance(concepts, int):
        if not 0 < concepts <= len(names):
            raise InputError(f"concepts={concepts}: choose 1 to {len(names)}, or a list of names")
        return np.sort(np.argsort(-labels.sum(axis=0), kind="stable")[:concepts])
    concepts = [concepts] if isinstance(concepts, str) else list(concepts)
    unknown = [concept for concept in concepts if concept not in names]
    if unknown or not concepts:
        raise InputError(f"concepts={concepts}: choose among {', '.join(names)}")
    return np.array([j for j, concept in enumerate(names) if concept in concepts])


def _photo_sizes(folder: Path, places: list[str], missing: str) -> tuple[Path, np.ndarray]:
    """Where the photos lie, and the bytes of each; -1 for those that are not there."""
    root = _photo_root(folder)
    if root is None and missing == "drop":
        raise InputError(
            f"{folder}: no photos in Flickr/ or images/; ask the authors for them, or pass missing='keep' "
            "to work with tags and labels alone"
        )
    root, size = root or folder / "Flickr", {}
    for directory in {place.rpartition("/")[0] for place in places}:
        try:
            with os.scandir(root / directory) as entries:
                size.update((f"{directory}/{e.name}".lstrip("/"), e.stat().st_size) for e in entries if e.is_file())
        except OSError:  # the whole directory is missing
            continue
    return root, np.array([size.get(place, -1) for place in places], dtype=np.int64)


def _tags(
    folder: Path, part: str, which: str, ids: list[str], row_of: dict[str, int]
) -> tuple[list[list[str]], dict[str, int]]:
    """The tags of each line of the image list, those of a repeated id all in the row of :data:`row_of`."""
    vocabulary = None
    if which != "all":
        vocabulary = [clean_tag(word) for word in read_lines(folder, "NUS_WID_Tags", _TAG_LISTS[which])]
    words = find(folder, "NUS_WID_Tags", "All_Tags.txt", needed=which != "matrix")
    by_user, report = user_tags(words, vocabulary, row_of, len(ids)) if words else (None, {})
    if which != "matrix":
        return by_user, report
    path = find(folder, "NUS_WID_Tags", _PARTS[part][3])
    tags: list[list[str]] = [[] for _ in ids]
    n_lines = 0
    for n_lines, line in enumerate(tag_matrix(path, vocabulary), start=1):
        if n_lines <= len(ids):
            row = row_of[ids[n_lines - 1]]
            tags[row] = list(dict.fromkeys(tags[row] + line))
    if n_lines != len(ids):
        raise InputError(f"{path}: {n_lines} lines, but the image list has {len(ids)}; one of the two is cut off")
    if by_user:
        differ = sum(set(tags[i]) != set(by_user[i]) for i in row_of.values())
        report["matrix_differs_from_all_tags"] = differ
    return tags, report
