"""Brushes for tall buildings, and what every building has: colours, windows."""

import numpy as np

from wshash.datasets.postcards.canvas import Canvas, box, circle
from wshash.datasets.postcards.light import mix, palette

WALLS = palette("#c7b299 #9e6652 #8c919e #d1ccc2 #ad997a #73808f #b88566 #666b75")
PAINTS = palette("#f2e6cc #e05c47 #f5c759 #8cb8d6 #ededeb #99c299 #e6a89e #b24238")
ROOFS = palette("#9e3d2b #6b4238 #525761 #803326")
LAMPLIGHT = palette("#ffd67a #ffebb2 #fab85c #cce6ff")


def pick(rng, colours) -> np.ndarray:
    """One of these colours, a little varied."""
    return np.clip(np.array(colours[rng.integers(len(colours))]) * rng.uniform(0.85, 1.12), 0, 1)


def windows(c: Canvas, x0, y0, x1, y1, columns, rows, what, depth=0.0, lit_share=0.4, wide=0.55, tall=0.6) -> None:
    """A grid of windows; at night and dusk some are lit."""
    rng = c.rng
    dx, dy = (x1 - x0) / columns, (y1 - y0) / rows
    panes = [
        box(
            x0 + dx * (k + 0.5 - wide / 2),
            y0 + dy * (j + 0.5 - tall / 2),
            x0 + dx * (k + 0.5 + wide / 2),
            y0 + dy * (j + 0.5 + tall / 2),
        )
        for j in range(rows)
        for k in range(columns)
    ]
    evening = c.light.evening
    lit = rng.random(len(panes)) < (lit_share if evening else 0.0)
    glass = mix((0.20, 0.26, 0.34), c.light.horizon, rng.uniform(0.1, 0.45))
    c.fill([p for p, on in zip(panes, lit, strict=True) if not on], glass, what, to=glass * 0.7, depth=depth)
    lamp = LAMPLIGHT[rng.choice(4, p=(0.45, 0.3, 0.15, 0.1))]
    c.fill([p for p, on in zip(panes, lit, strict=True) if on], lamp, what, lit=False, depth=depth, alpha=0.95)


def tower_block(c: Canvas, x0, x1, top, foot, depth=0.0, colour=None, what="building") -> None:
    """A city building with windows, a shaded side and something on its roof."""
    rng = c.rng
    colour = pick(rng, WALLS) if colour is None else colour
    wide = x1 - x0
    flank = wide * rng.uniform(0.12, 0.3)
    bright, dark = colour * 1.08, colour * 0.62
    split = x1 - flank if c.light.side < 0 else x0 + flank
    left, right = (bright, dark) if c.light.side < 0 else (dark, bright)
    c.fill(box(x0, top, split, foot), left, what, to=left * 0.85, depth=depth, grain=0.06)
    c.fill(box(split, top, x1, foot), right, what, to=right * 0.85, depth=depth, grain=0.06)
    style = rng.random()
    if style < 0.18:
        c.fill(box(x0 + wide * 0.25, top - wide * 0.25, x1 - wide * 0.25, top), colour * 0.9, what, depth=depth)
    elif style < 0.32:
        c.fill(np.array([(x0, top), ((x0 + x1) / 2, top - wide * 0.5), (x1, top)]), pick(rng, ROOFS), what, depth=depth)
    elif style < 0.42:
        c.stroke(np.array([((x0 + x1) / 2, top), ((x0 + x1) / 2, top - wide * 0.8)]), 0.006, colour * 0.5, what, depth)
    pitch = rng.uniform(0.022, 0.034) * (1.3 - 0.5 * depth)
    front0, front1 = (x0, split) if c.light.side < 0 else (split, x1)
    columns, rows = max(2, int((front1 - front0) / pitch)), max(2, int((foot - top) / (pitch * 1.3)))
    kind = rng.random()
    wide_pane, tall_pane = (0.92, 0.45) if kind < 0.2 else (0.5, 0.85) if kind < 0.35 else (0.55, 0.58)
    windows(
        c,
        front0 + 0.004,
        top + 0.012,
        front1 - 0.004,
        foot - 0.008,
        columns,
        rows,
        what,
        depth,
        rng.uniform(0.25, 0.65),
        wide_pane,
        tall_pane,
    )
    if flank > pitch * 1.1:
        side0, side1 = (split, x1) if c.light.side < 0 else (x0, split)
        windows(
            c,
            side0,
            top + 0.012,
            side1,
            foot - 0.008,
            max(1, int(flank / pitch)),
            rows,
            what,
            depth,
            0.3,
            wide_pane * 0.8,
            tall_pane,
        )


def skyline(c: Canvas, foot, height, depth=0.3, n=9, church=0.25) -> None:
    """A city's edge: a pale row behind, a clearer one in front, now and then a spire."""
    rng = c.rng
    for layer, (tall, far) in enumerate(((1.0, min(depth + 0.4, 0.9)), (0.72, depth))):
        x = -0.04
        while x < 1.02:
            wide = rng.uniform(0.7, 1.5) / n
            top = foot - height * tall * rng.uniform(0.35, 1.0)
            tower_block(c, x, x + wide, top, foot, far)
            x += wide * rng.uniform(0.85, 1.1)
        if layer == 0 and rng.random() < church:
            steeple(c, rng.uniform(0.2, 0.8), foot, height * rng.uniform(0.9, 1.2), depth)


def steeple(c: Canvas, x, foot, height, depth=0.0) -> None:
    """A church tower: clock, spire and cross."""
    stone, wide = pick(c.rng, palette("#bdad99 #9e948c #dbd6cc")), height * 0.1
    shaft = foot - height * 0.58
    c.fill(box(x - wide, shaft, x + wide, foot), stone * 1.1, "building", to=stone * 0.65, across=True, depth=depth)
    spire = np.array([(x - wide * 1.12, shaft), (x, foot - height), (x + wide * 1.12, shaft)])
    c.fill(spire, pick(c.rng, palette("#4c665c #575c6b #804738")), "building", depth=depth)
    c.fill(
        circle(x, shaft + wide * 0.9, wide * 0.5, n=14),
        (0.95, 0.93, 0.85),
        "building",
        depth=depth,
        lit=not c.light.dark,
    )
    c.fill(
        box(x - wide * 0.3, shaft + wide * 2, x + wide * 0.3, shaft + wide * 3.2), stone * 0.3, "building", depth=depth
    )
    tip = foot - height
    c.stroke(
        [
            np.array([(x, tip), (x, tip - wide * 1.1)]),
            np.array([(x - wide * 0.4, tip - wide * 0.75), (x + wide * 0.4, tip - wide * 0.75)]),
        ],
        0.006,
        (0.25, 0.22, 0.2),
        "building",
        depth,
    )
    c.facts.add("church")
