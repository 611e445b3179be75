"""The pictures of a study and what they look like: loaded once, their features made once and found again."""

from functools import cached_property

import numpy as np

from wshash.datasets import TaggedImages, load_dataset
from wshash.study.grid.address import digest
from wshash.study.grid.store import Store


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

    @cached_property
    def features(self) -> np.ndarray:
        """float32 n×d; a row of NaN where a picture can't be read."""
        if self._features is not None:
            return self._features
        from wshash.vision import extract_features

        return self.store.get(
            self._path("features", ".npy"),
            lambda: extract_features(self.data.images, self.backbone),
            lambda path: np.load(path, allow_pickle=False),
            lambda path, value: np.save(path, value, allow_pickle=False),
        )

    @cached_property
    def words(self):
        """Counts of 500 SIFT words, CSR n×500; what the paper's tag filter looks at."""
        from scipy import sparse

        from wshash.vision import sift_words

        return self.store.get(
            self._path("words", ".npz"),
            lambda: sift_words(self.data.images).counts,
            sparse.load_npz,
            lambda path, value: sparse.save_npz(path, value),
        )

    @cached_property
    def readable(self) -> np.ndarray:
        """bool n: the picture could be read."""
        return np.isfinite(self.features).all(axis=1)

    def address(self, what: str) -> str:
        """What made the ``features`` or the ``words``; of ``pictures``, what they are."""
        if what == "features" and self._features is not None:
            return digest(self._features.tobytes().hex())
        return self._path(what, "").stem

    def _path(self, what: str, suffix: str):
        images = self.data.images
        made_from = {"images": images.fingerprint, "n": len(images)}
        modules, packages = {
            "pictures": ((), ()),
            "features": (("wshash.vision.features",), ("torch", "timm", "torchvision")),
            "words": (("wshash.vision.sift",), ("scikit-learn",)),
        }[what]
        if what == "features":
            made_from["backbone"] = self.backbone
        modules = (type(getattr(images, "images", images)).__module__, *modules)  # the first decodes, or draws
        return self.store.path(
            what, made_from, suffix, modules, ("numpy", "opencv-python", "pillow", *packages), __name__
        )
