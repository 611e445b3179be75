"""What every committed notebook must be, so that it opens anywhere and its differences mean something."""

import ast
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
from PIL import Image

import wshash
from tests.scripts import load
from wshash import InputError
from wshash.study.notebooks import LIMITS, TYPES, known_parameters

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
    measured = re.search(r"(?m)^\| \*\*Takes\*\* \|(.*)$", first)[1]
    for what in ("minutes", "gib"):  # tests/test_prose.py compares them with the file
        assert f"<!-- ../book/costs.csv notebook={path.stem} : {what} " in measured, "run python book/costs.py"
    assert navigation.foot(notebook).source.endswith("\n" + navigation.line(path)), "run python book/navigation.py"


def test_the_map_says_on_which_machine_the_costs_were_measured():
    costs = pd.read_csv(ROOT / "book" / "costs.csv")
    assert list(costs["notebook"]) == [path.stem for path in NOTEBOOKS]
    [machine] = set(costs["machine"])
    [text] = [cell.source for cell in nbformat.read(NOTEBOOKS[0], as_version=4).cells if cell["id"] == "idea"]
    assert machine in text


def prose(notebook):
    """All text, without code and mathematics."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.sub(r"```.*?```|`[^`\n]*`|\$\$.*?\$\$", "", text, flags=re.DOTALL)


TEACHING = [path for path in NOTEBOOKS if path.stem[:2] != "00"]  # that one is a map
SETUP = {  # sections that show what is worked with, where there is nothing to predict
    "04_hash_network": {"Figure 5: the network", "Table 2: settings"},
    "05_data": {"A hundred postcards", "From a drawing to its labels"},
    "06_visual_tags": {"Pictures as bags of words"},
    "07_train_and_encode": {"The way of a row"},
    "10_claims": {"The rules"},
}


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
    columns = r"Claim \| Paper \| Ours[^|]* \| Verdict[^|]* \|$|claim +\| what +\| found +\| verdict +\|"
    assert re.search(rf"(?m)^\| (?:{columns})", "\n".join([text, *shown])), "a table of claims and verdicts"
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
    for cell in notebook.cells:
        for part in cell.source.split("> **Predict.**")[1:] if cell.cell_type == "markdown" else []:
            assert re.match(r"[^<]+<details><summary>Answer</summary>\n\n.+?\n\n</details>", part, re.DOTALL), cell[
                "id"
            ]


@pytest.mark.parametrize("path", TEACHING, ids=lambda path: path.stem)
def test_a_section_asks_for_a_prediction_before_it_shows_a_figure_or_a_table(path):
    heading, asked, lacking = "", False, set()
    for cell in nbformat.read(path, as_version=4).cells:
        if cell["id"] == "footer":
            break
        if cell.cell_type == "code":
            shows = any(out.output_type in ("display_data", "execute_result") for out in cell.outputs)
            lacking |= {heading} if shows and not asked else set()
            continue
        for part in re.split(r"(?m)^(?=##+ )", cell.source):
            found = re.match(r"##+ (.*)", part)
            heading, asked = (found[1], False) if found else (heading, asked)
            asked |= "> **Predict.**" in part
    assert lacking == SETUP.get(path.stem, set())


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


@pytest.mark.parametrize("taught", ["lsh", "itq", "ksh", "cca", "deepbit", "dsh", "drsch", "wdht", "joint"])
def test_a_method_is_ten_lines_at_most(taught):
    cells = nbformat.read(ROOT / "notebooks" / "06b_methods.ipynb", as_version=4).cells
    found = [
        n for c in cells if c.cell_type == "code" for n in ast.parse(c.source).body if getattr(n, "name", "") == taught
    ]
    assert [node.end_lineno - node.lineno < 10 for node in found] == [True]


def test_there_are_notebooks_for_every_section():
    assert {f"{n:02d}" for n in range(13)} <= {path.stem[:2] for path in NOTEBOOKS}


def run_cells(number, **given):
    path = next(path for path in NOTEBOOKS if path.stem.startswith(number))
    space = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            exec(cell.source, space)
            if "parameters" in cell.metadata.get("tags", []):
                space |= given


@pytest.mark.parametrize("number", ["05", "08", "09", "10", "11"])
def test_a_data_set_that_is_not_published_is_answered_by_a_sentence(number):
    with pytest.raises(InputError, match="nowhere"):
        run_cells(number, dataset="nowhere", datasets=["nowhere"], photographs="nowhere")


@pytest.mark.parametrize("number", ["08", "09", "10", "11"])
def test_results_that_were_made_here_are_shown_where_one_asks_for_them(number, tmp_path, monkeypatch):
    monkeypatch.setenv("WSHASH_FIGURES", str(tmp_path))
    shutil.copytree(ROOT / "figures" / "postcards", tmp_path / "mine")
    run_cells(number, dataset="mine", datasets=["mine"], published=False)
    with pytest.raises(InputError, match="mine"):
        run_cells(number, dataset="mine", datasets=["mine"])


@pytest.mark.parametrize("number", ["01", "06"])
def test_pictures_without_labels_are_refused_where_labels_judge_the_tags(number, tmp_path):
    for k in range(3):
        Image.fromarray(np.full((8, 8, 3), 80 * k, np.uint8)).save(tmp_path / f"{k}.png")
    (tmp_path / "tags.csv").write_text("file,tags\n0.png,sea\n1.png,sky\n2.png,sea\n")
    path = next((ROOT / "notebooks").glob(f"{number}_*.ipynb"))
    [load] = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell["id"] == "load"]
    space = {"wshash": wshash, "known_parameters": list, "dataset": "folder", "options": {"root": tmp_path}}
    with pytest.raises(InputError, match="has no labels, by which tags are judged here: add labels.csv"):
        exec(load, space)


def test_a_parameter_that_a_notebook_does_not_have_is_named(tmp_path):
    import papermill

    path = ROOT / "notebooks" / "11_beyond_the_paper.ipynb"
    given = {"datasets": "postcards", "seed": 3, "published": True}
    with pytest.raises(papermill.PapermillExecutionError, match="has no datasets, seed; it has dataset, publish"):
        papermill.execute_notebook(path, tmp_path / "out.ipynb", given, progress_bar=False, cwd=path.parent)


def test_each_notebook_asks_whether_its_parameters_are_known(notebook):
    """Before it does anything else: in the first cell of code below them."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    [k] = [k for k, cell in enumerate(code) if "parameters" in cell.metadata.get("tags", [])]
    first = next(s for s in ast.parse(code[k + 1].source).body if not isinstance(s, ast.Import | ast.ImportFrom))
    assert ast.unparse(first) == "known_parameters()"


