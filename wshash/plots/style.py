"""The style that all figures share, and how a figure is published."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from wshash.atomic import atomic
from wshash.errors import InputError

COLUMN, PAGE = 3.3, 6.9  # widths of a column and of a page, in inches

STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.labelsize": 8,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 8,
    "errorbar.capsize": 1.5,
    "figure.constrained_layout.use": True,
    "figure.dpi": 110,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same bytes on every machine
    "font.size": 8,
    "grid.color": "#e3e3e3",
    "grid.linewidth": 0.6,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 3.2,
    "lines.linewidth": 1.2,
    "lines.markersize": 4.5,
    "pdf.fonttype": 42,  # many venues refuse matplotlib's default, Type 3
    "ps.fonttype": 42,
    "savefig.dpi": 220,
    "svg.fonttype": "path",
    "svg.hashsalt": "wshash",
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
}
CHANCE = {"color": "#333333", "linestyle": "-", "linewidth": 0.7}


def use_style() -> None:
    """Set the study's style for whatever is drawn from here on; the figures of this package need no call."""
    plt.rcParams.update(STYLE)


def styled(draw):
    """Decorator: draw in the study's style, whatever the caller's, and return a figure not shown twice."""

    @functools.wraps(draw)
    def wrapper(*args, **kwargs) -> Figure:
        with plt.rc_context({**plt.rcParamsDefault, **STYLE, "backend": plt.get_backend()}):
            figure = draw(*args, **kwargs)
        plt.close(figure)  # a notebook shows what a cell returns, and what pyplot still holds
        return figure

    return wrapper


@dataclass(frozen=True)
class MethodStyle:
    """How one method is drawn: colour by what is trained, filling and line by how it was started.

    Attributes
    ----------
    label : str
    colour : str
    marker : str
        Differs between methods of different colour, so that the figures can be read in grey.
    line : matplotlib line style
    fill : {"none", "full", "left", "bottom"}
        Open: without pre-training; full: pre-trained on tags; half: a control.
    hatch : str
        For bars.
    """

    label: str
    colour: str
    marker: str
    line: str | tuple = "-"
    fill: str = "full"
    hatch: str = ""

    @property
    def markers(self) -> dict:
        """Keywords of a line's markers."""
        return {
            "color": self.colour,
            "marker": self.marker,
            "fillstyle": self.fill,
            "markerfacecolor": "white" if self.fill == "none" else self.colour,
            "markerfacecoloralt": "white",
            "markeredgewidth": 1.0,
        }


# The Okabe-Ito colours, which the common forms of colour blindness keep apart, without its yellow.
_SUPERVISED = {"KSH": ("#0072B2", "o"), "DSH": ("#D55E00", "s"), "DRSCH": ("#009E73", "^")}
_DASHED, _DOTTED, _MIXED = (0, (4, 1.6)), (0, (1, 1.4)), (0, (5, 1.4, 1, 1.4))
METHODS: dict[str, MethodStyle] = {
    "LSH": MethodStyle("LSH", "#777777", "x", _DOTTED),
    "DeepBit": MethodStyle("DeepBit", "#CC79A7", "+", _MIXED),
    **{name: MethodStyle(name, *look, _DASHED, "none", "////") for name, look in _SUPERVISED.items()},
    **{f"WS-{name}": MethodStyle(f"WS-{name}", *look) for name, look in _SUPERVISED.items()},
    "ITQ": MethodStyle("ITQ", "#E69F00", "D", _MIXED, "none"),
    "Weak": MethodStyle("weak network alone", "#56B4E9", "v", _MIXED),
    "Real-Weak": MethodStyle("weak network, real values", "#56B4E9", "1", (0, (1, 3))),
    "WDHT": MethodStyle("WDHT", "#882255", "P", _MIXED),
    "Real-Features": MethodStyle("features, real values", "#777777", "2", (0, (1, 3))),
    "Placebo-Weak": MethodStyle("weak network, shuffled tags", "#56B4E9", "v", _DOTTED, "left"),
    "Classifier": MethodStyle("classifier", "#000000", "*", _MIXED),
    **{
        f"Placebo-{name}": MethodStyle(f"{name}, shuffled tags", *look, _DOTTED, "left", "....")
        for name, look in _SUPERVISED.items()
    },
    **{
        f"Matched-{name}": MethodStyle(f"{name}, same budget", *look, _MIXED, "bottom", "xxxx")
        for name, look in _SUPERVISED.items()
    },
}


