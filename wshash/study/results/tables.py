"""Table 2 of the paper, and the table of results."""

import pandas as pd

from wshash.study.grid.methods import recipe

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


def results_table(by_bits: pd.DataFrame) -> pd.DataFrame:
    """Precision@500 by method and code length as text: mean and half of the 95 % interval over the seeds."""
    half = (by_bits["high"] - by_bits["low"]) / 2
    text = [
        f"{mean:.3f} ± {h:.3f}" if h == h else f"{mean:.3f}" for mean, h in zip(by_bits["precision"], half, strict=True)
    ]
    table = by_bits.assign(text=text).pivot(index="method", columns="n_bits", values="text")
    return table.rename(columns=lambda k: f"{k} bits")
