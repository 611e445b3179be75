"""Verification: the same study is told from one in which something was broken on purpose."""

import json
import os
import platform
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from wshash import InputError
from wshash.study import Store, Study, StudyConfig
from wshash.study.cli import main
from wshash.study.results import frames, verify
from wshash.study.results.claims import claims

ROOT = Path(__file__).parents[3]
CONFIG = StudyConfig(options={"n": 400}, n_queries=60, preset="smoke", tag_filter="none")
GRID = [(method, 8, seed) for method in ("LSH", "DSH", "WS-DSH") for seed in (0, 1)]


def results(study: Study) -> verify.Results:
    """What publishing makes of the rows, and reading of that."""
    for row in GRID:
        study.row(*row)
    rows = frames.read_rows(study.row_path(*row) for row in GRID)
    origin = {"fingerprints": study.fingerprints, "config": study.config.to_dict(), "versions": {}}
    return verify.Results(frames.measures(rows).astype({"method": str}), claims(rows), origin)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Study:
    return Study(CONFIG, Store(tmp_path_factory.mktemp("verify")))


@pytest.fixture(scope="module")
def published(whole) -> verify.Results:
    return results(whole)


def again(whole, folder, config=CONFIG, data=None) -> verify.Results:
    """The study anew, from the same pictures and features."""
    from wshash.study.grid.collection import Collection

    collection = Collection(store=Store(folder), data=data or whole.data, features=whole.features)
    return results(Study(config, collection.store, collection))


def test_the_same_study_is_reproduced_to_the_last_digit(whole, published, tmp_path):
    verdict = verify.compare(again(whole, tmp_path), published)
    assert verdict.reproduced and (verdict.rows["difference"] == 0).all() and not verdict.lines()
    assert str(verdict).startswith("6 of 6 rows within tolerance of the published ones (largest difference .0000 of ")
    assert str(verdict).endswith("every claim has the verdict published; same data, same split")


@pytest.mark.parametrize(
    ("module", "loss", "moved"), [("dsh", "dsh_loss", {"DSH", "WS-DSH"}), ("weak", "pair_loss", {"WS-DSH"})]
)
def test_a_sign_in_a_loss_is_caught(module, loss, moved, whole, published, tmp_path, monkeypatch):
    module = import_module(f"wshash.hashing.{module}")
    right = getattr(module, loss)
    monkeypatch.setattr(module, loss, lambda *args, **more: -right(*args, **more))
    verdict = verify.compare(again(whole, tmp_path), published)
    assert not verdict.reproduced and not verdict.different
    assert set(verdict.outside["method"]) == moved  # and what does not go through it, as LSH, is as it was
    name = max(moved)
    assert any(line.startswith(f"{name} 8 bits seed ") and "with a tolerance of" in line for line in verdict.lines())


def test_another_split_is_caught(whole, published, tmp_path):
    verdict = verify.compare(again(whole, tmp_path, replace(CONFIG, split_seed=1)), published)
    assert not verdict.reproduced and list(verdict.different) == ["split"]
    assert {"LSH", "DSH"} <= set(verdict.outside["method"])
    assert "; other split\nsplit: " in str(verdict)


def test_other_tags_are_caught(whole, published, tmp_path):
    order = np.random.default_rng(0).permutation(len(whole.data))
    dealt = replace(whole.data, tags=[whole.data.tags[i] for i in order])
    verdict = verify.compare(again(whole, tmp_path, data=dealt), published)
    assert not verdict.reproduced and "data" in verdict.different
    assert set(verdict.outside["method"]) == {"WS-DSH"}  # which alone has seen a tag


def folder(path: Path, made: verify.Results) -> Path:
    path.mkdir(parents=True)
    made.rows.to_csv(path / "results.csv", index=False)
    made.claims.to_csv(path / "claims.csv", index=False)
    (path / "study.json").write_text(json.dumps(made.origin))
    return path


