"""Every solution of the exercises passes its checks, and every starter fails them with a sentence."""

import re
from pathlib import Path

import nbformat
import pytest

from tests.scripts import load

ROOT = Path(__file__).parents[2]
exercises = load("book/exercises.py")
FILES = sorted(exercises.FOLDER.glob("*.py"))
TASKS = [
    pytest.param(path, number, id=f"{path.stem}-{number + 1}")
    for path in FILES
    for number in range(sum(kind == "exercise" for kind, _ in exercises.cells(path)))
]


def run(path, unsolved=None):
    """Execute a file's cells; of exercise ``unsolved`` the starter, up to its check."""
    space, number = {}, -1
    exec(exercises.CHECK, space)
    for kind, text in exercises.cells(path):
        if kind == "markdown":
            continue
        number += kind == "exercise"
        text = exercises.starter(text) if number == unsolved and kind == "exercise" else exercises.solved(text)
        exec(compile(text, f"{path.name}, {kind} {number + 1}", "exec"), space)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_solutions_pass(path, capsys):
    run(path)
    said = capsys.readouterr().out
    assert said.count(": right") >= 2 * sum(kind == "exercise" for kind, _ in exercises.cells(path))


@pytest.mark.parametrize(("path", "number"), TASKS)
def test_the_starter_fails_and_says_what_is_missing(path, number):
    with pytest.raises(AssertionError, match="nothing yet|expected .*, yours "):
        run(path, unsolved=number)


@pytest.mark.parametrize("solutions", [False, True])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_notebook_is_valid_and_holds_solutions_only_for_the_teacher(path, solutions):
    notebook = exercises.notebook(path, solutions)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    tasks = sum(kind == "exercise" for kind, _ in exercises.cells(path))
    assert len(re.findall(r"(?m)^ +\.\.\.  # write this$", text)) == (0 if solutions else tasks)
    assert "# solution" not in text and "# end" not in text
    assert text.count("<details><summary>Hint</summary>") == tasks >= 2


def test_a_wrong_answer_is_told_how_far_off_it_is():
    space = {}
    exec(exercises.CHECK, space)
    with pytest.raises(AssertionError, match=r"half: expected 0.5, yours 0.4, off by 0.1"):
        space["check"]("half", 0.4, 0.5)
    with pytest.raises(AssertionError, match=r"the shape should be \(2,\), not \(1,\)"):
        space["check"]("two", [1], [1, 1])


NOTEBOOKS = sorted((ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb"))[1:]  # 00 is a map


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_notebook_names_each_of_its_exercises(path):
    titles = re.findall(r"(?m)^# ## \d+ · (.*)$", (exercises.FOLDER / f"{path.stem}.py").read_text(encoding="utf-8"))
    text = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown")
    named = re.search(
        r"(?m)^- \*\*Write, and be checked\.\*\* `make exercises` puts .* into `build/exercises`: (.*)\.$", text
    )
    assert len(named[1].split("; ")) == len(titles) in (2, 3, 4)
