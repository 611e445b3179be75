"""The pictures of a study and what they look like: loaded once, their features made once and found again."""

import json
from functools import cached_property
from pathlib import Path

import numpy as np

from wshash.datasets import TaggedImages, load_dataset
from wshash.datasets.base import Subset
from wshash.study.grid.address import address, digest
from wshash.study.grid.store import Store, is_whole


class Collection:
    """A data set with its features.

    Parameters
    ----------
    dataset, options
        See :func:`wshash.load_dataset`.
    backbone : str
    store : Store, optional
    data : TaggedImages, optional
        In place of a data set that has a name.
    features : float array n×d, optional
        In place of those of the backbone.
    """

    def __init__(
        self, dataset="postcards", options=None, backbone="efficientnet_lite0", store=None, data=None, features=None
    ):
        self.dataset, self.options, self.backbone = dataset, options or {}, backbone
        self.store = store or Store()
        self._data, self._features = data, features

    @cached_property
    def data(self) -> TaggedImages:
        """The pictures with tags; a picture that can't be read has left with a note in ``data.report``."""
        return self._data if self._data is not None else load_dataset(self.dataset, **self.options)

    def every_picture(self) -> "Collection":
        """With the pictures that no tag or no concept is known of: what a search looks through."""
        if self._data is not None:
            return self
        return Collection(self.dataset, self.options | {"every": True}, self.backbone, self.store)

    @cached_property
    def features(self) -> np.ndarray:
        """float32 n×d; a row of NaN where a picture can't be read."""
        return self._seen("features") if self._features is None else self._features

    @cached_property
    def maps(self) -> np.ndarray:
        """float16 n×m: what the last stage of the backbone sees, for methods that train it."""
        return self._seen("maps")

    def _seen(self, what: str) -> np.ndarray:
        path = self._path(what, ".npy")
        self.store.ensure(path, lambda: self._extract(path, what == "maps"))
        return np.load(path, allow_pickle=False)

    def _extract(self, path: Path, maps: bool) -> dict:
        """Of what is new, beside those of pictures with the same bytes that an earlier collection had."""
        from wshash.vision import extract_features

        images, known = self.data.images, {}
        digests = images.digests()
        for other in sorted(path.parent.glob("*.npy")):  # made by the same code: the folder is named by it
            if is_whole(other):
                names = json.loads(other.with_suffix(".json").read_text(encoding="utf-8"))
                known |= dict(zip(names, np.load(other, mmap_mode="r"), strict=True))
        new = [i for i, digest in enumerate(digests) if digest not in known]
        if new:
            fresh = extract_features(Subset(images, new), self.backbone, maps=maps)
            known |= dict(zip([digests[i] for i in new], fresh, strict=True))
        X = np.stack([known[digest] for digest in digests])
        return {
            path: lambda temporary: np.save(temporary, X),
            path.with_suffix(".json"): lambda temporary: temporary.write_text(json.dumps(digests), encoding="utf-8"),
        }

    @cached_property
    def words(self):
        """Counts of 500 SIFT words, CSR n×500; what the paper's tag filter looks at."""
        from scipy import sparse

        from wshash.vision import sift_words

        path = self._path("words", ".npz")
        return self.store.get(path, lambda: sift_words(self.data.images).counts, sparse.load_npz, sparse.save_npz)

    @cached_property
    def readable(self) -> np.ndarray:
        """bool n: the picture could be read."""
        return np.isfinite(self.features).all(axis=1)

    def address(self, what: str) -> str:
        """What made the ``features``, ``maps`` or ``words``; of ``pictures``, what they are."""
        if what == "features" and self._features is not None:
            return digest(self._features.tobytes().hex())
        return self._path(what, "").stem

    def _path(self, what: str, suffix: str):
        images = self.data.images
        made_from = {"images": images.fingerprint, "n": len(images)}
        modules, packages = {
            "pictures": ((), ()),
            "features": (("wshash.vision.features",), ("torch", "timm", "torchvision")),
            "maps": (("wshash.vision.features",), ("torch", "timm", "torchvision")),
            "words": (("wshash.vision.sift",), ("scikit-learn",)),
        }[what]
        modules = (type(getattr(images, "images", images)).__module__, *modules)  # the first decodes, or draws
        packages = ("numpy", "opencv-python", "pillow", *packages)
        if what in ("features", "maps"):
            made_from["backbone"] = self.backbone
            what = f"{what}/{address({'backbone': self.backbone}, modules, packages, __name__)}"
        return self.store.path(what, made_from, suffix, modules, packages, __name__)
