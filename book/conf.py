"""Sphinx's settings; the folder is made by build.py."""

import os

from myst_nb.core.render import NbElementRenderer

from wshash._version import __version__

WEB = bool(os.environ.get("BOOK_WEB"))
REPOSITORY = os.environ.get("BOOK_REPOSITORY")  # build.py says where it is from

project, author, version = "wshash", "The wshash authors", __version__
copyright = author
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.mathjax",
    "sphinx_copybutton",
    "sphinxcontrib.bibtex",
]
if not WEB:
    extensions.append("sphinx-mathjax-offline")
exclude_patterns = []
html_theme = "sphinx_book_theme"
html_title = "Hashing from tags"
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_copy_source = False  # notebooks are downloaded from their own folder
html_theme_options = {
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": True,
    "home_page_in_toc": False,
}
if REPOSITORY:
    html_theme_options |= {
        "repository_url": REPOSITORY,
        "repository_branch": "main",
        "path_to_docs": "",
        "use_repository_button": True,
        "launch_buttons": {
            "colab_url": "https://colab.research.google.com",
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        },
    }

nb_execution_mode = "off"
nb_render_markdown_format = "gfm"  # else tables in outputs stay text
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3
bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"

ROUTING = "set_fit_request, set_transform_request, set_score_request"  # scikit-learn's, on each estimator
autodoc_default_options = {
    "members": True,
    "member-order": "bysource",
    "show-inheritance": True,
    "exclude-members": ROUTING,
}
autodoc_typehints = "none"  # NumPy sections say more
suppress_warnings = ["ref.python"]  # an attribute called mean could be any of three: it is no link, then
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
napoleon_use_param = False  # types stay text: {"mean", "sum"} is no name to link to


def _render_image(self, data, render=NbElementRenderer.render_image):
    """MyST-NB leaves out the alternative text of an output."""
    images = render(self, data)
    alt = data.output_metadata.get(data.mime_type, {}).get("alt")
    if alt:
        images[0]["alt"] = alt
    return images


def _bars(app, what, name, obj, options, lines):
    """|b| in a docstring is a length, where reStructuredText sees a substitution."""
    lines[:] = [line if "\\" in line or "``" in line else line.replace("|", "\\|") for line in lines]


def setup(app):
    NbElementRenderer.render_image = _render_image
    app.connect("autodoc-process-docstring", _bars)