@pytest.fixture
def places(published, tmp_path, monkeypatch):
    """A checkout in which the study is published, and one run that made the same."""
    for name in ("pyproject.toml", "notebooks/.keep", "benchmarks/processor.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes() if (ROOT / name).is_file() else b"")
    for name in ("WSHASH_RUNS", "WSHASH_FIGURES", "WSHASH_DATA"):
        monkeypatch.setenv(name, "")
    monkeypatch.chdir(tmp_path)
    folder(tmp_path / "figures/postcards", published)
    return tmp_path, folder(tmp_path / "runs/figures/postcards", published)


def test_the_command_says_it_and_reports_it(places, published, capsys):
    root, made = places
    assert main(["verify"]) == 0
    assert "6 of 6 rows within tolerance" in capsys.readouterr().out
    rows = published.rows.copy()
    rows.loc[(rows["method"] == "DSH") & (rows["seed"] == 1), "average_precision"] += 0.2
    rows.to_csv(made / "results.csv", index=False)
    assert main(["verify"]) == 1
    said = capsys.readouterr().out
    assert "5 of 6 rows within tolerance" in said and "\nDSH 8 bits seed 1: average_precision " in said
    report = json.loads((root / "runs/verify/postcards/report.json").read_text())
    assert report["reproduced"] is False and sum(not row["within"] for row in report["rows"]) == 1
    assert report["made"]["fingerprints"] == report["published"]["fingerprints"]
    assert (root / "runs/verify/postcards/report.md").read_text().startswith("# Not reproduced: postcards\n")
    assert (root / "runs/verify/postcards/verify.svg").is_file()
    assert main(["verify", "--methods", "LSH", "WS-DSH"]) == 0  # a part, which is as published
    assert "4 of 4 rows" in (said := capsys.readouterr().out) and "a part of the 6 that are published" in said
    assert main(["verify", "--methods", "DSH", "--seed", "1"]) == 1
    assert "claims are not compared" in capsys.readouterr().out


# -- results written by hand -------------------------------------------------------------------------------------------


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """What another processor was measured to change, of two methods."""
    lines = [
        ("A", "precision", 0.01, 0.02),
        ("A", "precision", 0.004, 0.04),
        ("B", "precision", 0.002, 0.01),
        ("D", "precision", 0.0, 0.0),
        ("A", "average_precision", 0.004, 0.02),
    ]
    table = [dict(zip(("method", "measure", "processors", "spread"), line, strict=True)) for line in lines]
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "processor.json").write_text(json.dumps({"table": table}))
    monkeypatch.setattr(verify, "project_root", lambda required: tmp_path if required else None)


def by_hand(precision, ap, verdicts=("supported", "mixed"), data="d1", **config) -> verify.Results:
    """Rows of A, B, ... at 8 bits, in order of the seeds."""
    rows = [
        {"method": method, "n_bits": 8, "seed": seed, "precision@100": value, "average_precision": ap[method][seed]}
        for method, values in precision.items()
        for seed, value in enumerate(values)
    ]
    claims = {"claim": ["C2", "C3"], "what": ["X", "Y"], "found": ["2 points", "1 point"], "verdict": verdicts}
    origin = {
        "fingerprints": {"data": data, "split": "s"},
        "config": {"dataset": "toy"} | config,
        "versions": {"numpy": "2"},
    }
    return verify.Results(pd.DataFrame(rows), pd.DataFrame(claims), origin | {"commit": f"commit of {data}"})


AP = {"A": [0.4, 0.41], "B": [0.3, 0.3]}
PUBLISHED = by_hand({"A": [0.5, 0.51], "B": [0.6, 0.6]}, AP, data="d2")
OTHER = by_hand({"A": [0.52, 0.51], "B": [0.61, 0.6]}, AP, ("supported", "supported"))


