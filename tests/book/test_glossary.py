"""The glossary of notebook 00: every term that the notebooks use in a sense of their own, once, in both languages."""

import re

import nbformat
import pytest

from tests.scripts import ROOT

[TEXT] = [
    cell.source
    for cell in nbformat.read(ROOT / "notebooks" / "00_start_here.ipynb", as_version=4).cells
    if cell["id"] == "glossary"
]
ROWS = [
    [part.strip() for part in line.strip("| ").split(" | ")] for line in TEXT.splitlines() if line.startswith("| ")
][2:]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "wshash").rglob("*.py"))
NUMBERS = {path.stem.split("_")[0] for path in (ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb")}
NEEDED = """sim(x, y) s(i, j) Ω Λ L λ f(x) k H(x) R chance lift placebo matched trunk hand-over z cohesion separation
tie protocol preset gain backbone relevant interval seed twin verdict survives""".split()


def test_every_symbol_and_term_is_there():
    text = " ".join(row[0].replace("$", "").replace("\\text{sim}", "sim") for row in ROWS)
    words = set(re.findall(r"[\w-]+(?:\(\w(?:, \w)?\))?", text))
    needed = set(re.findall(r"[\w-]+(?:\(\w(?:, \w)?\))?", " ".join(NEEDED)))
    assert needed <= words, needed - words


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_has_its_meaning_its_name_in_code_its_notebooks_and_its_chinese_name(row):
    term, meaning, code, notebooks, chinese = row
    assert len(meaning) > 10 and re.search(r"[\u4e00-\u9fff]", chinese)
    assert set(notebooks.split(", ")) <= NUMBERS
    names = [re.split(r"[ (=]", name)[0].split(".")[-1].removeprefix("<") for name in re.findall(r"`\.?([^`]+)`", code)]
    assert names
    for name in names:  # of Matched-X and Real-Weak the prefix: versions of a method
        assert re.search(rf"\b{re.escape(name.split('-')[0])}\b", CODE), name


def test_a_term_has_one_meaning():
    terms = [row[0] for row in ROWS]
    assert len(set(terms)) == len(terms)
