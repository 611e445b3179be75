"""The index of a folder: features, codes and predicted tag vectors of its pictures, brought up to date by content."""

import json
import os
import sys
import warnings
from collections import defaultdict
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pandas as pd
from filelock import FileLock
from safetensors import safe_open
from safetensors.numpy import save_file

from wshash.atomic import atomic
from wshash.datasets import folder as folders
from wshash.datasets.digests import digests
from wshash.datasets.files import ImageFiles
from wshash.errors import InputError
from wshash.paths import runs_root
from wshash.search.model import SHIPPED, SearchModel, unit
from wshash.study.grid.address import address

BLOCK = 4096  # pictures after which features are kept: what a stop loses at most
NEAR, ALIKE = 2, 0.9
"""Pictures show the same where their codes differ in at most 2 bits and the cosine of their features is above .9. Codes
alone won't do: of 11,644 photographs of MIRFLICKR 3,102 pairs are as near, sunsets and skies, and 3 of them alike."""

_PACKAGES = ("numpy", "opencv-python", "pillow", "torch", "timm", "torchvision")


def say(text: str) -> None:
    """A sentence for the user, beside the answers."""
    print(f"wshash: {text}", file=sys.stderr)


def printable(name: str) -> str:
    """A file's name without what a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


def inside(path: str | Path, folder: str | Path) -> bool:
    """Whether a file that was found in a folder lies there, and is no link that leads out."""
    return not os.path.islink(path) or Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def home(folder: str | Path) -> Path:
    """Where a folder's index and its own model lie, under ``runs/search``: nothing is written into the folder."""
    return runs_root() / "search" / blake2b(os.fsencode(os.path.realpath(folder)), digest_size=10).hexdigest()


@cache
def network(backbone: str):
    """The backbone, loaded once: that takes longer than a query."""
    from wshash.vision import load_backbone

    return load_backbone(backbone)


def extract(images: ImageFiles, backbone: str) -> np.ndarray:
    """Features, float16 n×d; a row of NaN for a picture that cannot be read."""
    from wshash.vision import extract_features

    with warnings.catch_warnings():  # which pictures, the caller says
        warnings.filterwarnings("ignore", "[0-9]+ of [0-9]+ pictures cannot be read")
        X = extract_features(images, network(backbone), workers=0 if len(images) < 64 else None)
    return np.clip(X, -65504, 65504).astype(np.float16)


