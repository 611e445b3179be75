"""The slow and plain way: every order of the ties, one ranking at a time."""

from itertools import permutations, product

import numpy as np


def rankings(distances):
    """All orders of the items that sort them by distance."""
    distances = np.asarray(distances)
    levels = [np.flatnonzero(distances == d) for d in np.unique(distances)]
    for parts in product(*(permutations(level) for level in levels)):
        yield [i for part in parts for i in part]


def measures(relevant, depths):
    """All measures of one ranking, by loops; ``relevant``: a truth value per item, nearest first."""
    out = {}
    for depth in depths:
        found = sum(relevant[:depth])
        out[f"precision@{depth}"] = found / depth
        out[f"recall@{depth}"] = found / sum(relevant)
    precisions = [sum(relevant[: t + 1]) / (t + 1) for t in range(len(relevant)) if relevant[t]]
    out["average_precision"] = sum(precisions) / len(precisions)
    return out


def all_orders(distances, relevant, depths):
    """Mean, largest and smallest value of each measure over all orders of the ties."""
    rows = [measures([relevant[i] for i in ranking], depths) for ranking in rankings(distances)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {name: (np.mean(values), max(values), min(values)) for name, values in columns.items()}


def cut_average_precision(relevant, cut):
    """The mean precision at the ranks of the relevant items among the first ``cut`` of one ranking."""
    relevant = np.asarray(relevant[:cut])
    precisions = np.cumsum(relevant) / np.arange(1, len(relevant) + 1)
    return precisions[relevant].mean() if relevant.any() else 0.0
