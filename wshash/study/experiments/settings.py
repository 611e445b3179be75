"""What matters? One choice of the paper's method changed at a time, judged on validation data."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.metrics.pairwise import cosine_similarity
from sklearn.preprocessing import normalize

from wshash.hashing.catalogue import TAG_PAIRS, TAG_VECTORS
from wshash.progress import progress
from wshash.retrieval import paired_difference
from wshash.study.experiments.validation import Validation
from wshash.study.experiments.vectors import PAPER_THRESHOLD
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.methods import recipe
from wshash.study.grid.study import Study
from wshash.study.grid.tagside import tag_vectors
from wshash.tags import TagSimilarity

NOISE = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Shares of the postcards' tags that are not about the picture."""


@dataclass(frozen=True, eq=False)
class Setting:
    """A choice, what stands in its place, and what stands there by default.

    ``method`` is judged, with these parameters (functions: of the code length) and, where ``learns`` is given, this
    similarity of the pictures in place of equation (1) on the study's vectors.
    """

    choice: str
    changed: str
    default: str
    method: str = "Weak"
    parameters: dict = field(default_factory=dict)
    learns: Callable[[Validation], TagSimilarity] | None = None


def _vectors(filtered: bool = True, **options) -> Callable[[Validation], TagSimilarity]:
    """Equation (1) on vectors trained in another way."""

    def learns(part: Validation) -> TagSimilarity:
        study = part.study
        table = study.tag_table() if filtered and study.config.tag_filter != "none" else None
        return TagSimilarity.from_tags(part.tags, tag_vectors(study.train_tags, table, **options))

    return learns


def _with(T: Callable[[np.ndarray], np.ndarray]) -> Callable[[Validation], TagSimilarity]:
    """Another similarity of two tags than equation (2)."""
    return lambda part: TagSimilarity(part.targets[TAG_PAIRS].B, T(part.study.vectors.vectors))


def _of_means(part: Validation) -> TagSimilarity:
    means = normalize(part.targets[TAG_VECTORS])
    return TagSimilarity(sparse.csr_matrix(means), np.eye(means.shape[1]))


TOP, EQUATIONS = "top 10 %", "equations (1), (2)"
SETTINGS = [
    Setting("tag filter", "off", "on", learns=_vectors(filtered=False)),
    Setting("similar pairs", "top 5 %", TOP, parameters={"quantile": 0.95}),
    Setting("similar pairs", "top 20 %", TOP, parameters={"quantile": 0.8}),
    Setting("similar pairs", f"above {PAPER_THRESHOLD}", TOP, parameters={"threshold": PAPER_THRESHOLD}),
    Setting("margin of equation (3)", "√(k/8)", "1", parameters={"margin": lambda k: math.sqrt(k / 8)}),
    Setting("reduction of equation (3)", "sums", "means", parameters={"reduction": "sum"}),
    Setting("similarity of pictures", "share of equal tags", EQUATIONS, learns=_with(lambda V: np.eye(len(V)))),
    Setting("similarity of pictures", "cosine as (2)", EQUATIONS, learns=_with(cosine_similarity)),
    Setting("similarity of pictures", "cosine of mean vectors", EQUATIONS, learns=_of_means),
    Setting("skip-gram", "8 dimensions", "32", learns=_vectors(dim=8)),
    Setting("skip-gram", "128 dimensions", "32", learns=_vectors(dim=128)),
    Setting("skip-gram", "window of 2", "whole list", learns=_vectors(window=2)),
    Setting("skip-gram", "20 negatives", "5", learns=_vectors(negative=20)),
    Setting("hand-over to WS-DSH", "trunk", "all layers", "WS-DSH", {"start_layers": "trunk"}),
    Setting("hand-over to WS-DSH", "all, unscaled", "all layers", "WS-DSH", {"start_layers": "plain"}),
    Setting("hand-over to WS-DRSCH", "trunk", "all layers", "WS-DRSCH", {"start_layers": "trunk"}),
    Setting("hand-over to WS-DRSCH", "all, unscaled", "all layers", "WS-DRSCH", {"start_layers": "plain"}),
]