class FolderIndex:
    """The pictures under a folder, ready to be searched.

    Parameters
    ----------
    folder : path
        Pictures at any depth; hidden files, linked folders and links that lead out of it are left out.
    model : SearchModel or path, optional
        Default: the folder's own, made by ``--train``, where there is one, else the one that ships.

    Attributes
    ----------
    names : list of n str
        Paths relative to the folder, with ``/``, of the pictures that can be read.
    codes : uint8 array, n×k of 0 and 1
    vectors : float32 array, n×e
        Predicted tag vectors, of length 1.
    skipped : list of str
        Pictures that cannot be read.

    Raises
    ------
    InputError
        No folder, no picture in it that can be read, or no such model.
    """

    def __init__(self, folder: str | Path, model: SearchModel | str | Path | None = None):
        self.folder, self._home = Path(folder), home(folder)
        if not os.fspath(folder) or not self.folder.is_dir():  # "" would be the working directory
            raise InputError(f"{os.fspath(folder)!r} is not a folder; give one with pictures in it")
        if model is None:
            model = self._home / "model.safetensors"
            model = model if model.is_file() else SHIPPED
        self.model = model if isinstance(model, SearchModel) else SearchModel.load(model)
        images = self._pictures()
        self._home.mkdir(parents=True, exist_ok=True)
        with FileLock(self._home / "index.lock"):
            self._update(images)

    def _pictures(self) -> ImageFiles:
        try:
            data = folders.load("search", self.folder, tags=None, labels=None)
        except InputError as error:
            raise InputError(str(error).partition(". Expected is")[0]) from None
        self.skipped = list(data.dropped)
        names = [name for name in data.images.names if inside(self.folder / name, self.folder)]
        if len(names) < len(data):
            say(f"links that lead out of {self.folder} are not followed: {len(data) - len(names)}")
        return ImageFiles(self.folder, names)

    def _update(self, images: ImageFiles) -> None:
        """Features of what is new; codes and vectors of all, if anything has changed."""
        sees = address(
            {"backbone": self.model.facts["backbone"]}, ("wshash.datasets.files", "wshash.vision.features"), _PACKAGES
        )
        made_by = {"code": [sees, address({}, ("wshash.search.model",), ())], "model": self.model.digest}
        content = {"names": images.names, "digests": images.digests()}
        path = self._home / "index.safetensors"
        told, arrays = _read(path)
        if told and told["made_by"] != made_by:
            what = "model" if told["made_by"]["model"] != made_by["model"] else "version of the code"
            say(f"the index of {self.folder} was made by another {what}; it is made again")
        if not told or told != {"made_by": made_by, "content": content}:
            X, at = self._features(images, content["digests"], sees)
            at[~np.isfinite(X).all(axis=1)] = -1
            codes, vectors = self.model.predict(np.nan_to_num(X))
            arrays = {"at": at, "codes": np.packbits(codes, axis=1), "vectors": vectors.astype(np.float16)}
            _write(path, {"made_by": made_by, "content": content}, arrays)
        rows, lost = np.flatnonzero(arrays["at"] >= 0), np.flatnonzero(arrays["at"] < 0)
        self.skipped += [images.names[i] for i in lost]
        if self.skipped:
            some = ", ".join(map(printable, self.skipped[:5])) + (", ..." if len(self.skipped) > 5 else "")
            why = f"`python -m wshash data check {self.folder}` says why"
            say(f"{len(self.skipped)} pictures cannot be read and are left out ({why}): {some}")
        if not len(rows):
            raise InputError(f"{self.folder}: none of {len(images)} pictures can be read")
        self.names, self.digests = ([part[i] for i in rows] for part in content.values())
        self.codes = np.unpackbits(arrays["codes"][rows], axis=1, count=self.model.n_bits)
        self.vectors, self._at = arrays["vectors"][rows].astype(np.float32), arrays["at"][rows]

    def _features(self, images: ImageFiles, contents: list[str], sees: str) -> tuple[np.ndarray, np.ndarray]:
        """float16 n×d, and their rows in the file; looked at are pictures whose bytes no earlier run has seen."""
        path, known, X = self._home / "features.safetensors", {}, np.empty((0, self.model.n_features), np.float16)
        told, kept = _read(path)
        if told and told["made_by"] == sees:
            known, X = {digest: i for i, digest in enumerate(told["digests"])}, kept["X"]
        new = list({digest: i for i, digest in enumerate(contents) if digest and digest not in known}.items())
        if len(new) > BLOCK:
            say(f"{len(new):,} pictures to look at, {BLOCK:,} at a time; what is done is kept if you stop")
        for part in (new[start : start + BLOCK] for start in range(0, len(new), BLOCK)):
            names = [images.names[i] for _, i in part]
            fresh = extract(ImageFiles(self.folder, names), self.model.facts["backbone"])
            # One that has gone or changed since its bytes were hashed is not what the digest says.
            stayed = [now == then for now, (then, _) in zip(digests(self.folder, names), part, strict=True)]
            known |= {d: len(X) + sum(stayed[:j]) for j, (d, _) in enumerate(part) if stayed[j]}
            X = np.concatenate([X, fresh[stayed]])
            _write(path, {"made_by": sees, "digests": list(known)}, {"X": X})
        at = np.array([known.get(digest, -1) for digest in contents])
        return np.concatenate([X, np.full((1, X.shape[1]), np.nan, np.float16)])[at], at

    def look(self, rows: np.ndarray) -> np.ndarray:
        """Features of these pictures, from the file: float32, a row each."""
        with safe_open(self._home / "features.safetensors", framework="numpy") as file:
            X = file.get_slice("X")
            return np.concatenate([X[int(i) : int(i) + 1] for i in self._at[rows]]).astype(np.float32)

    @cached_property
    def _hamming(self):
        from wshash.retrieval.index import HammingIndex

        return HammingIndex().add(self.codes)

    def like(self, pictures: ImageFiles, top: int = 10) -> list[pd.DataFrame | InputError]:
        """The pictures most like each of these: nearest codes first, equal distances in the order of the names.

        Returns
        -------
        list, for each picture a DataFrame with a row an answer, or why the picture cannot be read
            ``file``; ``distance`` in bits; ``copy``: ``"same file"``, byte for byte; ``"copy"``, by :data:`ALIKE`; else
            empty.
        """
        X, answers = extract(pictures, self.model.facts["backbone"]), []
        codes, _ = self.model.predict(np.nan_to_num(X))
        distances, rows = self._hamming.search(codes, min(top, len(self.names)))
        for i, digest in enumerate(pictures.digests()):
            if not np.isfinite(X[i]).all():
                answers.append(_why(pictures, i))
                continue
            copy = np.array(["same file" if self.digests[j] == digest else "" for j in rows[i]], object)
            near = np.flatnonzero((distances[i] <= NEAR) & (copy == ""))
            if len(near):
                copy[near[unit(self.look(rows[i][near])) @ unit(X[i].astype(np.float32)) > ALIKE]] = "copy"
            files = [self.names[j] for j in rows[i]]
            answers.append(pd.DataFrame({"file": files, "distance": distances[i], "copy": copy}))
        return answers

    def named(self, text: str, top: int = 10) -> pd.DataFrame:
        """The pictures that a word, or the mean of several, suits best: ``file``, ``cosine``."""
        cosines = self.vectors @ self.model.vector(text)
        best = np.argpartition(-cosines, min(top, len(cosines)) - 1)[:top]
        best = best[np.lexsort((best, -cosines[best]))]
        return pd.DataFrame({"file": [self.names[j] for j in best], "cosine": cosines[best]})

    def duplicates(self) -> list[list[str]]:
        """Groups of pictures that show the same (:data:`ALIKE`), the largest first."""
        import faiss
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        _, first, of = np.unique(self.digests, return_index=True, return_inverse=True)  # files with the same bytes
        packed = np.packbits(self.codes[first], axis=1)
        index = faiss.IndexBinaryFlat(8 * packed.shape[1])
        index.add(packed)
        X, pairs = unit(self.look(first)), []
        for start in range(0, len(first), BLOCK):
            ends, _, near = index.range_search(packed[start : start + BLOCK], NEAR + 1)
            one = start + np.repeat(np.arange(len(ends) - 1), np.diff(ends.astype(np.int64)))
            one, near = one[one < near], near[one < near]
            alike = np.einsum("ij,ij->i", X[one], X[near]) > ALIKE
            pairs.append(np.stack([one[alike], near[alike]]))
        one, other = np.concatenate(pairs, axis=1)
        graph = coo_array((np.ones(len(one), bool), (one, other)), shape=(len(first), len(first)))
        groups = defaultdict(list)
        for name, group in zip(self.names, connected_components(graph, directed=False)[1][of.ravel()], strict=True):
            groups[group].append(name)
        return sorted((names for names in groups.values() if len(names) > 1), key=lambda names: (-len(names), names))


def _why(pictures: ImageFiles, i: int) -> InputError:
    try:
        pictures[i]
    except InputError as error:
        return error
    return InputError(f"{pictures.path(i)}: it changed while it was looked at; ask again")


def _read(path: Path) -> tuple[dict | None, dict[str, np.ndarray]]:
    """What a file of the index says of itself, and its arrays; None where there is none, or it is damaged."""
    if not path.is_file():
        return None, {}
    try:
        with safe_open(path, framework="numpy") as file:
            return json.loads(file.metadata()["told"]), {name: file.get_tensor(name) for name in file.keys()}
    except Exception:  # a broken file can provoke any
        say(f"{path} is damaged; it is made again")
        return None, {}


def _write(path: Path, told: dict, arrays: dict[str, np.ndarray]) -> None:
    with atomic(path) as temporary:
        save_file(arrays, temporary, metadata={"told": json.dumps(told)})
