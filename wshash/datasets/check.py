"""What is in a folder of pictures, whether the study can run on it, and what to mend."""

import hashlib
import os
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from tqdm import tqdm

from wshash.datasets import folder, mirflickr, nuswide
from wshash.datasets.base import TaggedImages
from wshash.datasets.files import UnreadableImage
from wshash.errors import InputError

MIN_PICTURES = 100
"""Fewer do not fill a batch of 64 once queries and a validation part are set aside."""

MIN_TAG_COUNT = 5
"""Pictures that a tag must be on for its vector to be learnt."""


@dataclass
class Report:
    """What :func:`check` found. ``str(report)`` is for the terminal, ``to_markdown()`` for a notebook.

    Attributes
    ----------
    path : path
    layout : {"mirflickr25k", "nuswide", "folder"}
    counts : dict of str to int or float
        Pictures, tags, concepts, and whatever the loader met.
    unreadable : dict of str to str
        Picture → why it cannot be decoded.
    duplicates : list of lists of str
        Groups of pictures with equal pixels.
    frequent_tags, concepts : list of (str, int)
        With the number of pictures, the most frequent first.
    obstacles : list of str
        Why the study cannot run; empty where it can.
    mend : list of str
        What to do about what was found.
    """

    path: Path
    layout: str
    counts: dict[str, int | float] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    duplicates: list[list[str]] = field(default_factory=list)
    frequent_tags: list[tuple[str, int]] = field(default_factory=list)
    concepts: list[tuple[str, int]] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)
    mend: list[str] = field(default_factory=list)

    @property
    def can_run(self) -> bool:
        """Whether the whole study can run: weak and supervised training, and evaluation."""
        return not self.obstacles

    def to_markdown(self) -> str:
        """The report as Markdown, lists cut at 20 entries."""
        return self._render("## {}", ["| what | how many |", "| --- | ---: |"], "| {} | {} |", "**{}**")

    def __str__(self) -> str:
        return self._render("{}", [], "{1:>10}  {0}", "{}:")

    def _render(self, head: str, table_head: list[str], row: str, title: str) -> str:
        verdict = "The study can run." if self.can_run else "The study cannot run on it yet."
        lines = [head.format(self.path), "", f"Layout: {self.layout}. {verdict}", ""]
        if self.counts:
            lines += table_head + [row.format(what, _number(n)) for what, n in self.counts.items()] + [""]
        for name, entries in self._lists():
            lines += [title.format(name), "", *(f"- {entry}" for entry in entries[:20])]
            lines += [f"- ... and {len(entries) - 20:,} more"] * (len(entries) > 20) + [""]
        return "\n".join(lines)

    def _lists(self) -> list[tuple[str, list[str]]]:
        lists = {
            "What stands in the way": self.obstacles,
            "What to mend": self.mend,
            "Most frequent tags": [f"{tag}: {n:,}" for tag, n in self.frequent_tags],
            "Concepts": [f"{concept}: {n:,}" for concept, n in self.concepts],
            "Pictures that cannot be read": [f"{id_}: {reason}" for id_, reason in self.unreadable.items()],
            "Equal pictures": [", ".join(group) for group in self.duplicates],
        }
        return [(title, entries) for title, entries in lists.items() if entries]


def check(path: str | Path, progress: bool = True) -> Report:
    """Read a data set of one's own, decode every picture, and report.

    Parameters
    ----------
    path : path
        A folder with ``tags.csv``, or MIRFLICKR-25k or NUS-WIDE in their official layouts: which, its content
        tells.
    progress : bool
        Show a bar on a terminal.

    Returns
    -------
    Report
        Also where nothing can be read at all: that is then an obstacle.
    """
    path = Path(path)
    layout, load = _layout(path)
    report = Report(path, layout)
    try:
        data = load(layout, path, untagged="keep", unlabelled="negative")
    except InputError as error:
        report.obstacles.append(str(error))
        return report
    rows = _decode_all(data, report, progress)
    _describe(data, rows, report)
    return report


def _layout(path: Path) -> tuple:
    if (path / "mirflickr").is_dir():
        return "mirflickr25k", mirflickr.load
    if any((path / name).is_dir() for name in ("ImageList", "Groundtruth", "NUS_WID_Tags")):
        return "nuswide", nuswide.load
    return "folder", folder.load