def test_tolerances_by_hand(measured):
    """A moved by .01 at most, in whatever measure, B by .002, D by nothing."""

    def found(measure="precision@100", **values):
        rows = [
            {"method": method.replace("_", "-"), "n_bits": n_bits, measure: value}
            for method, lengths in values.items()
            for n_bits, column in lengths.items()
            for value in column
        ]
        return verify.tolerances(pd.DataFrame(rows), measure).set_index("method")

    two = {8: [0.5, 0.51], 64: [0.7, 0.71]}  # two rows beyond the first of each length: too few to tell the spread
    table = found(A=two, B=two, C=two, D=two, Matched_B=two, Placebo_B=two, WS_D=two)
    assert list(table.columns) == ["processors", "spread", "tolerance"] and table["spread"].isna().all()
    # C and WS-D were not measured and are judged by all; Matched-B and Placebo-B by B.
    assert table["processors"].tolist() == [0.01, 0.002, 0.01, 0, 0.002, 0.002, 0.01]
    assert table["tolerance"].tolist() == pytest.approx([0.03, 0.006, 0.03, 0.0005, 0.006, 0.006, 0.03])
    near = {8: [0.5, 0.505, 0.51], 64: [0.71, 0.705, 0.7]}
    table = found(A=near, B=near, D=near)
    assert table["spread"].tolist() == pytest.approx([0.005] * 3)  # four times .005², over four
    assert table["tolerance"].tolist() == pytest.approx([0.015 * 2**0.5, 0.006, 0.0005])  # A's seeds are nearer
    assert found("recall", A=near)["tolerance"].item() == pytest.approx(0.015 * 2**0.5)
    assert found(A={8: [0.5] * 5})["tolerance"].item() == verify.LEAST


def test_a_comparison_by_hand(measured):
    found = verify.compare(OTHER, PUBLISHED)
    assert found.rows.columns.tolist() == [
        "method", "n_bits", "seed", "measure", "made", "published", "difference", "tolerance", "within"
    ]  # fmt: skip
    keys = found.rows[["method", "n_bits", "seed", "measure"]].apply(tuple, axis=1).tolist()
    assert keys == [
        (m, 8, s, measure) for measure in ("precision@100", "average_precision") for m in "AB" for s in (0, 1)
    ]
    assert found.rows["made"].tolist() == [0.52, 0.51, 0.61, 0.6, 0.4, 0.41, 0.3, 0.3]
    assert found.rows["published"].tolist() == [0.5, 0.51, 0.6, 0.6, 0.4, 0.41, 0.3, 0.3]
    assert found.rows["difference"].tolist() == pytest.approx([0.02, 0, 0.01, 0] + [0] * 4)
    assert found.rows["tolerance"].tolist() == pytest.approx([0.03, 0.03, 0.006, 0.006] * 2)
    assert found.rows["within"].tolist() == [True, True, False, True] + [True] * 4
    drifts = found.drifts.set_index(["method", "measure"])
    assert drifts.index.tolist()[:2] == [("A", "precision@100"), ("B", "precision@100")] and set(drifts["n"]) == {2}
    assert drifts["difference"].tolist() == pytest.approx([0.01, 0.005, 0, 0])
    assert drifts["tolerance"].tolist() == pytest.approx(np.array([0.03, 0.006] * 2) / 2**0.5)
    assert drifts["within"].tolist() == [True, False, True, True]
    assert found.claims.to_numpy().tolist() == [
        ["C2", "X", "supported", "supported", "2 points"], ["C3", "Y", "supported", "mixed", "1 point"]
    ]  # fmt: skip
    assert found.claims.columns.tolist() == ["claim", "what", "made", "published", "found"]
    assert found.different == {"data": ("d1", "d2")} and found.n_published == 4
    assert found.origins == {"made": OTHER.origin, "published": PUBLISHED.origin}
    assert str(found).splitlines() == [
        "3 of 4 rows within tolerance of the published ones (largest difference .0200 of precision@100, "
        "A 8 bits seed 0); 1 of 2 claims have another verdict; other data",
        "data: d1 here, d2 published",
        "B 8 bits seed 0: precision@100 0.6100 here, 0.6000 published, +0.0100 with a tolerance of 0.0060",
        "B: precision@100 differs by +0.0050 in the mean of 2 rows with a tolerance of 0.0042",
        "C3 (Y): supported here, mixed published",
    ]


