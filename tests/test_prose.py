"""What prose says of results is compared with the files that hold them: numbers by marks, sentences one by one."""

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from tests.scripts import load

ROOT = Path(__file__).parents[1]
prose = load("book/prose.py")


def table(name, collection="mirflickr25k-128"):
    return pd.read_csv(ROOT / "figures" / collection / name)


@pytest.mark.parametrize("path", prose.sources(), ids=lambda path: path.stem)
def test_each_marked_number_is_what_its_source_says(path):
    for text in prose.texts(path):
        assert prose.renewed(text) == text, "run python book/prose.py, and read what it changed"
        assert text.count("<!-- ") - len(prose.MARK.findall(text)) == len(re.findall(r"<!-- (?:from|end)", text))


def test_the_mark_catches_a_number_that_has_drifted():
    mark = "<!-- mirflickr25k-128/statistics.csv part=pictures what=number : value {} -->"
    right = prose.renewed("0" + mark.format(",.0f"))
    assert right == f"{table('statistics.csv')['value'].iloc[0]:,.0f}" + mark.format(",.0f")
    assert prose.renewed("−12.5" + mark.format("100*.1f")).startswith("1164400.0")
    with pytest.raises(ValueError, match="rows with"):
        prose.renewed("1" + mark.format(".0f").replace("what=number ", ""))


# A number in prose is marked, or computed by a cell, or stands in mathematics or code, or is worked out by hand where a
# cell checks it. What is left has no file: numbers of the paper and of official data sets, settings, definitions.
BY_HAND = r"By hand|Quiz|Exercises|pencil|by hand"
NUMBER = r"(?<![\w.])[-+−±]?(?:\d{1,3}(?:,\d{3})+|\d*\.\d+(?!\d)|\d+(?= ?%))"
OWN = {
    "00": ".1 .5",
    "01": "25 .2",
    "02": "1,500 0.4 .5 95 .0001 .9 .2 .4",
    "03": "35 12.5 2.83",
    "04": "264,648 .5 0.5 1.2 2.3",
    "05": "25,000 269,648 0.4 25 100 3,356 15,000 22 5,018 60,301 5,000",
    "06": ".1 .5",
    "06b": "2,000",
    "08": "3.60",
    "09": ".1 .2 .4 .3 .5 .6 .8 .9 −.1 2.5 97.5",
    "10": ".857 .871 ±.009",
    "11": "1,000 95",
    "12": "1,900 100,000",
}


@pytest.mark.parametrize("path", prose.sources()[1:], ids=lambda path: path.stem)
def test_a_notebook_types_no_number_that_a_file_or_a_cell_could_have(path):
    own = set(OWN.get(path.stem.split("_")[0], "").split())
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "markdown" or re.search(BY_HAND, cell.source):
            continue
        text = re.sub(
            r"```.*?```|\$\$.*?\$\$|\$[^$\n]*\$|`[^`\n]*`|\]\([^)]*\)", "", prose.MARK.sub("", cell.source), flags=re.S
        )
        text = re.sub(r"(?:sections?|and|\|) \d\.\d|10\.\d{4,}", "", text)  # of the paper; a DOI
        assert not set(re.findall(NUMBER, text)) - own, f"{cell['id']}: mark it, or let a cell compute it"


def filters():
    return table("filters.csv").set_index(["score", "measure"])["value"]


def auc(score):
    found = table("filters.csv")
    return found[(found["score"] == score) & (found["measure"] == "auc")].iloc[0]


def lift(setting, value, collection, measure="lift"):
    found = table("skipgram.csv", collection)
    one = found[(found["setting"] == setting) & (found["value"] == value) & (found["measure"] == measure)]
    return one["mean"].iloc[0]


def above_one(setting, value, collection):
    """The lift above 1, as a share of that of the default."""
    found = table("skipgram.csv", collection)
    default = found[found["default"] & (found["measure"] == "lift")]["mean"].iloc[0]
    return (lift(setting, value, collection) - 1) / (default - 1)


def chosen(choice):
    """Differences from the default by what stands in its place and code length."""
    found = table("settings.csv")
    return found[found["choice"].str.startswith(choice)].set_index(["choice", "a", "n_bits"])


def longer(method):
    found = table("convergence.csv").pivot(index="method", columns="factor", values="precision").loc[method]
    return found[2] - found[1]


def unseen_leads():
    """Points by which the best of CCA-ITQ and WDHT is ahead of the best that was taught other labels, a family each."""
    paths = sorted((ROOT / "figures" / "mirflickr25k-128").glob("unseen-*/unseen.csv"))
    tables = [pd.read_csv(path).set_index("a")["difference"] for path in paths]
    tags = ["CCAITQ", "WDHT"]
    return [100 * (t[tags].max() - t.drop([*tags, "Weak"]).max()) for t in tables]


