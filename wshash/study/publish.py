"""What a study publishes under figures/<data set>/: figures with their numbers and provenance, tables, claims."""

from pathlib import Path

import pandas as pd

from wshash.paths import figures_root
from wshash.study import frames
from wshash.study.budget import budget_claims, budget_paths
from wshash.study.claims import SUPERVISED, claims, differences
from wshash.study.config import StudyConfig
from wshash.study.methods import ALL, PAPER
from wshash.study.provenance import machine, provenance
from wshash.study.run import Outcome
from wshash.study.stages import Study
from wshash.study.store import canonical, code_fingerprint, write_json, write_text
from wshash.study.tables import judged_filter, results_table, table1, table2

CONTROLLED = [
    *((f"WS-{base}", f"{control}-{base}") for control in ("Placebo", "Matched") for base in SUPERVISED),
    ("Weak", "Placebo-Weak"),
    ("Weak", "LSH"),
    ("Weak", "WDHT"),
    ("Real-Weak", "Weak"),
    ("Real-Features", "LSH"),
    ("ITQ", "LSH"),
    *((base, "Classifier") for base in SUPERVISED),
]
"""Comparisons that the paper lacks: what is left of a gain against shuffled tags, and against as much training."""


def folder_of(study: Study) -> Path:
    """Where the study's figures lie; one of other than the default settings has a folder inside, named by them."""
    config = study.config
    named = {name: getattr(config, name) for name in ("protocol", "backbone", "preset")}
    if config.unseen:
        named["unseen"] = f"unseen-{len(config.unseen)}-concepts"
    named |= {"tag_filter": f"filter-{config.tag_filter}", "label_share": f"labels-{config.label_share:g}"}
    default = StudyConfig()
    variant = [text for name, text in named.items() if getattr(config, name) != getattr(default, name)]
    folder = figures_root() / config.dataset
    return folder / "_".join(variant) if variant else folder


def publish(outcome: Outcome) -> Path:
    """Draw the figures and write the tables of the rows that are there; nothing, where they are up to date.

    Rows of further methods that an earlier run left, of the same data, code lengths and seeds, are published too.

    Writes fig7-fig10, ``results`` (all measures of all rows, and Precision@500 as a table), ``gains`` (WS-X minus X),
    ``controls`` (where they were run), ``claims``, ``table1``, ``table2`` and ``study.json``, which says what they
    were made from.
    """
    plan = outcome.plan
    study, folder = plan.study, folder_of(plan.study)
    paths = [study.row_path(method, k, seed) for method in ALL for k in plan.bits for seed in plan.seeds]
    paths = [path for path in paths if path.is_file()]
    whole = study.config == study.config.replace(label_share=1.0, unseen=())
    few_labels = budget_paths(study, plan.seeds) if whole else []
    made_from = {
        "rows": [path.stem for path in paths + few_labels],
        "code": code_fingerprint("wshash.study.publish", "wshash.plots"),
    }
    stamp = study.store.root / "published" / f"{'-'.join(folder.relative_to(figures_root()).parts)}.json"
    if stamp.is_file() and (folder / "study.json").is_file():
        if stamp.read_text(encoding="utf-8") == canonical(made_from):
            return folder
    rows = frames.read_rows(paths)
    origin = provenance(study.config) | {
        "fingerprints": study.fingerprints,
        "seeds": plan.seeds,
    }
    paper = [row for row in rows if row["method"] in PAPER]
    if paper:
        _draw(study, paper, folder, origin)
    _tabulate(study, rows, folder, budget_claims(frames.read_rows(few_labels)) if few_labels else [])
    write_json(folder / "study.json", origin)
    write_text(stamp, canonical(made_from))
    return folder


def _draw(study: Study, rows: list[dict], folder: Path, origin: dict) -> None:
    """Figures 7 to 10."""
    from wshash import plots
    from wshash.study.timing import extraction_time

    frame = frames.measures(rows)
    n_bits, depth = int(frame["n_bits"].max()), frames.main_depth(frame)
    by_bits, by_depth, curves = frames.by_bits(frame), frames.by_depth(frame), frames.pr_curves(rows)
    span = pd.concat([by_bits, by_depth])[["precision", "chance", "low", "high"]].stack()
    y_range = (max(0.0, span.min() - 0.02), min(1.0, span.max() + 0.02))  # the same for Figures 8 and 9
    times = extraction_time(study, list(frame["method"].cat.categories), n_bits)

    def save(name: str, figure, data: pd.DataFrame, alt: str) -> None:
        plots.save(figure, name, folder, data, alt, origin)

    save("fig7", plots.fig7(times, machine()), times, plots.describe_fig7(times, machine()))
    save("fig8", plots.fig8(by_bits, depth, y_range=y_range), by_bits, plots.describe_fig8(by_bits, depth))
    save("fig9", plots.fig9(by_depth, n_bits, y_range=y_range), by_depth, plots.describe_fig9(by_depth, n_bits))
    save("fig10", plots.fig10(curves, n_bits), curves, plots.describe_fig10(curves, n_bits))


def write_table(folder: Path, name: str, data: pd.DataFrame, text: pd.DataFrame | None = None) -> None:
    """Write ``name``.csv and ``name``.md; ``text``: what the latter holds, where it is not the same."""
    text = data if text is None else text
    named, text_named = data.index.name is not None, text.index.name is not None
    write_text(folder / f"{name}.csv", data.to_csv(index=named, float_format="%.6g", lineterminator="\n"))
    write_text(folder / f"{name}.md", text.to_markdown(index=text_named) + "\n")


def _tabulate(study: Study, rows: list[dict], folder: Path, c6: list[dict]) -> None:
    """Results, gains, controls, Tables 1 and 2, claims."""
    frame = frames.measures(rows)
    names = [f"precision@{r}" for r in frames.depths(frame)] + ["average_precision"]
    main = f"precision@{frames.main_depth(frame)}"
    write_table(folder, "results", frame, results_table(frames.by_bits(frame)))
    gains = pd.concat([differences(rows, [(f"WS-{base}", base) for base in SUPERVISED], name) for name in names])
    if not gains.empty:
        write_table(folder, "gains", gains, gains[gains["measure"] == main].round(4))
    controls = differences(rows, CONTROLLED, main)
    if not controls.empty:
        write_table(folder, "controls", controls, controls.round(4))
    words = table1(study)
    write_table(folder, "table1", words, words.round(3))
    write_table(folder, "table2", table2(study.config.preset))
    judged = pd.concat([claims(rows, words, judged_filter(study)), pd.DataFrame(c6)], ignore_index=True)
    write_table(folder, "claims", judged)
