"""What every committed notebook must be, so that it opens anywhere and its differences mean something."""

import json
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def path(request):
    return request.param


@pytest.fixture
def notebook(path):
    return nbformat.read(path, as_version=4)


def test_it_is_valid_small_and_on_the_kernel_that_everyone_has(path, notebook):
    nbformat.validate(notebook)
    assert path.stat().st_size < 1_000_000
    assert notebook.metadata["kernelspec"]["name"] == "python3"
    assert not {"widgets", "papermill"} & set(notebook.metadata)


def test_it_was_run_once_from_top_to_bottom_without_an_error(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [out for cell in code for out in cell.outputs if out.output_type == "error"]


def test_it_has_one_cell_of_parameters(notebook):
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in notebook.cells) == 1


def test_it_opens_with_a_title_and_a_card_and_links_to_its_neighbours(path, notebook):
    number = path.stem[:2]
    first = notebook.cells[0].source
    assert first.startswith(f"# {number} · ")
    for word in ("**Shows**", "**Needs**", "**Takes**", "**Writes**"):
        assert word in first, word
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    neighbours = [p.name for p in NOTEBOOKS if abs(NOTEBOOKS.index(p) - NOTEBOOKS.index(path)) == 1]
    for neighbour in neighbours:
        assert f"]({neighbour})" in text, neighbour


def test_its_links_lead_somewhere(path, notebook):
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
        if not target.startswith(("http", "mailto")):
            assert (path.parent / target).exists(), target


def test_its_cells_have_names_and_it_names_no_folder_of_a_machine(path, notebook):
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]*", cell["id"]) for cell in notebook.cells)
    text = json.dumps(notebook)
    assert not re.search(r"(?<![\w.])/(home|Users|root|work|tmp)/\w", text)


def test_there_are_notebooks_for_every_section():
    assert [path.stem[:2] for path in NOTEBOOKS][:11] == [f"{n:02d}" for n in range(11)]
