"""Every figure, and the one style that they share: one function draws a table, one says what it shows."""

# isort: off
from wshash.plots.curve import curve, describe_curve
from wshash.plots.forest import describe_forest, forest
from wshash.plots.results import describe_fig8, describe_fig9, describe_fig10, fig8, fig9, fig10, precision_range
from wshash.plots.search import by_word, describe_by_word
from wshash.plots.style import COLUMN, PAGE, look, save, show, use_style
from wshash.plots.tags import describe_fig1, describe_fig1_precision, fig1, fig1_precision
from wshash.plots.tags import describe_fig4, describe_fig4_relevance, fig4, fig4_relevance
from wshash.plots.tags import describe_fig6, describe_fig6_before_after, fig6, fig6_before_after
from wshash.plots.results import describe_fig7, fig7
from wshash.plots.training import describe_fig3, describe_fig5, describe_learning_curves, fig3, fig5, learning_curves
from wshash.plots.verify import describe_verify, verify

__all__ = [
    "COLUMN", "PAGE", "look", "precision_range", "save", "show", "use_style",
    "curve", "fig1", "fig1_precision", "fig3", "fig4", "fig4_relevance", "fig5", "fig6", "fig6_before_after",
    "fig7", "fig8", "fig9", "fig10", "forest", "learning_curves", "verify",
    "by_word", "describe_by_word",
    "describe_curve", "describe_fig1", "describe_fig1_precision", "describe_fig3", "describe_fig4",
    "describe_fig4_relevance", "describe_fig5", "describe_fig6", "describe_fig6_before_after", "describe_fig7",
    "describe_fig8", "describe_fig9", "describe_fig10", "describe_forest", "describe_learning_curves",
    "describe_verify",
]  # fmt: skip
