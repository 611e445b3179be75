"""Choices judged on the validation part of the training pool, never on queries: length of training, way of starting."""

from collections.abc import Callable, Iterable

import pandas as pd

from wshash.hashing.catalogue import LABELS, METHODS, TAG_PAIRS, TAG_VECTORS, TAGS
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.methods import recipe
from wshash.study.grid.study import Study

TRAINED = [name for method in METHODS.values() if method.trains or method.starts for name in method.versions]
WAYS = ("all", "plain", "trunk")  # see wshash.hashing.network.hand_over


class _Validation:
    """The pool without its validation part to train on and to search in; the validation part as queries."""

    def __init__(self, study: Study):
        from wshash.hashing.wdht import mean_tag_vectors
        from wshash.tags import TagSimilarity, tag_weights

        X, y = study.features, study.data.labels
        fit, held_out = (rows[study.collection.readable[rows]] for rows in (study.split.fit, study.split.validation))
        tags = [study.data.tags[i] for i in fit]
        self.X, self.y, self.X_held_out, self.y_held_out = X[fit], y[fit], X[held_out], y[held_out]
        self.targets = {
            LABELS: self.y,
            TAG_PAIRS: TagSimilarity.from_tags(tags, study.vectors),
            TAG_VECTORS: mean_tag_vectors(tags, study.vectors),
            TAGS: tag_weights(tags),
        }

    def judge(self, method) -> dict:
        from wshash.retrieval import evaluate

        depth = min(500, max(1, len(self.X) // 5))  # among all that there are, any order is as good
        codes = method.transform(self.X_held_out), method.transform(self.X)
        report = evaluate(*codes, self.y_held_out, self.y, depths=(depth,))
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
            starts = {s: recipe("Weak", preset).build(n_bits, seed).fit(part.X, weak[s]) for s in sorted(starts)}
            for method in methods:
                made = recipe(method, preset)
                for value in values:
                    fitted = change(made.build(n_bits, seed, starts.get(made.start)), value)
                    fitted.fit(part.X, *(part.targets[kind] for kind in made.method.learns_from))
                    what = {"method": method, "n_bits": n_bits, "seed": seed, name: value}
                    steps = fitted.max_iter if hasattr(fitted, "max_iter") else len(fitted.history_["loss"])
                    rows.append(what | {"steps": steps} | part.judge(fitted))
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
