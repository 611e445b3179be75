"""What the free tags taught: pictures never trained on, found by a word, and words proposed for them."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from wshash.hashing.classifier import ClassifierHash
from wshash.paths import project_root
from wshash.retrieval import evaluate
from wshash.search.model import SHIPPED, SearchModel
from wshash.search.training import train
from wshash.study.grid.fitting import pinned_threads
from wshash.study.grid.store import write_text
from wshash.study.grid.study import Study
from wshash.study.grid.tagside import judged_from
from wshash.study.provenance import provenance
from wshash.study.results.files import folder_of, write_markdown, write_table
from wshash.study.results.readme import filled
from wshash.tags.equations import tag_indicator

# Concepts that people call something else when they tag. Of others the name is the word, or there is none.
WORD_OF = {"plant_life": "plants", "structures": "architecture", "female": "woman", "male": "man", "indoor": "room"}
ALL = "mean of all"


def search_model(study: Study) -> SearchModel:
    """The model of a search, trained on the tags of the training pictures: queries and labels take no part.

    Tags that are too rare for the visual filter to judge (20 pictures) are learnt from and not kept.
    """
    facts = {
        "backbone": study.config.backbone,
        "trained on": f"{len(study.train)} pictures of {study.config.dataset}, by their tags alone",
        "fingerprints": study.fingerprints,
    }
    return train(study.features[study.train], study.train_tags, facts, min_count=judged_from(len(study.train)))


def bootstrap(measure: Callable, n: int, n_resamples: int = 1000, seed: int = 0) -> tuple:
    """A measure from 0 to 1 and its 95 % interval: value, low, high; floats, or arrays where it is several.

    ``measure(weights)`` is given how often each picture is in a sample with replacement. Repeated pictures raise an
    average precision, that of a rare concept most; so the resamples are moved to have the value itself as mean.
    """
    rng = np.random.default_rng(seed)
    value = measure(np.ones(n, int))
    drawn = np.stack([measure(weights) for weights in rng.multinomial(n, np.full(n, 1 / n), size=n_resamples)])
    low, high = np.quantile(drawn - drawn.mean(axis=0) + value, [0.025, 0.975], axis=0)
    return value, np.clip(low, 0, 1), np.clip(high, 0, 1)


def weighted_average_precision(scores: np.ndarray, relevant: np.ndarray) -> Callable:
    """Average precision of each column of scores, as a function of how often each picture counts.

    Parameters
    ----------
    scores : float array, n×c
        No two equal in a column.
    relevant : bool array, n×c
    """
    order = np.argsort(-scores, axis=0, kind="stable")
    hits = np.take_along_axis(relevant, order, axis=0)

    def measure(weights: np.ndarray) -> np.ndarray:
        w = weights[order]
        found, seen = np.cumsum(w * hits, axis=0), np.cumsum(w, axis=0)
        return (w * hits * found / np.maximum(seen, 1)).sum(axis=0) / np.maximum(found[-1], 1)

    return measure


def concepts(study: Study, model: SearchModel) -> pd.DataFrame:
    """Each concept searched by its name among the queries, which no model has seen, beside a classifier.

    Returns
    -------
    DataFrame, a row a concept that a query shows and whose name is a known word, best against chance first; last
    their mean
        ``word``; ``count``, training pictures tagged with it; ``relevant``, queries; ``precision``, average precision,
        with ``low`` and ``high`` (95 %, bootstrap over the queries); ``classifier``, of a logistic regression with the
        labels of all training pictures, with ``classifier_low`` and ``classifier_high``; ``chance``.
    """
    data, query, rows = study.data, study.query, study.train
    word = {concept: WORD_OF.get(concept, concept) for concept in data.concepts}
    shown = data.labels[query].any(axis=0)
    known = [c for c, concept in enumerate(data.concepts) if word[concept] in model.words and shown[c]]
    names = [data.concepts[c] for c in known]
    words = [model.words.index(word[name]) for name in names]
    relevant = data.labels[query][:, known]
    _, vectors = model.predict(study.features[query].astype(np.float16))
    with pinned_threads(study.config.threads):
        classifier = ClassifierHash(n_bits=16).fit(study.features[rows], data.labels[rows])
    by_labels = ((study.features[query] - classifier.mean_) / classifier.scale_ @ classifier.coef_)[:, known]
    table = {"concept": [*names, ALL], "word": [*(model.words[v] for v in words), ""]}
    table["count"] = [*(model.facts["counts"][v] for v in words), sum(model.facts["counts"][v] for v in words)]
    table["relevant"] = [*relevant.sum(axis=0), relevant.sum()]
    for column, scores in (("", vectors @ model.arrays["vectors"][words].T), ("classifier", by_labels)):
        measure = weighted_average_precision(scores, relevant)

        def with_mean(weights, measure=measure):
            found = measure(weights)
            return np.append(found, found.mean())

        names = (column or "precision", f"{column}_low".lstrip("_"), f"{column}_high".lstrip("_"))
        table |= dict(zip(names, bootstrap(with_mean, len(query)), strict=True))
    share = relevant.mean(axis=0)
    found = pd.DataFrame(table).assign(chance=np.append(share, share.mean()), n_queries=len(query))
    order = (found["precision"] / found["chance"]).where(found["concept"] != ALL, -1)
    return found.loc[order.sort_values(ascending=False).index].reset_index(drop=True)


def words(study: Study, model: SearchModel) -> pd.DataFrame:
    """Each word searched among the queries, judged by the tags that their owners typed: visual or not, frequent or not.

    Tags are incomplete, so that a precision says little; the area under the ROC curve compares words of any frequency.

    Returns
    -------
    DataFrame, a row a word that at least 5 queries are tagged with
        ``word``; ``count`` of training pictures; ``score`` of the visual filter; ``visual``, whether it is kept;
        ``tagged``, queries; ``auc``, the chance that a tagged query comes before another.
    """
    from sklearn.metrics import roc_auc_score

    tagged = (tag_indicator([study.data.tags[i] for i in study.query], model.words) > 0).toarray()
    scores = model.predict(study.features[study.query].astype(np.float16))[1] @ model.arrays["vectors"].T
    score = study.tag_table("cnn")["score"].reindex(model.words)
    table = pd.DataFrame({"word": model.words, "count": model.facts["counts"], "score": score.to_numpy()})
    table = table.assign(visual=model.arrays["visual"] > 0, tagged=tagged.sum(axis=0))
    table = table[table["tagged"] >= 5].sort_values("score", ascending=False)
    return table.assign(auc=[roc_auc_score(tagged[:, v], scores[:, v]) for v in table.index]).reset_index(drop=True)


def kinds_of_words(table: pd.DataFrame) -> pd.DataFrame:
    """The mean AUC of :func:`words`, of visual words and others, rarer and more frequent than the median."""
    frequent = np.where(table["count"] > table["count"].median(), "frequent", "rare")
    kind = np.where(table["visual"], "visual", "not visual")
    groups = table.groupby([pd.Series(kind, name="kind"), pd.Series(frequent, name="how often")], sort=False)["auc"]
    found = groups.agg(words="size", auc="mean", error="sem").reset_index()
    return found.assign(low=found["auc"] - 1.96 * found["error"], high=found["auc"] + 1.96 * found["error"])


def proposals(study: Study, model: SearchModel, n: int = 5) -> pd.DataFrame:
    """The first ``n`` words proposed for each query, against the tags that its owner typed and against its concepts.

    Returns
    -------
    DataFrame, a row a rule and measure, with the interval over the queries
        ``rule``; ``measure``: ``own tags``, share of the words that the owner typed; ``any own tag``, share of the
        pictures of which one is; ``concepts``, of the words that name a concept, the share that is right.
    """
    data, query = study.data, study.query
    vectors = model.predict(study.features[query].astype(np.float16))[1]
    nearest = np.argsort(-(vectors @ model.arrays["vectors"].T), axis=1)[:, :n]
    rules = {
        "most frequent words": [model.words[:n]] * len(query),
        "nearest words": [[model.words[v] for v in row] for row in nearest],
        "likeliest words": [[word for word, _ in row] for row in model.propose(vectors, n, visual=False)],
        "likeliest visual words (`tag`)": [[word for word, _ in row] for row in model.propose(vectors, n)],
    }
    concept = {WORD_OF.get(name, name): c for c, name in enumerate(data.concepts)}
    rows = []
    for rule, proposed in rules.items():
        own = np.array([[word in data.tags[i] for word in row] for i, row in zip(query, proposed, strict=True)])
        right = [
            [data.labels[i, concept[w]] for w in row if w in concept] for i, row in zip(query, proposed, strict=True)
        ]
        pairs = np.array([[sum(row), len(row)] for row in right])
        for name, top, below in (
            ("own tags", own.sum(axis=1), np.full(len(own), n)),
            ("any own tag", own.any(axis=1), np.ones(len(own))),
            ("concepts", pairs[:, 0], pairs[:, 1]),
        ):

            def share(weights, top=top, below=below):
                return weights @ top / max(1, weights @ below)

            value, low, high = bootstrap(share, len(query))
            rows.append({"rule": rule, "measure": name, "share": value, "low": low, "high": high})
    return pd.DataFrame(rows).assign(n_queries=len(query))


def pictures(study: Study, model: SearchModel, depths: tuple[int, ...] = (10, 100, 500)) -> pd.DataFrame:
    """Precision of the codes: queries, never trained on, find training pictures that share a concept."""
    parts = (model.predict(study.features[rows].astype(np.float16))[0] for rows in (study.query, study.database))
    labels = (study.data.labels[rows] for rows in (study.query, study.database))
    report = evaluate(*parts, *labels, depths=tuple(d for d in depths if d < len(study.database)))
    rows = []
    for depth in report.depths:
        values = report.per_query[f"precision@{depth}"].astype(float)
        value, low, high = bootstrap(lambda weights, values=values: weights @ values / len(values), len(values))
        rows.append({"answers": depth, "precision": value, "low": low, "high": high, "chance": report.chance})
    return pd.DataFrame(rows).assign(n_bits=model.n_bits, n_queries=report.n_queries)


def publish_words(study: Study, ship: bool = False) -> list[pd.DataFrame]:
    """Train, judge, write ``words`` (figure, numbers) and ``words_*`` (tables); ``ship``: the model and its card."""
    from wshash import plots

    model, folder = search_model(study), folder_of(study.config)
    by_concept, by_word = concepts(study, model), words(study, model)
    kinds, proposed, found = kinds_of_words(by_word), proposals(study, model), pictures(study, model)
    origin = provenance(study.config) | {"fingerprints": study.fingerprints, "model": model.digest}
    plots.save(plots.by_word(by_concept), "words", folder, by_concept, plots.describe_by_word(by_concept), origin)
    write_markdown(folder, "words", by_concept.round(3))
    tables = {"words_each": by_word, "words_kinds": kinds, "words_proposed": proposed, "words_pictures": found}
    for name, table in tables.items():
        write_table(folder, name, table, table.round(3))
    if ship:
        model.save(SHIPPED)
        write_text(folder / "words_model.md", f"Identity: `{model.digest}`, {SHIPPED.stat().st_size:,} bytes\n")
        card = SHIPPED.with_name("MODEL.md")
        write_text(card, filled(card.read_text(encoding="utf-8"), project_root(required=True)))
    return [by_concept, kinds, proposed, found]
