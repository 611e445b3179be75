"""What is in a data set, which parts of the study can run on it, and what to mend."""

import hashlib
import inspect
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np

from wshash.datasets import SOURCES, TaggedImages, load_dataset
from wshash.datasets.files import UnreadableImage, look
from wshash.errors import InputError

MIN_PICTURES = 100
"""Fewer do not fill a batch of 64 once queries and a validation part are set aside."""

MIN_TAG_COUNT = 5
"""Pictures that a tag must be on for its vector to be learnt (``wshash.tags.train_skipgram``)."""

MIN_LISTS = 110
"""Lists of two such tags to learn vectors from well: a fifth is held out to choose the epochs on, and 20 are needed."""


def obstacles(data: TaggedImages, train: np.ndarray | None = None) -> dict[str, list[str]]:
    """What stands in the way of a study, before anything is trained.

    Parameters
    ----------
    data : TaggedImages
    train : array of row numbers, optional
        The training part; default, that of ``data.split()``.

    Returns
    -------
    dict of str to list of str
        ``"labels"``: why answers cannot be judged and nothing can be learnt from labels; ``"tags"``: why nothing can be
        learnt from tags, and no method started from them; ``"odd"``: what hinders no run, but makes results mean less.
        Empty lists where there is nothing. The visual filter may leave fewer tags than are counted here.
    """
    found: dict[str, list[str]] = {"labels": [], "tags": [], "odd": []}
    n_pictures = data.labels.sum(axis=0)
    labelled = int(data.labels.any(axis=1).sum())
    if not data.concepts:
        found["labels"].append("there are no concepts: write labels.csv (file,labels)")
    elif (n_pictures < 2).all():
        found["labels"].append("no two pictures share a concept, so nothing is relevant; use fewer concepts")
    elif _all_related(data.labels):
        found["labels"].append(
            "each picture shares a concept with each other, so any answer is right (chance is 1); leave out concepts "
            f"that nearly all pictures have, such as {data.concepts[int(n_pictures.argmax())]!r}"
        )
    if data.concepts and labelled < MIN_PICTURES:
        found["labels"].append(f"{labelled} pictures have concepts; at least {MIN_PICTURES} are needed")
    for concept, n in zip(data.concepts, n_pictures.tolist(), strict=True):
        if n in (0, len(data)):
            found["odd"].append(f"the concept {concept!r} is on {'all' if n else 'no'} pictures, so it tells nothing")

    if train is None:
        train = np.arange(len(data)) if found["labels"] else data.split().train
    count = Counter(tag for i in train for tag in set(data.tags[i]))
    frequent = {tag for tag, n in count.items() if n >= MIN_TAG_COUNT}
    lists = sum(len(frequent.intersection(data.tags[i])) > 1 for i in train)
    have = f"{lists} of {len(train)} training pictures have two of the {len(frequent)} tags on {MIN_TAG_COUNT} of them"
    if not lists:
        found["tags"].append(f"{have}, so nothing tells what tags mean; add tags, or spell equal ones equally")
    elif lists < MIN_LISTS:
        found["odd"].append(f"{have}, too few to learn well from: {MIN_LISTS} let the training be chosen")
    return found


def _all_related(labels: np.ndarray) -> bool:
    kinds = np.unique(labels, axis=0).astype(np.float32)
    return all((kinds[i : i + 256] @ kinds.T > 0).all() for i in range(0, len(kinds), 256))


