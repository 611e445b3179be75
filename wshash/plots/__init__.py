"""Every figure, and the one style that they share: one function draws a table, one says what it shows."""

from wshash.plots.results import (
    describe_fig7,
    describe_fig8,
    describe_fig9,
    describe_fig10,
    fig7,
    fig8,
    fig9,
    fig10,
)
from wshash.plots.style import COLUMN, METHODS, PAGE, MethodStyle, save, show, use_style
from wshash.plots.training import (
    describe_fig3,
    describe_fig5,
    describe_learning_curves,
    fig3,
    fig5,
    learning_curves,
)

__all__ = [
    "COLUMN",
    "METHODS",
    "PAGE",
    "MethodStyle",
    "describe_fig3",
    "describe_fig5",
    "describe_fig7",
    "describe_fig8",
    "describe_fig9",
    "describe_fig10",
    "describe_learning_curves",
    "fig3",
    "fig5",
    "fig7",
    "fig8",
    "fig9",
    "fig10",
    "learning_curves",
    "save",
    "show",
    "use_style",
]
