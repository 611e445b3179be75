"""Brushes for cars and boats."""

import numpy as np

from wshash.datasets.postcards.brushes.towers import pick
from wshash.datasets.postcards.canvas import Canvas, circle, outline
from wshash.datasets.postcards.light import mix, palette

CARS = palette("#cc2924 #29529e #ebe6db #24262b #f0b82e #4c8c80 #9ea6ad #e68038")


HULLS = palette("#cc3329 #2e5285 #edebe0 #3d7561 #73472e #f2bf40")


SAILS = palette("#faf7ed #faf7ed #f2d99e #db4c3d #668fbd")


def rounded(points) -> np.ndarray:
    """A closed outline with its corners rounded (Chaikin's cutting, twice)."""
    p = np.asarray(points, float)
    for _ in range(2):
        q = np.roll(p, -1, axis=0)
        p = np.stack([0.75 * p + 0.25 * q, 0.25 * p + 0.75 * q], axis=1).reshape(-1, 2)
    return p


def placed(points, x, y, size, flip) -> np.ndarray:
    return np.asarray(points) * (-size if flip else size, -size) + (x, y)


def car_side(c: Canvas, x, y, size, depth=0.0, colour=None) -> None:
    """A car from the side; ``size`` is its length, (x, y) the middle of its wheels' foot."""
    rng, flip = c.rng, c.rng.random() < 0.5
    colour = pick(rng, CARS) if colour is None else colour

    def at(points):
        return placed(points, x, y, size, flip)

    c.shade(x, y + 0.01 * size, size * 0.54, size * 0.06, 0.55)
    boxy = rng.random() < 0.35
    body = outline("-0.5,0.1 -0.5,0.24 -0.46,0.28 -0.26,0.3 0.28,0.3 0.46,0.26 0.5,0.2 0.5,0.1")
    cabin = (
        outline("-0.4,0.27 -0.36,0.46 0.12,0.47 0.3,0.28")
        if boxy
        else outline("-0.34,0.27 -0.18,0.45 0.08,0.45 0.28,0.28")
    )
    c.fill(rounded(at(cabin)), colour * 1.1, "car", to=colour * 0.9, depth=depth)
    c.fill(rounded(at(body)), np.minimum(colour * 1.25, 1), "car", to=colour * 0.55, depth=depth)
    glass = mix((0.16, 0.20, 0.26), c.light.horizon, 0.25)
    for pane in (
        outline("-0.29,0.3 -0.18,0.42 -0.06,0.42 -0.06,0.3"),
        outline("-0.03,0.3 -0.03,0.42 0.07,0.42 0.21,0.3"),
    ):
        c.fill(at(pane), glass * 1.3, "car", to=glass * 0.8, depth=depth)
    c.stroke(at([(-0.045, 0.30), (-0.045, 0.13)]), 0.012 * size, colour * 0.5, "car", depth)
    for wx in (-0.30, 0.30):
        wheel = at([(wx, 0.10)])[0]
        c.fill(circle(*wheel, 0.105 * size), (0.08, 0.08, 0.09), "car", depth=depth)
        c.fill(circle(*wheel, 0.055 * size), (0.68, 0.69, 0.70), "car", to=(0.35, 0.36, 0.37), depth=depth)
    evening = c.light.evening
    c.fill(circle(*at([(0.475, 0.22)])[0], 0.03 * size), (1.0, 0.95, 0.72), "car", lit=not evening)
    c.fill(circle(*at([(-0.48, 0.22)])[0], 0.022 * size), (0.9, 0.12, 0.1), "car", lit=not evening)


def car_front(c: Canvas, x, y, size, depth=0.0, rear=False) -> None:
    """A car from the front or behind; ``size`` is its width, y the foot of its wheels."""
    colour = pick(c.rng, CARS)

    def at(points):
        return placed(points, x, y, size, False)

    c.shade(x, y, size * 0.56, size * 0.08, 0.55)
    for wx in (-0.4, 0.26):
        c.fill(at([(wx, 0.0), (wx, 0.2), (wx + 0.14, 0.2), (wx + 0.14, 0.0)]), (0.07, 0.07, 0.08), "car", depth=depth)
    c.fill(
        rounded(at(outline("-0.4,0.45 -0.3,0.74 0.3,0.74 0.4,0.45"))),
        colour * 1.1,
        "car",
        to=colour * 0.85,
        depth=depth,
    )
    glass = mix((0.16, 0.20, 0.26), c.light.horizon, 0.3)
    c.fill(
        rounded(at(outline("-0.34,0.46 -0.25,0.7 0.25,0.7 0.34,0.46"))), glass * 1.4, "car", to=glass * 0.8, depth=depth
    )
    c.fill(
        rounded(at(outline("-0.5,0.1 -0.5,0.4 -0.4,0.48 0.4,0.48 0.5,0.4 0.5,0.1"))),
        np.minimum(colour * 1.25, 1),
        "car",
        to=colour * 0.6,
        depth=depth,
    )
    c.fill(
        at(outline("-0.22,0.17 -0.22,0.31 0.22,0.31 0.22,0.17")),
        (0.12, 0.12, 0.13) if not rear else colour * 0.7,
        "car",
        depth=depth,
    )
    c.fill(at(outline("-0.48,0.09 -0.48,0.15 0.48,0.15 0.48,0.09")), (0.62, 0.63, 0.65), "car", depth=depth)
    evening = c.light.evening
    lamp = (0.95, 0.15, 0.12) if rear else (1.0, 0.96, 0.80)
    for lx in (-0.36, 0.36):
        centre = at([(lx, 0.29)])[0]
        if evening:
            c.glow(*centre, 0.24 * size, lamp, 0.6)
        c.fill(circle(*centre, 0.085 * size), lamp, "car", lit=not evening)


