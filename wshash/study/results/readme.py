"""Numbers in the README come from files: each block between markers is a file under ``figures/``."""

import re
from pathlib import Path

from wshash.paths import project_root
from wshash.study.grid.store import write_text

_BLOCK = re.compile(r"<!-- from (?P<file>\S+) -->\n.*?<!-- end -->", flags=re.DOTALL)


def filled(text: str, root: Path) -> str:
    """``text`` with each ``<!-- from FILE --> ... <!-- end -->`` holding what the file says now."""

    def block(match: re.Match) -> str:
        content = (root / match["file"]).read_text(encoding="utf-8").strip()
        return f"<!-- from {match['file']} -->\n\n{content}\n\n<!-- end -->"

    return _BLOCK.sub(block, text)


def update() -> Path:
    """Bring README.md up to date; its path."""
    root = project_root(required=True)
    path = root / "README.md"
    write_text(path, filled(path.read_text(encoding="utf-8"), root))
    return path
