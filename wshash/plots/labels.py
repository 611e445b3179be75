"""Names at points, apart from each other."""

from collections.abc import Sequence

import numpy as np
from matplotlib.patheffects import withStroke

# Where a name may stand from its point: offset in points, horizontal and vertical alignment; the first is liked best.
_PLACES = (
    (4, 2, "left", "bottom"),
    (4, -2, "left", "top"),
    (5, 0, "left", "center"),
    (-4, 2, "right", "bottom"),
    (-4, -2, "right", "top"),
    (-5, 0, "right", "center"),
    (0, 4, "center", "bottom"),
    (0, -4, "center", "top"),
)
_AREA = 0.1  # ten square pixels of another name are as bad as a point


def label(ax, x, y, names: Sequence[str], at: Sequence[int], leave_out: bool = False, fontsize: float = 6) -> None:
    """Write names at points, each where it covers as little as possible: names first, then points.

    Parameters
    ----------
    ax : Axes
        With its scales and limits set.
    x, y : array_like, n
        All points drawn, those without a name too.
    names : n str
    at : sequence of int
        Points that get a name, the most important first.
    leave_out : bool
        Leave out a name that would cover another at each place; otherwise it is written all the same.
    fontsize : float
    """
    ax.figure.canvas.draw()  # where things lie is known once the layout is made
    points = ax.transData.transform(np.column_stack([x, y]))
    halo = [withStroke(linewidth=1.5, foreground="white")]
    look = {"textcoords": "offset points", "fontsize": fontsize, "path_effects": halo}
    texts = [ax.annotate(names[k], (x[k], y[k]), (0, 0), **look) for k in at]
    boxes = np.array([[_put(text, place) for place in _PLACES] for text in texts])  # names×places×(low, high)×(x, y)
    # What a place costs by itself: its rank, the points under it, and above all to stick out of the axes.
    inside = (boxes[:, :, 0] >= ax.bbox.min).all(axis=2) & (boxes[:, :, 1] <= ax.bbox.max).all(axis=2)
    rim = 2.5 * ax.figure.dpi / 72  # about the radius of a point
    over = (points > boxes[:, :, None, 0] - rim) & (points < boxes[:, :, None, 1] + rim)
    over[:, :, list(at)] &= ~np.eye(len(texts), dtype=bool)[:, None, :, None]  # a name's own point is beside it
    own = 0.01 * np.arange(len(_PLACES)) + over.all(axis=3).sum(axis=2) + 1e6 * ~inside
    chosen: dict[int, int] = {}
    for _ in range(4):  # what came first may give way to what came later
        for k in range(len(texts)):
            taken = np.array([boxes[j, place] for j, place in chosen.items() if j != k]).reshape(-1, 2, 2)
            shared = _overlap(boxes[k][:, None], taken).sum(axis=1)
            chosen[k] = int(np.argmin(own[k] + _AREA * shared))
    kept = np.zeros((0, 2, 2))
    for k, text in enumerate(texts):
        box = boxes[k, chosen[k]]
        if leave_out and (not inside[k, chosen[k]] or _overlap(box, kept).any()):
            text.remove()
        else:
            kept = np.concatenate([kept, box[None]])
            _put(text, _PLACES[chosen[k]])


def _put(text, place) -> np.ndarray:
    """Move a text to a place; the corners of the box that its letters fill there."""
    east, north, horizontal, vertical = place
    text.set(position=(east, north), horizontalalignment=horizontal, verticalalignment=vertical, in_layout=False)
    (left, bottom), (right, top) = text.get_window_extent().get_points()
    rim = 0.15 * (top - bottom)  # the box of a text has room for accents and descenders
    return np.array([[left, bottom + rim], [right, top - rim]])


def _overlap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Area that boxes share."""
    low, high = np.maximum(one[..., 0, :], other[..., 0, :]), np.minimum(one[..., 1, :], other[..., 1, :])
    return np.clip(high - low, 0, None).prod(axis=-1)
