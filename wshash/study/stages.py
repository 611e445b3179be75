"""From a data set to a row of results, each stage made once and found again.

The stages: data → split; data → features; data → tag vectors → similarity; these → weak network → row.
"""

import json
from functools import cached_property
from pathlib import Path

import numpy as np
from filelock import FileLock

from wshash.datasets import Split, TaggedImages, load_dataset
from wshash.datasets.base import Subset
from wshash.errors import InputError
from wshash.study.config import StudyConfig
from wshash.study.methods import SUPERVISED, Recipe, recipe
from wshash.study.rows import FORMAT, make_row
from wshash.study.store import Store

_FEATURES = ("wshash.vision.features", "wshash.vision.backbones")
_VECTORS = ("wshash.tags.skipgram", "wshash.tags.similarity")
_TAGSIDE = ("wshash.study.tagside",)
_EVALUATION = ("wshash.retrieval.evaluation",)


class Study:
    """The stages of one configuration.

    Parameters
    ----------
    config : StudyConfig
    store : Store, optional
    """

    def __init__(self, config: StudyConfig, store: Store | None = None):
        self.config = config
        self.store = store or Store()

    # -- data ----------------------------------------------------------------------------------------------------

    @cached_property
    def data(self) -> TaggedImages:
        """The pictures with tags; a picture that can't be read has left with a note in ``data.report``."""
        return load_dataset(self.config.dataset, **self.config.options)

    @property
    def data_fingerprint(self) -> dict[str, str]:
        """What identifies the annotations and the pixels."""
        return {"data": self.data.fingerprint, "images": self.data.images.fingerprint}

    @property
    def fingerprints(self) -> dict[str, str]:
        """What identifies the data and the split: stored with every result."""
        return self.data_fingerprint | {"split": self.split.fingerprint}

    def with_label_share(self, share: float) -> "Study":
        """The same study with another part of the labels seen; what is read already is not read again."""
        other = Study(self.config.replace(label_share=share), self.store)
        other.data, other.split = self.data, self.split
        return other

    @cached_property
    def split(self) -> Split:
        """Queries, training set and database."""
        n = self.config.n_queries or min(5000, len(self.data) // 600 * 100 or len(self.data) // 6)
        return self.data.split(n, self.config.split_seed, self.config.protocol)

    # -- shared stages -------------------------------------------------------------------------------------------

    @cached_property
    def features(self) -> np.ndarray:
        """float32 n×d; a row of NaN where a picture can't be read."""
        return self.features_of(self.data.images)

    def features_of(self, images) -> np.ndarray:
        """Features of any pictures, cached by their fingerprint."""
        from wshash.vision import extract_features

        path = self.store.path(
            "features",
            {"images": images.fingerprint, "n": len(images), "backbone": self.config.backbone},
            ".npy",
            _FEATURES,
            ("torch", "timm", "torchvision"),
        )
        return self.store.get(
            path,
            lambda: extract_features(images, self.config.backbone),
            lambda p: np.load(p, allow_pickle=False),
            lambda p, value: np.save(p, value, allow_pickle=False),
        )

    @cached_property
    def words(self):
        """Counts of 500 SIFT words, CSR n×500; what the paper's tag filter looks at."""
        from scipy import sparse

        from wshash.vision import sift_words

        images = self.data.images
        path = self.store.path(
            "words",
            {"images": images.fingerprint, "n": len(images)},
            ".npz",
            ("wshash.vision.sift",),
            ("opencv-python", "scikit-learn"),
        )
        return self.store.get(
            path,
            lambda: sift_words(images).counts,
            sparse.load_npz,
            lambda p, value: sparse.save_npz(p, value),
        )

    @cached_property
    def readable(self) -> np.ndarray:
        """bool n: the picture could be read."""
        return np.isfinite(self.features).all(axis=1)

    @cached_property
    def tag_table(self):
        """Scores of the visual tag filter, one row a tag (section 2.2)."""
        from wshash.study.tagside import tag_table

        return tag_table(self)

    @cached_property
    def vectors(self):
        """Skip-gram vectors of the tags that pass the filter, trained on the tag lists of the training set."""
        from wshash.study.tagside import tag_vectors

        return tag_vectors(self)

    @cached_property
    def similarity(self):
        """Tag similarity, equation (1), of the training pictures in the order of ``split.train``."""
        from wshash.tags import TagSimilarity

        return TagSimilarity.from_tags(self.train_tags, self.vectors)

    # -- rows of the split that have features ----------------------------------------------------------------------

    def _readable(self, rows: np.ndarray) -> np.ndarray:
        return rows[self.readable[rows]]

    @cached_property
    def train(self) -> np.ndarray:
        return self._readable(self.split.train)

    @property
    def train_tags(self) -> list[list[str]]:
        """Tag lists in the order of ``train``."""
        return [self.data.tags[i] for i in self.train]

    @cached_property
    def labelled(self) -> np.ndarray:
        """Training rows whose labels the supervised methods see."""
        rows = self.train
        if self.config.unseen:  # a picture of unseen concepts alone would count as unlike every other
            rows = rows[self.seen_labels[rows].any(axis=1)]
        n = max(2, round(self.config.label_share * len(rows)))
        rng = np.random.default_rng([self.config.split_seed, 0x1ABE])
        return np.sort(rng.permutation(rows)[:n])

    @cached_property
    def _unseen(self) -> np.ndarray:
        """bool c: the concept is left out of supervision."""
        unknown = set(self.config.unseen) - set(self.data.concepts)
        if unknown or 0 < len(self.config.unseen) == len(self.data.concepts):
            raise InputError(
                f"unseen concepts {', '.join(sorted(unknown)) or 'are all that there are'}: choose some, not all, of "
                f"{', '.join(self.data.concepts)}"
            )
        return np.isin(self.data.concepts, self.config.unseen)

    @property
    def seen_labels(self) -> np.ndarray:
        """bool n×c': the labels that supervised methods may see."""
        return self.data.labels[:, ~self._unseen]

    @property
    def judged_labels(self) -> np.ndarray:
        """bool n×c': the labels by which answers are judged: all, or those that no method has seen."""
        return self.data.labels[:, self._unseen] if self.config.unseen else self.data.labels

    @cached_property
    def query(self) -> np.ndarray:
        return self._readable(self.split.query)

    @cached_property
    def database(self) -> np.ndarray:
        return self._readable(self.split.database)

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """The R that the database is large enough for."""
        return tuple(d for d in self.config.depths if d <= len(self.database)) or (len(self.database),)

    def inputs(self, made: Recipe, rows: np.ndarray):
        """What a method is given of these pictures: their features, or the pictures themselves."""
        return Subset(self.data.images, rows) if made.pictures else self.features[rows]

    # -- trained methods -------------------------------------------------------------------------------------------

    def _base_parameters(self) -> dict:
        """What every fitted thing of this study depends on."""
        return self.fingerprints | {
            "backbone": self.config.backbone,
            "tag_filter": self.config.tag_filter,
            "threads": self.config.threads,
        }

    def fitted_path(self, made: Recipe, n_bits: int, seed: int, stage: str, suffix: str) -> Path:
        """Where what ``made`` yields is kept."""
        modules = (made.module, *(("wshash.hashing.weak", *_VECTORS, *_TAGSIDE) if made.needs_tags else ()))
        weak = recipe("Weak", self.config.preset).parameters if made.needs_tags else None
        parameters = self._base_parameters() | {
            "method": made.name,
            "parameters": made.parameters,
            "weak": weak,
            "n_bits": n_bits,
            "seed": seed,
            "labels": [self.config.label_share, *self.config.unseen] if made.base in SUPERVISED else [],
        }
        if stage == "rows":
            parameters |= {"depths": list(self.config.depths), "judged": list(self.config.unseen), "format": FORMAT}
            modules += _EVALUATION
        packages = ("torch", "numpy", "scikit-learn", "scipy", "gensim")
        return self.store.path(stage, parameters, suffix, modules + _FEATURES, packages)

    def weak(self, n_bits: int, seed: int, placebo: bool = False):
        """The weak network (equations 3-4), fitted; ``placebo``: on the same tag lists dealt out at random."""
        from wshash.hashing import HashingMethod

        made = recipe("Placebo-Weak" if placebo else "Weak", self.config.preset)
        similarity = self.similarity.permuted(seed) if placebo else self.similarity
        return self.store.get(
            self.fitted_path(made, n_bits, seed, "weak", ".safetensors"),
            lambda: made.build(n_bits, seed).fit(self.inputs(made, self.train), similarity),
            HashingMethod.load,
            lambda path, value: value.save(path),
        )

    def model(self, method: str, n_bits: int, seed: int = 0):
        """The fitted estimator behind a row. That of seed 0 is kept: Figure 7 times it, and search uses it."""
        made = recipe(method, self.config.preset)
        if made.base == "Weak":
            return self.weak(n_bits, seed, placebo=made.name.startswith("Placebo"))
        if seed != 0 or made.base == "Features":
            return self._fit(made, n_bits, seed)
        from wshash.hashing import HashingMethod

        return self.store.get(
            self.fitted_path(made, n_bits, seed, "models", ".safetensors"),
            lambda: self._fit(made, n_bits, seed),
            HashingMethod.load,
            lambda path, value: value.save(path),
        )

    def _fit(self, made: Recipe, n_bits: int, seed: int):
        start = self.weak(n_bits, seed, made.start == "placebo") if made.start else None
        method = made.build(n_bits, seed, start)
        if made.base in SUPERVISED:
            if hasattr(method, "epochs"):  # fewer labels, as many steps: a short training must not pass for few labels
                method.set_params(epochs=round(method.epochs / self.config.label_share))
            return method.fit(self.inputs(made, self.labelled), self.seen_labels[self.labelled])
        X = self.inputs(made, self.train)
        if made.base == "WDHT":
            from wshash.hashing import mean_tag_vectors

            return method.fit(X, mean_tag_vectors(self.train_tags, self.vectors))
        return method.fit(X)

    # -- a row of results --------------------------------------------------------------------------------------------

    def row_path(self, method: str, n_bits: int, seed: int) -> Path:
        """Where the row lies, whether it is there or not."""
        return self.fitted_path(recipe(method, self.config.preset), n_bits, seed, "rows", ".json")

    def row(self, method: str, n_bits: int, seed: int) -> dict:
        """Fit, encode, evaluate; or read what an earlier run found: see :func:`wshash.study.rows.make_row`."""
        path = self.row_path(method, n_bits, seed)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_suffix(".lock")):  # another study of the same rows waits instead of repeating
                if not path.is_file():
                    make_row(self, path, method, n_bits, seed)
        return json.loads(path.read_text(encoding="utf-8"))
