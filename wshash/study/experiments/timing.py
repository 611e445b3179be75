"""Figure 7: how long a picture takes to become a code, the network's part and the hashing's."""

import timeit
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.methods import recipe
from wshash.study.grid.study import Study


def _seconds(action: Callable[[], object], repeats: int) -> np.ndarray:
    action()  # warm-up: first calls allocate and compile
    return np.array(timeit.repeat(action, number=1, repeat=repeats))


def extraction_time(
    study: Study, methods: Iterable[str], n_bits: int, n_pictures: int = 128, repeats: int = 7
) -> pd.DataFrame:
    """Seconds per picture, on one thread, for the same pictures and each method.

    The pictures lie decoded in memory. Methods share what of the network they do not train, so that is measured once;
    of a method that trained all of it, all is the network's.

    Returns
    -------
    DataFrame
        ``method``, ``part`` (``network``, ``hashing``), ``seconds`` (median over the repeats), ``low`` and ``high``
        (quartiles), ``n_pictures``, ``n_repeats``, ``n_threads``.
    """
    import torch

    from wshash.vision import fit_square, load_backbone

    backbone, preset = load_backbone(study.config.backbone), study.config.preset
    rows = study.query[:n_pictures]
    pictures = np.stack([fit_square(study.data.images[i], backbone.image_size) for i in rows])

    def network(module) -> None:
        with torch.inference_mode():
            module(backbone.preprocess(torch.from_numpy(pictures)))

    measured = []
    with pinned_threads(1):
        modules = {"features": backbone.module, "maps": backbone.lower}
        needed = {recipe(method, preset).inputs for method in methods} & set(modules)
        below = {inputs: _seconds(lambda inputs=inputs: network(modules[inputs]), repeats) for inputs in needed}
        for method in methods:
            model, made = study.model(method, n_bits), recipe(method, preset)
            X = pictures if made.inputs == "pictures" else study.inputs(made, rows)
            own = _seconds(lambda model=model, X=X: model.transform(X), repeats)
            alone = below.get(made.inputs)
            for part, seconds in (("network", own if alone is None else alone), ("hashing", own * (alone is not None))):
                low, middle, high = np.percentile(seconds / len(rows), [25, 50, 75])
                measured.append({"method": method, "part": part, "seconds": middle, "low": low, "high": high})
    return pd.DataFrame(measured).assign(n_pictures=len(rows), n_repeats=repeats, n_threads=1)