def methods_in(data: pd.DataFrame) -> list[str]:
    """The methods of a table in the order of :data:`METHODS`.

    Raises
    ------
    InputError
        A method without a style.
    """
    found = set(data["method"])
    unknown = sorted(found - set(METHODS))
    if unknown:
        raise InputError(f"methods {unknown} have no style; known are {', '.join(METHODS)}")
    return [name for name in METHODS if name in found]


def need_columns(data: pd.DataFrame, *columns: str) -> None:
    """Raise InputError unless the table has these columns, and rows."""
    if not len(data):
        raise InputError("the table has no rows, so there is nothing to draw; run the study first")
    missing = [column for column in columns if column not in data]
    if missing:
        raise InputError(f"the table lacks the columns {missing}; it has {list(data.columns)}")


def caption(figure: Figure, text: str) -> None:
    """A small line under the drawing."""
    figure.supxlabel(text, fontsize=6.5, color="#555555", x=0.01, ha="left")


def legend(figure: Figure, axes, columns: int = 3) -> None:
    """One legend for the figure: to the right on a page, above on a column."""
    handles, labels = axes.get_legend_handles_labels()
    if figure.get_figwidth() > 5:
        figure.legend(handles, labels, loc="outside right center")
    else:
        figure.legend(handles, labels, loc="outside upper center", ncols=columns, columnspacing=1.0)


def save(
    figure: Figure,
    name: str,
    folder: str | Path,
    data: pd.DataFrame | None,
    alt: str,
    provenance: dict | None = None,
) -> Path:
    """Publish a figure: ``name``.svg, .pdf and .png, the plotted numbers, and what it shows.

    The same figure gives the same bytes: no date, no version goes into the pictures. What may differ from run
    to run, such as the commit, goes into the .json only.

    Parameters
    ----------
    figure : Figure
    name : str
        ``"fig8"``
    folder : path
        Made where it is missing.
    data : DataFrame or None
        The plotted numbers, one row each: ``name``.csv; None for a drawing.
    alt : str
        What the figure shows, for who cannot see it: in ``name``.json, and in the SVG as its description.
    provenance : dict, optional
        Commit, parameters, seeds, fingerprints, machine: in ``name``.json.

    Returns
    -------
    Path
        Of the SVG.

    Raises
    ------
    InputError
        ``alt`` is empty.
    """
    if not alt.strip():
        raise InputError(f"{name}: a figure needs a text that says what it shows; see describe_{name}")
    folder = Path(folder)
    metadata = {
        "svg": {"Title": name, "Description": alt, "Date": None, "Creator": None},
        "pdf": {"Title": name, "CreationDate": None, "Creator": None, "Producer": None},
        "png": {"Title": name, "Description": alt, "Software": None},
    }
    with plt.rc_context(STYLE):
        for kind, entries in metadata.items():
            with atomic(folder / f"{name}.{kind}") as path:
                figure.savefig(path, format=kind, metadata=entries)
    if data is not None:
        with atomic(folder / f"{name}.csv") as path:
            data.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")
    description = {"name": name, "alt": alt, "provenance": provenance or {}}
    text = json.dumps(description, indent=1, sort_keys=True, ensure_ascii=False, default=str) + "\n"
    with atomic(folder / f"{name}.json") as path:
        path.write_text(text, encoding="utf-8")
    return folder / f"{name}.svg"


def show(figure: Figure, alt: str) -> None:
    """Show a figure in a notebook with its alternative text, and that text in words below it."""
    from IPython.display import Markdown, display

    display(figure, metadata={"image/png": {"alt": alt}})
    display(Markdown(f"**What the figure shows.** {alt}"))
