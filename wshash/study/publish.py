"""What a study makes of its rows, in the folder of a data set: figures with numbers and provenance, tables, claims."""

import json
from pathlib import Path

import pandas as pd

from wshash.hashing import catalogue
from wshash.hashing.catalogue import METHODS, PAPER, started
from wshash.progress import progress
from wshash.study.experiments.curve import few_label_claims, few_label_rows
from wshash.study.experiments.filters import judged_filter
from wshash.study.experiments.timing import extraction_time
from wshash.study.experiments.vectors import table1
from wshash.study.grid.address import code_fingerprint, digest
from wshash.study.grid.plan import Plan, grid, whole
from wshash.study.grid.store import checksums, write_json
from wshash.study.grid.study import Study
from wshash.study.provenance import machine, provenance
from wshash.study.results import frames
from wshash.study.results.claims import CONTROLLED, claims, differences
from wshash.study.results.files import folder_of, write_table
from wshash.study.results.tables import results_table, table2


def publish(plan: Plan) -> Path:
    """Draw the figures and write the tables of the rows that are there; nothing, where they are up to date.

    Rows of further methods that an earlier run left, of the same data, code lengths and seeds, are published too.

    Writes fig7-fig10, ``results`` (all measures of all rows, and Precision@500 as a table), ``gains`` (WS-X minus X),
    ``controls`` (where they were run), ``unseen`` (each method minus LSH, where concepts are unseen), ``claims``,
    ``table1``, ``table2`` and ``study.json``, which says what they were made from.
    """
    study, outside = plan.study, outside_of(plan)
    folder = folder_of(study.config, outside)
    found = whole(grid(study, catalogue.names(), plan.bits, plan.seeds))
    few_labels = few_label_rows(study, plan.seeds)
    made_from = {
        "rows": [row.path.stem for row in found + few_labels],
        "code": code_fingerprint("wshash.study.publish", "wshash.plots"),
    }
    stamp = study.store.root / "published" / f"{digest(str(folder))}.json"
    if _up_to_date(stamp, made_from, folder):
        return folder
    rows = frames.read_rows(row.path for row in found)
    origin = provenance(study.config) | {"fingerprints": study.fingerprints, "seeds": plan.seeds}
    shown = {*PAPER, *outside, *(f"WS-{name}" for name in outside)}
    drawn = [row for row in rows if row["method"] in shown]
    c6 = few_label_claims(frames.read_rows(row.path for row in few_labels))
    parts = {"figures": lambda: _draw(study, drawn, folder, origin) if drawn else []}
    parts |= {"tables": lambda: _tabulate(study, rows, folder, origin, c6)}
    names = [name for part in progress(parts, desc="publishing") for name in parts[part]()]
    write_json(folder / "study.json", origin)
    written = [folder / "study.json"] + [path for name in names for path in folder.glob(f"{name}.*")]
    write_json(stamp, {"made_from": made_from, "files": checksums(written)})
    return folder


def first_look(plan: Plan) -> Path:
    """Draw Figure 8 of the rows that are there so far; its picture."""
    from wshash import plots

    folder = folder_of(plan.study.config, outside_of(plan))
    by_bits = frames.by_bits(frames.measures(frames.read_rows(row.path for row in whole(plan.rows))))
    depth, origin = int(by_bits["depth"].iloc[0]), provenance(plan.study.config) | {"seeds": plan.seeds}
    plots.save(plots.fig8(by_bits, depth), "fig8", folder, by_bits, plots.describe_fig8(by_bits, depth), origin)
    return folder / "fig8.png"


def outside_of(plan: Plan) -> tuple[str, ...]:
    """Methods of a plan that are from outside."""
    return tuple(name for name in plan.methods if name in METHODS and METHODS[name].outside)


def _up_to_date(stamp: Path, made_from: dict, folder: Path) -> bool:
    """Whether the last publishing was from the same, and its files are as they were written."""
    try:
        last = json.loads(stamp.read_text(encoding="utf-8"))
        return last["made_from"] == made_from and checksums(map(folder.joinpath, last["files"])) == last["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _draw(study: Study, rows: list[dict], folder: Path, origin: dict) -> list[str]:
    """Figures 7 to 10; their names."""
    from wshash import plots

    frame = frames.measures(rows)
    n_bits, depth = int(frame["n_bits"].max()), frames.main_depth(frame)
    by_bits, by_depth, curves = frames.by_bits(frame), frames.by_depth(frame), frames.pr_curves(rows)
    y_range = plots.precision_range(by_bits, by_depth)
    times = extraction_time(study, list(frame["method"].cat.categories), n_bits)
    figures = {
        "fig7": (times, plots.fig7(times, machine()), plots.describe_fig7(times, machine())),
        "fig8": (by_bits, plots.fig8(by_bits, depth, y_range=y_range), plots.describe_fig8(by_bits, depth)),
        "fig9": (by_depth, plots.fig9(by_depth, n_bits, y_range=y_range), plots.describe_fig9(by_depth, n_bits)),
        "fig10": (curves, plots.fig10(curves, n_bits), plots.describe_fig10(curves, n_bits)),
    }
    for name, (numbers, figure, alt) in figures.items():
        plots.save(figure, name, folder, numbers, alt, origin)
    return list(figures)


def _tabulate(study: Study, rows: list[dict], folder: Path, origin: dict, c6: list[dict]) -> list[str]:
    """Results, gains, controls and both as a forest plot, Tables 1 and 2, claims, gains over LSH; their names."""
    from wshash import plots

    frame = frames.measures(rows)
    names = [f"precision@{r}" for r in frames.depths(frame)] + ["average_precision"]
    main = f"precision@{frames.main_depth(frame)}"
    gains = pd.concat([differences(rows, [(f"WS-{base}", base) for base in started()], name) for name in names])
    controls = differences(rows, CONTROLLED, main)
    words = table1(study)
    judged = claims(rows, words, judged_filter(study), c6)
    tables = {
        "results": (frame, results_table(frame)),
        "table1": (words, words.round(3)),
        "table2": (table2(study.config.preset), None),
        "claims": (judged, None),
    }
    main_gains = gains[gains["measure"] == main]
    compared = {"gains": (gains, main_gains.round(4)), "controls": (controls, controls.round(4))}
    if study.config.unseen:
        over = over_lsh(rows, study.config.unseen, main)
        compared["unseen"] = (over, over.round(4))
    tables |= {name: both for name, both in compared.items() if len(both[0])}
    for name, (table, text) in tables.items():
        write_table(folder, name, table, text)
    if not len(main_gains):
        return [*tables]
    # What is left of a gain against shuffled tags, and against as much training.
    drawn = [table for table in (main_gains, controls[controls["a"].str.startswith("WS-")]) if len(table)]
    drawn = pd.concat(drawn, ignore_index=True)
    plots.save(plots.forest(drawn), "forest", folder, drawn, plots.describe_forest(drawn), origin)
    return [*tables, "forest"]


def over_lsh(rows: list[dict], unseen: tuple[str, ...], measure: str) -> pd.DataFrame:
    """What each method knows of concepts that no label named, beyond random projections; they stand in ``unseen``."""
    others = [name for name in catalogue.in_order(row["method"] for row in rows) if name != "LSH"]
    table = differences(rows, [(name, "LSH") for name in others], measure)
    table.insert(0, "unseen", ", ".join(unseen))
    return table
