"""The style that all figures share, how they say numbers, and how a figure is published."""

import functools
import json
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from wshash.atomic import atomic
from wshash.errors import InputError
from wshash.hashing import catalogue

COLUMN, PAGE = 3.3, 6.9  # widths of a column and of a page, in inches
SMALL = 7  # points: no text is smaller
DARK, GREY, BLUE, ORANGE = "#333333", "#737373", "#0072B2", "#D55E00"  # each 3:1 against white or more, as all lines

STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "errorbar.capsize": 1.5,
    "figure.constrained_layout.use": True,
    "figure.dpi": 110,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same bytes on every machine
    "font.size": 8,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "legend.handlelength": 3.2,
    "lines.linewidth": 1.2,
    "lines.markersize": 4.5,
    "pdf.fonttype": 42,  # many venues refuse matplotlib's default, Type 3
    "savefig.dpi": 220,
    "svg.fonttype": "path",
    "svg.hashsalt": "wshash",
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
}
CHANCE = {"color": DARK, "linewidth": 0.7, "label": "chance"}

_DASHED, _DOTTED, _MIXED, _FINE = (0, (4, 1.6)), (0, (1, 1.4)), (0, (5, 1.4, 1, 1.4)), (0, (1, 3))
_VERSIONS = {  # prefix of a method: its label, line and filling of the marker
    "WS": ("WS-{}", "-", "full"),
    "Placebo": ("{}, shuffled tags", _DOTTED, "left"),
    "Matched": ("{}, same budget", _MIXED, "bottom"),
    "Real": ("{}, real values", _FINE, "none"),
}


def look(name: str) -> dict:
    """A method's line, as matplotlib's keywords: colour and marker by what is trained, line and filling by its start.

    Raises
    ------
    InputError
        The method is unknown.
    """
    prefix, method = catalogue.parse(name)
    if prefix:
        label, line, fill = _VERSIONS[prefix]
    elif method.starts:
        label, line, fill = "{}", _DASHED, "none"
    else:
        label, line, fill = "{}", _MIXED if method.learns_from or method.trains else _DOTTED, "full"
    return {
        "label": label.format(method.label or method.name),
        "color": method.colour,
        "linestyle": line,
        "marker": method.marker,
        "fillstyle": fill,
        "markerfacecolor": "white" if fill == "none" else method.colour,
        "markerfacecoloralt": "white",
        "markeredgewidth": 1.0,
    }


def use_style() -> None:
    """Set the study's style for whatever is drawn from here on; the figures of this package need no call."""
    plt.rcParams.update(STYLE)


def styled(draw):
    """Decorator: draw in the study's style, whatever the caller's, and return a figure not shown twice."""

    @functools.wraps(draw)
    @plt.rc_context({name: value for name, value in plt.rcParamsDefault.items() if name != "backend"} | STYLE)
    def wrapper(*args, **kwargs) -> Figure:
        figure = draw(*args, **kwargs)
        plt.close(figure)  # a notebook shows what a cell returns, and what pyplot still holds
        return figure

    return wrapper


def need_columns(data: pd.DataFrame, *columns: str) -> None:
    """Raise InputError unless the table has these columns, and rows."""
    if not len(data):
        raise InputError("the table has no rows, so there is nothing to draw; run the study first")
    missing = [column for column in columns if column not in data]
    if missing:
        raise InputError(f"the table lacks the columns {missing}; it has {list(data.columns)}")


def caption(figure: Figure, *parts: str) -> None:
    """Small lines under the drawing."""
    text = textwrap.fill("; ".join(part for part in parts if part), int(16.5 * figure.get_figwidth()))
    figure.supxlabel(text, fontsize=SMALL, color="#555555", x=0.01, ha="left")


def log_axis(axes, ticks: Sequence, form: str = "{:,}") -> None:
    """A logarithmic axis from left to right whose only ticks are these."""
    axes.set_xscale("log")
    axes.set_xticks(ticks, [form.format(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())


def save(
    figure: Figure, name: str, folder: str | Path, data: pd.DataFrame | None, alt: str, provenance: dict | None = None
) -> list[Path]:
    """Publish a figure: ``name``.svg, .pdf and .png, the plotted numbers (.csv), and what it shows (.json).

    The same figure gives the same bytes: no date, no version goes into the pictures. What may differ from run
    to run, such as the commit, is ``provenance`` and goes into the .json only.

    Parameters
    ----------
    data : DataFrame or None
        The plotted numbers, one row each; None for a drawing.
    alt : str
        What the figure shows, for who cannot see it; an InputError where it is empty.

    Returns
    -------
    list of Path
        The files written, the .json last.
    """
    if not alt.strip():
        raise InputError(f"{name}: a figure needs a text that says what it shows; see describe_{name}")
    metadata = {
        "svg": {"Title": name, "Description": alt, "Date": None, "Creator": None},
        "pdf": {"Title": name, "CreationDate": None, "Creator": None, "Producer": None},
        "png": {"Title": name, "Description": alt, "Software": None},
    }
    files = {kind: Path(folder) / f"{name}.{kind}" for kind in (*metadata, "csv", "json")}
    with plt.rc_context(STYLE):
        for kind, entries in metadata.items():
            with atomic(files[kind]) as path:
                figure.savefig(path, format=kind, metadata=entries)
    if data is None:
        del files["csv"]
    else:
        with atomic(files["csv"]) as path:
            data.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
    description = {"name": name, "alt": alt, "provenance": provenance or {}}
    text = json.dumps(description, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n"
    with atomic(files["json"]) as path:
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(files.values())


def show(figure: Figure, alt: str) -> None:
    """Show a figure in a notebook with its alternative text, and that text in words below it."""
    from IPython.display import Markdown, display

    display(figure, metadata={"image/png": {"alt": alt}})
    display(Markdown(f"**What the figure shows.** {alt}"))


def listed(parts: Iterable) -> str:
    """The parts that say something, with commas."""
    return ", ".join(str(part) for part in parts if part != "")


def number(value: float) -> str:
    """.812, as precision is written."""
    return f"{value:.3f}".replace("0.", ".", 1)


def sample(data: pd.DataFrame) -> str:
    """How many seeds and queries a number is the mean of."""
    parts = []
    for column, word, plural in (("n_seeds", "seed", "seeds"), ("n_queries", "query", "queries")):
        if column in data:
            low, high = int(data[column].min()), int(data[column].max())
            parts.append(f"{low if low == high else f'{low} to {high}'} {word if high == 1 else plural}")
    return f"mean of {' and '.join(parts)}" if parts else ""
