"""What a study says it will do and has done, on a study of no pictures whose rows are files written by hand."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from wshash import InputError
from wshash.study.grid import plan as plan_module
from wshash.study.grid.config import StudyConfig
from wshash.study.grid.plan import Plan, grid, plan, requested, whole
from wshash.study.grid.store import DamagedWarning, Store
from wshash.study.grid.study import Study


class Data:
    name, concepts, fingerprint = "toy", ["a", "b"], "d1"

    def __len__(self):
        return 5200


class Toy(Study):
    """Rows lie where their names say."""

    data, judged_labels = Data(), None
    split = SimpleNamespace(
        fingerprint="s1", protocol="paper", query=range(1200), train=range(3000), database=range(4000)
    )

    def __init__(self, root: Path, preset="study"):
        self.store, self.config = Store(root), StudyConfig(preset=preset)

    def row_path(self, method, n_bits, seed):
        return self.store.root / "rows" / f"{method}-{n_bits}-{seed}.json"


@pytest.fixture
def stands(monkeypatch):
    """What stands in the way: nothing, until a test says otherwise."""
    found = {"labels": [], "tags": [], "odd": []}

    def obstacles(data, train):
        assert data.name == "toy" and len(train) == 3000  # tags are those of the training part
        return found

    monkeypatch.setattr(plan_module, "obstacles", obstacles)
    return found


def _make(row, seconds=60.0, preset="study", dataset="postcards"):
    def write(temporary):
        temporary.write_text(json.dumps({"method": row.method, "n_bits": row.n_bits}))

    Store(row.path.parent).ensure(row.path, lambda: {row.path: write})
    run = {"seconds": {"fit": seconds, "evaluate": 30}, "config": {"preset": preset, "dataset": dataset}}
    row.path.with_suffix(".run.json").write_text(json.dumps(run))


def test_a_plan_has_the_rows_asked_for_longest_codes_first_and_knows_which_are_missing(tmp_path, stands):
    study = Toy(tmp_path)
    whole_plan = plan(study, ["DSH", "LSH"], [8, 16], 2)
    named = [(row.method, row.n_bits, row.seed) for row in whole_plan.rows]
    assert named == [(m, k, s) for k in (16, 8) for s in (0, 1) for m in ("LSH", "DSH")]
    assert whole_plan.missing == whole_plan.rows and whole_plan.failed == {}
    assert (whole_plan.methods, whole_plan.bits, whole_plan.seeds) == (["LSH", "DSH"], [8, 16], [0, 1])
    for row in whole_plan.rows[2:]:
        _make(row)
    again = plan(study, ["DSH", "LSH"], [8, 16], 2)
    assert [row.path for row in again.rows[:2]] == [study.row_path(m, 16, 0) for m in ("LSH", "DSH")]
    assert again.missing == whole_plan.rows[:2] and whole(again.rows) == whole_plan.rows[2:]
    assert str(again) == (
        "toy: 5,200 pictures, 2 concepts (data d1)\n"
        "split s1: 1,200 queries, 3,000 to train on, 4,000 to search, protocol paper\n"
        "2 methods × 2 code lengths × 2 seeds = 8 rows, of which 2 are missing: "
        "about 3 minutes of one core, by the rows made so far"
    )
    assert str(again.rows[0]) == "LSH, 16 bits, seed 0"


def test_a_plan_of_a_configuration_makes_its_study(tmp_path, stands, monkeypatch):
    class Made(Toy):
        def __init__(self, config):
            super().__init__(tmp_path)
            self.config = config

    monkeypatch.setattr(plan_module, "Study", Made)
    config = StudyConfig(split_seed=3)
    assert plan(config, ["LSH"], [8], 1).study.config is config


def test_a_damaged_row_is_missing_and_said(tmp_path, stands):
    study = Toy(tmp_path)
    rows = grid(study, ["LSH"], [8], range(3))
    for row in rows:
        _make(row)
    for row in rows[1:]:
        row.path.write_text("other")
    said = "2 rows are not what was written, the first of LSH, 8 bits, seed 1; they are made again"
    with pytest.warns(DamagedWarning, match=said):
        assert plan(study, ["LSH"], [8], 3).missing == rows[1:]


def test_a_damaged_row_of_a_later_seed_is_made_after_the_first_look(tmp_path, stands, monkeypatch):
    from wshash.study import commands
    from wshash.study.cli import _parser
    from wshash.study.grid import run

    first = plan(Toy(tmp_path), ["LSH"], [8], 3)
    _make(first.rows[1])
    first.rows[1].path.write_text("{ }")
    with pytest.warns(DamagedWarning):
        made = plan(Toy(tmp_path), ["LSH"], [8], 3)
    runs = []

    def runs_seed_0(plans, jobs):
        runs.append([row.seed for made in plans for row in made.missing])
        _make(first.rows[0])

    monkeypatch.setattr(run, "run", runs_seed_0)
    monkeypatch.setattr(commands, "_demand_notebooks", lambda: None)
    monkeypatch.setattr(commands, "_drawn", lambda arguments: True)
    monkeypatch.setattr(commands, "_seen", lambda study: True)
    monkeypatch.setattr(commands, "_plan", lambda arguments: made)
    monkeypatch.setattr("wshash.study.publish.first_look", lambda plan: tmp_path)
    monkeypatch.setattr("wshash.study.publish.publish", lambda plan: tmp_path)
    monkeypatch.setattr(commands, "_verdict", lambda *_: True)
    assert commands.study(_parser().parse_args(["study"])) == 1  # rows are missing
    assert runs == [[0], [1, 2]]


@pytest.fixture
def study_command(tmp_path, stands, monkeypatch):
    """The command ``study`` on two rows of LSH, one of them there, with whatever is put in place of its parts."""
    from wshash.study import commands
    from wshash.study.cli import _parser
    from wshash.study.grid import run

    made = plan(Toy(tmp_path), ["LSH"], [8], 2)
    _make(made.rows[0])
    monkeypatch.setattr(commands, "_demand_notebooks", lambda: None)
    monkeypatch.setattr(commands, "_plan", lambda arguments: made)
    monkeypatch.setattr(run, "run", lambda plans, jobs: None)

    def run_it(*more, **parts):
        for name, part in ({"_drawn": lambda arguments: True, "_seen": lambda study: True} | parts).items():
            monkeypatch.setattr(commands, name, part)
        return commands.study(_parser().parse_args(["study", *more]))

    return run_it


def test_whoever_stops_a_study_is_told_what_is_kept_from_its_first_step_to_its_last(study_command, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="^no row was begun; the same command goes on$"):
        study_command(_drawn=stop)  # while a probe tells how long it takes
    with pytest.raises(KeyboardInterrupt, match="^1 of 2 rows kept; the same command goes on$"):
        study_command(_seen=stop)
    monkeypatch.setattr("wshash.study.publish.publish", stop)
    with pytest.raises(KeyboardInterrupt, match="^1 of 2 rows kept; the same command goes on$"):
        study_command()


def test_how_long_it_takes_is_said_of_pictures_that_nobody_looked_at_too(study_command, monkeypatch, capsys):
    from wshash.study import commands
    from wshash.study.grid import probe

    asked = []
    monkeypatch.setattr(probe, "pictures_seconds", lambda backbone, n, drawing: asked.append((n, drawing)) or 600)
    monkeypatch.setattr(probe, "rows_seconds", lambda config, rows, n: asked.append((len(rows), n)) or 60 * 60)
    monkeypatch.setattr(commands.os, "cpu_count", lambda: 4)
    assert study_command("--dry-run") == 0 and "minutes on this machine" not in capsys.readouterr().out
    assert study_command("--dry-run", _seen=lambda study: False) == 0
    said = "about 40 minutes on this machine, by a short probe: 10 for the pictures, 30 for the rows\n"
    assert said in capsys.readouterr().out and asked == [(5200, False), (2, 3000)]
    rows = [("LSH", 8, seed) for seed in range(3)]
    for more, first in (([], ", Figure 8 of the first seed after about 30\n"), (["--publish"], " for the rows\n")):
        arguments = commands.argparse.Namespace(rows_only=False, shared_only=False, publish=bool(more), jobs=1)
        commands._forecast(arguments, StudyConfig(), rows, 900, 900, drawing=True)
        assert capsys.readouterr().out.endswith(first) and asked[-2:] == [(900, True), (3, 900)]
    commands._forecast(arguments, StudyConfig(preset="smoke"), rows, 900, 900)
    assert not capsys.readouterr().out


def test_a_request_is_read_once_in_order_and_within_bounds():
    assert requested(["LSH"], [16, "8", 16], 3) == (["LSH"], [8, 16], [0, 1, 2])
    assert requested(["LSH"], [1, 256], [2**31, 5, 0, 5]) == (["LSH"], [1, 256], [0, 5, 2**31])
    assert len(requested(["LSH"], [8], 1000)[2]) == 1000 and requested(["LSH"], [8], 1)[2] == [0]
    for bits, seeds, said in (
        ([0], 1, "^code lengths: "),
        ([257], 1, "^code lengths: "),
        ([8], 0, "^the number of seeds: "),
        ([8], 1001, "^the number of seeds: "),
        ([8], [-1], "^seeds: "),
        ([8], [2**31 + 1], "^seeds: "),
    ):
        with pytest.raises(InputError, match=said):
            requested(["LSH"], bits, seeds)


def test_what_the_data_do_not_allow_is_left_out_or_refused(tmp_path, stands):
    study = Toy(tmp_path)
    stands["tags"] = ["few", "odd ones"]
    with pytest.warns(UserWarning, match="^toy: without WS-DSH, Weak: few; odd ones$"):
        assert plan(study, ["LSH", "WS-DSH", "Weak", "DSH"], [8], 1).methods == ["LSH", "DSH"]
    with pytest.raises(InputError, match="^toy: without Weak, WDHT: few; odd ones$"):
        plan(study, ["Weak", "WDHT"], [8], 1)
    stands["odd"] = ["no sky"]
    with pytest.warns(UserWarning, match="^toy: no sky$"):
        assert plan(study, ["LSH"], [8], 1).methods == ["LSH"]
    stands["labels"] = ["none", "alike"]
    with pytest.raises(InputError, match="^toy: none; alike$"):
        plan(study, ["LSH"], [8], 1)


def test_how_long_it_takes_goes_by_rows_of_this_machine_else_by_a_probe(tmp_path, stands, monkeypatch):
    from wshash.study.grid import probe

    study = Toy(tmp_path)
    asked = plan(study, ["LSH", "DSH"], [8], 2)
    monkeypatch.setattr(
        probe,
        "rows_seconds",
        lambda config, rows, n: 60.0 * len(rows) * (config is study.config) + n * (rows[1][0] == "DSH"),
    )
    assert asked.takes() == "about 54 minutes of one core, by a short probe"  # 4 rows, 3,000 pictures
    small = Toy(tmp_path, "smoke")
    assert plan(small, ["LSH"], [8], 1).takes() == "time unknown before the first row"
    _make(grid(study, ["LSH"], [8], [9])[0], 9e9, preset="stage")
    _make(grid(study, ["LSH"], [8], [8])[0], 9e9, dataset="mirflickr25k")
    for name, text in {"a": "{", "b": "[]", "c": "{}", "d": '{"seconds": {"fit": "long"}}'}.items():
        (tmp_path / "rows" / f"{name}.run.json").write_text(text)  # damaged
    assert asked.takes() == "about 54 minutes of one core, by a short probe"  # the store has others alone
    for seed, seconds in ((5, 30.0), (6, 90.0), (7, 9e9)):
        _make(grid(study, ["LSH"], [16], [seed])[0], seconds)
    by_rows = "about {} minutes of one core, by the rows made so far"
    assert asked.takes() == by_rows.format(8)  # 4 times the median of all, 2 minutes
    _make(grid(study, ["DSH"], [16], [5])[0], 570)
    assert asked.takes() == by_rows.format(24)  # LSH as LSH, 2 minutes; DSH 10
    _make(grid(study, ["DSH"], [8], [5])[0], 210)
    assert asked.takes() == by_rows.format(12)  # DSH at 8 bits 4
    assert replace(asked, missing=[]).takes() == "nothing to do"


def test_the_report_says_which_rows_are_missing_and_why(tmp_path):
    rows = grid(Toy(tmp_path), ["LSH", "DSH"], [16, 8, 4], range(3))
    done = Plan(Toy(tmp_path), ["LSH", "DSH"], [4, 8, 16], [0, 1, 2], rows, rows, {16: "ValueError: no"})
    for row in rows:
        if row.n_bits == 8 or (row.n_bits == 4 and row.seed):
            _make(row)
    assert done.report() == (
        "16 bits failed: ValueError: no\n"
        "  6 rows are missing: LSH, 16 bits, seed 0; DSH, 16 bits, seed 0; LSH, 16 bits, seed 1; "
        "DSH, 16 bits, seed 1; and 2 more\n"
        "4 bits failed: its notebook ended without an error and without them\n"
        "  2 rows are missing: LSH, 4 bits, seed 0; DSH, 4 bits, seed 0"
    )
    for row in rows:
        _make(row)
    assert done.report() == ""
