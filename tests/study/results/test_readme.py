import re
import subprocess
import sys
from pathlib import Path

from wshash.study.results.readme import filled

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_tables_in_the_readme_are_the_published_ones():
    assert "<!-- from figures/" in README
    assert filled(README, ROOT) == README, "run `python -m wshash readme`"


def test_a_block_is_replaced_and_nothing_else(tmp_path):
    (tmp_path / "t.md").write_text("| new |\n")
    text = "before\n<!-- from t.md -->\nold\n<!-- end -->\nafter\n"
    assert filled(text, tmp_path) == "before\n<!-- from t.md -->\n\n| new |\n\n<!-- end -->\nafter\n"


def test_what_the_readme_names_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target
    for target in re.findall(r"^make (\w+)", README, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE), target


def test_the_python_in_the_readme_runs():
    blocks = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert blocks
    script = "\n".join(blocks)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_the_commands_in_the_readme_parse():
    from wshash.study.cli import _parser

    lines = re.findall(r"^(?:WSHASH_DATA=\S+ )?python -m wshash ([^#\n]*)", README, flags=re.MULTILINE)
    assert lines
    for line in lines:
        _parser().parse_args(line.replace("…", "").split())
