"""Table 2 of the paper, and the table of results."""

import pandas as pd

from wshash.study.grid.methods import recipe
from wshash.study.results.frames import by_bits

# Table 2 of the paper: setting → (value, our parameter of the weak pre-training)
PAPER_TABLE2 = {
    "batch size": (64, "batch_size"),
    "margin λ": (1, "margin"),
    "initial learning rate": (0.001, "learning_rate"),
    "decay factor": (0.1, "decay"),
    "iterations (epochs)": (120, "epochs"),
    "initial momentum": (0.5, "momentum"),
    "optimiser": ("SGD", "optimizer"),
}


def table2(preset: str) -> pd.DataFrame:
    """Table 2: the paper's settings beside those of a preset."""
    used = recipe("Weak", preset).build(64, 0).get_params()
    rows = [{"setting": k, "paper": paper, "ours": used[name]} for k, (paper, name) in PAPER_TABLE2.items()]
    return pd.DataFrame(rows).set_index("setting")


def results_table(frame: pd.DataFrame) -> pd.DataFrame:
    """Precision@500, mean and half of the 95 % interval over the seeds, and mean average precision, as text.

    A row for each method, a column for each measure and code length; ``frame`` from
    :func:`wshash.study.results.frames.measures`.
    """
    at = by_bits(frame)
    half = (at["high"] - at["low"]) / 2
    text = [f"{mean:.3f} ± {h:.3f}" if h == h else f"{mean:.3f}" for mean, h in zip(at["precision"], half, strict=True)]
    table = at.assign(text=text).pivot(index="method", columns="n_bits", values="text")
    average = frame.groupby(["method", "n_bits"], observed=True)["average_precision"].mean().unstack()
    average = average.map("{:.3f}".format).rename(columns=lambda k: f"mAP, {k} bits")
    return table.rename(columns=lambda k: f"{k} bits").join(average)
