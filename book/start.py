"""The first cell of each notebook, which on Colab gets the code and elsewhere does nothing: ``python book/start.py``.

The address of the repository stands in one place, ``[project.urls] Repository`` of ``pyproject.toml``. The owner
fills it in and runs this, which writes it into the notebooks; the buttons of the site take it from there too.
"""

import tomllib
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

ROOT = Path(__file__).resolve().parents[1]
CELL = "colab"
SOURCE = """\
# On Colab this gets the code and what it needs. Elsewhere it does nothing.
import sys

if "google.colab" in sys.modules:
    import os
    import subprocess

    address, folder = "{address}", "/content/wshash"
    if not os.path.isdir(folder):
        if not address:
            raise RuntimeError(f"this copy does not know its repository (book/start.py): clone it into {folder}")
        subprocess.run(["git", "clone", "--depth", "1", address, folder], check=True)
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--editable", folder], check=True)
    sys.path.insert(0, folder)
    os.chdir(folder + "/notebooks")"""


def address(root: Path = ROOT) -> str:
    """Where the repository is; empty where nobody has filled it in."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository", "").rstrip("/")


def source() -> str:
    """The cell."""
    return SOURCE.replace("{address}", address())


def write(path: Path) -> None:
    """Write the cell into a notebook below its title, in place of the one that it has; no other cell changes."""
    notebook = nbformat.read(path, as_version=4)
    cell = next((cell for cell in notebook.cells if cell["id"] == CELL), None)
    if cell is None:
        for other in notebook.cells:
            for numbered in (other, *other.get("outputs", [])):
                if numbered.get("execution_count"):
                    numbered["execution_count"] += 1
        cell = new_code_cell(id=CELL, execution_count=1, metadata={"tags": ["remove-cell"]})  # of the site's pages
        notebook.cells.insert(1, cell)
    cell["source"] = source()
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb")):
        write(path)
