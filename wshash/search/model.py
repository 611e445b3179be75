"""The model of a search: features in, codes and predicted tag vectors out; and what words mean to it."""

import difflib
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from wshash.atomic import atomic
from wshash.datasets.text import clean_tag
from wshash.errors import InputError

SHIPPED = Path(__file__).with_name("model.safetensors")
"""Trained on MIRFLICKR's tags: see MODEL.md beside it."""


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length 1; a row of zeros stays one."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)


@dataclass(frozen=True, eq=False)
class SearchModel:
    """A WDHT network (:class:`wshash.hashing.WDHT`) with the vectors of its words, for inference.

    NumPy alone, so that a word is answered without waiting for torch.

    Attributes
    ----------
    arrays : dict of float32 arrays that float16 holds
        ``hidden``, h×d, and ``hidden_bias``; ``heads``, (k + e)×h, and ``heads_bias``: the network, its standardisation
        of the features in the first layer. ``centre``, e: the mean direction of what it predicts for the pictures that
        it was trained on. ``vectors``, V×e: the words, less their mean direction, of length 1. ``offset``, V, and
        ``slope``: the logit of the chance that people type the word is slope · cosine + offset. ``visual``, V: 1 where
        the word names something visible (section 2.2).
    words : list of V str
        Most frequent first.
    facts : dict
        ``n_bits``; ``backbone``; ``counts``, the training pictures of each word; and whatever says where the model
        comes from.

    Notes
    -----
    Tag vectors have a common direction: people type "canon" and "explore" to everything. It is taken from both sides,
    predictions and words, before the cosine: on MIRFLICKR's validation part the mean average precision of 18 concepts'
    names rises from .45 to .51.
    """

    arrays: dict[str, np.ndarray]
    words: list[str]
    facts: dict

    def __post_init__(self):
        a, n_words = self.arrays, len(self.words)
        (h, d), e = a["hidden"].shape, len(a["centre"])
        shapes = {"hidden": (h, d), "hidden_bias": (h,), "heads": (self.n_bits + e, h), "slope": (1,), "centre": (e,)}
        shapes |= {
            "heads_bias": (self.n_bits + e,),
            "vectors": (n_words, e),
            "offset": (n_words,),
            "visual": (n_words,),
        }
        if {name: array.shape for name, array in a.items()} != shapes or not n_words:
            raise ValueError("its parts do not fit together")
        if not all(np.isfinite(array).all() for array in a.values()):
            raise ValueError("it holds NaN or infinity")

    @property
    def n_bits(self) -> int:
        return self.facts["n_bits"]

    @property
    def n_features(self) -> int:
        return self.arrays["hidden"].shape[1]

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Codes, uint8 n×k of 0 and 1, and predicted tag vectors of length 1, float32 n×e, of features n×d."""
        a, codes, vectors = self.arrays, [], []
        for block in np.array_split(X, max(1, len(X) // 4096)):
            hidden = np.maximum(block.astype(np.float32) @ a["hidden"].T + a["hidden_bias"], 0)
            z = hidden @ a["heads"].T + a["heads_bias"]
            codes.append(z[:, : self.n_bits] >= 0)  # sigmoid units of at least a half
            vectors.append(unit(unit(np.tanh(z[:, self.n_bits :] / 2)) - a["centre"]))
        return np.concatenate(codes).astype(np.uint8), np.concatenate(vectors)

    @cached_property
    def _row(self) -> dict[str, int]:
        return {word: v for v, word in enumerate(self.words)}

    def vector(self, text: str) -> np.ndarray:
        """The direction of a word, or the mean one of several between spaces or commas: float32 e, of length 1.

        Raises
        ------
        InputError
            A word is not known; the sentence names those that are spelt most like it.
        """
        whole = clean_tag(text)
        asked = [whole] if whole in self._row else [w for w in map(clean_tag, text.replace(",", " ").split()) if w]
        unknown = [word for word in asked if word not in self._row]
        if unknown or not asked:
            word = unknown[0] if unknown else text
            near = difflib.get_close_matches(word, self.words, 5)
            hint = f"nearest in spelling: {', '.join(near)}" if near else f"known are {', '.join(self.words[:8])}, ..."
            raise InputError(f"the word {word!r} is not among the {len(self.words)} that the model knows; {hint}")
        return unit(self.arrays["vectors"][[self._row[word] for word in asked]].mean(axis=0))

    def propose(self, vectors: np.ndarray, n: int = 5, visual: bool = True) -> list[list[tuple[str, float]]]:
        """The likeliest words for each picture with these predicted vectors, each with its chance of being typed."""
        a = self.arrays
        logits = a["slope"] * (vectors @ a["vectors"].T) + a["offset"]
        if visual and a["visual"].any():
            logits[:, a["visual"] == 0] = -np.inf
        best = np.argsort(-logits, axis=1, kind="stable")[:, :n]
        chance = 1 / (1 + np.exp(-np.take_along_axis(logits, best, axis=1)))
        return [
            [(self.words[v], float(p)) for v, p in zip(row, ps, strict=True) if p > 0]
            for row, ps in zip(best, chance, strict=True)
        ]

    @cached_property
    def digest(self) -> str:
        """What identifies the model: 16 hexadecimal digits over all that it holds."""
        parts = [json.dumps([self.words, self.facts], sort_keys=True).encode()]
        parts += [self.arrays[name].astype("<f2").tobytes() for name in sorted(self.arrays)]
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]

    def save(self, path: str | Path) -> None:
        """Write one safetensors file in half precision: the same bytes for the same model."""
        from safetensors.numpy import save_file

        text = json.dumps({"words": self.words, "facts": self.facts, "digest": self.digest}, sort_keys=True)
        with atomic(path) as temporary:
            arrays = {name: np.ascontiguousarray(array, np.float16) for name, array in self.arrays.items()}
            save_file(arrays, temporary, metadata={"search": text})

    @classmethod
    def load(cls, path: str | Path = SHIPPED) -> "SearchModel":
        """Read what :meth:`save` wrote; InputError for anything else."""
        from safetensors import safe_open

        try:
            with safe_open(path, framework="numpy") as file:
                told = json.loads(file.metadata()["search"])
                arrays = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}
            model = cls(arrays, told["words"], told["facts"])
            if model.digest != told["digest"]:
                raise ValueError("it is not what was written")
            return model
        except Exception as error:  # a broken file can provoke any
            raise InputError(f"{path} is no model of a search ({error}); make one with --train") from error
