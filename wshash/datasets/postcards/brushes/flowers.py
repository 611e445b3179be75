"""Brushes for flowers, from specks in a meadow to a portrait, and for branches."""

import numpy as np

from wshash.datasets.postcards.brushes.trees import BARK, LEAVES
from wshash.datasets.postcards.canvas import Canvas, circle
from wshash.datasets.postcards.light import mix, palette

PETALS = palette("#e62e33 #facc29 #ed73ad #faf7f2 #9459c7 #f58526 #6b73e6")


def flower_dots(c: Canvas, start: float, n: int, colours=None, size=0.02) -> None:
    """A meadow's flowers from y = ``start`` down: specks afar, blossoms with petals near by."""
    rng = c.rng
    colours = colours or [PETALS[k] for k in rng.choice(len(PETALS), rng.integers(1, 4), replace=False)]
    y = np.sort(start + (1.0 - start) * rng.random(n) ** 0.75)
    x, which = rng.random(n), rng.integers(len(colours), size=n)
    r = size * (0.22 + 0.95 * (y - start) / max(1 - start, 0.05)) * rng.uniform(0.7, 1.3, n)
    near = r > 0.011
    stems = [np.array([(x[k], y[k]), (x[k] + 0.2 * r[k], y[k] + 3.2 * r[k])]) for k in np.flatnonzero(near)]
    if stems:
        c.stroke(stems, 0.005, (0.16, 0.34, 0.12), None, alpha=0.8)
    turn = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    for j, colour in enumerate(colours):
        mine = which == j
        specks = [circle(x[k], y[k], r[k] * 1.15, r[k] * 0.85, n=8) for k in np.flatnonzero(mine & ~near)]
        c.fill(specks, colour, "flower")
        for tone, part in ((0.82, slice(0, 6, 2)), (1.0, slice(1, 6, 2))):
            petals = [
                circle(x[k] + 0.8 * r[k] * np.cos(a), y[k] + 0.6 * r[k] * np.sin(a), r[k] * 0.62, r[k] * 0.42, a, n=8)
                for k in np.flatnonzero(mine & near)
                for a in turn[part] + x[k] * 9
            ]
            c.fill(petals, np.asarray(colour) * tone, "flower")
    hearts = [circle(x[k], y[k], r[k] * 0.36, r[k] * 0.28, n=8) for k in np.flatnonzero(near)]
    c.fill(hearts, (0.93, 0.74, 0.2) if rng.random() < 0.7 else (0.3, 0.2, 0.12), "flower")


def blossom(c: Canvas, x, y, radius, colour, petals=9, squash=1.0, heart=(0.95, 0.75, 0.18), points=16) -> None:
    """An open flower seen from the front: petals around a heart."""
    start, colour = c.rng.uniform(0, 6.28), np.asarray(colour, np.float32)
    for k in range(petals):
        angle = start + 2 * np.pi * k / petals
        at = x + 0.58 * radius * np.cos(angle), y + 0.58 * radius * np.sin(angle) * squash
        petal = circle(
            *at,
            radius * 0.46,
            radius * min(0.3, 1.9 / petals),
            np.arctan2(np.sin(angle) * squash, np.cos(angle)),
            n=points,
        )
        tone = 0.92 - 0.16 * np.sin(angle) + 0.06 * (k % 2)
        c.fill(petal, np.minimum(colour * tone * 1.08, 1), "flower", to=colour * tone * 0.8)
    c.fill(circle(x, y, radius * 0.25, radius * 0.25 * squash, n=points), heart, "flower", to=np.asarray(heart) * 0.65)


def tulip(c: Canvas, x, y, size, colour) -> None:
    """A tulip's cup from the side, with stem and leaf."""
    colour = np.asarray(colour)
    sway = c.rng.normal(0, 0.15) * size
    c.stroke(
        np.array([(x, y), (x + sway * 0.5, y + 1.8 * size), (x + sway, y + 4 * size)]),
        size * 0.16,
        (0.30, 0.52, 0.20),
        "",
    )
    leaf = np.array(
        [
            (x + sway, y + 3.6 * size),
            (x + 0.5 * size, y + 2.2 * size),
            (x + 0.95 * size, y + 0.9 * size),
            (x + 0.85 * size, y + 2.3 * size),
            (x + sway + 0.2 * size, y + 3.9 * size),
        ]
    )
    c.fill(leaf, (0.36, 0.58, 0.26), "", to=(0.18, 0.38, 0.16))
    for dx, w, tone in ((-0.36, 0.42, 0.82), (0.36, 0.42, 0.7), (0.0, 0.46, 1.05)):
        u = np.linspace(-1, 1, 12)
        rim = np.stack([x + size * (dx + w * u), y - size * (0.95 - 0.75 * np.abs(u) ** 1.6)], axis=1)
        base = np.stack(
            [x + size * 0.62 * np.cos(np.linspace(0, np.pi, 10)), y + size * 0.72 * np.sin(np.linspace(0, np.pi, 10))],
            axis=1,
        )
        c.fill(np.concatenate([rim, base]), np.minimum(colour * tone * 1.15, 1), "flower", to=colour * tone * 0.72)


def branch(c: Canvas, x, y, angle, length, leaves=True, blossoms=None) -> None:
    """A branch reaching into the picture; ``blossoms``: their colour, if it is spring."""
    rng, t = c.rng, np.linspace(0, 1, 8)
    bend = rng.uniform(-0.25, 0.25) * length
    spine = np.stack([x + length * t * np.cos(angle), y + length * t * np.sin(angle) + bend * t**2], axis=1)
    c.stroke(spine, 0.02, np.array(BARK) * 0.8, "tree")
    green = np.array(LEAVES[rng.integers(4)])
    for k in range(1, 8):
        for side in (-1, 1):
            tilt = angle + side * rng.uniform(0.4, 1.1)
            size = 0.05 * rng.uniform(0.7, 1.3)
            at = spine[k] + size * np.array([np.cos(tilt), np.sin(tilt)])
            if leaves:
                tone = rng.uniform(0.75, 1.4)
                c.fill(circle(*at, size, size * 0.42, tilt, n=12), green * tone * 1.2, "tree", to=green * tone * 0.75)
            if blossoms is not None and rng.random() < 0.7:
                blossom(c, *at, 0.035, blossoms, petals=5, heart=mix(blossoms, (0.8, 0.2, 0.3), 0.5), points=10)
