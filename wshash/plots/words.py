"""Numbers as figures and their texts say them."""

from collections.abc import Iterable

import pandas as pd


def listed(parts: Iterable) -> str:
    """The parts that say something, with commas."""
    return ", ".join(str(part) for part in parts if part != "")


def number(value: float) -> str:
    """.812, as precision is written."""
    return f"{value:.3f}".replace("0.", ".", 1)


def sample(data: pd.DataFrame) -> str:
    """How many seeds and queries a number is the mean of."""
    parts = []
    for column, word, plural in (("n_seeds", "seed", "seeds"), ("n_queries", "query", "queries")):
        if column in data:
            low, high = int(data[column].min()), int(data[column].max())
            parts.append(f"{low if low == high else f'{low} to {high}'} {word if high == 1 else plural}")
    return f"mean of {' and '.join(parts)}" if parts else ""
