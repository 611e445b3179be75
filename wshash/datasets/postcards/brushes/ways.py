"""Brushes for streets, roads and bridges."""

import numpy as np

from wshash.datasets.postcards.brushes.towers import LAMPLIGHT, PAINTS, WALLS, pick
from wshash.datasets.postcards.canvas import Canvas, box, circle
from wshash.datasets.postcards.light import palette


def _pane(corners, k, j, columns, rows) -> np.ndarray:
    """Window (k, j) of a wall in perspective: bilinear between its four corners."""
    u = (k + np.array([0.25, 0.75, 0.75, 0.25]))[:, None] / columns
    v = (j + np.array([0.22, 0.22, 0.75, 0.75]))[:, None] / rows
    top = corners[0] + u * (corners[1] - corners[0])
    return top + v * (corners[2] + u * (corners[3] - corners[2]) - top)


def street(c: Canvas, horizon, vanish=0.5) -> None:
    """A street in perspective between two rows of buildings."""
    rng = c.rng
    depths = np.array([1.0, 0.72, 0.5, 0.34, 0.22, 0.13, 0.07])
    for side in (-1, 1):
        for far, near in zip(depths[::-1][:-1], depths[::-1][1:], strict=True):
            colour, tall = pick(rng, WALLS + PAINTS), rng.uniform(0.7, 1.25)
            edge = 0.62
            xn, xf = vanish + side * edge * near, vanish + side * edge * far
            tn, tf = horizon - tall * near, horizon - tall * far
            bn, bf = horizon + 0.42 * near, horizon + 0.42 * far
            shaded = 0.62 if side == c.light.side else 1.0
            haze = 0.75 * (1 - near)
            c.fill(
                np.array([(xn, tn), (xf, tf), (xf, bf), (xn, bn)]),
                colour * shaded,
                "building",
                to=colour * shaded * 0.8,
                depth=haze,
                grain=0.08,
            )
            corners = np.array([(xn, tn), (xf, tf), (xn, bn), (xf, bf)])
            panes = [_pane(corners, k, j, 3, 5) for j in range(5) for k in range(3)]
            evening = c.light.evening
            lit = rng.random(len(panes)) < (0.5 if evening else 0)
            c.fill([p for p, on in zip(panes, lit, strict=True) if not on], (0.22, 0.26, 0.32), "building", depth=haze)
            c.fill(
                [p for p, on in zip(panes, lit, strict=True) if on], LAMPLIGHT[rng.integers(3)], "building", lit=False
            )
    c.fill(
        np.array(
            [
                (vanish - 0.02, horizon + 0.03),
                (vanish + 0.02, horizon + 0.03),
                (vanish + 0.66, 1.02),
                (vanish - 0.66, 1.02),
            ]
        ),
        (0.62, 0.60, 0.57),
        "road",
        to=(0.52, 0.50, 0.48),
        grain=0.12,
    )
    straight_road(c, horizon + 0.02, vanish, 0.95)


def straight_road(c: Canvas, horizon, vanish=0.5, width=1.0, colour=(0.30, 0.30, 0.32)) -> None:
    """Asphalt running to the vanishing point, with a dashed line."""
    far = 0.012
    c.fill(
        np.array(
            [(vanish - far, horizon), (vanish + far, horizon), (vanish + width / 2, 1.02), (vanish - width / 2, 1.02)]
        ),
        np.asarray(colour) * 1.35,
        "road",
        to=np.asarray(colour),
        grain=0.15,
    )
    for side in (-1, 1):
        edge = [
            (vanish + side * far * 0.8, horizon),
            (vanish + side * width * 0.455, 1.02),
            (vanish + side * width * 0.475, 1.02),
        ]
        c.fill(np.array(edge), (0.82, 0.81, 0.76), "road", alpha=0.8)
    dashes, t = [], 0.03
    while t < 1:
        u, step = t, 0.06 + 0.35 * t
        y0, y1 = horizon + (1 - horizon) * u, horizon + (1 - horizon) * min(u + step * 0.5, 1.02)
        w0, w1 = 0.014 * u * width + 0.001, 0.014 * (u + step * 0.5) * width + 0.001
        dashes.append(np.array([(vanish - w0, y0), (vanish + w0, y0), (vanish + w1, y1), (vanish - w1, y1)]))
        t += step
    c.fill(dashes, (0.93, 0.90, 0.78), "road")


def suspension_bridge(c: Canvas, deck, foot, depth=0.15, towers=(0.25, 0.75), colour=None) -> None:
    """A suspension bridge from edge to edge."""
    colour = pick(c.rng, palette("#b8422e #7a8594 #5c6675")) if colour is None else colour
    top, thick = deck - c.rng.uniform(0.2, 0.3), 0.022
    left, right = towers
    x = np.linspace(-0.05, 1.05, 67)
    span = (right - left) / 2
    inside = top + 0.02 + (deck - top - 0.045) * (1 - ((x - (left + right) / 2) / span) ** 2)
    outside = (
        top + 0.02 + (deck - top - 0.03) * np.minimum(np.abs(x - np.where(x < left, left, right)) / 0.32, 1) ** 0.9
    )
    cable = np.where((x > left) & (x < right), inside, outside)
    hangers = [np.array([(x[k], cable[k]), (x[k], deck)]) for k in range(0, len(x), 2)]
    c.stroke(hangers, 0.005, colour * 0.8, "bridge", depth, alpha=0.8)
    c.stroke(np.stack([x, cable], axis=1), 0.012, colour, "bridge", depth)
    for t in towers:
        for dx in (-0.016, 0.016):
            c.fill(
                box(t + dx - 0.008, top, t + dx + 0.008, foot), colour * 1.05, "bridge", to=colour * 0.7, depth=depth
            )
        for y in np.linspace(top + 0.02, deck - 0.03, 4):
            c.fill(box(t - 0.016, y, t + 0.016, y + 0.013), colour * 0.8, "bridge", depth=depth)
    c.fill(box(-0.05, deck, 1.05, deck + thick), colour * 0.95, "bridge", to=colour * 0.5, depth=depth)
    if c.light.dark:
        lamps = [circle(x[k], cable[k], 0.005, n=8) for k in range(0, len(x), 2)]
        lamps += [circle(u, deck - 0.012, 0.006, n=8) for u in np.arange(0.02, 1, 0.06)]
        c.fill(lamps, LAMPLIGHT[0], "bridge", lit=False)


def arch_bridge(c: Canvas, deck, foot, arches=3, depth=0.1, x0=-0.05, x1=1.05) -> None:
    """A stone bridge: what the arches leave open is not painted."""
    stone = pick(c.rng, palette("#a89985 #8f857a #9e7057"))
    pitch, pier = (x1 - x0) / arches, 0.16
    for k in range(arches):
        a, b = x0 + pitch * k, x0 + pitch * (k + 1)
        left, right, u = a + pitch * pier / 2, b - pitch * pier / 2, np.linspace(np.pi, 0, 16)
        rise = foot - (deck + 0.045)
        arch = np.stack([(left + right) / 2 + (right - left) / 2 * np.cos(u), foot - rise * np.sin(u)], axis=1)
        shape = np.concatenate([[(a, deck), (a, foot), (left, foot)], arch, [(right, foot), (b, foot), (b, deck)]])
        c.fill(shape, stone * 1.1, "bridge", to=stone * 0.7, depth=depth, grain=0.25)
        c.stroke(arch, 0.010, stone * 0.55, "bridge", depth)
    c.fill(box(x0, deck - 0.022, x1, deck + 0.012), stone * 1.2, "bridge", to=stone * 0.85, depth=depth, grain=0.2)
