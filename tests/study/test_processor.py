"""What another processor changes, measured in parts: a part replaces its own lines in processor.json and no other."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from tests.scripts import ROOT, load
from wshash.study.results import verify

OTHERS = {"made_by": "a machine, commit 1, 2 seeds"}
DSH = {"dataset": "postcards", "method": "DSH", "bits": 8, "processors": 0.5, "spread": 0.25, **OTHERS}


@pytest.fixture
def processor(tmp_path, monkeypatch):
    """The benchmark, in a checkout with some lines, where DSH and LSH differ by what is written here."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    processor = load("benchmarks/processor.py")
    values = {  # method and seed: precision and average precision, here and there
        ("LSH", 0): ((0.5, 0.5), (0.4, 0.4)), ("LSH", 1): ((0.7, 0.7), (0.4, 0.4)),
        ("DSH", 0): ((0.8, 0.81), (0.6, 0.6)), ("DSH", 1): ((0.8, 0.77), (0.6, 0.65)),
    }  # fmt: skip
    asked = []

    def make(study, folder, **environment):
        asked.append((study, environment))
        for (method, seed), pairs in values.items():
            precision, ap = (pair[bool(environment)] for pair in pairs)
            path = folder / "rows" / f"{method}-{seed}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            measures = {"precision@500": precision, "average_precision": ap}
            path.write_text(json.dumps({"method": method, "n_bits": 8, "measures": measures}))

    def plan(config, methods, bits, seeds):
        paths = [tmp_path / "runs/rows" / f"{m}-{s}.json" for m in methods for s in range(seeds)]
        return SimpleNamespace(rows=[SimpleNamespace(path=path) for path in paths])

    (tmp_path / "runs/features").mkdir(parents=True)
    (tmp_path / "runs/features/a.npy").write_text("seen here")
    (tmp_path / "benchmarks").mkdir()
    lines = [DSH | {"measure": m} | other for m in ("precision", "average_precision") for other in DIFFER]
    (tmp_path / "benchmarks/processor.json").write_text(json.dumps({"table": lines}))
    for module in (processor, verify):
        monkeypatch.setattr(module, "project_root", lambda required=False: tmp_path)
    monkeypatch.setattr(processor, "runs_root", lambda: tmp_path / "runs")
    monkeypatch.setattr(processor, "keep", lambda *_: None)
    monkeypatch.setattr(processor, "make", make)
    monkeypatch.setattr(processor, "plan", plan)
    processor.asked, processor.path = asked, tmp_path / "benchmarks/processor.json"
    return processor


DIFFER = ({}, {"bits": 16}, {"method": "KSH"}, {"dataset": "mirflickr25k-128"})
"""In what a line may be of something else than what is measured."""


def run(processor, monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["processor.py", "--dataset", "postcards", *arguments])
    processor.main()
    return json.loads(processor.path.read_text())["table"]


def test_a_part_replaces_its_own_lines_and_says_of_them_alone_what_made_them(processor, monkeypatch):
    before = json.loads(processor.path.read_text())["table"]
    part = ("--methods", "DSH", "LSH", "--bits", "8")
    assert run(processor, monkeypatch, *part) == before, "nothing is written unasked"
    table = run(processor, monkeypatch, *part, "--write", "--same-features")
    assert table[: len(before) - 2] == [line for line in before if any(line[k] != DSH[k] for k in processor.OWN[:3])]
    found = {(line["method"], line["measure"]): line for line in table[len(before) - 2 :]}
    assert len(table) == len(before) + 2 and len(found) == 4  # LSH is new, and DSH in place of what was there
    assert all((line["dataset"], line["bits"]) == ("postcards", 8) for line in found.values())
    assert found["DSH", "precision"]["processors"] == pytest.approx(0.03)  # the larger of .01 and .03
    assert found["DSH", "average_precision"]["processors"] == pytest.approx(0.05)
    assert found["DSH", "precision"]["spread"] == 0
    assert found["LSH", "precision"]["spread"] == pytest.approx(0.02**0.5)  # of .5 and .7, made here
    assert all("2 seeds, on the same features" in line["made_by"] for line in found.values())
    assert {line["made_by"] for line in table} - {OTHERS["made_by"]} == {found["DSH", "precision"]["made_by"]}
    text = processor.path.with_suffix(".md").read_text()
    assert text.count("\n\na machine, commit 1, 2 seeds:\n\n") == 2 and text.count("on the same features:\n\n") == 1
    assert "| LSH      |      8 |                             0.00000 |" in text
    rows = pd.DataFrame({"method": "LSH", "n_bits": 8, "precision@500": [0.5, 0.5]})
    assert verify.tolerances(rows, "precision@500")["tolerance"].item() == verify.LEAST  # verify reads what was written


def test_both_sides_make_the_rows_asked_for_and_the_same_features_are_those_of_here(processor, monkeypatch):
    there = processor.path.parents[1] / "runs/processor/features/a.npy"
    run(processor, monkeypatch, "--methods", "DSH", "--bits", "8", "16")
    study = ["--dataset", "postcards", "--methods", "DSH", "--bits", "8", "16", "--seeds", "2"]
    assert processor.asked == [(study, {}), (study, processor.FORBIDDEN)] and not there.exists()
    run(processor, monkeypatch, "--methods", "DSH", "--same-features")
    assert there.read_text() == "seen here"


def test_one_seed_is_refused(processor, monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(processor, monkeypatch, "--seeds", "1")
    assert "says nothing of the spread" in capsys.readouterr().err and not processor.asked
