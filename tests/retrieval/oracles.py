"""The slow and plain way: every order of the ties, one ranking at a time."""

from itertools import permutations, product

import numpy as np


def rankings(distances):
    """All orders of the items that sort them by distance."""
    distances = np.asarray(distances)
    levels = [np.flatnonzero(distances == d) for d in np.unique(distances)]
    for parts in product(*(permutations(level) for level in levels)):
        yield [i for part in parts for i in part]


def measures(shared, min_shared, depths, cut, gains):
    """All measures of one ranking, by loops; ``shared``: number of shared concepts, nearest item first."""
    relevant = [s >= min_shared for s in shared]
    out = {}
    for depth in depths:
        found = sum(relevant[:depth])
        out[f"precision@{depth}"] = found / depth
        out[f"recall@{depth}"] = found / max(sum(relevant), 1)
        discount = [1 / np.log2(t + 2) for t in range(len(shared))]
        ideal = sum(gains[s] * w for s, w in zip(sorted(shared, reverse=True)[:depth], discount, strict=False))
        dcg = sum(gains[s] * w for s, w in zip(shared[:depth], discount, strict=False))
        out[f"ndcg@{depth}"] = dcg / ideal if ideal else 0.0

    def precisions(last):
        hits = [t for t in range(min(last, len(shared))) if relevant[t]]
        return sum(sum(relevant[: t + 1]) / (t + 1) for t in hits)

    total = sum(relevant)
    out["average_precision"] = precisions(len(shared)) / max(total, 1)
    name = f"average_precision@{cut}"
    out[f"{name}[total]"] = precisions(cut) / max(total, 1)
    out[f"{name}[found]"] = precisions(cut) / max(sum(relevant[:cut]), 1)
    out[f"{name}[min(R,total)]"] = precisions(cut) / max(min(cut, total), 1)
    return out


def all_orders(distances, shared, min_shared, depths, cut, gains):
    """Mean, largest and smallest value of each measure over all orders of the ties."""
    rows = [measures([shared[i] for i in ranking], min_shared, depths, cut, gains) for ranking in rankings(distances)]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return {name: (np.mean(values), max(values), min(values)) for name, values in columns.items()}
