"""Tagged pictures and their split: the two objects that every source of data hands on."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from wshash.datasets.text import read_text
from wshash.errors import InputError

_PARTS = ("query", "train", "database", "validation")


def _digest(parts: Iterable[bytes]) -> str:
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "little"))  # lengths keep ("ab", "c") apart from ("a", "bc")
        sha.update(part)
    return sha.hexdigest()[:16]


class Subset(Sequence):
    """The pictures ``images[indices[0]], images[indices[1]], ...``, decoded when asked for."""

    def __init__(self, images: Sequence, indices: np.ndarray):
        self.images, self.indices = images, np.asarray(indices)

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, i: int | slice):
        if isinstance(i, slice):
            return Subset(self.images, self.indices[i])
        return self.images[int(self.indices[i])]

    @property
    def fingerprint(self) -> str:
        return _digest([self.images.fingerprint.encode(), self.indices.astype("<i8").tobytes()])

    def digests(self) -> list[str]:
        found = self.images.digests()
        return [found[i] for i in self.indices]


@dataclass(frozen=True)
class Split:
    """Which rows are queries, which train, and which are searched.

    All are int64 arrays of row numbers, ascending; queries are in no other part. ``validation`` is a random part of
    ``train``: a choice is made by training on the others and judging on it; the published model trains on all of
    ``train``. Protocol ``"paper"``: ``database`` equals ``train``; ``"held-out"``: the two are disjoint; ``"overlap"``:
    of an imported split whose database holds some training rows but not just these.
    """

    query: np.ndarray
    train: np.ndarray
    database: np.ndarray
    validation: np.ndarray
    protocol: str = "paper"
    seed: int = 0

    @property
    def fit(self) -> np.ndarray:
        """Training rows outside the validation part."""
        return np.setdiff1d(self.train, self.validation, assume_unique=True)

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits over the rows of all parts."""
        return _digest(np.asarray(getattr(self, part), "<i8").tobytes() for part in _PARTS)