def test_each_kind_of_difference_alone_is_not_reproduced(measured):
    assert verify.compare(PUBLISHED, PUBLISHED).reproduced
    same = {"precision": {"A": [0.5, 0.51], "B": [0.6, 0.6]}, "ap": AP, "data": "d2"}
    for change in (
        {"data": "d3"},
        {"verdicts": ("supported", "no")},
        {"precision": {"A": [0.5, 0.51], "B": [0.607, 0.593]}},  # two rows, no drift
        {"precision": {"A": [0.5, 0.51], "B": [0.605, 0.605]}},  # a drift, no row
    ):
        found = verify.compare(by_hand(**same | change), PUBLISHED)
        assert not found.reproduced and found.lines(), change
    few = verify.compare(PUBLISHED.part(["B"], [], [0]), PUBLISHED)
    assert few.claims is None and few.reproduced and few.other_claims.empty
    assert str(few) == (
        "1 of 1 rows within tolerance of the published ones (largest difference .0000 of precision@100, "
        "B 8 bits seed 0), a part of the 4 that are published; claims are not compared, since they rest on all methods "
        "of the paper, code lengths and seeds; same data, same split"
    )
    both = verify.compare(replace(PUBLISHED, origin=PUBLISHED.origin | {"fingerprints": {}}), PUBLISHED)
    assert str(both).endswith("; other data, other split\ndata: None here, d2 published\nsplit: None here, s published")


def test_a_row_that_is_there_twice_is_compared_with_none(measured):
    twice = replace(PUBLISHED, rows=pd.concat([PUBLISHED.rows] * 2))
    for made, published in ((twice, PUBLISHED), (PUBLISHED, twice)):
        with pytest.raises(pd.errors.MergeError):
            verify.compare(made, published)


def test_many_differences_are_cut_short_and_all_in_the_report(measured):
    for n, rest in ((6, None), (7, "and 2 more, in the report")):  # two lines a method: its row, its mean
        theirs, ours = ({f"M{i}": [value] for i in range(n)} for value in (0.5, 0.9))
        ap = {f"M{i}": [0.4] for i in range(n)}
        lines = str(verify.compare(by_hand(ours, ap, data="d2"), by_hand(theirs, ap, data="d2"))).splitlines()
        assert len(lines) == 13 + (rest is not None) and (rest is None or lines[-1] == rest)


def test_the_report_holds_the_tables(measured):
    text = verify.compare(OTHER, PUBLISHED).report()
    assert text.startswith("# Not reproduced: toy\n\n3 of 4 rows within tolerance") and text.endswith("|\n")
    assert "\n\ndata: d1 here, d2 published\n\nB 8 bits seed 0: " in text
    assert (
        "\n\nA row may differ by 3 times what its method differed by on another processor (`benchmarks/processor.md`; "
        "of a method that was not measured there, what one that trains alike did, else what any did), by no more than "
        "3 times what two of its seeds differ by, and by 0.0005 at least; the mean of n rows by that divided by √n.\n\n"
    ) in text
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == ["## Made from", "## Claims", "## In the mean of a method", "## Row by row"]
    cells = [tuple(cell.strip() for cell in line.split("|")[1:-1]) for line in text.splitlines() if line[:1] == "|"]
    assert {
        ("", "here", "published"),
        ("commit", "commit of d1", "commit of d2"),
        ("numpy", "2", "2"),
        ("fingerprint: data", "d1", "d2"),
        ("claim", "what", "made", "published", "found"),
        ("C3", "Y", "supported", "mixed", "1 point"),
        ("B", "precision@100", "2", "0.00500", "0.00424", "False"),
        ("B", "8", "0", "precision@100", "0.61000", "0.60000", "0.01000", "0.00600", "False"),
    } <= set(cells)
    assert {row[0] for row in cells} >= {"date", "machine", "gpu", "python", "fingerprint: split"}
    few = verify.compare(PUBLISHED.part([], [], [0]), PUBLISHED).report()
    assert few.startswith("# Reproduced: toy\n\n2 of 2 rows") and "## Claims" not in few