@dataclass
class Report:
    """What :func:`check` found. ``str(report)`` is for the terminal, ``to_markdown()`` for a notebook.

    Attributes
    ----------
    path : path
    layout : {"postcards", "mirflickr25k", "nuswide", "folder"}
    counts : dict of str to int or float
        Pictures, tags, concepts, and whatever the loader met.
    works : list of str
        What can be done with it, and what cannot.
    examples : list of str
        Three pictures with their tags and concepts, as they were understood.
    unreadable : dict of str to str
        Picture → why it cannot be decoded.
    duplicates : list of lists of str
        Groups of pictures with equal pixels.
    frequent_tags, concepts : list of (str, int)
        With the number of pictures, the most frequent first.
    obstacles : list of str
        Why part of the study, or all of it, cannot run.
    mend : list of str
        What to do about what was found.
    """

    path: Path
    layout: str
    counts: dict[str, int | float] = field(default_factory=dict)
    works: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    duplicates: list[list[str]] = field(default_factory=list)
    frequent_tags: list[tuple[str, int]] = field(default_factory=list)
    concepts: list[tuple[str, int]] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    mend: list[str] = field(default_factory=list)

    @property
    def can_run(self) -> bool:
        """Whether the whole study can run: every method, and judging answers."""
        return not self.obstacles

    def to_markdown(self) -> str:
        """The report as Markdown, lists cut at 20 entries."""
        return self._render("## {}", ["| what | how many |", "| --- | ---: |"], "| {} | {} |", "**{}**")

    def __str__(self) -> str:
        return self._render("{}", [], "{1:>10}  {0}", "{}:")

    def _render(self, head: str, table_head: list[str], row: str, title: str) -> str:
        verdict = "The study can run." if self.can_run else "The whole study cannot run on it yet."
        lines = [head.format(self.path), "", f"Layout: {self.layout}. {verdict}", ""]
        if self.counts:
            lines += table_head + [row.format(what, _number(n)) for what, n in self.counts.items()] + [""]
        for name, entries in self._lists():
            lines += [title.format(name), "", *(f"- {entry}" for entry in entries[:20])]
            lines += [f"- ... and {len(entries) - 20:,} more"] * (len(entries) > 20) + [""]
        return "\n".join(lines)

    def _lists(self) -> list[tuple[str, list[str]]]:
        lists = {
            "What works": self.works,
            "What stands in the way": self.obstacles,
            "What to mend": self.mend,
            "As it was understood": self.examples,
            "Most frequent tags": [f"{tag}: {n:,}" for tag, n in self.frequent_tags],
            "Concepts": [f"{concept}: {n:,}" for concept, n in self.concepts],
            "Pictures that cannot be read": [f"{id_}: {reason}" for id_, reason in self.unreadable.items()],
            "Equal pictures": [", ".join(group) for group in self.duplicates],
        }
        return [(title, entries) for title, entries in lists.items() if entries]


def check(target: str | Path, progress: bool = True, **options) -> Report:
    """Read a data set, decode every picture, and report.

    Parameters
    ----------
    target : path or str
        A folder with ``tags.csv``, or MIRFLICKR-25k or NUS-WIDE in their official layouts: which, its content
        tells. Or, where there is no such folder, the name of a data set, as :func:`wshash.load_dataset` takes it.
    progress : bool
        Show a bar on a terminal.
    **options
        Of the data set's source.

    Returns
    -------
    Report
        Also where nothing can be read at all: that is then an obstacle.
    """
    path = Path(target)
    by_name = not path.is_dir() and str(target).partition("-")[0] in SOURCES
    layout = str(target).partition("-")[0] if by_name else _layout(path)
    report = Report(path, layout)
    try:
        if by_name:
            data = load_dataset(str(target), every=True, **options)
        else:
            data = load_dataset(layout, path, every=True, **options)
    except InputError as error:
        report.obstacles.append(str(error))
        return report
    rows = _decode_all(data, report, progress)
    load = inspect.signature(import_module(SOURCES[layout]).load).parameters
    keeps = {name: options.get(name, load[name].default if name in load else "keep") for name in _LEFT_OUT}
    _describe(data, rows, keeps, report)
    return report


_LEFT_OUT = {
    "untagged": "give tags to the pictures without; they take no part in learning from tags",
    "unlabelled": "give concepts to the pictures without; the study leaves them out, searching finds them",
}


def _layout(path: Path) -> str:
    if (path / "mirflickr").is_dir():
        return "mirflickr25k"
    if any((path / name).is_dir() for name in ("ImageList", "Groundtruth", "NUS_WID_Tags")):
        return "nuswide"
    return "folder"


