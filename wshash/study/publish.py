"""What a study publishes under figures/<data set>/: figures with their numbers and provenance, tables, claims."""

from pathlib import Path

import pandas as pd

from wshash.paths import figures_root
from wshash.study import frames
from wshash.study.claims import SUPERVISED, claims, differences
from wshash.study.methods import PAPER
from wshash.study.provenance import machine, provenance
from wshash.study.run import Outcome
from wshash.study.stages import Study
from wshash.study.store import canonical, code_fingerprint, write_json, write_text
from wshash.study.tables import judged_filter, results_table, table1, table2


def folder_of(study: Study) -> Path:
    """Where the study's figures lie."""
    config = study.config
    folder = figures_root() / config.dataset
    return folder if config.protocol == "paper" else folder / config.protocol


def publish(outcome: Outcome) -> Path:
    """Draw the figures and write the tables of the rows that are there; nothing, where they are up to date.

    Writes fig7-fig10, ``results`` (all measures of all rows, and Precision@500 as a table), ``gains`` (WS-X minus X),
    ``claims``, ``table1``, ``table2`` and ``study.json``, which says what they were made from.
    """
    from wshash import plots

    study, paths = outcome.plan.study, outcome.rows
    folder = folder_of(study)
    made_from = {
        "rows": sorted(path.stem for path in paths),
        "code": code_fingerprint("wshash.study.publish", "wshash.plots"),
    }
    stamp = study.store.root / "published" / f"{study.config.dataset}-{study.config.protocol}.json"
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == canonical(made_from):
        if (folder / "study.json").is_file():
            return folder
    rows = frames.read_rows(paths)
    frame = frames.measures(rows)
    origin = provenance(study.config) | {
        "fingerprints": study.data_fingerprint | {"split": study.split.fingerprint},
        "seeds": outcome.plan.seeds,
    }
    paper = frame[frame["method"].isin(PAPER)]
    n_bits, depth = int(frame["n_bits"].max()), frames.main_depth(frame)

    def table(name: str, data: pd.DataFrame, text: pd.DataFrame | None = None, index: bool = True) -> None:
        write_text(folder / f"{name}.csv", data.to_csv(index=index, float_format="%.6g", lineterminator="\n"))
        write_text(folder / f"{name}.md", (data if text is None else text).to_markdown(index=index) + "\n")

    if not paper.empty:
        by_bits, by_depth = frames.by_bits(paper), frames.by_depth(paper)
        curves = frames.pr_curves([row for row in rows if row["method"] in PAPER])
        everything = pd.concat([by_bits, by_depth])
        span = everything[["precision", "chance", "low", "high"]].stack()
        y_range = (max(0.0, span.min() - 0.02), min(1.0, span.max() + 0.02))
        figure = plots.fig8(by_bits, depth, y_range=y_range)
        plots.save(figure, "fig8", folder, by_bits, plots.describe_fig8(by_bits, depth), origin)
        figure = plots.fig9(by_depth, n_bits, y_range=y_range)
        plots.save(figure, "fig9", folder, by_depth, plots.describe_fig9(by_depth, n_bits), origin)
        figure = plots.fig10(curves, n_bits)
        plots.save(figure, "fig10", folder, curves, plots.describe_fig10(curves, n_bits), origin)
        have = [m for m in PAPER if m in set(paper["method"])]
        from wshash.study.timing import extraction_time

        times = extraction_time(study, have, n_bits)
        alt = plots.describe_fig7(times, machine())
        plots.save(plots.fig7(times, machine()), "fig7", folder, times, alt, origin)

    table("results", frame, results_table(frames.by_bits(frame)))
    pairs = [(f"WS-{base}", base) for base in SUPERVISED]
    names = [f"precision@{r}" for r in frames.depths(frame)] + ["average_precision"]
    gains = pd.concat([differences(rows, pairs, name) for name in names])
    if not gains.empty:
        table("gains", gains, gains[gains["measure"] == f"precision@{depth}"].round(4), index=False)
    words = table1(study)
    table("table1", words, words.round(3))
    table("table2", table2(study.config.preset))
    table("claims", claims(rows, words, judged_filter(study)), index=False)
    write_json(folder / "study.json", origin)
    write_text(stamp, canonical(made_from))
    return folder
