"""The index of a folder: features, codes and predicted tag vectors of its pictures, brought up to date by content."""

import json
import os
import sys
from collections import defaultdict
from functools import cached_property
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


def say(text: str) -> None:
    """A sentence for the user beside the answers."""
    print(f"wshash: {text}", file=sys.stderr)


def inside(path: str | Path, folder: str | Path) -> bool:
    """Whether the file lies in the folder, also where it is a link."""
    return not os.path.islink(path) or Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def home(folder: str | Path) -> Path:
    """Where a folder's index and its own model lie, under ``runs/search``: nothing is written into the folder."""
    return runs_root() / "search" / blake2b(os.fsencode(os.path.realpath(folder)), digest_size=10).hexdigest()


def features(images: ImageFiles, backbone: str, workers: int | None = None) -> np.ndarray:
    """float16 n×d; a row of NaN for a picture that cannot be read."""
    import warnings

    from wshash.vision import extract_features

    with warnings.catch_warnings():  # which pictures, the caller says
        warnings.filterwarnings("ignore", "[0-9]+ of [0-9]+ pictures cannot be read")
        few = 0 if len(images) < 64 else workers
        return np.clip(extract_features(images, backbone, workers=few), -65504, 65504).astype(np.float16)


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
        self.folder = Path(folder)
        images = self._pictures()
        own = home(folder) / "model.safetensors"
        if model is None:
            model = own if own.is_file() else SHIPPED
        self.model = model if isinstance(model, SearchModel) else SearchModel.load(model)
        with FileLock(_made(home(folder)) / "index.lock"):
            self._update(images)

    def _pictures(self) -> ImageFiles:
        if not self.folder.is_dir():
            raise InputError(f"{self.folder} is not a folder; give one with pictures in it")
        try:
            data = folders.load("search", self.folder, tags=None, labels=None)
        except InputError as error:
            raise InputError(str(error).partition(". Expected is")[0]) from None
        self.skipped = list(data.dropped)
        names = [name for name in data.images.names if inside(self.folder / name, self.folder)]
        if len(names) < len(data):
            say(f"{len(data) - len(names)} links lead out of {self.folder}: what they lead to is not looked at")
        return ImageFiles(self.folder, names)

    def _update(self, images: ImageFiles) -> None:
        """Features of what is new; codes and vectors of all, if anything has changed."""
        place, backbone = home(self.folder), self.model.facts["backbone"]
        packages = ("numpy", "opencv-python", "pillow", "torch", "timm", "torchvision")
        sees = address({"backbone": backbone}, ("wshash.datasets.files", "wshash.vision.features"), packages)
        made_by = {"code": [sees, address({}, ("wshash.search.model",), ())], "model": self.model.digest}
        contents = images.digests()
        content = {"names": images.names, "digests": contents}
        told, old = _read(place / "index.safetensors")
        if told and told["made_by"] != made_by:
            what = "model" if told["made_by"]["model"] != made_by["model"] else "version of the code"
            say(f"the index of {self.folder} was made by another {what}; it is made again")
        if not told or told["made_by"] != made_by or told["content"] != content:
            X = self._features(images, contents, sees)
            codes, vectors = self.model.predict(np.nan_to_num(X))
            old = {"codes": np.packbits(codes, axis=1), "vectors": vectors.astype(np.float16)}
            old["readable"] = np.isfinite(X).all(axis=1)
            _write(place / "index.safetensors", {"made_by": made_by, "content": content}, old)
        rows = np.flatnonzero(old["readable"])
        self.skipped += [images.names[i] for i in np.flatnonzero(~old["readable"])]
        if self.skipped:
            some = ", ".join(map(printable, self.skipped[:5])) + (", ..." if len(self.skipped) > 5 else "")
            why = f"`python -m wshash data check {self.folder}` says why"
            say(f"{len(self.skipped)} of {len(images)} pictures cannot be read and are left out ({why}): {some}")
        if not len(rows):
            raise InputError(f"{self.folder}: none of {len(images)} pictures can be read")
        self.names, self.digests = ([part[i] for i in rows] for part in (images.names, contents))
        self.codes = np.unpackbits(old["codes"], axis=1, count=self.model.n_bits)[rows]
        self.vectors = old["vectors"][rows].astype(np.float32)

    def _features(self, images: ImageFiles, contents: list[str], sees: str) -> np.ndarray:
        """float16 n×d; looked at are the pictures that were not there, by their bytes, in an earlier run."""
        known, found = {}, np.empty((0, self.model.n_features), np.float16)
        told, kept = _read(self._seen)
        if told and told["made_by"] == sees:
            known, found = {digest: i for i, digest in enumerate(told["digests"])}, kept["X"]
        new = {digest: i for i, digest in enumerate(contents) if digest and digest not in known}
        parts = [list(new.items())[start : start + BLOCK] for start in range(0, len(new), BLOCK)]
        if len(parts) > 1:
            say(f"{len(new):,} pictures to look at, in {len(parts)} parts; what is done is kept if you stop")
        for part in parts:
            rows = [i for _, i in part]
            X = features(ImageFiles(self.folder, [images.names[i] for i in rows]), self.model.facts["backbone"])
            # A picture that has gone or changed since its bytes were hashed is not what the digest says.
            same = digests(self.folder, [images.names[i] for i in rows])
            X[[now != then for now, (then, _) in zip(same, part, strict=True)]] = np.nan
            known |= {digest: len(found) + at for at, (digest, _) in enumerate(part)}
            found = np.concatenate([found, X])
            _write(self._seen, {"made_by": sees, "digests": list(known)}, {"X": found})
        nothing = np.full((1, found.shape[1]), np.nan, np.float16)
        return np.concatenate([found, nothing])[[known.get(digest, -1) for digest in contents]]

    @property
    def _seen(self) -> Path:
        return home(self.folder) / "features.safetensors"

    def look(self, rows: np.ndarray) -> np.ndarray:
        """Features of these pictures, from the file: float32, a row each."""
        with safe_open(self._seen, framework="numpy") as file:
            X, at = file.get_slice("X"), self._place_of
            found = [X[at[self.digests[i]] : at[self.digests[i]] + 1] for i in rows]
        return np.concatenate(found).astype(np.float32)

    @cached_property
    def _place_of(self) -> dict[str, int]:
        with safe_open(self._seen, framework="numpy") as file:
            return {digest: i for i, digest in enumerate(json.loads(file.metadata()["told"])["digests"])}

    # -- answers -----------------------------------------------------------------------------------------------------

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
        X = features(pictures, self.model.facts["backbone"])
        codes, _ = self.model.predict(np.nan_to_num(X))
        distances, rows = self._hamming.search(codes, min(top, len(self.names)))
        answers: list = []
        for i, digest in enumerate(pictures.digests()):
            if not np.isfinite(X[i]).all():
                answers.append(_why(pictures, i))
                continue
            copy = np.array(["same file" if self.digests[j] == digest else "" for j in rows[i]])
            near = np.flatnonzero((distances[i] <= NEAR) & (copy == ""))
            if len(near):
                alike = unit(self.look(rows[i][near])) @ unit(X[i].astype(np.float32)) > ALIKE
                copy[near[alike]] = "copy"
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


def printable(name: str) -> str:
    """A file's name without what a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


def _why(pictures: ImageFiles, i: int) -> InputError:
    try:
        pictures[i]
    except InputError as error:
        return error
    return InputError(f"{pictures.path(i)}: it changed while it was looked at; ask again")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _read(path: Path) -> tuple[dict | None, dict[str, np.ndarray]]:
    """What an index says of itself, and its arrays; None where there is none, or it is damaged and made again."""
    if not path.is_file():
        return None, {}
    try:
        with safe_open(path, framework="numpy") as file:
            return json.loads(file.metadata()["told"]), {name: file.get_tensor(name) for name in file.keys()}
    except Exception:  # a broken file can provoke any
        say(f"{path.name} in {path.parent} is damaged; it is made again")
        return None, {}


def _write(path: Path, told: dict, arrays: dict[str, np.ndarray]) -> None:
    with atomic(path) as temporary:
        save_file(arrays, temporary, metadata={"told": json.dumps(told)})