LIMITED = [
    pytest.param(cell.source, *limit, id=f"{path.stem[:3]}-{limit[0]}")
    for path in NOTEBOOKS
    for cell in nbformat.read(path, as_version=4).cells
    if "parameters" in cell.metadata.get("tags", [])
    for limit in LIMITS.findall(cell.source)
]


@pytest.mark.parametrize(("source", "name", "said", "least", "low", "high"), LIMITED)
def test_a_value_beyond_what_the_comment_says_is_refused(source, name, said, least, low, high, monkeypatch):
    space = {"In": ["", source]}
    exec(source, space)
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns=space))
    kept = {dict: lambda value: {"n": value}, list: lambda value: [value]}.get(type(space[name]), lambda value: value)
    known_parameters()
    for value in (int(least or low), *([int(high)] if high else [])):
        space[name] = kept(value)
        known_parameters()
    for value in (int(least or low) - 1, "many", *([int(high) + 1] if high else [])):
        space[name] = kept(value)
        with pytest.raises(InputError, match=f"^{name} is {value!r}; this notebook runs with values {said}$"):
            known_parameters()


def test_there_are_limits_in_the_notebooks_that_compute():
    assert len(LIMITED) >= 12


TYPED = [
    pytest.param(cell.source, name, kind, bool(words), id=f"{path.stem[:3]}-{name}")
    for path in NOTEBOOKS
    for cell in nbformat.read(path, as_version=4).cells
    if "parameters" in cell.metadata.get("tags", [])
    for name, kind, words in TYPES.findall(cell.source)
]
WRONG = {"bool": ["no", 1, None], "dict": ["n=5", []], "float": ["a", None], "int": ["a", 0.5, None], "str": [5, ["a"]]}


@pytest.mark.parametrize(("source", "name", "kind", "words"), TYPED)
def test_a_value_of_another_type_is_refused(source, name, kind, words, monkeypatch):
    space = {"In": ["", source]}
    exec(source, space)
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns=space))
    known_parameters()
    for value in WRONG.get(kind, [None, [], 5, [1] if words else ["a"], *([] if words else ["1 2"])]):
        space[name] = value
        with pytest.raises(InputError, match=f"^{name} is .*; (it must be|this notebook runs)"):
            known_parameters()


def test_one_word_does_for_a_list_of_words(monkeypatch):
    space = {"In": ['methods: list = ["LSH", "ITQ"]'], "methods": "LSH"}
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(user_ns=space))
    known_parameters()


def test_each_parameter_says_its_type(notebook):
    [cell] = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    assert all(TYPES.match(line) for line in cell.source.splitlines() if re.match(r"\w", line))


def test_an_assertion_about_results_says_what_it_means_that_it_fails(notebook):
    """A reader who changes a parameter may get there; those on numbers by hand can't fail and need no words."""
    checks = [c.source for c in notebook.cells if c.cell_type == "code" and re.search(r"(^|-)check$", c["id"])]
    asserted = [n for source in checks for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Assert)]
    assert all(n.msg for n in asserted), [ast.unparse(n) for n in asserted if not n.msg]
