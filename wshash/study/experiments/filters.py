"""How well a score tells visual tags from others: the tag filter and its rivals (section 2.2, claim C5).

A tag is taken to be visual where it raises its best concept's share by a tenth or more. Labels judge; no score sees
them.
"""

import numpy as np
import pandas as pd

from wshash.errors import InputError
from wshash.study.grid.study import Study
from wshash.tags import concept_precision

GAIN = 0.1
"""From this gain on (see :func:`wshash.tags.concept_precision`) a tag counts as visual."""
FREQUENCY, RANDOM = "tag frequency", "random"


def visual_by_labels(study: Study, tags) -> np.ndarray:
    """The truth for these tags of the training set: bool, one a tag."""
    typed, labels = study.train_tags, study.data.labels[study.train]
    return (concept_precision(typed, labels, tags)["gain"] >= GAIN).to_numpy()


def resampled(n: int, n_resamples: int = 1000, seed: int = 0) -> np.ndarray:
    """Bootstrap over n tags: how often each is drawn, n_resamples×n. The first row is the tags themselves."""
    rng = np.random.default_rng(seed)
    drawn = [np.bincount(rng.integers(n, size=n), minlength=n) for _ in range(n_resamples)]
    return np.vstack([np.ones((1, n)), *drawn])


def auc(score, visual, weights) -> np.ndarray:
    """Area under the ROC curve per row of weights: the share of pairs (visual, other) that the score puts in order.

    A tie is half a pair in order. NaN where a row draws tags of one kind only. Scores and flags are of n tags, weights
    r×n.
    """
    score = np.asarray(score, float)
    one, other = score[visual][:, None], score[~visual]
    ordered = (one > other) + (one == other) / 2
    left, right = weights[:, visual], weights[:, ~visual]
    pairs = left.sum(axis=1) * right.sum(axis=1)
    return np.divide(((left @ ordered) * right).sum(axis=1), pairs, out=np.full(len(weights), np.nan), where=pairs > 0)


def share(flags, among, weights) -> np.ndarray:
    """Share of the tags ``among`` that have a flag, per row of weights; NaN where a row draws none of them."""
    drawn = weights[:, among].sum(axis=1)
    flagged = weights[:, np.asarray(flags, bool) & among].sum(axis=1)
    return np.divide(flagged, drawn, out=np.full(len(weights), np.nan), where=drawn > 0)


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """The value of the tags themselves (first row of :func:`resampled`), and 95 % limits from the other rows."""
    return (float(values[0]), *map(float, np.nanpercentile(values[1:], [2.5, 97.5])))


def filter_scores(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What there is to sort tags by, and which tags each way keeps: two tables, a row a tag, a column a score.

    The tags: those that are frequent enough among the pictures with features and among those with SIFT words. Scores
    are kept above 2; of the most frequent tags, which have no such rule, as many as the network's features keep.
    """
    cnn, sift = study.tag_table("cnn"), study.tag_table("sift")
    tags = cnn.index.intersection(sift.index).sort_values()
    cnn, sift = cnn.loc[tags], sift.loc[tags]
    scores = pd.DataFrame(
        {
            "network's features": cnn["score"],
            "SIFT words": sift["score"],
            "clarity of SIFT words": sift["z_clarity"],
            FREQUENCY: cnn["count"].astype(float),
        }
    )
    return scores, _kept(scores)


def _kept(scores: pd.DataFrame) -> pd.DataFrame:
    kept = scores > 2.0
    kept[FREQUENCY] = scores[FREQUENCY].rank(ascending=False, method="first") <= kept.iloc[:, 0].sum()
    return kept


def filters(study: Study, seed: int = 0) -> pd.DataFrame:
    """:func:`judge` on the training set; an InputError where the labels call all tags visual, or none."""
    scores, kept = filter_scores(study)
    visual = visual_by_labels(study, scores.index)
    if visual.all() or not visual.any():
        raise InputError(
            f"{visual.sum()} of {len(visual)} tags are visual by the labels; to judge a filter takes tags of both kinds"
        )
    return judge(scores, kept, visual, seed)


def judge(scores: pd.DataFrame, kept: pd.DataFrame, visual: np.ndarray, seed: int = 0) -> pd.DataFrame:
    """AUC of each score, its lead over tag frequency, and what its rule keeps; intervals by bootstrap over tags.

    ``scores`` and ``kept`` are from :func:`filter_scores`; ``visual``, bool, has tags of both kinds in the same order.

    Returns
    -------
    DataFrame, a row a score and measure
        ``score``, of which the last is ``random``: what a coin that keeps as many as the first score comes to;
        ``measure``: ``auc``; ``over frequency``, paired, on the same drawn tags; ``visual kept`` and
        ``others removed``, shares; ``value``, ``low``, ``high``, ``n_tags``, ``n_visual``.
    """
    weights = resampled(len(visual), seed=seed)
    frequency = auc(scores[FREQUENCY], visual, weights)
    rows = []
    for name in scores:
        area, flags = auc(scores[name], visual, weights), kept[name].to_numpy()
        rows.append((name, "auc", *interval(area)))
        if name != FREQUENCY:
            rows.append((name, "over frequency", *interval(area - frequency)))
        rows.append((name, "visual kept", *interval(share(flags, visual, weights))))
        rows.append((name, "others removed", *interval(share(~flags, ~visual, weights))))
    part = float(kept.iloc[:, 0].mean())
    for measure, value in {"auc": 0.5, "visual kept": part, "others removed": 1 - part}.items():
        rows.append((RANDOM, measure, value, np.nan, np.nan))
    table = pd.DataFrame(rows, columns=["score", "measure", "value", "low", "high"])
    return table.assign(n_tags=len(visual), n_visual=int(visual.sum()))


def filters_text(table: pd.DataFrame) -> pd.DataFrame:
    """The table of :func:`judge` for reading: a row a score, intervals in brackets."""
    text = [
        f"{r.value:+.2f} [{r.low:+.2f}, {r.high:+.2f}]"
        if r.measure == "over frequency"
        else f"{r.value:.2f}" + ("" if np.isnan(r.low) else f" [{r.low:.2f}, {r.high:.2f}]")
        for r in table.itertuples()
    ]
    wide = table.assign(text=text).pivot_table("text", "score", "measure", aggfunc="first", fill_value="", sort=False)
    return wide.rename(columns={"auc": "AUC"})


def judged_filter(study: Study, seed: int = 0) -> pd.DataFrame | None:
    """:func:`judge` of the study's own filter (claim C5); None without one, or where all tags or none are visual."""
    if study.config.tag_filter == "none":
        return None
    table = study.tag_table().sort_index()  # filter_scores has fewer tags where pictures lack SIFT words
    scores = pd.DataFrame({"filter": table["score"], FREQUENCY: table["count"].astype(float)})
    visual = visual_by_labels(study, table.index)
    return None if visual.all() or not visual.any() else judge(scores, _kept(scores), visual, seed)