def test_results_are_read_whole_or_not_at_all(tmp_path):
    found = verify.Results.read(folder(tmp_path / "here", OTHER))
    assert found.rows.equals(OTHER.rows) and found.claims.equals(OTHER.claims) and found.origin == OTHER.origin
    part = found.part(["A"], [8], [1])
    assert part.rows[["method", "seed"]].to_numpy().tolist() == [["A", 1]] and part.claims is found.claims
    assert found.part([], [], []).rows is found.rows and found.part([], [16], []).rows.empty
    for name in ("results.csv", "claims.csv", "study.json"):
        whole = (tmp_path / "here" / name).read_bytes()
        (tmp_path / "here" / name).unlink()
        assert verify.Results.read(tmp_path / "here") is None
        (tmp_path / "here" / name).write_bytes(whole)
    (tmp_path / "here" / "study.json").write_text("{")
    assert verify.Results.read(tmp_path / "here") is None


def test_what_a_study_leaves_out_is_a_sentence():
    published = by_hand({"A": [0.5, 0.51], "B": [0.6, 0.6]}, AP, preset="study", n_queries=5)
    assert verify.left_out(OTHER.part(["A"], [], [0]), published) == (
        "not a published study, so there is nothing to compare with; that of toy has preset study (here None); "
        "n queries 5 (here None); also the methods B; also the seeds 1"
    )
    few = by_hand({"A": [0.5]}, AP, preset="smoke", n_queries=5)
    assert verify.left_out(few, published).endswith("preset study (here smoke); also the methods B; also the seeds 1")
    longer, drawn = (by_hand({"A": [0.5]}, AP, options=options) for options in ({}, {"n": 1000, "noise": 0.1}))
    longer.rows.loc[1] = longer.rows.loc[0]
    longer.rows["n_bits"] = [8, 16]
    assert verify.left_out(drawn, longer).endswith(
        "that of toy has options as by default (here n=1000, noise=0.1); also the code lengths 16"
    )


def test_claims_that_were_not_judged_here_are_not_said_to_be_as_published(measured):
    one = replace(PUBLISHED, claims=PUBLISHED.claims[:1])
    found = verify.compare(one, PUBLISHED)
    assert found.reproduced and found.n_claims == 2
    assert "; 1 of 2 claims were judged, each has the verdict published; same data" in str(found)
    other = verify.compare(replace(one, claims=one.claims.assign(verdict="mixed")), PUBLISHED)
    assert not other.reproduced and "; 1 of 1 claims have another verdict; " in str(other)


def test_claims_are_compared_where_all_methods_that_they_rest_on_were_made(measured):
    named = {"A": "LSH", "B": "DSH", "C": "ITQ"}  # two of the paper's, on which C2 and C4 rest, and another
    values = {"A": [0.5, 0.51], "B": [0.6, 0.6], "C": [0.55, 0.56]}
    theirs = by_hand(values, AP | {"C": [0.35, 0.35]}, data="d2")
    theirs = replace(theirs, rows=theirs.rows.assign(method=theirs.rows["method"].map(named)))
    for methods, compared in ((["LSH", "DSH"], True), (["LSH", "ITQ"], False), (["LSH", "DSH", "ITQ"], True)):
        found = verify.compare(theirs.part(methods, [], []), theirs)
        assert (found.claims is not None) is compared and found.reproduced
        assert ("rest on all methods of the paper, code lengths and seeds" in str(found)) is not compared


# -- results of a study ------------------------------------------------------------------------------------------------


