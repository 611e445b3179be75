"""Choices judged on the validation part of the training pool, never on queries: length of training, way of starting."""

from collections.abc import Callable, Iterable

import pandas as pd

from wshash.hashing.catalogue import LABELS, METHODS, TAG_PAIRS, TAG_VECTORS, TAGS
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.methods import Recipe, recipe
from wshash.study.grid.study import Study

TRAINED = [name for method in METHODS.values() if method.trains or method.starts for name in method.versions]
WAYS = ("all", "plain", "trunk")  # see wshash.hashing.network.hand_over


class _Validation:
    """The pool without its validation part to train on and to search in; the validation part as queries."""

    def __init__(self, study: Study):
        from wshash.hashing.wdht import mean_tag_vectors
        from wshash.tags import TagSimilarity, tag_weights

        self.study, split, readable = study, study.split, study.collection.readable
        self.fit, self.held_out = (rows[readable[rows]] for rows in (split.fit, split.validation))
        tags = [study.data.tags[i] for i in self.fit]
        self.targets = {
            LABELS: study.data.labels[self.fit],
            TAG_PAIRS: TagSimilarity.from_tags(tags, study.vectors),
            TAG_VECTORS: mean_tag_vectors(tags, study.vectors),
            TAGS: tag_weights(tags),
        }

    def train(self, made: Recipe, method):
        return method.fit(self.study.inputs(made, self.fit), *(self.targets[kind] for kind in made.method.learns_from))

    def judge(self, made: Recipe, method) -> dict:
        from wshash.retrieval import evaluate

        depth = min(500, max(1, len(self.fit) // 5))  # among all that there are, any order is as good
        parts, labels = (self.held_out, self.fit), self.study.data.labels
        codes = [method.transform(self.study.inputs(made, rows)) for rows in parts]
        report = evaluate(*codes, *(labels[rows] for rows in parts), depths=(depth,))
        return {"precision": report.precision_at[depth].expected, "depth": depth, "chance": report.chance}


def _trials(
    study: Study, methods: Iterable[str], bits: Iterable[int], seeds: Iterable[int], name: str, values: Iterable,
    change: Callable,
) -> pd.DataFrame:  # fmt: skip
    """Each method with each value of one thing, trained anew; ``change`` sets it on an estimator."""
    part, preset, methods, seeds, values = _Validation(study), study.config.preset, [*methods], [*seeds], [*values]
    similar, rows = part.targets[TAG_PAIRS], []
    with pinned_threads(study.config.threads):
        for n_bits, seed in ((n_bits, seed) for n_bits in bits for seed in seeds):
            weak = {"Weak": similar, "Placebo-Weak": similar.permuted(seed)}
            starts = {made.start for made in (recipe(method, preset) for method in methods)} - {None}
            started = recipe("Weak", preset)
            X = study.inputs(started, part.fit) if starts else None
            starts = {s: started.build(n_bits, seed).fit(X, weak[s]) for s in sorted(starts)}
            for method in methods:
                made = recipe(method, preset)
                for value in values:
                    fitted = part.train(made, change(made.build(n_bits, seed, starts.get(made.start)), value))
                    what = {"method": method, "n_bits": n_bits, "seed": seed, name: value}
                    steps = fitted.max_iter if hasattr(fitted, "max_iter") else len(fitted.history_["loss"])
                    rows.append(what | {"steps": steps} | part.judge(made, fitted))
    return pd.DataFrame(rows)


def convergence(
    study: Study,
    methods: Iterable[str] = TRAINED,
    bits: Iterable[int] = (16, 64),
    seeds: Iterable[int] = (0, 1, 2),
    factors: Iterable[float] = (0.5, 1, 2),
) -> pd.DataFrame:
    """Precision on the validation part after half, the whole and twice the budget of each method.

    Each cell is a training of its own from the start, since the rate follows a cosine to its end. X, WS-X and placebo
    share one budget. KSH's is the number of iterations for each bit.

    Returns
    -------
    DataFrame
        ``method``, ``n_bits``, ``seed``, ``factor`` (of the budget), ``steps`` (epochs, or KSH's iterations),
        ``precision`` (expected, at 500 or at a fifth of the database), ``depth``, ``chance``.
    """

    def change(method, factor: float):
        own = [name for name in ("epochs", "min_steps", "max_iter") if name in method.get_params(deep=False)]
        return method.set_params(**{name: max(1, round(factor * getattr(method, name))) for name in own})

    return _trials(study, methods, bits, seeds, "factor", factors, change)


def handover(
    study: Study,
    methods: Iterable[str] = ("WS-DSH", "WS-DRSCH"),
    bits: Iterable[int] = (16, 64),
    seeds: Iterable[int] = (0, 1, 2),
) -> pd.DataFrame:
    """As :func:`convergence`, after each way of starting from the weak network: ``layers`` in place of ``factor``."""

    def change(method, layers: str):
        return method.set_params(start_layers=layers)

    return _trials(study, methods, bits, seeds, "layers", WAYS, change)


def trials_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table of either for reading: mean precision over the seeds, a column for each value that was tried."""
    name = "factor" if "factor" in table else "layers"
    text = table.pivot_table(index=["method", "n_bits"], columns=name, values="precision", sort=False).round(4)
    text.columns = [f"{value:g} × budget" if name == "factor" else value for value in text]
    return text.reset_index()
