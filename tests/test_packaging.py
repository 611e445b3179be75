"""The lists of packages agree, and the repository says nothing of the machine it was made on."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def _locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = (re.match(r"([\w.-]+)==([^;\s]+)", line) for line in lines if line and not line.startswith("#"))
    return {canonicalize_name(pin[1]): pin[2] for pin in pins}


@pytest.mark.parametrize("text", PROJECT["dependencies"] + EXTRAS["notebooks"] + EXTRAS["test"])
def test_the_lock_pins_each_requirement_within_its_range(text):
    requirement = Requirement(text)
    version = _locked()[canonicalize_name(requirement.name)]
    assert requirement.specifier.contains(version), f"{requirement} but the lock has {version}"
    upper = [s for s in requirement.specifier if s.operator in ("<", "<=", "==", "~=")]
    assert not upper, f"{requirement}: ranges stay open; the lock pins"


def test_the_conda_environment_takes_the_lock_and_a_python_that_the_project_allows():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "- -r requirements.lock" in text and "- -e .[notebooks,test]" in text
    python = re.search(r"python=([\d.]+)", text)[1]
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(python)
    # Any further package would be a second list.
    names = re.findall(r"^ +- (\S+)", text, flags=re.MULTILINE)
    assert [n.split("=")[0] for n in names] == ["python", "pip", "pip:", "-r", "-e"] or names[:2] == [
        f"python={python}",
        "pip",
    ]


def _files(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", *patterns], capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines()]


def test_no_text_names_a_folder_of_somebodys_machine():
    pattern = re.compile(r"(?<![\w.])/(home|Users|root|work|mnt|tmp)/\w")
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in _files("*.py", "*.md", "*.ipynb", "*.json", "*.csv", "*.toml", "*.yml", "Makefile", "Snakefile")
        if path.parts[-2] != "tests" and "tests" not in path.relative_to(ROOT).parts
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_no_data_set_is_in_the_repository():
    assert not _files("*.jpg", "*.jpeg", "*.zip", "*.npy", "*.npz", "*.safetensors", "*.pth")