def _smear(c: Canvas, x, y, wide, colour) -> None:
    """The reflection of something afloat."""
    lines = []
    for k in range(5):
        w = wide * (0.9 - 0.14 * k) * c.rng.uniform(0.6, 1)
        lines.append(np.array([(x - w, y + wide * 0.13 * (k + 0.4)), (x + w, y + wide * 0.13 * (k + 0.4))]))
    c.stroke(lines, wide * 0.07, np.asarray(colour) * 0.55, None, alpha=0.55)


def sailboat(c: Canvas, x, y, size, depth=0.0) -> None:
    """A sloop under sail; ``size`` is its height, y the waterline."""
    rng, flip = c.rng, c.rng.random() < 0.5
    hull, sail = pick(rng, HULLS), pick(rng, SAILS)

    def at(points):
        return placed(points, x, y, size, flip)

    _smear(c, x, y, size * 0.3, mix(hull, sail, 0.5))
    c.stroke(at([(0.02, 0.1), (0.02, 1.0)]), max(0.012 * size, 0.004), (0.30, 0.22, 0.16), "boat", depth)
    u = np.linspace(0, 1, 7)
    leech = np.stack([0.035 + 0.40 * u + 0.05 * np.sin(np.pi * u), 0.97 - 0.78 * u], axis=1)
    c.fill(at(np.concatenate([leech, [(0.035, 0.19)]])), sail, "boat", to=sail * 0.84, depth=depth)
    luff = np.stack([0.005 - 0.34 * u - 0.03 * np.sin(np.pi * u), 0.86 - 0.66 * u], axis=1)
    c.fill(at(np.concatenate([luff, [(-0.02, 0.2)]])), sail * 0.88, "boat", to=sail * 0.72, depth=depth)
    c.fill(at(outline("-0.42,0.14 -0.3,-0.01 0.34,-0.01 0.44,0.15")), hull * 1.15, "boat", to=hull * 0.6, depth=depth)
    c.stroke(at([(-0.41, 0.13), (0.43, 0.14)]), 0.02 * size, mix(hull, (1, 1, 1), 0.6), "boat", depth)


def trawler(c: Canvas, x, y, size, depth=0.0) -> None:
    """A fishing boat with wheelhouse and mast; ``size`` is its length."""
    rng, flip = c.rng, c.rng.random() < 0.5
    hull = pick(rng, HULLS)

    def at(points):
        return placed(points, x, y, size, flip)

    _smear(c, x, y, size * 0.45, hull)
    c.stroke(
        [at([(-0.05, 0.2), (-0.05, 0.72)]), at([(-0.05, 0.70), (0.42, 0.26)]), at([(-0.05, 0.70), (-0.46, 0.2)])],
        max(0.012 * size, 0.004),
        (0.2, 0.18, 0.16),
        "boat",
        depth,
    )
    cabin = np.array((0.95, 0.94, 0.90))
    c.fill(at(outline("-0.36,0.14 -0.36,0.42 -0.1,0.42 -0.1,0.14")), cabin, "boat", to=cabin * 0.8, depth=depth)
    c.fill(at(outline("-0.39,0.42 -0.39,0.46 -0.07,0.46 -0.07,0.42")), hull * 0.9, "boat", depth=depth)
    c.fill(
        [
            at(outline("-0.33,0.28 -0.33,0.38 -0.25,0.38 -0.25,0.28")),
            at(outline("-0.21,0.28 -0.21,0.38 -0.13,0.38 -0.13,0.28")),
        ],
        (0.18, 0.24, 0.30) if not c.light.dark else (1.0, 0.85, 0.5),
        "boat",
        lit=not c.light.dark,
        depth=depth,
    )
    c.fill(
        at(outline("-0.5,0.18 -0.44,-0.03 0.38,-0.03 0.52,0.27 0.2,0.17")),
        hull * 1.15,
        "boat",
        to=hull * 0.55,
        depth=depth,
    )
    c.stroke(at(outline("-0.5,0.17 0.2,0.16 0.51,0.26")), 0.022 * size, mix(hull, (1, 1, 1), 0.7), "boat", depth)


def rowboat(c: Canvas, x, y, size, depth=0.0) -> None:
    """An open boat; ``size`` is its length."""
    hull = pick(c.rng, HULLS)
    _smear(c, x, y, size * 0.42, hull)
    u = np.linspace(-1, 1, 14)
    rim = np.stack([x + size * 0.5 * u, y - size * (0.13 + 0.06 * u**2)], axis=1)
    keel = np.stack([x + size * 0.42 * u[::-1], y + size * 0.05 * (1 - u[::-1] ** 4) - size * 0.02], axis=1)
    inner = np.stack([x + size * 0.46 * u[::-1], y - size * (0.10 + 0.09 * u[::-1] ** 2) + size * 0.045], axis=1)
    c.fill(np.concatenate([rim, keel]), hull * 1.2, "boat", to=hull * 0.55, depth=depth)
    c.fill(np.concatenate([rim, inner]), (0.36, 0.26, 0.18), "boat", depth=depth)
    for s in (-0.2, 0.12):
        c.stroke(
            np.array([(x + s * size, y - size * 0.14), (x + (s + 0.06) * size, y - size * 0.07)]),
            size * 0.04,
            (0.70, 0.56, 0.40),
            "boat",
            depth,
        )


def boat(c: Canvas, x, y, size, depth=0.0) -> None:
    """One of the three kinds of boat."""
    (sailboat, trawler, rowboat)[c.rng.choice(3, p=(0.5, 0.3, 0.2))](c, x, y, size, depth)
