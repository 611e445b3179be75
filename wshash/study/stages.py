"""From a data set to a row of results, each stage made once and found again.

The stages: data → split; data → features; data → tag vectors → similarity; these → weak network → row.
"""

import json
import resource
import time
from functools import cached_property
from pathlib import Path

import numpy as np
from filelock import FileLock

from wshash.atomic import atomic
from wshash.datasets import Split, TaggedImages, load_dataset
from wshash.study.config import StudyConfig
from wshash.study.methods import SUPERVISED, Recipe, recipe
from wshash.study.provenance import provenance
from wshash.study.store import Store, write_json

_FEATURES = ("wshash.vision.features", "wshash.vision.backbones")
_VECTORS = ("wshash.tags.skipgram", "wshash.tags.similarity")
_TAGSIDE = ("wshash.study.tagside",)
_EVALUATION = ("wshash.retrieval.evaluation",)
_ROW_FORMAT = 1  # raise it when what a row holds changes: the source of this file is not part of a row's address


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
            {"images": images.fingerprint, "backbone": self.config.backbone},
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
            {"images": images.fingerprint},
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

        return TagSimilarity.from_tags([self.data.tags[i] for i in self.train], self.vectors)

    # -- rows of the split that have features ----------------------------------------------------------------------

    def _readable(self, rows: np.ndarray) -> np.ndarray:
        return rows[self.readable[rows]]

    @cached_property
    def train(self) -> np.ndarray:
        return self._readable(self.split.train)

    @cached_property
    def labelled(self) -> np.ndarray:
        """Training rows whose labels the supervised methods see."""
        n = max(2, round(self.config.label_share * len(self.train)))
        rng = np.random.default_rng([self.config.split_seed, 0x1ABE])
        return np.sort(rng.permutation(self.train)[:n])

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

    # -- trained methods -------------------------------------------------------------------------------------------

    def _base_parameters(self) -> dict:
        """What every fitted thing of this study depends on."""
        return self.data_fingerprint | {
            "split": self.split.fingerprint,
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
            "label_share": self.config.label_share if made.base in SUPERVISED else 1.0,
        }
        if stage == "rows":
            parameters |= {"depths": list(self.config.depths), "format": _ROW_FORMAT}
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
            lambda: made.build(n_bits, seed).fit(self.features[self.train], similarity),
            HashingMethod.load,
            lambda path, value: value.save(path),
        )

    def model(self, method: str, n_bits: int, seed: int = 0):
        """The fitted estimator behind a row. That of seed 0 is kept: Figure 7 times it, and search uses it."""
        made = recipe(method, self.config.preset)
        if made.base == "Weak":
            return self.weak(n_bits, seed, placebo=made.name.startswith("Placebo"))
        if seed != 0:
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
        rows = self.train
        if made.base in SUPERVISED:
            rows = self.labelled
            if hasattr(method, "epochs"):  # fewer labels, as many steps: a short training must not pass for few labels
                method.set_params(epochs=round(method.epochs / self.config.label_share))
        return method.fit(self.features[rows], self.data.labels[rows])

    # -- a row of results --------------------------------------------------------------------------------------------

    def row_path(self, method: str, n_bits: int, seed: int) -> Path:
        """Where the row lies, whether it is there or not."""
        return self.fitted_path(recipe(method, self.config.preset), n_bits, seed, "rows", ".json")

    def row(self, method: str, n_bits: int, seed: int) -> dict:
        """Fit, encode, evaluate; or read what an earlier run found.

        Beside ``<key>.json``, the result, which is the same bytes each time, lie ``<key>.npz``, the measures per
        query, and ``<key>.run.json``, its provenance.
        """
        path = self.row_path(method, n_bits, seed)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_suffix(".lock")):  # another study of the same rows waits instead of repeating
                if not path.is_file():
                    self._make_row(path, method, n_bits, seed)
        return json.loads(path.read_text(encoding="utf-8"))

    def _make_row(self, path: Path, name: str, n_bits: int, seed: int) -> None:
        from wshash.retrieval import evaluate

        started = time.perf_counter()
        with pinned_threads(self.config.threads):
            method = self.model(name, n_bits, seed)
            fitted = time.perf_counter()
            query_codes = method.transform(self.features[self.query])
            database_codes = method.transform(self.features[self.database])
        encoded = time.perf_counter()
        judged = query_codes, database_codes, self.data.labels[self.query], self.data.labels[self.database]
        report = evaluate(*judged, depths=self.depths)
        row = {
            "dataset": self.config.dataset,
            "protocol": self.config.protocol,
            "method": name,
            "n_bits": n_bits,
            "seed": seed,
            "label_share": self.config.label_share,
            "fingerprints": self.data_fingerprint | {"split": self.split.fingerprint},
            "measures": report.summary(),
            "pr_by_radius": report.pr_by_radius.to_dict("list"),
            "pr_by_rank": report.pr_by_rank.to_dict("list"),
            "history": {k: [float(x) for x in v] for k, v in getattr(method, "history_", {}).items()},
        }
        if hasattr(method, "bit_weights_"):  # DRSCH: Hamming distance weighted by what the bits have learnt to count
            weighted = evaluate(*judged, depths=self.depths, distance="weighted", weights=method.bit_weights_)
            row["weighted"] = weighted.summary()
        with atomic(path.with_suffix(".npz")) as temporary, open(temporary, "wb") as handle:
            np.savez_compressed(handle, kept=self.query[report.kept], **_plain(report.per_query))
        write_json(
            path.with_suffix(".run.json"),
            provenance(self.config)
            | {
                "seconds": {
                    "fit": round(fitted - started, 3),
                    "encode": round(encoded - fitted, 3),
                    "evaluate": round(time.perf_counter() - encoded, 3),
                },
                "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            },
        )
        write_json(path, _rounded(row))  # last: its presence says that the row is whole


def _plain(arrays: dict) -> dict:
    return {name.replace("/", "__"): value for name, value in arrays.items()}


def _rounded(value, digits: int = 8):
    """Floats to eight decimals: far below any interval, above the noise of another order of summing."""
    if isinstance(value, dict):
        return {k: _rounded(v, digits) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v, digits) for v in value]
    return round(float(value), digits) if isinstance(value, float | np.floating) else value


class pinned_threads:
    """Context in which NumPy, SciPy and torch use ``n`` threads."""

    def __init__(self, n: int):
        self.n = n

    def __enter__(self):
        import torch
        from threadpoolctl import threadpool_limits

        self._before = torch.get_num_threads()
        torch.set_num_threads(self.n)
        self._limits = threadpool_limits(self.n)
        return self

    def __exit__(self, *_):
        import torch

        self._limits.restore_original_limits()
        torch.set_num_threads(self._before)
