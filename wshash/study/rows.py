"""A row of results: one method, code length and seed, fitted, encoded and judged."""

import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from wshash.atomic import atomic
from wshash.study.methods import SUPERVISED, recipe
from wshash.study.provenance import provenance
from wshash.study.store import write_json
from wshash.study.threads import pinned_threads

if TYPE_CHECKING:
    from wshash.study.stages import Study

FORMAT = 2  # raise it when what a row holds changes: the source of this file is not part of a row's address


def make_row(study: "Study", path: Path, name: str, n_bits: int, seed: int) -> None:
    """Fit, encode, evaluate, and write what was found.

    Beside ``<key>.json``, the result, which is the same bytes each time, lie ``<key>.npz``, the measures per
    query, and ``<key>.run.json``, its provenance.
    """
    from wshash.retrieval import evaluate

    made = recipe(name, study.config.preset)
    distance, supervised = made.distance, made.base in SUPERVISED
    started = time.perf_counter()
    with pinned_threads(study.config.threads):
        method = study.model(name, n_bits, seed)
        fitted = time.perf_counter()
        encode = method.embed if distance == "euclidean" else method.transform
        codes = tuple(encode(study.inputs(made, rows)) for rows in (study.query, study.database))
    encoded = time.perf_counter()
    judged = *codes, study.judged_labels[study.query], study.judged_labels[study.database]
    report = evaluate(*judged, depths=study.depths, distance=distance)
    row = {
        "dataset": study.config.dataset,
        "protocol": study.config.protocol,
        "method": name,
        "n_bits": n_bits,
        "seed": seed,
        "label_share": study.config.label_share if supervised else 0.0,
        "n_labelled": len(study.labelled) if supervised else 0,
        "unseen": list(study.config.unseen),
        "fingerprints": study.fingerprints,
        "measures": report.summary(),
        "pr_by_radius": report.pr_by_radius.to_dict("list") if distance == "hamming" else {},
        "pr_by_rank": report.pr_by_rank.to_dict("list"),
        "history": {k: [float(x) for x in v] for k, v in getattr(method, "history_", {}).items()},
    }
    with atomic(path.with_suffix(".npz")) as temporary, open(temporary, "wb") as handle:
        np.savez_compressed(handle, kept=study.query[report.kept], **_plain(report.per_query))
    write_json(
        path.with_suffix(".run.json"),
        provenance(study.config)
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
