"""What is in a data set, which parts of the study can run on it, and what to mend."""

import hashlib
import inspect
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import numpy as np

from wshash.datasets import SOURCES, TaggedImages, load_dataset
from wshash.datasets.files import look
from wshash.errors import InputError

MIN_PICTURES = 100  # fewer do not fill a batch of 64 once queries and a validation part are set aside
MIN_TAG_COUNT = 5  # pictures that a tag must be on for its vector to be learnt (wshash.tags.train_skipgram)
MIN_LISTS = 110  # of two such tags, to learn vectors from well: to choose the epochs, 20 are needed in a fifth held out


def obstacles(data: TaggedImages, train: np.ndarray | None = None) -> dict[str, list[str]]:
    """What stands in the way of a study, before anything is trained.

    ``"labels"``: why answers cannot be judged and nothing can be learnt from labels; ``"tags"``: why nothing can be
    learnt from tags, and no method started from them, in the training part (by default that of ``data.split()``);
    ``"odd"``: what hinders no run, but makes results mean less. The visual filter may leave fewer tags than counted.
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


_TITLES = {
    "works": "What works",
    "obstacles": "What stands in the way",
    "mend": "What to mend",
    "examples": "As it was understood",
    "tags": "Most frequent tags",
    "concepts": "Concepts",
    "unreadable": "Pictures that cannot be read",
    "equal": "Equal pictures",
}


@dataclass
class Report:
    """What :func:`check` found; ``str(report)`` is for people.

    ``counts``: pictures, tags, concepts, and whatever the loader met; ``found``: what _TITLES says, and of it
    ``obstacles`` is why part of the study, or all of it, cannot run.
    """

    path: Path
    layout: str
    counts: dict[str, int | float] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _TITLES})

    @property
    def can_run(self) -> bool:
        """Whether the whole study can run: every method, and judging answers."""
        return not self.found["obstacles"]

    def __str__(self) -> str:
        verdict = "The study can run." if self.can_run else "The whole study cannot run on it yet."
        lines = [str(self.path), "", f"Layout: {self.layout}. {verdict}", ""]
        lines += [f"{n:>10{',' if isinstance(n, int) else '.1f'}}  {what}" for what, n in self.counts.items()]
        for name, title in _TITLES.items():
            entries = self.found[name]
            if entries:
                lines += ["", f"{title}:", "", *(f"- {entry}" for entry in entries[:20])]
                lines += [f"- ... and {len(entries) - 20:,} more"] * (len(entries) > 20)
        return "\n".join(lines)


def check(target: str | Path, **options) -> Report:
    """Read a data set, decode every picture, and report; where nothing can be read at all, that is an obstacle.

    Parameters
    ----------
    target : path or str
        A folder with ``tags.csv``, or MIRFLICKR-25k or NUS-WIDE in their official layouts: which, its content
        tells. Or, where there is no such folder, the name of a data set, as :func:`wshash.load_dataset` takes it.
    **options
        Of the data set's source.
    """
    path = Path(target)
    by_name = not path.is_dir() and str(target).partition("-")[0] in SOURCES
    layout = str(target).partition("-")[0] if by_name else _layout(path)
    report = Report(path, layout)
    try:
        data = load_dataset(str(target) if by_name else layout, None if by_name else path, every=True, **options)
    except InputError as error:
        report.found["obstacles"].append(str(error))
        return report
    # The study leaves out what the source does by default.
    known = inspect.signature(import_module(SOURCES[layout]).load).parameters
    drops = {name for name, option in known.items() if options.get(name, option.default) == "drop"}
    seen = look(data.images, lambda x: hashlib.sha256(repr(x.shape).encode() + x.tobytes()).digest())
    _describe(data, seen, drops, report)
    return report


def _layout(path: Path) -> str:
    marks = {"mirflickr": "mirflickr25k"} | dict.fromkeys(("ImageList", "Groundtruth", "NUS_WID_Tags"), "nuswide")
    return next((layout for name, layout in marks.items() if (path / name).is_dir()), "folder")


def _describe(data: TaggedImages, seen: list, drops: set[str], report: Report) -> None:
    """``seen``: of each picture a digest of its pixels, or why it cannot be read."""
    lost = dict(data.dropped) | {i: x.reason for i, x in zip(data.ids, seen, strict=True) if isinstance(x, InputError)}
    rows = np.array([i for i, x in enumerate(seen) if not isinstance(x, InputError)], dtype=np.int64)
    groups = defaultdict(list)
    for i in rows:
        groups[seen[i]].append(data.ids[i])
    groups = [group for group in groups.values() if len(group) > 1]
    frequency = Counter(tag for i in rows for tag in data.tags[i])
    n_tags = np.array([len(data.tags[i]) for i in rows], dtype=int)
    tagged, labelled, n_pictures = n_tags > 0, data.labels[rows].any(axis=1), data.labels[rows].sum(axis=0)
    report.counts = {
        "readable pictures": len(rows),
        "unreadable pictures": len(lost),
        "pictures equal to another": sum(len(group) - 1 for group in groups),
        "pictures with tags": int(tagged.sum()),
        "pictures with concepts": int(labelled.sum()),
        "pictures with both": int((labelled & tagged).sum()),
        "different tags": len(frequency),
        f"tags on {MIN_TAG_COUNT} pictures or more": sum(n >= MIN_TAG_COUNT for n in frequency.values()),
        "tags per tagged picture, mean": float(np.mean(n_tags[tagged])) if tagged.any() else 0.0,
        "tags per tagged picture, median": float(np.median(n_tags[tagged])) if tagged.any() else 0.0,
        "pictures with one tag only": int((n_tags == 1).sum()),
        "concepts": len(data.concepts),
        **{f"met while loading: {what.replace('_', ' ')}": n for what, n in data.report.items() if n},
    }
    studied = (tagged | ("untagged" not in drops)) & (labelled | ("unlabelled" not in drops) | (not data.concepts))
    stands = obstacles(data.subset(rows[studied]))
    does = {True: "yes", False: "not yet, see below"}
    met = data.report
    advice = {
        "replace or remove the pictures that cannot be read": lost,
        "of equal pictures keep one: as query and answer they flatter every method": groups,
        "give tags to the pictures without; they take no part in learning from tags": (~tagged).any(),
        "give concepts to the pictures without; the study leaves them out, searching finds them": data.concepts
        and (~labelled).any(),
        "correct the file names in tags.csv that no picture has": met.get("tags_without_picture"),
        "correct the file names in labels.csv that no picture has": met.get("labels_without_picture"),
        "save the tables as UTF-8, and look whether accents came out right": met.get("tables_not_utf8"),
        "look at photos that are listed but missing": met.get("missing_photos"),
    }
    fullest = rows[np.argsort(-(1 * tagged + labelled), kind="stable")[:3]]
    order = np.argsort(-n_pictures, kind="stable")
    report.found |= {
        "works": [
            f"searching with methods that learn from the pictures alone: {does[len(rows) > 1]}",
            f"judging answers, and methods that learn from labels: {does[not stands['labels']]}",
            f"methods that learn from tags, or start from what did: {does[not stands['tags']]}",
        ],
        "obstacles": stands["labels"] + stands["tags"],
        "mend": stands["odd"] + [what for what, there in advice.items() if there],
        "examples": [
            f"{data.ids[i]} → tags: {_listed(data.tags[i])}; "
            f"concepts: {_listed([data.concepts[j] for j in np.flatnonzero(data.labels[i])])}"
            for i in fullest
        ],
        "tags": [f"{tag}: {n:,}" for tag, n in frequency.most_common(20)],
        "concepts": [f"{data.concepts[j]}: {n_pictures[j]:,}" for j in order],
        "unreadable": [f"{id_}: {why}" for id_, why in lost.items()],
        "equal": [", ".join(group) for group in groups],
    }


def _listed(names: list[str]) -> str:
    return " | ".join(names[:6]) + (" | ..." if len(names) > 6 else "") or "none"
