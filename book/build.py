"""Build the site from the committed notebooks, without running them: ``python book/build.py [--web] [FOLDER]``.

Sphinx reads a folder that this script makes anew: the pages of ``book/``, the notebooks, notebook 00's glossary, the
card of the model that ships and the list of changes. ``--web`` takes MathJax from a network instead of copying it in,
as a published site does. Warnings are errors.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from start import address

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "book"


def cell(notebook: Path, name: str) -> str:
    """The source of a cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "".join(next(c["source"] for c in cells if c["id"] == name))


def gather(source: Path) -> None:
    """Put together what Sphinx reads: links from page to page are those of the repository."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(PAGES, source, ignore=shutil.ignore_patterns("*.py", "__pycache__", "exercises"))
    shutil.copy(PAGES / "conf.py", source)
    notebooks = source / "notebooks"
    notebooks.mkdir()
    for notebook in sorted((ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb")):
        shutil.copy(notebook, notebooks)
    glossary = cell(notebooks / "00_start_here.ipynb", "glossary").replace("## ", "# ", 1)
    (source / "glossary.md").write_text(glossary, encoding="utf-8")
    shutil.copy(ROOT / "CHANGELOG.md", source / "changes.md")
    card = source / "wshash" / "search" / "MODEL.md"  # where notebook 12's link leads
    card.parent.mkdir(parents=True)
    shutil.copy(ROOT / "wshash" / "search" / "MODEL.md", card)


def repository() -> str:
    """The address, filled in or known where GitHub builds; without one the pages have no buttons."""
    name = os.environ.get("GITHUB_REPOSITORY")
    return address() or (f"https://github.com/{name}" if name else "")


def build(target: Path, web: bool = False) -> int:
    """Build into ``target``; Sphinx's exit status."""
    source = target.parent / f"{target.name}-source"
    gather(source)
    environment = os.environ | {"BOOK_WEB": "1" if web else "", "BOOK_REPOSITORY": repository()}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    doctrees = target.parent / f"{target.name}-doctrees"
    shutil.rmtree(target, ignore_errors=True)
    options = ["-q", "-W", "--keep-going", "-E", "-d", doctrees, "-b", "html"]
    command = [sys.executable, "-m", "sphinx", *options, source, target]
    status = subprocess.run(command, env=environment).returncode
    static = target / "_static"
    for part in (*static.glob("mathjax/*"), *static.glob("mathjax/output/*"), *static.rglob("*.map")):
        if part.name not in ("tex-chtml.js", "output", "a11y", "ui", "chtml"):  # of its 27 MB a page takes these
            shutil.rmtree(part) if part.is_dir() else part.unlink()
    return status


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "book")
    parser.add_argument("--web", action="store_true", help="MathJax from a network; buttons for Colab and Binder")
    arguments = parser.parse_args()
    arguments.folder.parent.mkdir(parents=True, exist_ok=True)
    status = build(arguments.folder.resolve(), arguments.web)
    if not status:
        print(f"{arguments.folder / 'index.html'}")
        if not repository():
            print("without buttons for Colab and Binder: pyproject.toml, [project.urls] has no Repository")
    sys.exit(status)