def _decode_all(data: TaggedImages, report: Report, progress: bool) -> np.ndarray:
    """Fill in the unreadable and the equal pictures; return the rows that can be read."""
    report.unreadable = dict(data.dropped)
    by_pixels = defaultdict(list)
    seen = look(data.images, lambda x: hashlib.sha256(repr(x.shape).encode() + x.tobytes()).digest(), progress)
    for id_, digest in zip(data.ids, seen, strict=True):
        if isinstance(digest, UnreadableImage):
            report.unreadable[id_] = digest.reason
        else:
            by_pixels[digest].append(id_)
    report.duplicates = [group for group in by_pixels.values() if len(group) > 1]
    return np.array([i for i, x in enumerate(seen) if not isinstance(x, UnreadableImage)], dtype=np.int64)


def _describe(data: TaggedImages, rows: np.ndarray, keeps: dict[str, str], report: Report) -> None:
    per_picture = [len(data.tags[i]) for i in rows if data.tags[i]]
    frequency = Counter(tag for i in rows for tag in data.tags[i])
    n_pictures = data.labels[rows].sum(axis=0)
    labelled = data.labels[rows].any(axis=1)
    tagged = np.array([bool(data.tags[i]) for i in rows], dtype=bool)
    report.frequent_tags = frequency.most_common(20)
    order = np.argsort(-n_pictures, kind="stable")
    report.concepts = [(data.concepts[j], int(n_pictures[j])) for j in order]
    report.counts = {
        "readable pictures": len(rows),
        "unreadable pictures": len(report.unreadable),
        "pictures equal to another": sum(len(group) - 1 for group in report.duplicates),
        "pictures with tags": len(per_picture),
        "pictures with concepts": int(labelled.sum()),
        "pictures with both": int((labelled & tagged).sum()),
        "different tags": len(frequency),
        f"tags on {MIN_TAG_COUNT} pictures or more": sum(n >= MIN_TAG_COUNT for n in frequency.values()),
        "tags per tagged picture, mean": float(np.mean(per_picture)) if per_picture else 0.0,
        "tags per tagged picture, median": float(np.median(per_picture)) if per_picture else 0.0,
        "pictures with one tag only": sum(n == 1 for n in per_picture),
        "concepts": len(data.concepts),
        **{f"met while loading: {what.replace('_', ' ')}": n for what, n in data.report.items() if n},
    }
    full = sorted(range(len(rows)), key=lambda k: -int(tagged[k]) - int(labelled[k]))[:3]
    for i in rows[full]:
        concepts = [concept for concept, has in zip(data.concepts, data.labels[i], strict=True) if has]
        report.examples.append(f"{data.ids[i]} → tags: {_listed(data.tags[i])}; concepts: {_listed(concepts)}")

    # The study leaves out what the source does by default.
    studied = tagged | (keeps["untagged"] != "drop")
    studied &= labelled | (keeps["unlabelled"] != "drop") | (not data.concepts)
    found = obstacles(data.subset(rows[studied]))
    report.obstacles = found["labels"] + found["tags"]
    does = {True: "yes", False: "not yet, see below"}
    report.works = [
        f"searching with methods that learn from the pictures alone: {does[len(rows) > 1]}",
        f"judging answers, and methods that learn from labels: {does[not found['labels']]}",
        f"methods that learn from tags, or start from what did: {does[not found['tags']]}",
    ]
    met = data.report
    advice = {
        "replace or remove the pictures that cannot be read": report.unreadable,
        "of equal pictures keep one: as query and answer they flatter every method": report.duplicates,
        _LEFT_OUT["untagged"]: len(rows) - len(per_picture),
        _LEFT_OUT["unlabelled"]: data.concepts and len(rows) - int(labelled.sum()),
        "correct the file names in tags.csv that no picture has": met.get("tags_without_picture"),
        "correct the file names in labels.csv that no picture has": met.get("labels_without_picture"),
        "save the tables as UTF-8, and look whether accents came out right": met.get("tables_not_utf8"),
        "look at photos that are listed but missing": met.get("missing_photos"),
    }
    report.mend = found["odd"] + [what for what, there in advice.items() if there]


def _listed(names: list[str]) -> str:
    return " | ".join(names[:6]) + (" | ..." if len(names) > 6 else "") or "none"


def _number(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.1f}"