def by_bits(method):
    return table("results.csv").query("method == @method").groupby("n_bits")["precision@500"].mean()


def few_labels(method):
    """Of the curve: by code length and number of labelled pictures, the best of the methods where there are several."""
    found = table("held-out/curve.csv")
    return found[found["method"].str.fullmatch(method)].groupby(["n_bits", "n_labelled"])["precision"].max()


COUNTS = (50, 100, 250, 500, 1000, 2500, 4872)


def at_once(column, counts=COUNTS):
    found = table("held-out/curve.csv").query("method == 'Joint' and n_labelled in @counts")
    return found[column]


def tags_alone(n_bits):
    return few_labels("CCAITQ|JointTags|WDHT|Weak")[n_bits, 0]


def verdicts(what):
    found = table("claims.csv")
    return set(found[found["what"].str.contains(what, regex=True)]["verdict"])


def surely(a, b, least=0):
    """The code lengths at which a is ahead of b by more than this."""
    return set(table("controls.csv").query("a == @a and b == @b and low > @least")["n_bits"])


def by_word():
    """Where between chance, 0, and a classifier with all labels, 1, the search by a word is on average."""
    found = table("words.csv").set_index("concept").loc["mean of all"]
    return (found["precision"] - found["chance"]) / (found["classifier"] - found["chance"])


def stage(n_bits):
    """WS-DSH against DSH, its placebo and as long a training, where the last stage of the network trains too."""
    gains, controls = (table(f"held-out_stage/{name}.csv") for name in ("gains", "controls"))
    parts = [gains[gains["measure"] == "precision@500"], controls]
    return pd.concat(parts).query("a == 'WS-DSH' and n_bits == @n_bits").set_index("b")


