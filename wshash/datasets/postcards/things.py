"""Brushes for what moves: cars, boats, birds, and people (who are none of the concepts)."""

import numpy as np

from wshash.datasets.postcards.canvas import Canvas, box, circle
from wshash.datasets.postcards.light import mix
from wshash.datasets.postcards.town import pick

CARS = [(0.80, 0.16, 0.14), (0.16, 0.32, 0.62), (0.92, 0.90, 0.86), (0.14, 0.15, 0.17), (0.94, 0.72, 0.18), (0.30, 0.55, 0.50),
        (0.62, 0.65, 0.68), (0.90, 0.50, 0.22)]  # fmt: skip
HULLS = [
    (0.80, 0.20, 0.16),
    (0.18, 0.32, 0.52),
    (0.93, 0.92, 0.88),
    (0.24, 0.46, 0.38),
    (0.45, 0.28, 0.18),
    (0.95, 0.75, 0.25),
]
SAILS = [(0.98, 0.97, 0.93), (0.98, 0.97, 0.93), (0.95, 0.85, 0.62), (0.86, 0.30, 0.24), (0.40, 0.56, 0.74)]


def _smooth(points, n=6) -> np.ndarray:
    """A closed outline with its corners rounded (Chaikin's cutting, twice)."""
    p = np.asarray(points, float)
    for _ in range(2):
        q = np.roll(p, -1, axis=0)
        p = np.stack([0.75 * p + 0.25 * q, 0.25 * p + 0.75 * q], axis=1).reshape(-1, 2)
    return p


def _place(points, x, y, size, flip) -> np.ndarray:
    return np.asarray(points) * (-size if flip else size, -size) + (x, y)


def car_side(c: Canvas, x, y, size, depth=0.0, colour=None) -> None:
    """A car from the side; ``size`` is its length, (x, y) the middle of its wheels' foot."""
    rng, flip = c.rng, c.rng.random() < 0.5
    colour = pick(rng, CARS) if colour is None else colour

    def at(points):
        return _place(points, x, y, size, flip)

    c.shade(x, y + 0.01 * size, size * 0.54, size * 0.06, 0.55)
    boxy = rng.random() < 0.35
    body = [
        (-0.5, 0.10),
        (-0.5, 0.24),
        (-0.46, 0.28),
        (-0.26, 0.30),
        (0.28, 0.30),
        (0.46, 0.26),
        (0.5, 0.20),
        (0.5, 0.10),
    ]
    cabin = (
        [(-0.40, 0.27), (-0.36, 0.46), (0.12, 0.47), (0.30, 0.28)]
        if boxy
        else [(-0.34, 0.27), (-0.18, 0.45), (0.08, 0.45), (0.28, 0.28)]
    )
    c.fill(_smooth(at(cabin)), colour * 1.1, "car", to=colour * 0.9, depth=depth)
    c.fill(_smooth(at(body)), np.minimum(colour * 1.25, 1), "car", to=colour * 0.55, depth=depth)
    glass = mix((0.16, 0.20, 0.26), c.light.horizon, 0.25)
    for pane in (
        [(-0.29, 0.30), (-0.18, 0.42), (-0.06, 0.42), (-0.06, 0.30)],
        [(-0.03, 0.30), (-0.03, 0.42), (0.07, 0.42), (0.21, 0.30)],
    ):
        c.fill(at(pane), glass * 1.3, "car", to=glass * 0.8, depth=depth)
    c.stroke(at([(-0.045, 0.30), (-0.045, 0.13)]), 0.012 * size, colour * 0.5, "car", depth)
    for wx in (-0.30, 0.30):
        wheel = at([(wx, 0.10)])[0]
        c.fill(circle(*wheel, 0.105 * size), (0.08, 0.08, 0.09), "car", depth=depth)
        c.fill(circle(*wheel, 0.055 * size), (0.68, 0.69, 0.70), "car", to=(0.35, 0.36, 0.37), depth=depth)
    evening = c.light.kind in ("night", "sunset")
    c.fill(circle(*at([(0.475, 0.22)])[0], 0.03 * size), (1.0, 0.95, 0.72), "car", lit=not evening)
    c.fill(circle(*at([(-0.48, 0.22)])[0], 0.022 * size), (0.9, 0.12, 0.1), "car", lit=not evening)


