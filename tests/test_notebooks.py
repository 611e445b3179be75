"""What every committed notebook must be, so that it opens anywhere and its differences mean something."""

import ast
import json
import re
from pathlib import Path

import nbformat
import pytest

from tests.scripts import load
from wshash import InputError

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb"))
navigation = load("book/navigation.py")


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
    number = path.stem.split("_")[0]
    first = notebook.cells[0].source
    assert first.startswith(f"# {number} · ")
    for word in ("**Shows**", "**Needs**", "**Takes**", "**Writes**"):
        assert word in first, word
    assert navigation.foot(notebook).source.endswith("\n" + navigation.line(path)), "run python book/navigation.py"


def prose(notebook):
    """All text, without code and mathematics."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$", "", text, flags=re.DOTALL)


TEACHING = [path for path in NOTEBOOKS if path.stem[:2] not in ("00", "12")]  # a map, and a tool to use


@pytest.mark.parametrize("path", TEACHING, ids=lambda path: path.stem)
def test_a_notebook_that_teaches_has_the_parts_that_teaching_needs(path):
    notebook = nbformat.read(path, as_version=4)
    text = prose(notebook)
    assert "**After this you can** " in notebook.cells[0].source
    headings = re.findall(r"(?m)^#+ (.*)$", text)
    for heading in ("Discussion", "Quiz", "Exercises"):
        assert heading in headings, heading
    assert "> **Predict.**" in text
    shown = [
        out.data.get("text/markdown", "") for cell in notebook.cells for out in cell.get("outputs", []) if "data" in out
    ]
    assert re.search(r"(?mi)^\| claim .*\|$", "\n".join([text, *shown])), "a table of claims and verdicts"
    assert "**In one sentence:**" in text
    assert not re.findall(r"(?m)^\*\*[^*]+\*\*$", text), "a heading that is bold text"


@pytest.mark.parametrize("path", TEACHING, ids=lambda path: path.stem)
def test_each_question_of_the_quiz_folds_its_own_answer(path):
    text = prose(nbformat.read(path, as_version=4))
    quiz = text[text.index("## Quiz") : text.index("## Exercises")]
    questions = re.split(r"(?m)^\d+\. ", quiz)[1:]
    assert len(questions) >= 3
    assert all(question.count("<details><summary>Answer</summary>") == 1 for question in questions)


def test_each_prediction_has_an_answer_to_unfold(notebook):
    """Folded below the question, or the result itself in the next cell of code."""
    cells = notebook.cells
    for k, cell in enumerate(cells):
        for part in cell.source.split("> **Predict.**")[1:] if cell.cell_type == "markdown" else []:
            assert "<details>" in part or cells[k + 1].cell_type == "code", cell["id"]


def test_each_figure_has_an_alternative_text(notebook):
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for kind in set(output.get("data", {})) & {"image/png", "image/jpeg"}:
                assert output.metadata.get(kind, {}).get("alt"), cell["id"]


def test_no_text_in_a_figure_is_set_below_seven_points(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert all(float(size) >= 7 for size in re.findall(r"fontsize=([\d.]+)", cell.source)), cell["id"]


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
    assert {f"{n:02d}" for n in range(13)} <= {path.stem[:2] for path in NOTEBOOKS}


@pytest.mark.parametrize("number", ["05", "08", "09", "10", "11"])
def test_a_data_set_that_is_not_published_is_answered_by_a_sentence(number):
    path = next(path for path in NOTEBOOKS if path.stem.startswith(number))
    space = {}
    with pytest.raises(InputError, match="nowhere"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                exec(cell.source, space)
                if "parameters" in cell.metadata.get("tags", []):
                    space |= {"dataset": "nowhere", "datasets": ["nowhere"], "photographs": "nowhere"}


def test_a_parameter_that_a_notebook_does_not_have_is_named(tmp_path):
    import papermill

    path = ROOT / "notebooks" / "11_beyond_the_paper.ipynb"
    given = {"datasets": "postcards", "seed": 3, "published": True}
    with pytest.raises(papermill.PapermillExecutionError, match="no parameter datasets, seed; it has dataset, publish"):
        papermill.execute_notebook(path, tmp_path / "out.ipynb", given, progress_bar=False, cwd=path.parent)


def test_each_notebook_asks_whether_its_parameters_are_known(notebook):
    """Before it does anything else: in the first cell of code below them."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    [k] = [k for k, cell in enumerate(code) if "parameters" in cell.metadata.get("tags", [])]
    first = next(s for s in ast.parse(code[k + 1].source).body if not isinstance(s, ast.Import | ast.ImportFrom))
    assert ast.unparse(first) == "known_parameters()"


def test_each_parameter_says_its_type(notebook):
    [cell] = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert all(re.match(r"\w+: \w+ = ", line) for line in cell.source.splitlines() if re.match(r"\w", line))


def test_an_assertion_about_results_says_what_it_means_that_it_fails(notebook):
    """A reader who changes a parameter may get there; those on numbers by hand can't fail and need no words."""
    checks = [c.source for c in notebook.cells if c.cell_type == "code" and re.search(r"(^|-)check$", c["id"])]
    asserted = [n for source in checks for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Assert)]
    assert all(n.msg for n in asserted), [ast.unparse(n) for n in asserted if not n.msg]
