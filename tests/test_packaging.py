"""The lists of packages agree, the wheel works, and the repository says nothing of the machine it was made on."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import wshash
from wshash.study.cli import main

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


def _check_conda(text: str) -> None:
    """A second list of packages, or another Python than the lock's, is an AssertionError."""
    python, *others = yaml.safe_load(text)["dependencies"]
    assert others == ["pip", {"pip": ["-r requirements.lock", "-e .[notebooks,test]"]}]
    name, _, version = python.partition("=")
    tested = re.search(r"Python ([\d.]+),", (ROOT / "requirements.lock").read_text(encoding="utf-8"))[1]
    assert (name, version) == ("python", tested)
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(version)


def test_the_version_is_one_wherever_it_stands():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "license"} <= set(cited)
    named = re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    released = [name for name in named if name != "Unreleased"]
    assert cited["version"] == wshash.__version__ == released[0]


CONDA = (ROOT / "environment.yml").read_text(encoding="utf-8")


def test_the_conda_environment_takes_the_lock_and_the_python_that_it_was_tested_on():
    _check_conda(CONDA)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("python=3.11", "python=3.10"),
        ("python=3.11", "python"),
        ("  - pip\n", "  - pip\n  - numpy\n"),
        ("      - -r requirements.lock", "      - numpy\n      - -r requirements.lock"),
        ("      - -r requirements.lock", "     #- -r requirements.lock"),
        ("-e .[notebooks,test]", "-e ."),
        ("  - pip:", "  - pip\n  - pip:"),
    ],
)
def test_a_conda_environment_that_does_not_is_found_out(old, new):
    assert old in CONDA
    with pytest.raises(AssertionError):
        _check_conda(CONDA.replace(old, new))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy: a build leaves files beside the sources."""
    folder = tmp_path_factory.mktemp("sources")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "wshash", folder / "wshash", ignore=shutil.ignore_patterns("__pycache__"))
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder / "dist", folder)
    (made,) = (folder / "dist").glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """An environment with the wheel, which borrows the packages that are installed here: its folder of programs."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    where = sysconfig.get_paths("venv", vars={"base": str(folder), "platbase": str(folder)})
    borrowed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    (Path(where["purelib"]) / "borrowed.pth").write_text("\n".join(borrowed), encoding="utf-8")
    programs = Path(where["scripts"])
    _pip("--python", shutil.which("python", path=programs), "install", "--no-deps", "--no-index", wheel)
    return programs


def _pip(*arguments) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _outside(programs: Path, folder: Path, program: str, *arguments) -> subprocess.CompletedProcess:
    """Run a program of the environment in a folder that is no checkout."""
    environment = {n: value for n, value in os.environ.items() if n != "PYTHONPATH" and not n.startswith("WSHASH_")}
    command = [shutil.which(program, path=programs), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)


def test_the_wheel_holds_every_module_and_table_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as file:
        held = {name for name in file.namelist() if ".dist-info/" not in name}
    files = [path for path in (ROOT / "wshash").rglob("*") if path.suffix in (".py", ".csv", ".toml")]
    files += [ROOT / "wshash/search" / name for name in ("model.safetensors", "MODEL.md")]  # the model that ships
    assert held == {path.relative_to(ROOT).as_posix() for path in files}


LIBRARY = """
import wshash
from wshash.hashing import LSH
from wshash.vision import extract_features

data = wshash.load_dataset("postcards", n=5)
codes = LSH(n_bits=12).fit_transform(extract_features(data.images))
print(wshash.__file__, len(data.tags), codes.shape, len({tuple(code) for code in codes}))
"""


def test_from_the_wheel_the_library_works_outside_a_checkout(installed, tmp_path):
    done = _outside(installed, tmp_path, "python", "-c", LIBRARY)
    assert done.returncode == 0, done.stderr
    file, *found = done.stdout.split(maxsplit=1)
    assert Path(file).is_relative_to(installed.parent) and found == ["5 (5, 12) 5\n"]


@pytest.mark.parametrize("command", ["study", "study --dry-run", "curve", "bench", "readme"])
def test_from_the_wheel_a_command_that_needs_a_checkout_says_so(installed, tmp_path, command):
    done = _outside(installed, tmp_path, "wshash", *command.split())
    assert done.returncode == 2 and not done.stdout
    assert re.fullmatch(r"wshash: .* is in no checkout of wshash, and this command needs one, .*\n", done.stderr)
    assert not list(tmp_path.iterdir()), "it began to work first"


def test_without_the_extra_that_executes_notebooks_a_study_names_it(monkeypatch, capsys):
    monkeypatch.setattr("wshash.study.commands.find_spec", lambda name: None)
    assert main(["study"]) == main(["curve"]) == 2
    assert set(capsys.readouterr().err.splitlines()) == {
        "wshash: this command executes notebooks; for that, in the checkout: pip install -e '.[notebooks]'"
    }


def test_from_the_wheel_a_folder_can_be_checked(installed, tmp_path):
    from PIL import Image

    for i in range(4):
        Image.new("RGB", (32, 32), (60 * i, 0, 0)).save(tmp_path / f"{i}.png")
    (tmp_path / "tags.csv").write_text("file,tags\n" + "".join(f'{i}.png,"sea, sky"\n' for i in range(4)))
    done = _outside(installed, tmp_path, "wshash", "data", "check", ".")
    assert done.returncode == 1 and "Traceback" not in done.stderr  # two tags on all have no meaning to learn
    assert "Layout: folder" in done.stdout and "4  readable pictures" in done.stdout


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
    found = _files("*.jpg", "*.jpeg", "*.zip", "*.npy", "*.npz", "*.safetensors", "*.pth")
    assert found == [ROOT / "wshash/search/model.safetensors"]  # numbers of a network, and words that many typed
    assert found[0].stat().st_size < 3e6


@pytest.mark.posix
@pytest.mark.parametrize("uv", [True, False])
@pytest.mark.parametrize("torch", ["", "cpu"])
def test_uv_installs_where_it_is_there_and_torch_for_a_cpu_is_offered(tmp_path, uv, torch):
    for program in ("sh", "env"):
        (tmp_path / program).symlink_to(shutil.which(program))
    if uv:
        (tmp_path / "uv").write_text("#!/bin/sh\n")
        (tmp_path / "uv").chmod(0o755)
    command = [shutil.which("make"), "-n", "-C", ROOT, "verify", "VENV=nowhere", f"TORCH={torch}"]
    said = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True).stdout
    first, second = (line for line in said.splitlines() if "pip install" in line)
    assert (f"{tmp_path}/uv pip install" in first) == uv == ("-m pip install" not in first)
    cpu = ("--torch-backend cpu" if uv else "--extra-index-url https://download.pytorch.org/whl/cpu") in first
    assert cpu == (torch == "cpu") and ("-r nowhere/cpu.lock" if cpu else "-r requirements.lock") in first
    assert second.startswith(first.split(" install")[0]) and "--no-deps" in second
