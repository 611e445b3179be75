"""Numbers in prose come from files: ``python book/prose.py`` writes them anew, a test compares them.

Behind a number stands where it is from, in a comment that no reader sees::

    .87<!-- mirflickr25k-128/statistics.csv part=precision what=sunset : value ~.2f -->

A table of ``figures/``, or from there ``../book/costs.csv``; conditions that leave one row; the column, and how to
write it: a format of Python, with ``~`` before it to leave out the 0 before the point, with ``100*`` to multiply.
"""

import re
from pathlib import Path

import nbformat
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
MARK = re.compile(
    r"(?P<number>[-+−]?\d*[\d,]*\.?\d+)<!-- (?P<table>[\w/.-]+\.csv) (?P<rows>.*?) : (?P<column>.+?) (?P<form>\S+) -->"
)


def sources() -> list[Path]:
    """The files in which a number may be marked."""
    return [ROOT / "README.md", *sorted((ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb"))]


def value(table: str, rows: str, column: str, form: str) -> str:
    """The number as it should be written; ValueError where the conditions do not leave one row."""
    found = pd.read_csv(ROOT / "figures" / table)
    for name, wanted in re.findall(r"(\w+)=(\"[^\"]*\"|\S+)", rows):
        found = found[found[name].astype(str) == wanted.strip('"')]
    if len(found) != 1:
        raise ValueError(f"{table} has {len(found)} rows with {rows}; one is needed")
    number = float(found[column].iloc[0])
    if form.startswith("100*"):
        number, form = 100 * number, form.removeprefix("100*")
    text = format(number, form.removeprefix("~"))
    return re.sub(r"^([-+]?)0\.", r"\1.", text) if form.startswith("~") else text


def renewed(text: str) -> str:
    """The text with each marked number as its source has it."""
    return MARK.sub(lambda m: value(m["table"], m["rows"], m["column"], m["form"]) + m[0][len(m["number"]) :], text)


def texts(path: Path) -> list[str]:
    """The prose of a file: of a notebook the cells of text."""
    if path.suffix == ".md":
        return [path.read_text(encoding="utf-8")]
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]


def write(path: Path) -> None:
    """Renew the numbers of a file in place."""
    if path.suffix == ".md":
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
        return
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = renewed(cell.source)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for path in sources():
        if any(MARK.search(text) for text in texts(path)):
            write(path)