def test_a_claim_with_another_verdict_is_named(published):
    other = published.claims.assign(verdict=["contradicted", *published.claims["verdict"][1:]])
    verdict = verify.compare(verify.Results(published.rows, other, published.origin), published)
    assert not verdict.reproduced and len(verdict.lines()) == 1
    assert f"1 of {len(other)} claims have another verdict" in str(verdict)
    assert verdict.lines()[0].startswith("C1 (equation (2)") and verdict.lines()[0].endswith("not run published")


def test_a_drift_that_hides_within_the_tolerance_of_each_row_is_caught(published):
    rows = pd.concat([published.rows.assign(seed=published.rows["seed"] + 2 * i) for i in range(10)], ignore_index=True)
    theirs = verify.Results(rows, published.claims, published.origin)
    measure = f"precision@{frames.main_depth(rows)}"
    allowed = verify.tolerances(rows, measure).set_index("method")["tolerance"]
    off = 0.6 * rows["method"].map(allowed).where(rows["method"] == "WS-DSH", 0)
    for sign, same in ((np.where(rows["seed"] % 2, 1, -1), True), (1, False)):
        ours = verify.Results(rows.assign(**{measure: rows[measure] + sign * off}), published.claims, published.origin)
        found = verify.compare(ours, theirs)
        assert found.reproduced is same and found.outside.empty
    assert found.lines()[0].startswith(f"WS-DSH: {measure} differs by +") and "mean of 20 rows" in found.lines()[0]


def test_what_cannot_be_compared_is_said(places, published, capsys):
    root, made = places
    for arguments in (["verify", "--dataset", "mirflickr25k-128"], ["verify", "--option", "n=500"]):
        assert main(arguments) == 2 and "nothing was made here" in capsys.readouterr().err
    strangers = published.rows.assign(seed=published.rows["seed"] + 5)
    with pytest.raises(InputError, match="no row that was made here is published"):
        verify.compare(verify.Results(strangers, published.claims, published.origin), published)
    origin = published.origin | {"config": published.origin["config"] | {"options": {"n": 500}}}
    one = verify.Results(published.rows[published.rows["seed"] == 0], published.claims, origin)
    folder(root / "runs/figures/postcards/n-500", one)
    assert main(["verify", "--option", "n=500"]) == 0
    assert "options n=400 (here n=500); also the seeds 1" in capsys.readouterr().out


def test_tolerances_are_what_was_measured(tmp_path):
    measured = json.loads((ROOT / "benchmarks" / "processor.json").read_text())["table"]
    rows = pd.DataFrame(
        {"method": m, "n_bits": 64, "seed": s, "precision@500": 0.9 + 0.05 * s}
        for m in ("LSH", "WS-DRSCH")
        for s in range(5)
    )
    found = verify.tolerances(rows, "precision@500").set_index("method")
    moved = max(r["processors"] for r in measured if r["method"] == "WS-DRSCH")
    assert found["tolerance"]["WS-DRSCH"] == pytest.approx(verify.FACTOR * moved)
    assert found["processors"]["LSH"] < found["processors"]["WS-DRSCH"] == moved


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="forbids instructions of x86-64")
def test_another_processor_is_within_tolerance(published, tmp_path):
    # Instructions that are forbidden stand in for a processor that lacks them; features are made there too.
    old = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "OPENBLAS_CORETYPE": "Nehalem"}
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from tests.study.results.test_verify import CONFIG, results
from wshash.study import Store, Study
results(Study(CONFIG, Store({str(tmp_path)!r}))).rows.to_csv({str(tmp_path / "rows.csv")!r}, index=False)
"""
    subprocess.run([sys.executable, "-c", code], env=os.environ | old, check=True, cwd=ROOT)
    verdict = verify.compare(
        verify.Results(pd.read_csv(tmp_path / "rows.csv"), published.claims, published.origin), published
    )
    assert verdict.reproduced, str(verdict)
    assert (verdict.rows["difference"] != 0).any()  # else no instruction was forbidden