def settings(
    study: Study, tried: Iterable[Setting] = SETTINGS, bits: Iterable[int] = (16, 64), seeds: Iterable[int] = (0, 1, 2)
) -> pd.DataFrame:
    """Precision on the validation part with each choice, minus that with the default.

    On postcards the noise of the tags is tried too: the same pictures, tagged anew.

    Returns
    -------
    DataFrame, a row a setting and code length
        ``choice``; ``a`` and ``b``, what stands in its place and by default; ``method``, ``n_bits``, ``precision`` and
        ``default``, means over seeds and validation pictures, and ``difference`` with its 95 % interval over both
        ``low``, ``high``; ``depth``, ``n_seeds``, ``n_queries``.
    """
    part, tried, bits, seeds, rows = Validation(study), list(tried), list(bits), list(seeds), []
    others = {setting: setting.learns(part) for setting in tried if setting.learns}
    noisy = _noisy(study, part)
    recipes = {name: recipe(name, study.config.preset) for name in {s.method for s in tried} | {"Weak"}}

    def judged(made, n_bits, parameters, at=part, learns=None) -> list[np.ndarray]:
        found = []
        for seed in seeds:
            method = made.build(n_bits, seed, starts[seed].get(made.start))
            method.set_params(**{key: v(n_bits) if callable(v) else v for key, v in parameters.items()})
            found.append(at.judge(made, at.train(made, method, **({TAG_PAIRS: learns} if learns else {})))[0])
        return found

    with (
        pinned_threads(study.config.threads),
        progress(total=len(bits) * (len(tried) + len(noisy)), desc="settings") as bar,
    ):
        for n_bits in bits:
            starts = {
                seed: part.weak({made.start for made in recipes.values()} - {None}, n_bits, seed) for seed in seeds
            }
            usual = {name: judged(made, n_bits, {}) for name, made in recipes.items()}
            for setting in tried:
                values = judged(recipes[setting.method], n_bits, setting.parameters, learns=others.get(setting))
                rows.append(_row(setting, n_bits, values, usual[setting.method], part.depth))
                bar.update()
            for setting, at in noisy.items():
                rows.append(_row(setting, n_bits, judged(recipes["Weak"], n_bits, {}, at), usual["Weak"], part.depth))
                bar.update()
    return pd.DataFrame(rows)


def _noisy(study: Study, part: Validation) -> dict[Setting, Validation]:
    """The postcards with tags of other noise, and their validation parts; of other data, none."""
    if study.config.dataset != "postcards":
        return {}
    from wshash.datasets.postcards.folksonomy import TAG_NOISE

    usual, found = study.config.options.get("tag_noise", TAG_NOISE), {}
    for noise in NOISE:
        config = replace(study.config, options=study.config.options | {"tag_noise": noise})
        found[Setting("tag noise", f"{noise:g}", f"{usual:g}")] = at = Validation(Study(config, study.store))
        assert np.array_equal(at.fit, part.fit) and np.array_equal(at.held_out, part.held_out)
    return found


def _row(setting: Setting, n_bits: int, values, usual, depth: int) -> dict:
    found = paired_difference(values, usual)
    row = {"choice": setting.choice, "a": setting.changed, "b": setting.default, "method": setting.method}
    row |= {"n_bits": n_bits, "precision": np.mean(values), "default": np.mean(usual), "difference": found.mean}
    row |= {"low": found.over_both.low, "high": found.over_both.high, "depth": depth}
    return row | {"n_seeds": found.n_seeds, "n_queries": len(values[0])}


def publish_settings(study: Study, bits: Iterable[int], seeds: Iterable[int]) -> pd.DataFrame:
    """Write the figure ``settings`` and its numbers; the table as it reads."""
    from wshash import plots
    from wshash.study.provenance import provenance
    from wshash.study.results.files import folder_of

    table = settings(study, bits=bits, seeds=seeds)
    origin = provenance(study.config) | {"fingerprints": study.fingerprints, "seeds": list(seeds)}
    figure, text = plots.forest(table, by="choice"), plots.describe_forest(table, by="choice")
    plots.save(figure, "settings", folder_of(study.config), table, text, origin)
    return table
