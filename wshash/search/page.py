"""The answers of a search as one HTML file that needs nothing beside it."""

import base64
from html import escape
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from wshash.datasets.files import read_image
from wshash.errors import InputError
from wshash.search.index import inside, printable

SIDE = 160  # pixels of a thumbnail's longer side

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; color: #222; background: #fff }}
section {{ display: flex; flex-wrap: wrap; gap: .8rem; margin-bottom: 1.5rem }}
figure {{ margin: 0; width: {side}px; font-size: 12px; overflow-wrap: anywhere }}
img, .gone {{ max-width: {side}px; max-height: {side}px; display: block }}
.gone {{ border: 1px dashed #737373; padding: 1rem .5rem; box-sizing: border-box }}
.query img {{ outline: 3px solid #d55e00 }}
</style>
</head>
<body>
<h1>{title}</h1>
{sections}
</body>
</html>
"""


def thumbnail(path: str | Path, folder: str | Path | None = None) -> str:
    """The picture, small, as a ``data:`` address: pixels alone, without what a camera wrote beside them.

    Raises
    ------
    InputError
        It cannot be read (any more), or is a link that leads out of the folder.
    """
    if folder is not None and not inside(path, folder):
        raise InputError(f"{path} leads out of the folder")
    image = read_image(path)
    scale = min(1, SIDE / max(image.shape[:2]))
    size = [max(1, round(length * scale)) for length in image.shape[1::-1]]
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    jpeg = cv2.imencode(".jpg", np.ascontiguousarray(small[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def _figure(path: Path, folder: Path | None, name: str, caption: str, kind: str = "answer") -> str:
    shown = escape(printable(name))
    try:
        picture = f'<img src="{thumbnail(path, folder)}" alt="{shown}">'
    except InputError:
        picture = '<div class="gone">can no longer be read</div>'
    return f'<figure class="{kind}">{picture}<figcaption>{shown}<br>{escape(caption)}</figcaption></figure>'


def caption(answer: dict) -> str:
    """What is said of an answer, in words."""
    if "cosine" in answer:
        return f"cosine {answer['cosine']:.2f}"
    said = {"same file": ", the query itself: the same file", "copy": ", a copy of the query"}.get(answer["copy"], "")
    return f"distance {answer['distance']}{said}"


def page(folder: Path, answered: list[tuple[str, Path | None, pd.DataFrame]]) -> str:
    """The page.

    Parameters
    ----------
    folder : path
        Which was searched.
    answered : list of (name of the query, its file or None for words, answers)
        As :class:`wshash.search.FolderIndex` gives them.
    """
    sections = []
    for name, file, answers in answered:
        query = [] if file is None else [_figure(file, None, name, "the query", "query")]
        rows = answers.to_dict("records")
        figures = query + [_figure(folder / row["file"], folder, row["file"], caption(row)) for row in rows]
        sections.append(f"<h2>{escape(printable(name))}</h2>\n<section>\n" + "\n".join(figures) + "\n</section>")
    title = escape(f"Search of {printable(folder.absolute().name)}")
    return _PAGE.format(title=title, side=SIDE, sections="\n".join(sections))
