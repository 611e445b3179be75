"""Brushes for houses and their fronts."""

import numpy as np

from wshash.datasets.postcards.brushes.towers import LAMPLIGHT, PAINTS, ROOFS, WALLS, pick, windows
from wshash.datasets.postcards.canvas import Canvas, box, circle, outline
from wshash.datasets.postcards.light import mix, palette


def house(c: Canvas, x, foot, size, depth=0.0, colour=None, snowy=False) -> None:
    """A house with a pitched roof, a door, lit windows in the evening; ``size`` is its width.

    Outlines are in the house's own measure: across, ±0.5 at the walls; up, 0 the ground, 1 the eaves, 2 the ridge.
    """
    rng = c.rng
    colour, roof = (pick(rng, PAINTS) if colour is None else colour), pick(rng, ROOFS)
    door, roof = roof * 0.55, np.array((0.93, 0.95, 0.99)) if snowy else roof
    tall, rise, flip = size * rng.uniform(0.46, 0.6), size * rng.uniform(0.3, 0.44), rng.choice((-1, 1))

    def at(points):
        u, v = outline(points).T
        return np.stack([x + flip * size * u, foot - tall * np.minimum(v, 1) - rise * np.maximum(v - 1, 0)], axis=1)

    def panes(opening, columns):
        (x0, y0), (x1, y1) = at(opening).min(axis=0), at(opening).max(axis=0)
        windows(
            c, x0, y0, x1, y1, columns, 1, "house", depth, lit_share=0.8, wide=0.5 if columns > 1 else 0.8, tall=0.9
        )

    if not c.light.dark:
        c.shade(x - c.light.side * size * 0.25, foot, size * 0.62, size * 0.07, 0.3)
    if rng.random() < 0.55:  # from the long side, with the gable at one end
        c.fill(at("-0.5,0 -0.5,1 0.14,1 0.14,0"), colour * 0.78, "house", to=colour * 0.68, depth=depth)
        c.fill(at("0.14,0 0.14,1 0.32,2 0.5,1 0.5,0"), colour, "house", to=colour * 0.9, depth=depth)
        slope = at("0.1,0.93 0.32,2.08 -0.36,2.08 -0.55,0.93")
        c.fill(slope, roof * 1.05, "house", to=roof * 0.8, depth=depth, grain=0.15)
        c.fill(at("0.32,2.08 0.55,0.93 0.51,0.92 0.32,1.9"), roof * 0.6, "house", depth=depth)
        panes("-0.47,0.8 0.11,0.32", 2)
        c.fill(at("0.26,0 0.26,0.6 0.38,0.6 0.38,0"), door, "house", depth=depth)
    else:  # from the front
        c.fill(at("-0.5,0 -0.5,1 0.5,1 0.5,0"), colour * 1.05, "house", to=colour * 0.85, depth=depth, grain=0.05)
        slope = at("-0.59,1 -0.38,2 0.38,2 0.59,1")
        c.fill(slope, roof * 1.1, "house", to=roof * 0.78, depth=depth, grain=0.15)
        panes("-0.45,0.8 -0.12,0.28", 1)
        panes("0.12,0.8 0.45,0.28", 1)
        c.fill(at("-0.075,0 -0.075,0.62 0.075,0.62 0.075,0"), door, "house", depth=depth)
    if rng.random() < 0.7:
        chimney = (
            at("-0.2,1.85 -0.2,2.25 -0.12,2.25 -0.12,1.85")
            if rng.random() < 0.5
            else at("0.12,1.85 0.12,2.25 0.2,2.25 0.2,1.85")
        )
        c.fill(chimney, (0.5, 0.3, 0.26) if snowy else roof * 0.7, "house", depth=depth)


def facade(c: Canvas, columns: int, rows: int) -> None:
    """The front of a house that fills the picture: windows with frames, shutters, balconies or boxes of flowers."""
    rng = c.rng
    wall = pick(rng, WALLS + PAINTS[:7])
    c.fill(box(-0.02, -0.02, 1.02, 1.02), wall * 1.05, "building", to=wall * 0.88, grain=0.14)
    dx, dy = 1.0 / columns, 1.0 / rows
    shutter = pick(rng, palette("#3d6657 #475c85 #80382e #5c4233")) if rng.random() < 0.5 else None
    balcony, boxes, brick = rng.random() < 0.3, rng.random() < 0.35, rng.random() < 0.4
    if brick:
        lines = [np.array([(0, y), (1, y)]) for y in np.arange(0.0, 1.0, 0.028)]
        c.stroke(lines, 0.004, wall * 0.72, None, alpha=0.5)
    petals = pick(rng, palette("#e63340 #f280b2 #facc33"))
    for j in range(rows):
        c.fill(box(-0.02, j * dy - 0.012, 1.02, j * dy + 0.006), wall * 0.75, "building", to=wall * 0.55)
        for k in range(columns):
            x0, x1, y0, y1 = (k + 0.27) * dx, (k + 0.73) * dx, (j + 0.22) * dy, (j + 0.80) * dy
            c.fill(
                box(x0 - 0.05 * dx, y0 - 0.04 * dy, x1 + 0.05 * dx, y1 + 0.04 * dy),
                wall * 1.25,
                "building",
                to=wall * 0.95,
            )
            dark = c.light.evening and rng.random() < 0.6
            glass = (
                LAMPLIGHT[rng.integers(3)] if dark else mix((0.16, 0.22, 0.30), c.light.zenith, rng.uniform(0.1, 0.6))
            )
            c.fill(box(x0, y0, x1, y1), glass, "building", to=mix(glass, (0.1, 0.12, 0.15), 0.5), lit=not dark)
            cross = [
                np.array([((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1)]),
                np.array([(x0, y0 + 0.35 * (y1 - y0)), (x1, y0 + 0.35 * (y1 - y0))]),
            ]
            c.stroke(cross, 0.008, (0.88, 0.86, 0.80), "building")
            if shutter is not None:
                for s0, s1 in ((x0 - 0.24 * dx, x0 - 0.02 * dx), (x1 + 0.02 * dx, x1 + 0.24 * dx)):
                    c.fill(box(s0, y0, s1, y1), shutter * 1.15, "building", to=shutter * 0.8)
            if balcony:
                bars = [
                    np.array([(u, y1 - 0.22 * dy), (u, y1 + 0.05 * dy)])
                    for u in np.linspace(x0 - 0.1 * dx, x1 + 0.1 * dx, 9)
                ]
                c.stroke(
                    bars + [bars[0][:1].repeat(2, 0) * (0, 1) + np.array([(x0 - 0.1 * dx, 0), (x1 + 0.1 * dx, 0)])],
                    0.008,
                    (0.12, 0.12, 0.14),
                    "building",
                )
            elif boxes:
                for u in np.linspace(x0, x1, 6):
                    c.fill(circle(u, y1 + 0.01 * dy, 0.075 * dx, 0.045 * dy, n=10), (0.22, 0.42, 0.18), "")
                    c.fill(
                        circle(u + rng.normal(0, 0.02) * dx, y1 - 0.03 * dy, 0.06 * dx, 0.035 * dy, n=10),
                        petals * rng.uniform(0.85, 1.1),
                        "flower",
                    )
