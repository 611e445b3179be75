"""The whole way through papermill, small: plan, run, resume, publish, fail."""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from wshash import InputError
from wshash.hashing import WeakPretraining
from wshash.study.grid.config import StudyConfig
from wshash.study.grid.plan import plan
from wshash.tags import TagSimilarity

ROOT = Path(__file__).parents[3]
COMMAND = [
    sys.executable, "-m", "wshash", "study", "--option", "n=600", "--queries", "150", "--preset", "smoke",
    "--methods", "LSH", "DSH", "WS-DSH", "--bits", "8", "12", "--seeds", "2", "--jobs", "2",
]  # fmt: skip


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    return os.environ | {"WSHASH_RUNS": str(folder / "runs"), "WSHASH_FIGURES": str(folder / "figures")}


def _study(environment, *more):
    return subprocess.run(
        [*COMMAND, *more], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )


def _rows(environment) -> dict[str, bytes]:
    folder = Path(environment["WSHASH_RUNS"]) / "rows"
    return {p.name: p.read_bytes() for p in folder.glob("*.json") if not p.name.endswith(".run.json")}


@pytest.fixture(scope="module")
def finished(environment):
    done = _study(environment)
    assert done.returncode == 0, done.stderr
    return done


def test_a_study_writes_a_row_per_run_and_publishes(finished, environment):
    assert "12 of 12 rows" in finished.stdout
    rows = [json.loads(content) for content in _rows(environment).values()]
    assert {(r["method"], r["n_bits"], r["seed"]) for r in rows} == {
        (m, k, s) for m in ("LSH", "DSH", "WS-DSH") for k in (8, 12) for s in (0, 1)
    }
    figures = Path(environment["WSHASH_FIGURES"]) / "postcards" / "n-600_smoke_queries-150"
    for name in ("fig7", "fig8", "fig9", "fig10"):
        for suffix in ("svg", "pdf", "png", "csv", "json"):
            assert (figures / f"{name}.{suffix}").stat().st_size > 0
    for name in ("table1", "table2", "results", "gains", "claims"):
        assert (figures / f"{name}.csv").is_file() and (figures / f"{name}.md").is_file()
    fig8 = pd.read_csv(figures / "fig8.csv")
    mean = pd.DataFrame([r["measures"] | r for r in rows]).groupby(["method", "n_bits"])["precision@100"].mean()
    for line in fig8.itertuples():  # the plotted numbers are the rows'
        assert line.precision == pytest.approx(mean[line.method, line.n_bits], abs=1e-5)


def test_every_row_says_what_made_it(finished, environment):
    for path in (Path(environment["WSHASH_RUNS"]) / "rows").glob("*.run.json"):
        made = json.loads(path.read_text())
        assert {"commit", "config", "versions", "machine", "seconds", "peak_memory_mib"} <= set(made)
        assert made["config"]["options"] == {"n": 600}


def test_with_nothing_changed_there_is_nothing_to_do(finished, environment):
    figures = Path(environment["WSHASH_FIGURES"])
    before = {p: (p.stat().st_mtime_ns) for p in figures.rglob("*") if p.is_file()}
    again = _study(environment)
    assert again.returncode == 0 and "of which 0 are missing: nothing to do" in again.stdout
    assert {p: p.stat().st_mtime_ns for p in figures.rglob("*") if p.is_file()} == before


