"""Did the trained methods train long enough? Judged on the validation part of the training pool, never on queries."""

from collections.abc import Iterable

import pandas as pd

from wshash.study.methods import epochs, recipe
from wshash.study.stages import Study
from wshash.study.threads import pinned_threads

TRAINED = ("DeepBit", "Weak", "DSH", "WS-DSH", "Placebo-DSH", "DRSCH", "WS-DRSCH", "Placebo-DRSCH")


def convergence(
    study: Study,
    methods: Iterable[str] = TRAINED,
    n_bits: int = 64,
    factors: Iterable[float] = (0.5, 1, 2),
    seed: int = 0,
) -> pd.DataFrame:
    """Precision on the validation part after half, the whole and twice the budget of each method.

    Each cell is a training of its own from the start, since the rate follows a cosine to its end. Training is on the
    pool without its validation part; that is the queries, the rest the database. X, WS-X and placebo share one budget.

    Returns
    -------
    DataFrame
        ``method``, ``n_bits``, ``factor`` (of the budget), ``epochs``, ``precision`` (expected, at 500 or at the
        largest R that the database holds), ``depth``, ``chance``.
    """
    from wshash.retrieval import evaluate
    from wshash.tags import TagSimilarity

    X, y = study.features, study.data.labels
    fit, validation = (rows[study.readable[rows]] for rows in (study.split.fit, study.split.validation))
    similarity = TagSimilarity.from_tags([study.data.tags[i] for i in fit], study.vectors)
    depth = min(500, len(fit))
    preset, rows = study.config.preset, []
    with pinned_threads(study.config.threads):
        starts = {
            "weak": recipe("Weak", preset).build(n_bits, seed).fit(X[fit], similarity),
            "placebo": recipe("Weak", preset).build(n_bits, seed).fit(X[fit], similarity.permuted(seed)),
        }
        for name in methods:
            made = recipe(name, preset)
            for factor in factors:
                method = made.build(n_bits, seed, starts.get(made.start))
                method.set_params(epochs=max(1, round(factor * epochs(made.base, preset))))
                method.fit(X[fit], similarity if made.base == "Weak" else y[fit])
                codes = method.transform(X[validation]), method.transform(X[fit])
                report = evaluate(*codes, y[validation], y[fit], depths=(depth,))
                rows.append(
                    {
                        "method": name,
                        "n_bits": n_bits,
                        "factor": factor,
                        "epochs": method.epochs,
                        "precision": report.precision_at[depth].expected,
                        "depth": depth,
                        "chance": report.chance,
                    }
                )
    return pd.DataFrame(rows)
