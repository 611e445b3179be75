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


STANDS = "What stands in the way"


@dataclass
class Report:
    """What :func:`check` found; ``str(report)`` is for people.

    ``counts``: pictures, tags, concepts, and whatever the loader met; ``found``: title to entries, and those under
    :data:`STANDS` say why part of the study, or all of it, cannot run.
    """

    path: Path
    layout: str
    counts: dict[str, int | float] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)

    @property
    def can_run(self) -> bool:
        """Whether the whole study can run: every method, and judging answers."""
        return not self.found[STANDS]

    def __str__(self) -> str:
        verdict = "The study can run." if self.can_run else "The whole study cannot run on it yet."
        lines = [str(self.path), "", f"Layout: {self.layout}. {verdict}", ""]
        lines += [f"{n:>10{',' if isinstance(n, int) else '.1f'}}  {what}" for what, n in self.counts.items()]
        for title, entries in self.found.items():
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
    try:
        data = load_dataset(str(target) if by_name else layout, None if by_name else path, every=True, **options)
    except InputError as error:
        return Report(path, layout, found={STANDS: [str(error)]})
    # The study leaves out what the source does by default.
    known = inspect.signature(import_module(SOURCES[layout]).load).parameters
    drops = {name for name, option in known.items() if options.get(name, option.default) == "drop"}
    seen = look(data.images, lambda x: hashlib.sha256(repr(x.shape).encode() + x.tobytes()).digest())
    return Report(path, layout, *_describe(data, seen, drops))


def _layout(path: Path) -> str:
    marks = {"mirflickr": "mirflickr25k"} | dict.fromkeys(("ImageList", "Groundtruth", "NUS_WID_Tags"), "nuswide")
    return next((layout for name, layout in marks.items() if (path / name).is_dir()), "folder")


def _describe(data: TaggedImages, seen: list, drops: set[str]) -> tuple[dict, dict]:
    """Counts and findings; ``seen``: of each picture a digest of its pixels, or why it cannot be read."""
    lost = dict(data.dropped) | {i: x.reason for i, x in zip(data.ids, seen, strict=True) if isinstance(x, InputError)}
    rows = np.array([i for i, x in enumerate(seen) if not isinstance(x, InputError)], dtype=np.int64)
    groups = defaultdict(list)
    for i in rows:
        groups[seen[i]].append(data.ids[i])
    groups = [group for group in groups.values() if len(group) > 1]
    sound = data.subset(rows)
    frequency, n_tags = Counter(tag for row in sound.tags for tag in row), np.array([*map(len, sound.tags)], dtype=int)
    tagged, labelled, n_pictures = n_tags > 0, sound.labels.any(axis=1), sound.labels.sum(axis=0)
    counts = {
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
    stands = obstacles(sound.subset(studied))
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
    fullest = np.argsort(-(1 * tagged + labelled), kind="stable")[:3]
    order = np.argsort(-n_pictures, kind="stable")
    return counts, {
        "What works": [
            f"searching with methods that learn from the pictures alone: {does[len(rows) > 1]}",
            f"judging answers, and methods that learn from labels: {does[not stands['labels']]}",
            f"methods that learn from tags, or start from what did: {does[not stands['tags']]}",
        ],
        STANDS: stands["labels"] + stands["tags"],
        "What to mend": stands["odd"] + [what for what, there in advice.items() if there],
        "As it was understood": [
            f"{sound.ids[i]} → tags: {_listed(sound.tags[i])}; "
            f"concepts: {_listed([data.concepts[j] for j in np.flatnonzero(sound.labels[i])])}"
            for i in fullest
        ],
        "Most frequent tags": [f"{tag}: {n:,}" for tag, n in frequency.most_common(20)],
        "Concepts": [f"{data.concepts[j]}: {n_pictures[j]:,}" for j in order],
        "Pictures that cannot be read": [f"{id_}: {why}" for id_, why in lost.items()],
        "Equal pictures": [", ".join(group) for group in groups],
    }


def _listed(names: list[str]) -> str:
    return " | ".join(names[:6]) + (" | ..." if len(names) > 6 else "") or "none"
