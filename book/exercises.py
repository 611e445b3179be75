"""Notebooks of exercises from their solutions: ``python book/exercises.py FOLDER [--solutions]``.

A file of ``book/exercises/`` is Python with cells. Between ``# solution`` and ``# end`` stands what the reader has to
write; without ``--solutions`` three dots stand there. Each exercise is a cell of text, one to fill in, one that checks.
"""

import argparse
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

FOLDER = Path(__file__).resolve().parent / "exercises"
SOLUTION = re.compile(r"(?ms)^( *)# solution\n.*?^ *# end\n?")
CHECK = '''\
import numpy as np


def check(what, yours, expected, tolerance=1e-3):
    """Say how far off an answer is; nothing is raised where it is right."""
    if yours is None or yours is ...:
        raise AssertionError(f"{what}: nothing yet. Fill in the cell above and run it.")
    a, b = np.asarray(yours, dtype=float), np.asarray(expected, dtype=float)
    shown = f"{what}: expected {np.round(b, 3).tolist()}, yours {np.round(a, 3).tolist()}"
    if a.shape != b.shape:
        raise AssertionError(f"{shown}: the shape should be {b.shape}, not {a.shape}")
    if not np.allclose(a, b, atol=tolerance):
        raise AssertionError(f"{shown}, off by {np.abs(a - b).max():.3g}")
    print(f"{what}: right")
'''


def cells(path: Path) -> list[tuple[str, str]]:
    """The kind (``markdown``, ``setup``, ``exercise``, ``check``) and text of each cell of a file."""
    parts = re.split(r"(?m)^# %% (\w+)\n", path.read_text(encoding="utf-8"))
    found = [(kind, text.strip("\n") + "\n") for kind, text in zip(parts[1::2], parts[2::2], strict=True)]
    return [(kind, re.sub(r"(?m)^# ?", "", text) if kind == "markdown" else text) for kind, text in found]


def starter(source: str) -> str:
    """A cell as the reader gets it."""
    return SOLUTION.sub(r"\1...  # write this\n", source)


def solved(source: str) -> str:
    """The same with what was to be written."""
    return re.sub(r"(?m)^ *# (solution|end)\n", "", source)


def notebook(path: Path, solutions: bool):
    """One notebook."""
    number, _, name = path.stem.partition("_")
    title = f"# {number} · Exercises: {name.replace('_', ' ')}{' (solutions)' if solutions else ''}"
    said = (
        "Fill in each `...  # write this`, run the cell and then the check below it. Nothing else needs to be changed."
    )
    made = [new_markdown_cell(f"{title}\n\n{said}"), new_code_cell(CHECK.strip())]
    for kind, text in cells(path):
        if kind == "markdown":
            made.append(new_markdown_cell(text.strip()))
        else:
            made.append(new_code_cell((solved(text) if solutions or kind != "exercise" else starter(text)).strip()))
    for k, cell in enumerate(made):
        cell["id"] = f"cell-{k}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=made, metadata={"kernelspec": kernel})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--solutions", action="store_true", help="for the teacher")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(FOLDER.glob("*.py")):
        target = arguments.folder / f"{path.stem}.ipynb"
        nbformat.write(notebook(path, arguments.solutions), target)
        print(target)


if __name__ == "__main__":
    main()