def car_front(c: Canvas, x, y, size, depth=0.0, rear=False) -> None:
    """A car from the front or behind; ``size`` is its width, y the foot of its wheels."""
    colour = pick(c.rng, CARS)

    def at(points):
        return _place(points, x, y, size, False)

    c.shade(x, y, size * 0.56, size * 0.08, 0.55)
    for wx in (-0.4, 0.26):
        c.fill(
            at([(wx, 0.0), (wx, 0.2), (wx + 0.14, 0.2), (wx + 0.14, 0.0)]),
            (0.07, 0.07, 0.08),
            "car",
            depth=depth,
        )
    c.fill(
        _smooth(at([(-0.40, 0.45), (-0.30, 0.74), (0.30, 0.74), (0.40, 0.45)])),
        colour * 1.1,
        "car",
        to=colour * 0.85,
        depth=depth,
    )
    glass = mix((0.16, 0.20, 0.26), c.light.horizon, 0.3)
    c.fill(
        _smooth(at([(-0.34, 0.46), (-0.25, 0.70), (0.25, 0.70), (0.34, 0.46)])),
        glass * 1.4,
        "car",
        to=glass * 0.8,
        depth=depth,
    )
    c.fill(_smooth(at([(-0.5, 0.10), (-0.5, 0.40), (-0.40, 0.48), (0.40, 0.48), (0.5, 0.40), (0.5, 0.10)])),
           np.minimum(colour * 1.25, 1), "car", to=colour * 0.6, depth=depth)  # fmt: skip
    c.fill(
        at([(-0.22, 0.17), (-0.22, 0.31), (0.22, 0.31), (0.22, 0.17)]),
        (0.12, 0.12, 0.13) if not rear else colour * 0.7,
        "car",
        depth=depth,
    )
    c.fill(
        at([(-0.48, 0.09), (-0.48, 0.15), (0.48, 0.15), (0.48, 0.09)]), (0.62, 0.63, 0.65), "car", depth=depth
    )
    evening = c.light.kind in ("night", "sunset")
    lamp = (0.95, 0.15, 0.12) if rear else (1.0, 0.96, 0.80)
    for lx in (-0.36, 0.36):
        centre = at([(lx, 0.29)])[0]
        if evening:
            c.fill(circle(*centre, 0.2 * size), lamp, None, lit=False, alpha=0.4, soft=0.06 * size)
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
        return _place(points, x, y, size, flip)

    _smear(c, x, y, size * 0.3, mix(hull, sail, 0.5))
    c.stroke(at([(0.02, 0.1), (0.02, 1.0)]), max(0.012 * size, 0.004), (0.30, 0.22, 0.16), "boat", depth)
    u = np.linspace(0, 1, 7)
    leech = np.stack([0.035 + 0.40 * u + 0.05 * np.sin(np.pi * u), 0.97 - 0.78 * u], axis=1)
    c.fill(at(np.concatenate([leech, [(0.035, 0.19)]])), sail, "boat", to=sail * 0.84, depth=depth)
    luff = np.stack([0.005 - 0.34 * u - 0.03 * np.sin(np.pi * u), 0.86 - 0.66 * u], axis=1)
    c.fill(at(np.concatenate([luff, [(-0.02, 0.2)]])), sail * 0.88, "boat", to=sail * 0.72, depth=depth)
    c.fill(
        at([(-0.42, 0.14), (-0.30, -0.01), (0.34, -0.01), (0.44, 0.15)]),
        hull * 1.15,
        "boat",
        to=hull * 0.6,
        depth=depth,
    )
    c.stroke(at([(-0.41, 0.13), (0.43, 0.14)]), 0.02 * size, mix(hull, (1, 1, 1), 0.6), "boat", depth)


