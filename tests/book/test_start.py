"""The first cell of a notebook gets code and packages on Colab, and does nothing anywhere else."""

import os
import subprocess
import sys
from types import ModuleType

import nbformat
import pytest

from tests.scripts import ROOT, load

start = load("book/start.py")
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb"))
FILLED = start.SOURCE.replace("{address}", "https://example.org/wshash")


@pytest.fixture
def calls(monkeypatch):
    """What the cell would run and where it would go."""
    made = []
    monkeypatch.setattr(subprocess, "run", lambda command, check: made.append(command))
    monkeypatch.setattr(os, "chdir", lambda folder: made.append(folder))
    monkeypatch.setattr(sys, "path", list(sys.path))
    return made


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_the_first_cell_of_code_and_has_the_address_of_the_project(path):
    cell = next(cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    assert (cell["id"], cell.source) == (start.CELL, start.source()), "run python book/start.py"
    assert not cell.outputs and cell.metadata["tags"] == ["remove-cell"]


def test_elsewhere_it_does_nothing(calls):
    exec(FILLED, {})
    assert calls == []


def test_on_colab_it_gets_the_repository_and_open_ranges(calls, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    exec(FILLED, {})
    clone, install, folder = calls
    assert clone == ["git", "clone", "--depth", "1", "https://example.org/wshash", "/content/wshash"]
    assert install[:4] == [sys.executable, "-m", "pip", "install"] and install[-1] == "/content/wshash"
    assert not any(
        "requirements" in part or part in ("-r", "--upgrade") for part in install
    )  # the lock would bring another torch
    assert folder == "/content/wshash/notebooks" and sys.path[0] == "/content/wshash"


def test_what_is_there_is_not_got_again(calls, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    monkeypatch.setattr(os.path, "isdir", lambda folder: folder == "/content/wshash")
    exec(start.SOURCE.replace("{address}", ""), {})
    assert [call[1] for call in calls[:-1]] == ["-m"]


def test_without_an_address_it_says_where_to_fill_it_in(calls, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    with pytest.raises(RuntimeError, match=r"book/start\.py"):
        exec(start.SOURCE.replace("{address}", ""), {})
    assert calls == []


def test_the_address_is_that_of_the_project_file(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[project.urls]\nPaper = "p"\n', encoding="utf-8")
    assert start.address(tmp_path) == ""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\n[project.urls]\nRepository = "https://a/b/"\n', encoding="utf-8"
    )
    assert start.address(tmp_path) == "https://a/b"
