"""Notebooks 08 to 11 need no more than the light list, which is written down twice; who installs it, and the others."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
READ = PROJECT["optional-dependencies"]["read"]
IMPORTED_AS = {"scikit-learn": "sklearn", "opencv-python": "cv2", "faiss-cpu": "faiss"}
RUN = """
import json, sys
import matplotlib
matplotlib.use("agg")
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {heavy}:
            raise ImportError(name)
sys.meta_path.insert(0, Refuse())
space = {{}}
for cell in json.loads(open({path!r}, encoding="utf-8").read())["cells"]:
    if cell["cell_type"] == "code":
        exec("".join(cell["source"]), space)
"""


def test_binder_installs_the_extra():
    lines = (ROOT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == READ


def test_the_workflow_runs_the_four_notebooks_with_the_light_list_and_nothing_else():
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "book.yml").read_text(encoding="utf-8"))["jobs"]
    commands = [step["run"] for step in jobs["read"]["steps"] if "run" in step]
    installed = " ".join(part for command in commands for part in re.findall(r"pip install (.*)", command))
    assert set(installed.replace('"', "").split()) == {
        "-r", ".binder/requirements.txt", "nbclient", "nbformat", "setuptools>=77",  # what executes, what builds
        "--no-deps", "--no-build-isolation", "--editable", ".",
    }  # fmt: skip
    patterns = commands[-1].removeprefix("python -m wshash notebooks ").split()
    assert [path.stem[:2] for pattern in patterns for path in ROOT.glob(pattern)] == ["08", "09", "10", "11"]


@pytest.mark.posix
def test_the_dev_container_makes_the_environment_that_its_editor_runs():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    made = re.search(r"make (\S+/)\.ready", container["postCreateCommand"])[1]
    assert container["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"] == f"{made}bin/python"
    done = subprocess.run(["make", "--dry-run", f"{made}.ready"], cwd=ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stderr


@pytest.mark.parametrize("text", PROJECT["optional-dependencies"]["book"])
def test_the_lock_of_the_site_pins_each_of_its_packages_within_its_range(text):
    lines = (ROOT / "book" / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if not line.startswith("#"))
    requirement = Requirement(text)
    assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


@pytest.mark.parametrize("number", ["08", "09", "10", "11"])
def test_it_runs_without_the_heavy_packages(number):
    light = {canonicalize_name(Requirement(text).name) for text in READ} | {"pillow", "psutil"}  # matplotlib's
    names = [canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]]
    heavy = [IMPORTED_AS.get(name, name.replace("-", "_")) for name in names if name not in light]
    assert {"torch", "sklearn", "cv2", "gensim", "timm"} <= set(heavy)
    path = next((ROOT / "notebooks").glob(f"{number}_*.ipynb"))
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(heavy=heavy, path=str(path))], cwd=ROOT, capture_output=True, text=True
    )
    assert not done.returncode, re.sub(r"(?s).*Traceback", "Traceback", done.stderr)
