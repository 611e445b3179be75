"""Verification: the same study is told from one in which something was broken on purpose."""

import json
import os
import platform
import subprocess
import sys
from dataclasses import replace
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


def test_a_sign_in_a_loss_is_caught(whole, published, tmp_path, monkeypatch):
    from wshash.hashing import dsh

    right = dsh.dsh_loss
    monkeypatch.setattr(dsh, "dsh_loss", lambda *args, **more: -right(*args, **more))
    verdict = verify.compare(again(whole, tmp_path), published)
    assert not verdict.reproduced and not verdict.different
    assert set(verdict.outside["method"]) == {"DSH", "WS-DSH"}  # and LSH, which has no loss, is as it was
    assert any(line.startswith("DSH 8 bits seed 0: ") and "with a tolerance of" in line for line in verdict.lines())


def test_another_split_is_caught(whole, published, tmp_path):
    verdict = verify.compare(again(whole, tmp_path, replace(CONFIG, split_seed=1)), published)
    assert not verdict.reproduced and list(verdict.different) == ["split"]
    assert {"LSH", "DSH"} <= set(verdict.outside["method"])
    assert "; other split\nsplit: " in str(verdict)


def test_other_tags_are_caught(whole, published, tmp_path):
    from dataclasses import replace

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
    assert "options {'n': 400} (here {'n': 500}); seed 1" in capsys.readouterr().out


def test_tolerances_are_what_was_measured(tmp_path):
    measured = json.loads((ROOT / "benchmarks" / "processor.json").read_text())["table"]
    rows = pd.DataFrame(
        [{"method": m, "n_bits": 64, "seed": s, "precision@500": 0.9} for m in ("LSH", "WS-DRSCH") for s in range(5)]
    )
    found = verify.tolerances(rows, "precision@500").set_index("method")
    moved = max(r["processors"] for r in measured if r["method"] == "WS-DRSCH" and r["measure"] == "precision")
    assert found["tolerance"]["WS-DRSCH"] == pytest.approx(verify.FACTOR * moved)
    assert found["processors"]["LSH"] < found["processors"]["WS-DRSCH"] == moved
    wide = rows.assign(**{"precision@500": 0.9 + 0.05 * rows["seed"]})  # seeds far apart: rounding may go as far
    assert verify.tolerances(wide, "precision@500").set_index("method")["tolerance"]["WS-DRSCH"] > 4 * moved


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
