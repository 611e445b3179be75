"""Is more training better? Half and twice each budget, judged on validation data."""

from collections.abc import Iterable

import pandas as pd

from wshash.hashing.catalogue import METHODS
from wshash.study.experiments.validation import Validation
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.methods import recipe
from wshash.study.grid.study import Study

TRAINED = [name for method in METHODS.values() if method.trains or method.starts for name in method.versions]


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
        ``precision`` (expected), ``depth``, ``chance``: see :class:`~wshash.study.experiments.validation.Validation`.
    """
    part, recipes, rows = Validation(study), [recipe(name, study.config.preset) for name in methods], []
    seeds, factors = list(seeds), list(factors)
    with pinned_threads(study.config.threads):
        for n_bits, seed in ((n_bits, seed) for n_bits in bits for seed in seeds):
            starts = part.weak({made.start for made in recipes} - {None}, n_bits, seed)
            for made, factor in ((made, factor) for made in recipes for factor in factors):
                method = made.build(n_bits, seed, starts.get(made.start))
                own = [name for name in ("epochs", "min_steps", "max_iter") if name in method.get_params(deep=False)]
                method.set_params(**{name: max(1, round(factor * getattr(method, name))) for name in own})
                precision, chance = part.judge(made, part.train(made, method))
                steps = method.max_iter if hasattr(method, "max_iter") else len(method.history_["loss"])
                what = {"method": made.name, "n_bits": n_bits, "seed": seed, "factor": factor, "steps": steps}
                rows.append(what | {"precision": precision.mean(dtype=float), "depth": part.depth, "chance": chance})
    return pd.DataFrame(rows)


def convergence_text(table: pd.DataFrame) -> pd.DataFrame:
    """For reading: mean precision over the seeds, a column for each factor."""
    text = table.pivot_table(index=["method", "n_bits"], columns="factor", values="precision", sort=False).round(4)
    text.columns = [f"{factor:g} × budget" for factor in text]
    return text.reset_index()
