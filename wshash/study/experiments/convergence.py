"""Choices judged on the validation part of the training pool, never on queries: length of training, way of starting."""

from collections.abc import Iterable

import pandas as pd

from wshash.hashing.catalogue import LABELS, METHODS, TAG_PAIRS
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.methods import recipe
from wshash.study.grid.study import Study

TRAINED = [
    prefix + method.name
    for method in METHODS.values()
    if method.trains
    for prefix in (("", "WS-", "Placebo-") if method.starts else ("",))
]
WAYS = ("all", "plain", "trunk")  # see wshash.hashing.network.hand_over


class _Validation:
    """The pool without its validation part to train on and to search in; the validation part as queries."""

    def __init__(self, study: Study):
        from wshash.hashing.wdht import mean_tag_vectors
        from wshash.tags import TagSimilarity

        X, y = study.features, study.data.labels
        fit, held_out = (rows[study.collection.readable[rows]] for rows in (study.split.fit, study.split.validation))
        self.X, self.y = X[fit], y[fit]
        self.X_held_out, self.y_held_out = X[held_out], y[held_out]
        tags = [study.data.tags[i] for i in fit]
        self.similarity = TagSimilarity.from_tags(tags, study.vectors)
        self.tag_vectors = mean_tag_vectors(tags, study.vectors)

    def targets(self, learns_from: Iterable[str]) -> list:
        """What a method learns from."""
        return [{LABELS: self.y, TAG_PAIRS: self.similarity}.get(kind, self.tag_vectors) for kind in learns_from]

    def judge(self, method) -> dict:
        from wshash.retrieval import evaluate

        depth = min(500, max(1, len(self.X) // 5))  # among all that there are, any order is as good
        codes = method.transform(self.X_held_out), method.transform(self.X)
        report = evaluate(*codes, self.y_held_out, self.y, depths=(depth,))
        return {"precision": report.precision_at[depth].expected, "depth": depth, "chance": report.chance}


def convergence(
    study: Study,
    methods: Iterable[str] = TRAINED,
    n_bits: int = 64,
    factors: Iterable[float] = (0.5, 1, 2),
    seed: int = 0,
) -> pd.DataFrame:
    """Precision on the validation part after half, the whole and twice the budget of each method.

    Each cell is a training of its own from the start, since the rate follows a cosine to its end. X, WS-X and placebo
    share one budget.

    Returns
    -------
    DataFrame
        ``method``, ``n_bits``, ``factor`` (of the budget), ``epochs``, ``precision`` (expected, at 500 or at a fifth of
        the database), ``depth``, ``chance``.
    """
    part, preset, rows = _Validation(study), study.config.preset, []
    with pinned_threads(study.config.threads):
        starts = {
            "Weak": recipe("Weak", preset).build(n_bits, seed).fit(part.X, part.similarity),
            "Placebo-Weak": recipe("Weak", preset).build(n_bits, seed).fit(part.X, part.similarity.permuted(seed)),
        }
        for name in methods:
            made = recipe(name, preset)
            for factor in factors:
                method = made.build(n_bits, seed, starts.get(made.start))
                budget = {key: max(1, round(factor * getattr(method, key))) for key in ("epochs", "min_steps")}
                method.set_params(**budget).fit(part.X, *part.targets(made.method.learns_from))
                what = {"method": name, "n_bits": n_bits, "factor": factor, "epochs": len(method.history_["loss"])}
                rows.append(what | part.judge(method))
    return pd.DataFrame(rows)


def handover(
    study: Study,
    methods: Iterable[str] = ("WS-DSH", "WS-DRSCH"),
    bits: Iterable[int] = (16, 64),
    seeds: Iterable[int] = (0, 1, 2),
) -> pd.DataFrame:
    """Precision on the validation part after each way of starting from the weak network, at the method's whole budget.

    Returns
    -------
    DataFrame
        ``method``, ``n_bits``, ``seed``, ``layers`` (``start_layers``), ``precision``, ``depth``, ``chance``.
    """
    part, preset, methods, seeds, rows = _Validation(study), study.config.preset, list(methods), list(seeds), []
    with pinned_threads(study.config.threads):
        for n_bits in bits:
            for seed in seeds:
                start = recipe("Weak", preset).build(n_bits, seed).fit(part.X, part.similarity)
                for name in methods:
                    for layers in WAYS:
                        method = recipe(name, preset).build(n_bits, seed, start).set_params(start_layers=layers)
                        method.fit(part.X, part.y)
                        what = {"method": name, "n_bits": n_bits, "seed": seed, "layers": layers}
                        rows.append(what | part.judge(method))
    return pd.DataFrame(rows)