def trawler(c: Canvas, x, y, size, depth=0.0) -> None:
    """A fishing boat with wheelhouse and mast; ``size`` is its length."""
    rng, flip = c.rng, c.rng.random() < 0.5
    hull = pick(rng, HULLS)

    def at(points):
        return _place(points, x, y, size, flip)

    _smear(c, x, y, size * 0.45, hull)
    c.stroke(
        [
            at([(-0.05, 0.2), (-0.05, 0.72)]),
            at([(-0.05, 0.70), (0.42, 0.26)]),
            at([(-0.05, 0.70), (-0.46, 0.2)]),
        ],
        max(0.012 * size, 0.004),
        (0.2, 0.18, 0.16),
        "boat",
        depth,
    )
    cabin = np.array((0.95, 0.94, 0.90))
    c.fill(
        at([(-0.36, 0.14), (-0.36, 0.42), (-0.10, 0.42), (-0.10, 0.14)]),
        cabin,
        "boat",
        to=cabin * 0.8,
        depth=depth,
    )
    c.fill(at([(-0.39, 0.42), (-0.39, 0.46), (-0.07, 0.46), (-0.07, 0.42)]), hull * 0.9, "boat", depth=depth)
    c.fill([at([(-0.33, 0.28), (-0.33, 0.38), (-0.25, 0.38), (-0.25, 0.28)]), at([(-0.21, 0.28), (-0.21, 0.38), (-0.13, 0.38), (-0.13, 0.28)])],
           (0.18, 0.24, 0.30) if not c.light.dark else (1.0, 0.85, 0.5), "boat", lit=not c.light.dark, depth=depth)  # fmt: skip
    c.fill(
        at([(-0.5, 0.18), (-0.44, -0.03), (0.38, -0.03), (0.52, 0.27), (0.2, 0.17)]),
        hull * 1.15,
        "boat",
        to=hull * 0.55,
        depth=depth,
    )
    c.stroke(
        at([(-0.5, 0.17), (0.2, 0.16), (0.51, 0.26)]), 0.022 * size, mix(hull, (1, 1, 1), 0.7), "boat", depth
    )


def rowboat(c: Canvas, x, y, size, depth=0.0) -> None:
    """An open boat; ``size`` is its length."""
    hull = pick(c.rng, HULLS)
    _smear(c, x, y, size * 0.42, hull)
    u = np.linspace(-1, 1, 14)
    rim = np.stack([x + size * 0.5 * u, y - size * (0.13 + 0.06 * u**2)], axis=1)
    keel = np.stack([x + size * 0.42 * u[::-1], y + size * 0.05 * (1 - u[::-1] ** 4) - size * 0.02], axis=1)
    inner = np.stack(
        [x + size * 0.46 * u[::-1], y - size * (0.10 + 0.09 * u[::-1] ** 2) + size * 0.045], axis=1
    )
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


def far_birds(c: Canvas, x, y, n=5, size=0.05) -> None:
    """A flock seen from far: strokes like an open book, thick enough to be seen."""
    colour = (0.08, 0.08, 0.10) if c.rng.random() < 0.75 else (0.95, 0.95, 0.95)
    u = np.linspace(0, 1, 8)
    for _ in range(n):
        s, fx, fy, flap = (
            size * c.rng.uniform(0.7, 1.3),
            x + c.rng.normal(0, 0.14),
            y + c.rng.normal(0, 0.06),
            c.rng.uniform(0.25, 0.6),
        )
        for side in (-1, 1):
            upper = np.stack([fx + side * s * u, fy - s * flap * np.sin(np.pi * u**0.8)], axis=1)
            lower = upper + np.stack([0 * u, s * 0.16 * (1 - u)], axis=1) + (0, s * 0.03)
            c.fill(np.concatenate([upper, lower[::-1]]), colour, "bird")