BOTH = ("mirflickr25k-128", "postcards")
FEW = (("epochs", "2"), ("epochs", "4"), ("sample", "0.0001"))
STATEMENTS = [
    ("06", "Both lead frequency by far more than their intervals.",
     lambda: min(auc("network's features")["low"], auc("SIFT words")["low"]) > auc("tag frequency")["high"]),
    ("06", "on all of MIRFLICKR's the network is ahead by more than they are wide",
     lambda: auc("network's features")["low"] > auc("SIFT words")["high"]),
    ("06", "lets most pass",
     lambda: filters()["network's features", "others removed"] < .5),
    ("02", "is about half of what it becomes, or less",
     lambda: all(above_one(*setting, c) < .6 for c in BOTH for setting in FEW)),
    ("02", "costs a fifth of that or more; one of 5 next to nothing",
     lambda: all(above_one("window", "2", c) < .81 and above_one("window", "5", c) > .94 for c in BOTH)),
    ("02", "after the 16 epochs that the rule chooses",
     lambda: set(table("skipgram.csv").query("setting == 'epochs' and default")["value"].astype(str)) == {"16"}),
    ("02", "Two negatives in place of five would do a little better on both collections",
     lambda: all(lift("negative", "2", c) > lift("negative", "5", c) for c in BOTH)),
    ("02", "Mean similarity falls from above .9 to below .2",
     lambda: all(lift("epochs", "2", c, "mean s") > .9 and lift("epochs", "100", c, "mean s") < .2 for c in BOTH)),
    ("02", "the plain cosine of mean vectors is a little better",
     lambda: (table("measures.csv").set_index("measure").filter(like="upper").rank().loc["cosine"] >= 3).all()),
    ("05", "only a quarter to a third more than of any pairs share a concept",
     lambda: all(1.24 < v < 1.34 for c in BOTH for v in table("statistics.csv", c).query("part == 'lift'")["value"])),
    ("06", "holds on drawings; contradicted on photographs, by the rule of notebook 10",
     lambda: [table("claims.csv", c).query("claim == 'C5'")["verdict"].item() for c in BOTH[::-1]]
     == ["supported", "contradicted"]),
    ("11", "KSH a little; of DSH and DRSCH not shown",
     lambda: verdicts("as the start of KSH") == {"supported"} and verdicts("start of D") == {"no difference shown"}),
    ("11", "DSH at most lengths, DRSCH at 8 bits",
     lambda: surely("WS-DSH", "Matched-DSH") == {8, 32, 64} and surely("WS-DRSCH", "Matched-DRSCH") == {8}),
    ("11", "| Weak − Placebo-Weak | holds, by far |", lambda: surely("Weak", "Placebo-Weak", .1) == {8, 16, 32, 64}),
    ("11", "few labels, with and without tags: the curve at the top | in part |",
     lambda: verdicts("make up") == {"mixed"}),
    ("11", "by less than two points; at 32 bits it is surely ahead of none",
     lambda: len(stage(16)) == 3 and (stage(16)["low"] > 0).all() and (stage(16)["difference"] < .02).all()
     and (stage(32)["low"] < 0).all()),
    ("README", "points; at 32 bits surely of neither.",
     lambda: (stage(16)["low"].loc[["DSH", "Placebo-DSH"]] > 0).all() and (stage(32)["low"] < 0).all()),
    ("12", "on photographs every concept is surely above chance",
     lambda: (table("words.csv")["low"] > table("words.csv")["chance"]).all()),
    ("12", "two thirds of the way from chance to a classifier with all labels", lambda: .62 < by_word() < .71),
    ("04", "No way is surely better than all layers, rescaled, at either length.",
     lambda: (chosen("hand-over")["low"] < 0).all()),
    ("04", "The plain copy costs WS-DSH about two points at 64 bits, surely, and else nothing that is shown.",
     lambda: chosen("hand-over")["high"].lt(0).pipe(lambda worse: worse[worse].index.tolist())
     == [("hand-over to WS-DSH", "all, unscaled", 64)]
     and -.025 < chosen("hand-over")["difference"].min() < -.015),
    ("04", "WS-DRSCH most: a little more than the half point of rule 2",
     lambda: .005 < longer("WS-DRSCH") < .007 and longer("WS-DRSCH") > max(longer("DRSCH"), longer("Placebo-DRSCH"))),
    ("README", "with few labels, learn from both *at once*",
     lambda: (at_once("over_labels_low", COUNTS[:5]) > 0).all() and (at_once("over_tags_high") > 0).all()),
    ("README", "the tags add nothing that these data show",
     lambda: (at_once("over_labels_low", (4872,)) < 0).all() and (at_once("over_labels_high", (4872,)) > 0).all()),
    ("README", "shuffled tags do harm instead",
     lambda: (few_labels("Placebo-Joint") < few_labels("Twin")).all()),
    ("README", "below 500 labels it is below tags alone",
     lambda: all(few_labels("WS-.*")[n_bits].loc[:499].max() < tags_alone(n_bits) for n_bits in (16, 32))),
    ("README", "are 2 to 18 points ahead of every method that was taught the other labels, in each of five families",
     lambda: len(unseen_leads()) == 5 and round(min(unseen_leads())) == 2 and round(max(unseen_leads())) == 18),
    ("README", "the margin of equation (3) should grow with the length of the code, and its sums should be means",
     lambda: (chosen("margin")["low"] > 0).all() and (chosen("reduction")["high"] < -.05).all()),
    ("README", "is ahead of it from 16 bits on", lambda: (by_bits("WDHT") > by_bits("Weak")).loc[16:].all()),
    ("README", "WS-KSH keeps a small gain that is the tags' own",
     lambda: verdicts("shuffled tags as the start of KSH") == {"supported"}),
    ("README", "so the tags are not the reason",
     lambda: verdicts("shuffled tags as the start of D") == {"no difference shown"}),
]  # fmt: skip


@pytest.mark.parametrize(("where", "sentence", "holds"), STATEMENTS, ids=[f"{w}: {s[:40]}" for w, s, _ in STATEMENTS])
def test_a_sentence_about_results_stands_where_it_should_and_holds(where, sentence, holds):
    path = ROOT / "README.md" if where == "README" else next((ROOT / "notebooks").glob(f"{where}_*.ipynb"))
    said = re.sub(r"\s+", " ", " ".join(prose.texts(path)))
    assert sentence in said, "the sentence has changed: change it here too"
    assert holds(), "the results no longer say so"


PAGES = [ROOT / name for name in ("README.md", "REPRODUCING.md", "RELEASING.md", "CONTRIBUTING.md", "CHANGELOG.md")]


@pytest.mark.parametrize("path", PAGES + sorted(ROOT.glob("benchmarks/*.md")), ids=lambda path: path.stem)
def test_the_links_of_a_page_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", path.read_text(encoding="utf-8"))
    assert not [to for to in links if not to.startswith("http") and not (path.parent / to).exists()]


@pytest.mark.parametrize("path", PAGES[1:3], ids=lambda path: path.stem)
def test_files_and_commands_that_a_page_names_are_there(path):
    from wshash.study.cli import _parser

    text = path.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:figures|benchmarks|\.ci)/[^`]+)`", text):
        for collection in ("postcards", "mirflickr25k-128"):
            assert (ROOT / name.replace("<data set>", collection)).exists(), name
    for command in re.findall(r"python -m wshash ([^`\n]+)`", text):
        assert _parser().parse_args(command.split()).command
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    made = set(re.findall(r"(?:^|`)make (\w+)", text, flags=re.MULTILINE))
    assert made and all(f"\n{target}: " in makefile for target in made)
