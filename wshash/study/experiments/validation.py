"""The part of the training pool that choices are made on: never a query."""

import numpy as np

from wshash.hashing.catalogue import LABELS, TAG_PAIRS, TAG_VECTORS, TAGS
from wshash.study.grid.methods import Recipe, recipe
from wshash.study.grid.study import Study


class Validation:
    """The pool without its validation part to train on and to search in; the validation part as queries.

    Attributes
    ----------
    tags : lists of str
        Of the pictures that are trained on.
    targets : dict
        What methods learn from, by the kinds of the catalogue, in the order of ``tags``.
    depth : int
        R of the precision: 500, or a fifth of what is searched, since among all that there are any order is as good.
    """

    def __init__(self, study: Study):
        from wshash.hashing.wdht import mean_tag_vectors
        from wshash.tags import TagSimilarity, tag_weights

        self.study, split, readable = study, study.split, study.collection.readable
        self.fit, self.held_out = (rows[readable[rows]] for rows in (split.fit, split.validation))
        self.depth = min(500, max(1, len(self.fit) // 5))
        self.tags = [study.data.tags[i] for i in self.fit]
        self.targets = {
            LABELS: study.data.labels[self.fit],
            TAG_PAIRS: TagSimilarity.from_tags(self.tags, study.vectors),
            TAG_VECTORS: mean_tag_vectors(self.tags, study.vectors),
            TAGS: tag_weights(self.tags),
        }

    def train(self, made: Recipe, method, **targets):
        """Fit a method of that recipe; ``targets``: in place of some of the usual ones."""
        given = self.targets | targets
        return method.fit(self.study.inputs(made, self.fit), *(given[kind] for kind in made.method.learns_from))

    def weak(self, names, n_bits: int, seed: int) -> dict:
        """The weak networks to start from, of ``"Weak"`` and ``"Placebo-Weak"`` those that are named."""
        made, similar = recipe("Weak", self.study.config.preset), self.targets[TAG_PAIRS]
        of = {"Weak": similar, "Placebo-Weak": similar.permuted(seed)}
        return {
            name: self.train(made, made.build(n_bits, seed), **{TAG_PAIRS: of[name]}) for name in sorted(set(names))
        }

    def judge(self, made: Recipe, method) -> tuple[np.ndarray, float]:
        """Precision among the first ``depth`` answers to each query that has any, and that of a random order."""
        from wshash.retrieval import evaluate

        parts, labels = (self.held_out, self.fit), self.study.data.labels
        codes = [method.transform(self.study.inputs(made, rows)) for rows in parts]
        report = evaluate(*codes, *(labels[rows] for rows in parts), depths=(self.depth,))
        return report.per_query[f"precision@{self.depth}"], report.chance