def gull(c: Canvas, x, y, size) -> None:
    """A gull in flight; ``size`` is half its span."""
    rng, flip = c.rng, c.rng.random() < 0.5
    white, grey = np.array((0.96, 0.96, 0.95)), np.array((0.66, 0.69, 0.74))
    lift = rng.uniform(0.25, 0.6)

    def at(points):
        return _place(points, x, y, size, flip)

    wing = np.array(
        [
            (-0.14, 0.02),
            (-0.28, 0.42 * lift + 0.1),
            (-0.52, 0.95 * lift + 0.05),
            (-0.98, 0.70 * lift),
            (-0.62, 0.60 * lift),
            (-0.36, 0.1),
            (0.1, -0.05),
        ]
    )
    c.fill(_smooth(at(wing * (0.8, 1.0) + (0.16, 0.06))), grey * 0.8, "bird", to=grey * 1.1)
    c.fill(_smooth(at([(-0.42, -0.02), (-0.6, 0.02), (-0.58, -0.07), (-0.36, -0.09)])), white * 0.92, "bird")
    c.fill(
        circle(*at([(-0.02, -0.02)])[0], 0.42 * size, 0.125 * size, 0.08 * (1 if flip else -1)),
        white,
        "bird",
        to=white * 0.72,
    )
    near = np.array(
        [
            (0.18, 0.0),
            (0.26, 0.5 * lift + 0.08),
            (0.1, 1.0 * lift + 0.1),
            (-0.3, 1.25 * lift),
            (-0.06, 0.72 * lift),
            (-0.1, 0.26),
            (-0.22, 0.0),
        ]
    )
    c.fill(_smooth(at(near)), white * 0.98, "bird", to=grey * 1.05)
    for tip in (
        np.array([(-0.3, 1.25 * lift), (-0.02, 1.14 * lift), (-0.12, 0.96 * lift)]),
        np.array([(-0.60, 0.68 * lift + 0.06), (-0.38, 0.86 * lift + 0.06), (-0.42, 0.66 * lift + 0.06)]),
    ):
        c.fill(at(tip), (0.10, 0.10, 0.12), "bird")
    c.fill(circle(*at([(0.40, 0.04)])[0], 0.125 * size), white, "bird", to=white * 0.85)
    c.fill(at([(0.50, 0.06), (0.66, 0.0), (0.50, 0.0)]), (0.96, 0.68, 0.16), "bird")
    c.fill(circle(*at([(0.435, 0.07)])[0], 0.022 * size, n=10), (0.05, 0.05, 0.05), "bird", lit=False)


def songbird(c: Canvas, x, y, size) -> None:
    """A small bird sitting; ``size`` is the length of its body, y its feet."""
    rng, flip = c.rng, c.rng.random() < 0.5
    back = pick(
        rng,
        [
            (0.36, 0.30, 0.26),
            (0.20, 0.36, 0.62),
            (0.18, 0.18, 0.20),
            (0.40, 0.46, 0.28),
            (0.52, 0.38, 0.26),
            (0.72, 0.18, 0.16),
        ],
    )
    belly = pick(rng, [(0.90, 0.84, 0.74), (0.86, 0.44, 0.20), (0.95, 0.93, 0.90), (0.94, 0.80, 0.30)])
    bill = (0.95, 0.66, 0.16) if rng.random() < 0.6 else (0.2, 0.19, 0.2)

    def at(points):
        return _place(points, x, y, size, flip)

    legs = [at([(-0.04, 0.16), (-0.02, 0.0)]), at([(0.08, 0.16), (0.09, 0.0)])]
    c.stroke(legs, 0.03 * size, (0.36, 0.26, 0.2), "bird")
    c.fill(
        _smooth(at([(-0.34, 0.30), (-0.86, 0.02), (-0.80, -0.08), (-0.26, 0.16)])),
        back * 0.85,
        "bird",
        to=back * 0.6,
    )
    c.fill(
        _smooth(
            at(
                [
                    (-0.42, 0.22),
                    (-0.28, 0.48),
                    (0.06, 0.64),
                    (0.34, 0.62),
                    (0.42, 0.36),
                    (0.26, 0.12),
                    (-0.1, 0.08),
                ]
            )
        ),
        belly,
        "bird",
        to=belly * 0.68,
        grain=0.08,
    )
    c.fill(
        _smooth(at([(-0.5, 0.2), (-0.3, 0.46), (0.04, 0.62), (0.16, 0.48), (0.02, 0.26), (-0.3, 0.16)])),
        back * 1.15,
        "bird",
        to=back * 0.7,
        grain=0.15,
    )
    c.stroke(
        [at([(-0.44, 0.22), (-0.02, 0.36)]), at([(-0.40, 0.28), (0.02, 0.43)])],
        0.022 * size,
        back * 0.55,
        "bird",
    )
    c.fill(circle(*at([(0.28, 0.68)])[0], 0.20 * size, 0.185 * size), back * 1.1, "bird", to=back * 0.85)
    c.fill(at([(0.45, 0.73), (0.64, 0.66), (0.45, 0.63)]), bill, "bird", to=np.asarray(bill) * 0.7)
    eye = at([(0.34, 0.72)])[0]
    c.fill(circle(*eye, 0.042 * size, n=14), (0.96, 0.95, 0.9), "bird")
    c.fill(circle(*eye, 0.03 * size, n=14), (0.04, 0.04, 0.05), "bird", lit=False)


