"""From a data set to a row of results, each stage made once and found again.

The stages: data → split; data → features; data → tag vectors → similarity; these → weak network → row. The address of
a stage holds those of the stages before it, so each row's covers all that it runs through and nothing else.
"""

import json
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from time import perf_counter

import numpy as np

from wshash.datasets import Split, TaggedImages
from wshash.datasets.base import Subset
from wshash.errors import InputError
from wshash.hashing.catalogue import LABELS, TAG_PAIRS, TAG_VECTORS, TAGS
from wshash.study.grid.collection import Collection
from wshash.study.grid.config import StudyConfig
from wshash.study.grid.fitting import hidden_concepts, labelled_rows, pinned_threads, shuffled
from wshash.study.grid.methods import Recipe, recipe
from wshash.study.grid.store import Store, to_json, write_json, write_text
from wshash.study.provenance import peak_memory_mib, provenance

_PACKAGES = ("torch", "numpy", "scikit-learn", "scipy", "gensim")


class Study:
    """The stages of one configuration.

    Parameters
    ----------
    config : StudyConfig
    store : Store, optional
    collection : Collection, optional
        The pictures and features, where they are there already; default, those that the configuration names.
    split : Split, optional
        In place of the one that the configuration draws.
    """

    def __init__(
        self,
        config: StudyConfig,
        store: Store | None = None,
        collection: Collection | None = None,
        split: Split | None = None,
    ):
        self.config, self._split = config, split
        self.collection = collection or Collection(config.dataset, config.options, config.backbone, store)
        self.store = store or self.collection.store

    def replace(self, **changes) -> "Study":
        """The same study with some settings changed; pictures and features are not read again."""
        return Study(replace(self.config, **changes), self.store, self.collection, self._split)

    @property
    def data(self) -> TaggedImages:
        return self.collection.data

    @property
    def features(self) -> np.ndarray:
        return self.collection.features

    @property
    def fingerprints(self) -> dict[str, str]:
        """What identifies annotations, pixels and split: stored with every result."""
        data = self.data
        return {"data": data.fingerprint, "images": data.images.fingerprint, "split": self.split.fingerprint}

    @cached_property
    def split(self) -> Split:
        """Queries, training set and database."""
        config = self.config
        return self._split or self.data.split(config.n_queries, config.split_seed, config.protocol)

    def _readable(self, rows: np.ndarray) -> np.ndarray:
        return rows[self.collection.readable[rows]]

    @cached_property
    def query(self) -> np.ndarray:
        return self._readable(self.split.query)

    @cached_property
    def database(self) -> np.ndarray:
        return self._readable(self.split.database)

    @cached_property
    def train(self) -> np.ndarray:
        return self._readable(self.split.train)

    @cached_property
    def labelled(self) -> np.ndarray:
        """Training rows whose labels the supervised methods see."""
        rows = self.train
        if self.config.unseen:  # a picture of unseen concepts alone would count as unlike every other
            rows = rows[self.seen_labels[rows].any(axis=1)]
        return labelled_rows(rows, self.config.label_share, self.config.split_seed)

    @property
    def seen_labels(self) -> np.ndarray:
        """bool n×c': the labels that supervised methods may see."""
        return self.data.labels[:, ~hidden_concepts(self.data.concepts, self.config.unseen)]

    @property
    def judged_labels(self) -> np.ndarray:
        """bool n×c': the labels by which answers are judged: all, or those that no method has seen."""
        hidden = hidden_concepts(self.data.concepts, self.config.unseen)
        return self.data.labels[:, hidden] if self.config.unseen else self.data.labels

    @property
    def train_tags(self) -> list[list[str]]:
        """Tag lists in the order of ``train``."""
        return [self.data.tags[i] for i in self.train]

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """The R of at most a quarter of the database: the larger R is, the nearer every method comes to chance."""
        most = max(1, len(self.database) // 4)
        return tuple(d for d in self.config.depths if d <= most) or (most,)

    # -- the tag side ----------------------------------------------------------------------------------------------

    def tag_table(self, kind: str | None = None):
        """Scores of the visual tag filter, one row a tag (section 2.2); ``kind``: another filter than the study's."""
        from wshash.study.grid.tagside import tag_table

        kind = kind or self.config.tag_filter
        if kind == "none":
            raise InputError("tag_filter='none' judges no tags; choose 'cnn' or 'sift'")
        X = self.collection.words if kind == "sift" else self.features
        return tag_table(self.train_tags, X[self.train], words=kind == "sift")

    @cached_property
    def vectors(self):
        """Skip-gram vectors of the tags that pass the filter, trained on the tag lists of the training set."""
        from wshash.study.grid import tagside

        return self.store.get(
            self._vectors_path,
            lambda: tagside.tag_vectors(
                self.train_tags, None if self.config.tag_filter == "none" else self.tag_table()
            ),
            tagside.read_vectors,
            tagside.write_vectors,
        )

    @property
    def _vectors_path(self) -> Path:
        sees = {"cnn": "features", "sift": "words", "none": None}[self.config.tag_filter]
        made_from = self.fingerprints | {"filter": sees and self.collection.address(sees)}
        modules, packages = ("wshash.study.grid.tagside",), ("gensim", "numpy", "scikit-learn", "scipy")
        return self.store.path("vectors", made_from, ".npz", modules, packages)

    @cached_property
    def similarity(self):
        """Tag similarity, equation (1), of the training pictures in the order of ``train``."""
        from wshash.tags.similarity import TagSimilarity

        return TagSimilarity.from_tags(self.train_tags, self.vectors)

    # -- a fitted method ---------------------------------------------------------------------------------------------

    def inputs(self, made: Recipe, rows: np.ndarray):
        """What a method is given of these pictures."""
        if made.inputs == "pictures":
            return Subset(self.data.images, rows)
        return getattr(self.collection, made.inputs)[rows]

    def model_path(self, name: str, n_bits: int, seed: int) -> Path:
        """Where the fitted method is kept; its stem is the address of what a row is made from."""
        made, config = recipe(name, self.config.preset), self.config
        method = made.method
        made_from = {
            "inputs": self.collection.address(made.inputs),
            "split": self.split.fingerprint,
            "threads": config.threads,
            "method": method.name,
            "recipe": [made.shuffled, made.inputs, made.matched, made.parameters],
            "n_bits": n_bits,
            "seed": seed,
        }
        modules = [method.module, "wshash.study.grid.fitting"] + ["wshash.vision.backbones"] * (
            made.inputs != "features"
        )
        if method.supervised:
            made_from["labels"] = [self.data.fingerprint, config.label_share, *config.unseen]
        if TAGS in method.learns_from:
            made_from["tags"] = self.data.fingerprint
            modules.append("wshash.tags.weights")
        elif method.sees_tags:
            made_from["tags"] = self._vectors_path.stem
            modules += ["wshash.tags.similarity", "wshash.hashing.wdht"][: 1 + (TAG_VECTORS in method.learns_from)]
        if made.start:
            made_from["start"] = self.model_path(made.start, n_bits, seed).stem
        return self.store.path("models", made_from, ".safetensors", tuple(modules), _PACKAGES, __name__)

    def model(self, name: str, n_bits: int, seed: int = 0):
        """The fitted method. Kept are that of seed 0, which Figure 7 times, and weak networks: others start there."""
        cls = recipe(name, self.config.preset).method.load()
        if not hasattr(cls, "save") or (seed != 0 and name not in ("Weak", "Placebo-Weak")):
            return self._fit(name, n_bits, seed)
        return self.store.get(
            self.model_path(name, n_bits, seed),
            lambda: self._fit(name, n_bits, seed),
            cls.load,
            lambda path, value: value.save(path),
        )

    def _fit(self, name: str, n_bits: int, seed: int):
        made = recipe(name, self.config.preset)
        start = self.model(made.start, n_bits, seed) if made.start else None
        every = made.method.sees_tags or made.method.every
        rows = self.labelled if made.method.supervised and not every else self.train
        targets = [self._target(kind, rows, made.shuffled, seed) for kind in made.method.learns_from]
        with pinned_threads(self.config.threads):
            return made.build(n_bits, seed, start).fit(self.inputs(made, rows), *targets)

    def _target(self, kind: str, rows: np.ndarray, placebo: bool, seed: int):
        """What a method learns from, for these rows; of rows whose label is not seen, no label."""
        if kind == LABELS:
            return self.seen_labels[rows] & np.isin(rows, self.labelled)[:, None]
        if kind == TAG_PAIRS:
            return self.similarity.permuted(seed) if placebo else self.similarity
        from wshash.hashing.wdht import mean_tag_vectors
        from wshash.tags.weights import tag_weights

        tags = self.train_tags
        tags = tag_weights(tags) if kind == TAGS else mean_tag_vectors(tags, self.vectors)
        return shuffled(tags, seed) if placebo else tags

    # -- a row of results --------------------------------------------------------------------------------------------

    def row_path(self, name: str, n_bits: int, seed: int) -> Path:
        """Where the row lies, whether it is there or not."""
        config = self.config
        made_from = {
            "model": self.model_path(name, n_bits, seed).stem,
            "data": [config.dataset, *self.fingerprints.values()],
            "protocol": config.protocol,
            "method": name,
            "depths": list(config.depths),
            "judged": list(config.unseen),
        }
        return self.store.path("rows", made_from, ".json", ("wshash.study.grid.rows",), ("numpy", "numba"), __name__)

    def row(self, name: str, n_bits: int, seed: int) -> dict:
        """Fit, encode, evaluate; or read what an earlier run found.

        Beside ``<address>.json``, the result, which is the same bytes each time, lie ``<address>.npz``, the measures
        per query, and ``<address>.run.json``, its provenance.
        """
        path = self.row_path(name, n_bits, seed)
        self.store.ensure(path, lambda: self._make_row(path, name, n_bits, seed))
        return json.loads(path.read_text(encoding="utf-8"))

    def _make_row(self, path: Path, name: str, n_bits: int, seed: int) -> dict:
        from wshash.study.grid.rows import judge

        config, made = self.config, recipe(name, self.config.preset)
        started = perf_counter()
        method = self.model(name, n_bits, seed)
        seconds = {"fit": perf_counter() - started}
        parts = self.query, self.database
        inputs, labels = [self.inputs(made, rows) for rows in parts], [self.judged_labels[rows] for rows in parts]
        found, per_query, more = judge(method, inputs, labels, self.depths, made.distance, config.threads)
        row = {
            "dataset": config.dataset,
            "protocol": config.protocol,
            "method": name,
            "n_bits": n_bits,
            "seed": seed,
            "label_share": config.label_share if made.method.supervised else 0.0,
            "n_labelled": len(self.labelled) if made.method.supervised else 0,
            "unseen": list(config.unseen),
            "fingerprints": self.fingerprints,
            **found,
        }
        per_query["kept"] = self.query[per_query["kept"]]
        seconds = {part: round(value, 3) for part, value in (seconds | more).items()}
        origin = provenance(config) | {"seconds": seconds, "peak_memory_mib": peak_memory_mib()}
        write_json(path.with_suffix(".run.json"), origin)
        # To eight decimals: far below any interval, above the noise of another order of summing.
        text = to_json(json.loads(to_json(row), parse_float=lambda number: round(float(number), 8)))
        return {
            path.with_suffix(".npz"): lambda temporary: np.savez_compressed(temporary, **per_query),
            path: lambda temporary: write_text(temporary, text),
        }
