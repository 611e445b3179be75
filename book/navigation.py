"""The line at the foot of each notebook, previous · contents · next: ``python book/navigation.py`` writes it anew."""

import re
from pathlib import Path

import nbformat

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
LINE = re.compile(r"(?m)^(?:←|Previous:|\[Contents\]).*$")


def notebooks() -> list[Path]:
    """The notebooks in their order."""
    return sorted(FOLDER.glob("[0-9][0-9]*_*.ipynb"))


def title(path: Path) -> str:
    """The first heading."""
    return nbformat.read(path, as_version=4).cells[0].source.splitlines()[0].removeprefix("# ")


def line(path: Path) -> str:
    """What stands at the foot of a notebook."""
    order = notebooks()
    k = order.index(path)
    parts = [f"← [{title(order[k - 1])}]({order[k - 1].name})"] if k else []
    parts += [f"[Contents]({order[0].name})"] if k else []
    parts += [f"[{title(order[k + 1])}]({order[k + 1].name}) →"] if k + 1 < len(order) else []
    return " · ".join(parts)


def foot(notebook):
    """The last cell of text."""
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"][-1]


def write(path: Path) -> None:
    """Write the line into a notebook, in place of the one that it has."""
    notebook = nbformat.read(path, as_version=4)
    cell = foot(notebook)
    cell.source = LINE.sub("", cell.source).rstrip() + "\n\n" + line(path)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for path in notebooks():
        write(path)