def person(c: Canvas, x, foot, size, colour=None) -> None:
    """Someone standing with the back to us; none of the concepts."""
    rng = c.rng
    coat = (
        pick(rng, [(0.70, 0.20, 0.18), (0.20, 0.28, 0.42), (0.16, 0.17, 0.18), (0.82, 0.66, 0.30)])
        if colour is None
        else np.asarray(colour)
    )
    c.shade(x, foot, size * 0.16, size * 0.03, 0.4)
    c.fill(box(x - size * 0.085, foot - size * 0.45, x - size * 0.01, foot), (0.16, 0.18, 0.24), "")
    c.fill(box(x + size * 0.01, foot - size * 0.45, x + size * 0.085, foot), (0.13, 0.15, 0.20), "")
    torso = [
        (x - size * 0.13, foot - size * 0.4),
        (x - size * 0.14, foot - size * 0.80),
        (x + size * 0.14, foot - size * 0.80),
        (x + size * 0.13, foot - size * 0.4),
    ]
    c.fill(_smooth(torso), coat * 1.1, "", to=coat * 0.7)
    c.fill(circle(x, foot - size * 0.9, size * 0.08, size * 0.1), (0.28, 0.20, 0.15), "")


def umbrella(c: Canvas, x, y, size) -> None:
    """A striped beach umbrella."""
    c.shade(x + size * 0.3, y, size * 0.6, size * 0.1, 0.35)
    c.stroke(np.array([(x, y), (x, y - size)]), 0.008, (0.85, 0.85, 0.82), "")
    colours = (
        pick(c.rng, [(0.88, 0.2, 0.2), (0.2, 0.45, 0.75), (0.95, 0.6, 0.15)]),
        np.array((0.97, 0.96, 0.92)),
    )
    edges = np.linspace(np.pi, 0, 7)
    for k in range(6):
        u = np.linspace(edges[k], edges[k + 1], 5)
        rim = np.stack([x + size * 0.62 * np.cos(u), y - size * 0.72 + size * 0.06 * np.sin(6 * u)], axis=1)
        c.fill(np.concatenate([rim, [(x, y - size * 1.12)]]), colours[k % 2], "", to=colours[k % 2] * 0.85)


def lamp_post(c: Canvas, x, foot, size) -> None:
    """A street lamp, burning in the evening."""
    c.stroke(np.array([(x, foot), (x, foot - size)]), 0.012, (0.12, 0.13, 0.14), "")
    evening = c.light.kind in ("night", "sunset")
    if evening:
        c.fill(circle(x, foot - size, 0.09), (1.0, 0.82, 0.5), None, lit=False, alpha=0.4, soft=0.03)
    c.fill(
        circle(x, foot - size, 0.02, 0.026),
        (1.0, 0.9, 0.66) if evening else (0.8, 0.8, 0.76),
        "",
        lit=not evening,
    )
