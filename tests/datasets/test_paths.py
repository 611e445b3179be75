import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from wshash import InputError
from wshash.paths import data_root, figures_root, project_root, runs_root, settle

ROOT = Path(__file__).parents[2]
VARIABLES = ("WSHASH_DATA", "WSHASH_RUNS", "WSHASH_FIGURES")


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """No variable, and those that settle() sets are gone afterwards."""
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "")


@pytest.fixture
def checkout(tmp_path):
    """A second checkout, of which only what marks it is there."""
    (tmp_path / "checkout/notebooks").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "checkout")
    return tmp_path / "checkout"


def test_defaults_are_the_checkouts(checkout, monkeypatch):
    for place in (checkout, checkout / "notebooks"):
        monkeypatch.chdir(place)
        assert project_root(required=True) == checkout
        assert (data_root(), runs_root(), figures_root()) == tuple(checkout / x for x in ("data", "runs", "figures"))
        assert figures_root(published=False) == checkout / "runs/figures"
    monkeypatch.chdir(checkout.parent)  # in no checkout: that of the package
    assert project_root(required=True) == ROOT and data_root() == ROOT / "data"


def test_somebody_elses_project_is_no_checkout(checkout, monkeypatch):
    (checkout / "pyproject.toml").write_text('[project]\nname = "other"\ndependencies = ["wshash"]\n')
    monkeypatch.chdir(checkout)
    assert project_root() == ROOT


def test_relative_paths_in_notebooks(checkout, monkeypatch):
    (checkout.parent / "shared/data").mkdir(parents=True)
    monkeypatch.setenv("WSHASH_DATA", "../shared/data")
    monkeypatch.setenv("WSHASH_RUNS", "new")
    for place in (checkout, checkout / "notebooks"):  # given in the checkout, used in notebooks/
        monkeypatch.chdir(place)
        assert data_root() == checkout.parent / "shared/data" and runs_root() == checkout / "new"
    (checkout / "notebooks/new").mkdir()
    assert runs_root() == checkout / "notebooks/new"


def test_a_command_takes_them_from_where_it_runs_and_settles_them_once(checkout, monkeypatch):
    (checkout / "sub").mkdir()
    (checkout / "new").mkdir()
    (checkout / "sub/data").mkdir()
    monkeypatch.setenv("WSHASH_DATA", "data")
    monkeypatch.setenv("WSHASH_RUNS", "new")
    monkeypatch.chdir(checkout / "sub")
    settle()
    settled = [os.environ[variable] for variable in VARIABLES]
    assert settled == [str(checkout / x) for x in ("sub/data", "sub/new", "sub/new/figures")]
    monkeypatch.chdir(checkout / "notebooks")
    settle()
    assert [os.environ[variable] for variable in VARIABLES] == settled
    assert [str(data_root()), str(runs_root()), str(figures_root(published=False))] == settled
    assert not (checkout / "sub/new").exists()  # nothing is made by asking


def test_only_who_asks_for_it_writes_where_the_published_figures_lie(checkout, monkeypatch):
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("WSHASH_FIGURES", "mine")
    settle()
    assert figures_root(published=False) == checkout / "mine" and figures_root() == checkout / "figures"
    settle(publish=True)
    assert figures_root(published=False) == figures_root() == checkout / "figures"


def test_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("WSHASH_DATA", "~/pictures")
    assert data_root() == tmp_path / "pictures"
    settle()
    assert os.environ["WSHASH_DATA"] == str(tmp_path / "pictures")
    monkeypatch.setenv("WSHASH_DATA", "~nobody-of-this-name/pictures")
    with pytest.raises(InputError, match="WSHASH_DATA=~nobody-of-this-name/pictures"):
        data_root()


@pytest.mark.parametrize("variable", VARIABLES[1:])
@pytest.mark.posix
@pytest.mark.parametrize("case", ["file", "below a file", "circle", "closed"])
def test_where_nothing_can_be_written(tmp_path, monkeypatch, variable, case):
    (tmp_path / "file").write_text("x")
    os.symlink(tmp_path / "b", tmp_path / "a")
    os.symlink(tmp_path / "a", tmp_path / "b")
    (tmp_path / "closed").mkdir(mode=0o555)
    path = tmp_path / {"below a file": "file/sub/runs", "circle": "a/runs"}.get(case, case)
    if case == "closed" and os.access(path, os.W_OK):  # the superuser may write anywhere, but not here
        path = Path("/proc/nothing")
        if not path.parent.is_dir():
            pytest.skip("every folder can be written to")
    monkeypatch.setenv(variable, str(path))
    with pytest.raises(InputError) as caught:
        settle()
    message = str(caught.value)
    assert message.startswith(f"{variable}={path}: nothing can be written to") and f"set {variable} to" in message
    assert "\n" not in message and (tmp_path / "file").read_text() == "x"


def test_outside_a_checkout(tmp_path):
    """As from a wheel: the library works, a command that needs notebooks says so."""
    shutil.copytree(ROOT / "wshash", tmp_path / "site/wshash", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "here").mkdir()
    code = """
import wshash, wshash.paths as p
here = p.Path.cwd()
print(p.project_root() == here, p.runs_root() == here / "runs", len(wshash.load_dataset("postcards", n=3)))
try:
    p.project_root(required=True)
except wshash.InputError as error:
    print(error)
"""
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, cwd=tmp_path / "here", env=environment, capture_output=True, text=True, check=True)
    first, second = out.stdout.splitlines()
    assert first == "True True 3" and "is in no checkout of wshash" in second and "git clone" in second
