"""The built site: `make book` runs this after building, with warnings as errors.

Not among the tests of `make test`, which would have to install Sphinx for it.
"""

import os
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from build import repository

ROOT = Path(__file__).resolve().parents[1]
SITE = Path(os.environ.get("BOOK_SITE", ROOT / "build" / "book"))


class Page(HTMLParser):
    """Links, names, pictures and scripts of a page."""

    def __init__(self, path: Path):
        super().__init__()
        self.links, self.names, self.pictures, self.loaded = [], set(), [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.names |= {attributes[key] for key in ("id", "name") if attributes.get(key)}
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag == "img":
            self.pictures.append(attributes)
        if tag == "script" and attributes.get("src") or tag == "link" and attributes.get("rel") == "stylesheet":
            self.loaded.append(attributes.get("src") or attributes["href"])


@pytest.fixture(scope="module")
def pages():
    found = {path: Page(path) for path in SITE.rglob("*.html") if "_static" not in path.parts}
    assert found, f"{SITE} holds no site: run make book"
    return found


def test_every_notebook_and_every_part_of_the_library_has_a_page(pages):
    for notebook in (ROOT / "notebooks").glob("[0-9][0-9]*_*.ipynb"):
        assert SITE / "notebooks" / f"{notebook.stem}.html" in pages
    pages_of_text = ("index", "glossary", "exercises", "teaching", "references", "search", "genindex")
    for name in (*pages_of_text, "api/hashing", "api/retrieval"):
        assert SITE / f"{name}.html" in pages


def test_every_link_inside_leads_to_a_page_and_to_a_place_on_it(pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or link == "#":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                broken.append((path.name, link))
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].names:
                broken.append((path.name, link))
    assert not broken


def test_every_figure_of_a_notebook_keeps_its_alternative_text(pages):
    for path, page in pages.items():
        if path.parent.name == "notebooks":
            for picture in page.pictures:
                if "_images" in picture["src"]:
                    assert len(picture.get("alt", "")) > 20 and "_images" not in picture["alt"], (path.name, picture)


def test_buttons_lead_to_each_notebook_in_the_repository_where_it_is_known(pages):
    known = repository()
    for path, page in pages.items():
        found = sorted({link for link in page.links if "colab.research" in link or "mybinder.org/v2" in link})
        if not known:
            assert not found
        if not known or path.parent.name != "notebooks":
            continue
        where, name = known.removeprefix("https://github.com/"), f"notebooks/{path.stem}.ipynb"
        colab, binder = found
        assert colab == f"https://colab.research.google.com/github/{where}/blob/main/{name}"
        assert binder == f"https://mybinder.org/v2/gh/{where}/main?urlpath=lab/tree/{name}"


def test_it_is_small_and_asks_no_network_for_anything(pages):
    size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
    assert size < 20_000_000, f"{size / 1e6:.0f} MB"
    if not os.environ.get("BOOK_WEB"):
        assert not [(path.name, url) for path, page in pages.items() for url in page.loaded if "//" in url]
        assert any("mathjax" in url for page in pages.values() for url in page.loaded)