def _decode_all(data: TaggedImages, report: Report, progress: bool) -> np.ndarray:
    """Fill in the unreadable and the equal pictures; return the rows that can be read."""

    def look(i: int) -> tuple[bytes | None, str]:
        try:
            image = data.images[i]
        except UnreadableImage as error:
            return None, error.reason
        return hashlib.sha256(repr(image.shape).encode() + image.tobytes()).digest(), ""

    by_pixels = defaultdict(list)
    readable = []
    report.unreadable = dict(data.dropped)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        seen = pool.map(look, range(len(data)))
        for i, (digest, reason) in enumerate(
            tqdm(seen, total=len(data), desc="checking pictures", disable=None if progress else True)
        ):
            if digest is None:
                report.unreadable[data.ids[i]] = reason
            else:
                readable.append(i)
                by_pixels[digest].append(data.ids[i])
    report.duplicates = [group for group in by_pixels.values() if len(group) > 1]
    return np.array(readable, dtype=np.int64)


def _describe(data: TaggedImages, rows: np.ndarray, report: Report) -> None:
    per_picture = [len(data.tags[i]) for i in rows if data.tags[i]]
    frequency = Counter(tag for i in rows for tag in data.tags[i])
    n_pictures = data.labels[rows].sum(axis=0)
    labelled = data.labels[rows].any(axis=1)
    tagged = np.array([bool(data.tags[i]) for i in rows], dtype=bool)
    usable = int((labelled & tagged).sum())
    learnable = sum(n >= MIN_TAG_COUNT for n in frequency.values())
    n_extra = sum(len(group) - 1 for group in report.duplicates)

    report.frequent_tags = frequency.most_common(20)
    order = np.argsort(-n_pictures, kind="stable")
    report.concepts = [(data.concepts[j], int(n_pictures[j])) for j in order]
    report.counts = {
        "readable pictures": len(rows),
        "unreadable pictures": len(report.unreadable),
        "pictures equal to another": n_extra,
        "pictures with tags": len(per_picture),
        "pictures with concepts": int(labelled.sum()),
        "pictures with both": usable,
        "different tags": len(frequency),
        f"tags on {MIN_TAG_COUNT} pictures or more": learnable,
        "tags per tagged picture, mean": float(np.mean(per_picture)) if per_picture else 0.0,
        "tags per tagged picture, median": float(np.median(per_picture)) if per_picture else 0.0,
        "pictures with one tag only": sum(n == 1 for n in per_picture),
        "concepts": len(data.concepts),
        **{f"met while loading: {what.replace('_', ' ')}": n for what, n in data.report.items() if n},
    }

    if not data.concepts:
        report.obstacles.append(
            "there are no concepts: write labels.csv (file,labels) to train the supervised methods and to "
            "evaluate; searching, and learning from tags, work without"
        )
    elif (n_pictures < 2).all():
        report.obstacles.append("no two pictures share a concept, so nothing is relevant; use fewer")
    if learnable < 2:
        report.obstacles.append(
            f"fewer than two tags are on {MIN_TAG_COUNT} pictures or more, so there is no meaning to learn; "
            "add tags, or spell equal ones equally"
        )
    if data.concepts and usable < MIN_PICTURES:
        report.obstacles.append(f"{usable} pictures have tags and concepts; at least {MIN_PICTURES} are needed")

    met = data.report
    advice = {
        "replace or remove the pictures that cannot be read": report.unreadable,
        "of equal pictures keep one: as query and answer they flatter every method": report.duplicates,
        "give tags to the pictures without; they take no part in learning from tags": len(rows) - len(per_picture),
        "give concepts to the pictures without; they are left out": data.concepts and len(rows) - int(labelled.sum()),
        "correct the file names in tags.csv that no picture has": met.get("tags_without_picture"),
        "correct the file names in labels.csv that no picture has": met.get("labels_without_picture"),
        "save the tables as UTF-8, and look whether accents came out right": met.get("tables_not_utf8"),
        "look at photos that are listed but missing": met.get("missing_photos"),
    }
    report.mend = [what for what, found in advice.items() if found]


def _number(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.1f}"
