"""Which commit made a result, and whether it was all of it."""

import subprocess

import pytest

from wshash.study import provenance as module


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A repository with one commit."""
    for name in ("wshash/code.py", "figures/set/fig8.csv", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as committed")
    who = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    monkeypatch.setattr(module, "project_root", lambda: tmp_path)
    return tmp_path


def test_a_plus_says_that_code_was_changed_and_results_are_none(checkout):
    made = module._commit.__wrapped__
    head = subprocess.run(["git", "-C", checkout, "rev-parse", "HEAD"], capture_output=True, text=True).stdout
    assert made() == head[:12]
    (checkout / "figures/set/fig8.csv").write_text("published anew")
    (checkout / "README.md").write_text("its tables too")
    (checkout / "wshash/untracked.txt").write_text("nobody runs it")
    assert made() == head[:12]
    (checkout / "wshash/code.py").write_text("changed")
    assert made() == head[:12] + "+"


def test_outside_a_repository_the_commit_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "project_root", lambda: tmp_path)
    assert module._commit.__wrapped__() == "unknown"
