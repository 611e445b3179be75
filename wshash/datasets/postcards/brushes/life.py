"""Brushes for birds, and for people and their things, which are none of the concepts."""

import numpy as np

from wshash.datasets.postcards.brushes.towers import pick
from wshash.datasets.postcards.brushes.vehicles import placed, rounded
from wshash.datasets.postcards.canvas import Canvas, circle, outline
from wshash.datasets.postcards.light import palette


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
        return placed(points, x, y, size, flip)

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
    c.fill(rounded(at(wing * (0.8, 1.0) + (0.16, 0.06))), grey * 0.8, "bird", to=grey * 1.1)
    c.fill(rounded(at(outline("-0.42,-0.02 -0.6,0.02 -0.58,-0.07 -0.36,-0.09"))), white * 0.92, "bird")
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
    c.fill(rounded(at(near)), white * 0.98, "bird", to=grey * 1.05)
    for tip in (
        np.array([(-0.3, 1.25 * lift), (-0.02, 1.14 * lift), (-0.12, 0.96 * lift)]),
        np.array([(-0.60, 0.68 * lift + 0.06), (-0.38, 0.86 * lift + 0.06), (-0.42, 0.66 * lift + 0.06)]),
    ):
        c.fill(at(tip), (0.10, 0.10, 0.12), "bird")
    c.fill(circle(*at([(0.40, 0.04)])[0], 0.125 * size), white, "bird", to=white * 0.85)
    c.fill(at(outline("0.5,0.06 0.66,0 0.5,0")), (0.96, 0.68, 0.16), "bird")
    c.fill(circle(*at([(0.435, 0.07)])[0], 0.022 * size, n=10), (0.05, 0.05, 0.05), "bird", lit=False)


def songbird(c: Canvas, x, y, size) -> None:
    """A small bird sitting; ``size`` is the length of its body, y its feet."""
    rng, flip = c.rng, c.rng.random() < 0.5
    back = pick(rng, palette("#5c4c42 #335c9e #2e2e33 #667547 #856142 #b82e29"))
    belly = pick(rng, palette("#e6d6bd #db7033 #f2ede6 #f0cc4c"))
    bill = (0.95, 0.66, 0.16) if rng.random() < 0.6 else (0.2, 0.19, 0.2)

    def at(points):
        return placed(points, x, y, size, flip)

    legs = [at([(-0.04, 0.16), (-0.02, 0.0)]), at([(0.08, 0.16), (0.09, 0.0)])]
    c.stroke(legs, 0.03 * size, (0.36, 0.26, 0.2), "bird")
    c.fill(rounded(at(outline("-0.34,0.3 -0.86,0.02 -0.8,-0.08 -0.26,0.16"))), back * 0.85, "bird", to=back * 0.6)
    c.fill(
        rounded(at(outline("-0.42,0.22 -0.28,0.48 0.06,0.64 0.34,0.62 0.42,0.36 0.26,0.12 -0.1,0.08"))),
        belly,
        "bird",
        to=belly * 0.68,
        grain=0.08,
    )
    c.fill(
        rounded(at(outline("-0.5,0.2 -0.3,0.46 0.04,0.62 0.16,0.48 0.02,0.26 -0.3,0.16"))),
        back * 1.15,
        "bird",
        to=back * 0.7,
        grain=0.15,
    )
    c.stroke([at([(-0.44, 0.22), (-0.02, 0.36)]), at([(-0.40, 0.28), (0.02, 0.43)])], 0.022 * size, back * 0.55, "bird")
    c.fill(circle(*at([(0.28, 0.68)])[0], 0.20 * size, 0.185 * size), back * 1.1, "bird", to=back * 0.85)
    c.fill(at(outline("0.45,0.73 0.64,0.66 0.45,0.63")), bill, "bird", to=np.asarray(bill) * 0.7)
    eye = at([(0.34, 0.72)])[0]
    c.fill(circle(*eye, 0.042 * size, n=14), (0.96, 0.95, 0.9), "bird")
    c.fill(circle(*eye, 0.03 * size, n=14), (0.04, 0.04, 0.05), "bird", lit=False)


def person(c: Canvas, x, foot, size, colour=None) -> None:
    """Someone standing with the back to us; none of the concepts."""
    rng = c.rng
    coat = pick(rng, palette("#b2332e #33476b #292b2e #d1a84c")) if colour is None else np.asarray(colour)
    trousers = pick(rng, palette("#292e42 #42382e #575c66"))
    hair = pick(rng, palette("#291f1a #6b4729 #b28f57"))

    def at(points):
        return placed(points, x, foot, size, False)

    c.shade(x, foot, size * 0.16, size * 0.03, 0.4)
    for leg in (-1, 1):
        c.fill(
            at([(leg * 0.02, 0.46), (leg * 0.095, 0.47), (leg * 0.085, 0.0), (leg * 0.03, 0.0)]),
            trousers * (1 + 0.15 * leg),
            "",
        )
        c.fill(
            rounded(at([(leg * 0.10, 0.80), (leg * 0.145, 0.76), (leg * 0.16, 0.46), (leg * 0.11, 0.45)])),
            coat * (0.85 + 0.1 * leg),
            "",
        )
    c.fill(
        rounded(at(outline("-0.06,0.84 -0.13,0.8 -0.1,0.44 0.1,0.44 0.13,0.8 0.06,0.84"))),
        coat * 1.1,
        "",
        to=coat * 0.75,
    )
    c.fill(at(outline("-0.025,0.86 0.025,0.86 0.03,0.8 -0.03,0.8")), (0.72, 0.54, 0.42), "")
    c.fill(circle(x, foot - size * 0.915, size * 0.058, size * 0.072), hair, "", to=hair * 0.8)


def umbrella(c: Canvas, x, y, size) -> None:
    """A striped beach umbrella."""
    c.shade(x + size * 0.3, y, size * 0.6, size * 0.1, 0.35)
    c.stroke(np.array([(x, y), (x, y - size)]), 0.008, (0.85, 0.85, 0.82), "")
    colours = (pick(c.rng, palette("#e03333 #3373bf #f29926")), np.array((0.97, 0.96, 0.92)))
    edges = np.linspace(np.pi, 0, 7)
    for k in range(6):
        u = np.linspace(edges[k], edges[k + 1], 5)
        rim = np.stack([x + size * 0.62 * np.cos(u), y - size * 0.72 + size * 0.06 * np.sin(6 * u)], axis=1)
        c.fill(np.concatenate([rim, [(x, y - size * 1.12)]]), colours[k % 2], "", to=colours[k % 2] * 0.85)


def lamp_post(c: Canvas, x, foot, size) -> None:
    """A street lamp, burning in the evening."""
    c.stroke(np.array([(x, foot), (x, foot - size)]), 0.012, (0.12, 0.13, 0.14), "")
    evening = c.light.evening
    if evening:
        c.glow(x, foot - size, 0.1, (1.0, 0.82, 0.5), 0.55)
    c.fill(circle(x, foot - size, 0.02, 0.026), (1.0, 0.9, 0.66) if evening else (0.8, 0.8, 0.76), "", lit=not evening)