def test_a_lost_row_comes_back_with_the_same_bytes(finished, environment):
    before = _rows(environment)
    lost = [name for name in before if json.loads(before[name])["method"] == "WS-DSH"][:1]
    for name in lost:
        (Path(environment["WSHASH_RUNS"]) / "rows" / name).unlink()
    again = _study(environment, "--jobs", "1")
    assert again.returncode == 0 and "of which 1 are missing" in again.stdout
    assert _rows(environment) == before


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="forbids instructions of x86-64")
def test_another_processor_gives_the_same_rows_but_for_rounding(finished, environment, tmp_path):
    # Instructions that are forbidden stand in for a processor that lacks them: sums come in another order.
    old = {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41", "OPENBLAS_CORETYPE": "Nehalem"}
    other = environment | old | {"WSHASH_RUNS": str(tmp_path / "runs")}
    assert _study(other, "--rows-only").returncode == 0
    rows, others = _rows(environment), _rows(other)
    assert set(others) == {name for name in rows if json.loads(rows[name])["n_bits"] in (8, 12)}
    for name in others:
        here, there = (json.loads(made[name])["measures"]["precision@100"] for made in (rows, others))
        assert there == pytest.approx(here, abs=0.02)  # README, "The same numbers again"
    assert others != rows  # else no instruction was forbidden


def test_a_failing_job_keeps_its_notebook_and_the_others_go_on(finished, environment):
    # 200 training pictures span 199 directions: ITQ has no 250 bits for them; 8 bits must still be made.
    failing = _study(environment, "--methods", "ITQ", "--bits", "8", "250", "--queries", "400", "--rows-only")
    assert failing.returncode == 1
    assert "250 bits failed" in failing.stderr and "InputError" in failing.stderr
    (notebook,) = (Path(environment["WSHASH_RUNS"]) / "notebooks" / "postcards").glob("250-bits-*.ipynb")
    assert notebook.name in failing.stderr and "Traceback" in notebook.read_text()
    methods = [(r["method"], r["n_bits"]) for r in map(json.loads, _rows(environment).values())]
    assert ("ITQ", 8) in methods and ("ITQ", 250) not in methods


def test_bad_requests_are_refused_before_anything_runs():
    config = StudyConfig(options={"n": 600}, preset="smoke")
    with pytest.raises(InputError, match="'DHS' is unknown"):
        plan(config, ["DHS"], [8], 1)
    with pytest.raises(InputError, match="code lengths"):
        plan(config, ["LSH"], [0], 1)
    with pytest.raises(InputError, match="seeds"):
        plan(config, ["LSH"], [8], [])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["study", "--dataset", "postcard"], "data set 'postcard' is unknown"),
        (["study", "--methods", "XYZ"], "method 'XYZ' is unknown"),
        (["study", "--dataset", "mirflickr25k-nowhere"], "mirflickr25k-nowhere"),
        (["study", "--option", "n"], "NAME=VALUE"),
    ],
)
def test_the_command_line_says_what_is_wrong_in_one_line(arguments, message, environment):
    done = subprocess.run(
        [sys.executable, "-m", "wshash", *arguments], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr


@pytest.fixture
def study(finished, environment, monkeypatch):
    """The finished study, in this process."""
    from wshash.study import Study

    for name in ("WSHASH_RUNS", "WSHASH_FIGURES"):
        monkeypatch.setenv(name, environment[name])
    return Study(StudyConfig(options={"n": 600}, n_queries=150, preset="smoke"))


def test_the_stages_are_found_not_made_again(study, monkeypatch):
    import wshash.vision

    monkeypatch.setattr(
        wshash.vision, "extract_features", lambda *_, **__: pytest.fail("features were extracted again")
    )
    assert study.features.shape == (600, 1280) and study.collection.readable.all()
    assert study.similarity.n == len(study.train) == 450


def test_extraction_time_has_a_part_for_the_network_and_one_for_each_method(study):
    from wshash.study.experiments.timing import extraction_time

    times = extraction_time(study, ["LSH", "WS-DSH"], 12, n_pictures=4, repeats=2)
    network = times[times["part"] == "network"]
    assert set(times["method"]) == {"LSH", "WS-DSH"} and network["seconds"].nunique() == 1
    assert (times["low"] <= times["seconds"]).all() and (times["seconds"] <= times["high"]).all()
    assert (times["seconds"] > 0).all() and set(times["n_pictures"]) == {4}


def test_convergence_trains_half_and_twice_and_never_sees_a_query(study, monkeypatch):
    from wshash.study.experiments.convergence import convergence, convergence_text

    blind = study.data.labels.copy()
    blind[study.split.query] = ~blind[study.split.query]  # if queries were judged or trained on, numbers would move
    tried = {"methods": ["KSH", "DSH", "WS-DSH", "WDHT"], "bits": (12,), "seeds": (0,), "factors": (1, 2)}
    found = convergence(study, **tried)
    assert convergence_text(found).columns.tolist() == ["method", "n_bits", "1 × budget", "2 × budget"]
    assert found["steps"].tolist() == [500, 1000] + [3, 6] * 3
    assert found["precision"].between(0, 1).all()
    object.__setattr__(study.data, "labels", blind)
    again = convergence(study, **tried)
    pd.testing.assert_frame_equal(found, again)


def test_settings_are_judged_on_the_validation_part_alone(study, monkeypatch):
    from wshash.datasets.postcards.folksonomy import TAG_NOISE
    from wshash.retrieval import evaluate
    from wshash.study.experiments import settings as module
    from wshash.study.experiments.validation import Validation

    monkeypatch.setattr(module, "NOISE", (TAG_NOISE,))
    asked = {"bits": (12,), "seeds": (0, 1)}
    tried = [module.SETTINGS[at] for at in (0, 2, 6, 13)]  # of each kind one
    found = module.settings(study, tried, **asked)
    assert found["choice"].tolist() == [s.choice for s in tried] + ["tag noise"]
    same = found["a"] == f"{TAG_NOISE:g}"
    assert (found["difference"][same] == 0).all() and (found["difference"][~same] != 0).all()  # each changes something
    assert (found["low"] <= found["difference"]).all() and (found["difference"] <= found["high"]).all()
    np.testing.assert_allclose(found["precision"] - found["default"], found["difference"], atol=1e-7)
    assert found["depth"].eq(81).all()  # a fifth of the 405 that are searched
    # By hand: one parameter, one similarity.
    part = Validation(study)
    similar, X = part.targets["tag pairs"], study.features
    others = {
        "top 20 %": ({"quantile": 0.8}, similar),
        "share of equal tags": ({}, TagSimilarity(similar.B, np.eye(len(similar.T)))),
    }
    for name, (parameters, learns) in others.items():
        values = []
        for seed in (0, 1):
            weak = WeakPretraining(n_bits=12, random_state=seed, epochs=3, min_steps=0, **parameters)
            codes = [weak.fit(X[part.fit], learns).transform(X[rows]) for rows in (part.held_out, part.fit)]
            labels = [study.data.labels[rows] for rows in (part.held_out, part.fit)]
            values.append(evaluate(*codes, *labels, depths=(81,)).precision_at[81].expected)
        assert found.set_index("a")["precision"][name] == pytest.approx(np.mean(values), abs=1e-6)
    blind = study.data.labels.copy()
    blind[study.split.query] = ~blind[study.split.query]
    object.__setattr__(study.data, "labels", blind)
    monkeypatch.setattr(module, "NOISE", ())
    again = module.settings(study, tried[1:2], **asked)
    pd.testing.assert_frame_equal(again, found.iloc[1:2].reset_index(drop=True))


def test_the_similarities_that_stand_in_for_equations_1_and_2():
    from wshash.study.experiments import settings as module

    vectors = np.array([[1.0, 0], [0, 2], [1, 1]])
    B = sparse.csr_matrix([[0.5, 0.5, 0], [0, 0.5, 0.5], [0, 0, 0]])
    part = SimpleNamespace(
        targets={"tag pairs": SimpleNamespace(B=B), "tag vectors": B @ vectors},
        study=SimpleNamespace(vectors=SimpleNamespace(vectors=vectors)),
    )
    learns = {setting.changed: setting.learns for setting in module.SETTINGS}
    # Of two tags each one is shared; cosines of the tags' vectors are 1, 0, √½; means are (½, 1) and (½, 3/2).
    assert learns["share of equal tags"](part).block([0], [1]).item() == pytest.approx(1 / 4)
    assert learns["cosine as (2)"](part).block([0], [1]).item() == pytest.approx((0 + 0.5**0.5 + 1 + 0.5**0.5) / 4)
    cosine = learns["cosine of mean vectors"](part)
    assert cosine.block([0], [1]).item() == pytest.approx((0.25 + 1.5) / (1.25 * 2.5) ** 0.5)
    assert cosine.known.tolist() == [True, True, False]


def test_the_filter_is_judged_with_an_interval(study):
    from wshash.study.experiments.filters import judged_filter

    judged = judged_filter(study)
    if judged is not None:  # so few pictures may leave tags of one kind only
        own = judged[judged["score"] == "filter"].set_index("measure").loc[["visual kept", "others removed", "auc"]]
        assert ((0 <= own["low"]) & (own["low"] <= own["value"]) & (own["value"] <= own["high"])).all()


def test_fewer_labels_are_another_row_of_who_sees_labels_alone(study):
    few = study.replace(label_share=0.25)
    assert len(few.labelled) == 112 and set(few.labelled) <= set(few.train)
    assert few.row_path("DSH", 8, 0) != study.row_path("DSH", 8, 0)
    assert few.row_path("LSH", 8, 0) == study.row_path("LSH", 8, 0)  # sees no label


@pytest.mark.parametrize("how", ["a digit", "a flipped bit of the measures per query", "half of it"])
def test_a_damaged_row_is_noticed_and_made_again_with_the_same_bytes(finished, environment, how):
    before = _rows(environment)
    folder = Path(environment["WSHASH_RUNS"]) / "rows"
    name = next(name for name in before if json.loads(before[name])["method"] == "DSH")
    path = folder / name if how != "a flipped bit of the measures per query" else (folder / name).with_suffix(".npz")
    content = bytearray(path.read_bytes())
    if how == "a digit":
        at = content.index(b'"precision@100":') + 20
        content[at] = ord("9") if content[at] != ord("9") else ord("1")
    elif how == "half of it":
        del content[len(content) // 2 :]
    else:
        content[len(content) // 2] ^= 1
    path.write_bytes(content)
    again = _study(environment)
    assert again.returncode == 0 and "of which 1 are missing" in again.stdout
    assert "1 rows are not what was written, the first of DSH" in again.stderr and "Warning" not in again.stderr
    assert _rows(environment) == before


def test_a_figure_that_was_edited_or_removed_is_drawn_again(finished, environment):
    folder = Path(environment["WSHASH_FIGURES"]) / "postcards" / "n-600_smoke_queries-150"
    before = {name: (folder / name).read_bytes() for name in ("fig8.csv", "claims.md", "fig10.png")}
    (folder / "fig8.csv").write_text("mine")
    (folder / "fig10.png").unlink()
    assert _study(environment).returncode == 0
    assert {name: (folder / name).read_bytes() for name in before} == before


README = (ROOT / "README.md").read_text(encoding="utf-8").partition("## A method of your own")[2]
OUTSIDE = re.search(r"```python\n(.*?)```", README, flags=re.DOTALL)[1]


def test_a_method_from_outside_enters_rows_figures_gains_and_claims(finished, environment, tmp_path):
    file = tmp_path / "my_method.py"
    file.write_text(OUTSIDE, encoding="utf-8")
    done = _study(environment, "--methods", "LSH", "WS-DSH", f"{file}:DPSH", "--option", "n=600", "--bits", "8")
    assert done.returncode == 0, done.stderr
    assert "5 methods × 1 code lengths × 2 seeds" in done.stdout
    methods = {json.loads(row)["method"] for row in _rows(environment).values()}
    assert {"DPSH", "WS-DPSH", "Placebo-DPSH"} <= methods
    published = Path(environment["WSHASH_FIGURES"]) / "postcards"
    folder = published / "n-600_smoke_queries-150_with-DPSH"
    assert {"DPSH", "WS-DPSH"} <= set(pd.read_csv(folder / "fig8.csv")["method"])
    gains = pd.read_csv(folder / "gains.csv")
    assert ("WS-DPSH", "DPSH") in set(zip(gains["a"], gains["b"], strict=True))
    claims = (folder / "claims.md").read_text()
    assert "WS-DPSH beats DPSH" in claims and "shuffled tags as the start of DPSH" in claims
    assert "DPSH" not in (published / "n-600_smoke_queries-150" / "results.csv").read_text()
    again = _study(environment, "--methods", "LSH", "WS-DSH", f"{file}:DPSH", "--option", "n=600", "--bits", "8")
    assert "of which 0 are missing" in again.stdout
    # The method changes: its rows are made anew, and no other.
    file.write_text(OUTSIDE.replace("eta: float = 0.1", "eta: float = 0.2"), encoding="utf-8")
    changed = _study(environment, "--methods", "LSH", f"{file}:DPSH", "--bits", "8", "--dry-run")
    assert "8 rows, of which 6 are missing" in changed.stdout


def test_rows_that_are_missing_are_named_with_the_reason_and_the_study_fails(finished, environment, tmp_path):
    # The kernel finds another wshash: it must not make rows with that.
    other = tmp_path / "other"
    shutil.copytree(ROOT / "wshash", other / "wshash", ignore=shutil.ignore_patterns("__pycache__"))
    (other / "wshash" / "retrieval" / "metrics.py").open("a").write("\nANOTHER = 1\n")
    script = (
        "import sys; sys.path.insert(0, sys.argv.pop(1))\n"
        f"import wshash.study.grid.run as run; run.PACKAGE = __import__('pathlib').Path({str(other / 'wshash')!r})\n"
        "from wshash.study.cli import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", script, str(ROOT), *COMMAND[3:], "--methods", "LSH", "--bits", "9", "--seeds", "1"]
    done = subprocess.run(
        command, env=environment | {"PYTHONPATH": str(other)}, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1, done.stdout
    assert "9 bits failed: InputError: this kernel has other code of wshash" in done.stderr
    assert "1 rows are missing: LSH, 9 bits, seed 0" in done.stderr


def test_the_kernel_runs_the_code_that_started_it_whatever_is_installed(environment, tmp_path):
    # Two checkouts, one environment: the command stands in a copy, the other one is installed (or first on the path).
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("wshash", "notebooks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    rows = (copy / "wshash" / "study" / "grid" / "rows.py").read_text()
    (copy / "wshash" / "study" / "grid" / "rows.py").write_text(
        rows.replace("found = {\n", 'found = {\n        "made_by": "the copy",\n')
    )
    runs = tmp_path / "runs"
    done = subprocess.run(
        [*COMMAND, "--methods", "LSH", "--bits", "9", "--seeds", "1", "--rows-only"],
        env=environment | {"WSHASH_RUNS": str(runs), "PYTHONPATH": str(ROOT)},
        cwd=copy, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (row,) = [p for p in (runs / "rows").glob("*.json") if not p.name.endswith(".run.json")]
    assert json.loads(row.read_text())["made_by"] == "the copy"