@dataclass(frozen=True, eq=False)
class TaggedImages:
    """``n`` pictures with the tags that people typed and the ``c`` concepts that are really there.

    Attributes
    ----------
    images : sequence of n uint8 arrays, H×W×3, RGB
        Decoded or drawn when asked for. ``images.fingerprint`` identifies the pixels of all, ``images.digests()`` has
        a text that identifies those of each.
    labels : bool array, n×c
        ``labels[i, j]``: concept ``j`` is in picture ``i``. Used for supervision and for judging, never for tags.
    ids : list of n str
        Unique, stable names of the pictures.
    salient : bool array, n×c, or None
        The second tier of the annotation: the concept is what the picture is about. A subset of ``labels``.
    report : dict of str to int
        What was met while loading: unreadable files, pictures without tags, ...
    dropped : dict of str to str
        Pictures left out because their file cannot be decoded, each with the reason.
    transform : callable or None
        Applied to a picture by ``self[i]``, as torchvision's data sets do.
    """

    name: str
    images: Sequence
    tags: list[list[str]]
    labels: np.ndarray
    concepts: list[str]
    ids: list[str]
    salient: np.ndarray | None = None
    report: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    transform: Callable | None = None

    def __post_init__(self):
        n, c = len(self.images), len(self.concepts)
        if not len(self.tags) == len(self.ids) == n:
            raise InputError(
                f"{self.name}: {n} pictures, {len(self.tags)} tag lists and {len(self.ids)} ids; they must be as many"
            )
        for what, table in {"labels": self.labels, "salient": self.salient}.items():
            if table is not None and (table.shape != (n, c) or table.dtype != bool):
                raise InputError(
                    f"{self.name}: {what} must be bool of shape ({n}, {c}), got {table.dtype} {table.shape}"
                )
        if self.salient is not None and (self.salient & ~self.labels).any():
            raise InputError(f"{self.name}: salient must be true only where labels are")
        if len(set(self.ids)) != n:
            raise InputError(f"{self.name}: {n - len(set(self.ids))} picture ids occur more than once")

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> tuple:
        """``(picture, labels)``, the picture through ``transform``: what a torch ``DataLoader`` asks for."""
        image = self.images[i]
        return (image if self.transform is None else self.transform(image)), self.labels[i]

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits over ids, tags, concepts and labels: equal exactly where the data are."""
        tags = ("\t".join(row) for row in self.tags)
        texts = ("\n".join(self.ids), "\n".join(tags), "\n".join(self.concepts))
        return _digest([*(text.encode() for text in texts), np.packbits(self.labels).tobytes()])

    def subset(self, indices) -> "TaggedImages":
        """The data set of these rows, in this order."""
        indices = np.arange(len(self))[indices]
        return replace(
            self,
            images=Subset(self.images, indices),
            tags=[self.tags[i] for i in indices],
            labels=self.labels[indices],
            ids=[self.ids[i] for i in indices],
            salient=None if self.salient is None else self.salient[indices],
        )

    def split(
        self, n_queries: int | None = None, seed: int = 0, protocol: str = "paper", validation_share: float = 0.1
    ) -> Split:
        """Random queries, and the rest to train on and to search (section 2.4 of the paper).

        Parameters
        ----------
        n_queries : int, optional
            Drawn from the pictures with at least one concept: without one, nothing is relevant. Default: a sixth of the
            pictures, rounded down to hundreds where that leaves some, at most the paper's 5,000 and half of those.
        protocol : {"paper", "held-out"}
            ``"held-out"``: the rest is cut into two halves, one to train on, the other, whose labels no method has
            seen, to search.
        validation_share : float
            Part of the training rows on which choices are made.
        """
        if protocol not in ("paper", "held-out"):
            raise InputError(f"protocol {protocol!r} is unknown; choose 'paper' or 'held-out'")
        if not 0 <= validation_share < 1:
            raise InputError(f"validation_share {validation_share} is not in [0, 1)")
        rng = np.random.default_rng([seed, 0x5911])
        judged = np.flatnonzero(self.labels.any(axis=1))
        if n_queries is None:
            n_queries = min(5000, len(self) // 600 * 100 or len(self) // 6, len(judged) // 2)
        if not 0 < n_queries <= len(judged) or len(self) - n_queries < 2:
            raise InputError(
                f"{self.name}: {n_queries} queries asked for, but of {len(self)} pictures {len(judged)} "
                "carry a concept, and at least two pictures must be left to train on"
            )
        query = np.sort(rng.choice(judged, n_queries, replace=False))
        rest = rng.permutation(np.setdiff1d(np.arange(len(self)), query, assume_unique=True))
        train = rest if protocol == "paper" else rest[: len(rest) // 2]
        database = rest if protocol == "paper" else rest[len(rest) // 2 :]
        validation = train[: min(round(validation_share * len(train)), len(train) - 1)]
        return Split(query, np.sort(train), np.sort(database), np.sort(validation), protocol, seed)

    def export_split(self, split: Split, folder: str | Path) -> None:
        """Write ``query.txt``, ``train.txt``, ``database.txt``, ``validation.txt``: one picture id a line."""
        Path(folder).mkdir(parents=True, exist_ok=True)
        for part in _PARTS:
            lines = "".join(f"{self.ids[i]}\n" for i in getattr(split, part))
            (Path(folder) / f"{part}.txt").write_text(lines, encoding="utf-8", newline="\n")

    def import_split(self, folder: str | Path) -> Split:
        """Read what :meth:`export_split` wrote, or lists by hand; ``validation.txt`` may be missing."""
        folder, row = Path(folder), {name: i for i, name in enumerate(self.ids)}
        parts = {}
        for part in _PARTS:
            path = folder / f"{part}.txt"
            if not path.is_file() and part != "validation":
                raise InputError(f"{path} is missing; a split needs query.txt, train.txt and database.txt")
            names = read_text(path)[0].split("\n") if path.is_file() else []
            names = [name.removesuffix("\r") for name in names if name.strip()]
            unknown = [name for name in names if name not in row]
            if unknown:
                raise InputError(
                    f"{path}: {len(unknown)} of {len(names)} ids are not in {self.name}, such as {unknown[0]!r}; the "
                    "list belongs to another data set or another part of it"
                )
            parts[part] = np.array(sorted({row[name] for name in names}), dtype=np.int64)
        overlap = np.intersect1d(parts["query"], np.union1d(parts["train"], parts["database"]))
        if len(overlap):
            raise InputError(f"{folder}: {len(overlap)} queries are in train.txt or database.txt too")
        if not np.isin(parts["validation"], parts["train"]).all():
            raise InputError(f"{folder}: validation.txt has pictures that are not in train.txt")
        same, shared = (f(parts["train"], parts["database"]) for f in (np.array_equal, np.intersect1d))
        return Split(**parts, protocol="paper" if same else "overlap" if len(shared) else "held-out")
