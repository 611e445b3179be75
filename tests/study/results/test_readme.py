import re
import subprocess
import sys
from pathlib import Path

import pytest

from wshash.study.results.readme import filled

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_tables_in_the_readme_are_the_published_ones():
    assert "<!-- from figures/" in README
    assert filled(README, ROOT) == README, "run `python -m wshash readme`"


def test_a_block_is_replaced_and_nothing_else(tmp_path):
    (tmp_path / "t.md").write_text("| new |\n")
    text = "before\n<!-- from t.md -->\nold\n<!-- end -->\nafter\n"
    assert filled(text, tmp_path) == "before\n<!-- from t.md -->\n\n| new |\n\n<!-- end -->\nafter\n"


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_what_the_texts_name_is_there(text):
    named = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if not target.startswith("http")]
    named += re.findall(r"`((?:wshash|tests|benchmarks|notebooks)/[\w./]+)`", text)
    named += re.findall(r"(?<=python )benchmarks/\w+\.py", text)
    assert len(named) > 5
    for target in named:
        assert (ROOT / target).exists() or "my_" in target, target
    for target in re.findall(r"^make (\w+)", text, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE), target


def test_the_python_in_the_readme_runs():
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert blocks
    script = "\n".join(blocks)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_the_commands_in_the_texts_parse(text):
    from wshash.study.cli import _parser

    lines = re.findall(r"^python -m wshash ([^#\n]*)", text, flags=re.MULTILINE)
    assert len(lines) > 5
    for line in lines:
        _parser().parse_args(line.split())
