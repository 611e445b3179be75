"""Brushes for houses and towers."""

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
    evening = c.light.kind in ("night", "sunset")
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
        c.fill(
            np.array([(x0, top), ((x0 + x1) / 2, top - wide * 0.5), (x1, top)]),
            pick(rng, ROOFS),
            what,
            depth=depth,
        )
    elif style < 0.42:
        c.stroke(
            np.array([((x0 + x1) / 2, top), ((x0 + x1) / 2, top - wide * 0.8)]),
            0.006,
            colour * 0.5,
            what,
            depth,
        )
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
    c.fill(
        box(x - wide, shaft, x + wide, foot),
        stone * 1.1,
        "building",
        to=stone * 0.65,
        across=True,
        depth=depth,
    )
    spire = np.array([(x - wide * 1.12, shaft), (x, foot - height), (x + wide * 1.12, shaft)])
    c.fill(
        spire,
        pick(c.rng, palette("#4c665c #575c6b #804738")),
        "building",
        depth=depth,
    )
    c.fill(
        circle(x, shaft + wide * 0.9, wide * 0.5, n=14),
        (0.95, 0.93, 0.85),
        "building",
        depth=depth,
        lit=not c.light.dark,
    )
    c.fill(
        box(x - wide * 0.3, shaft + wide * 2, x + wide * 0.3, shaft + wide * 3.2),
        stone * 0.3,
        "building",
        depth=depth,
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


def house(c: Canvas, x, foot, size, depth=0.0, colour=None, snowy=False) -> None:
    """A house with a gabled roof, a door, lit windows in the evening; ``size`` is its width."""
    rng = c.rng
    colour, roof = (pick(rng, PAINTS) if colour is None else colour), pick(rng, ROOFS)
    roof = np.array((0.93, 0.95, 0.99)) if snowy else roof
    h, eave = size * rng.uniform(0.46, 0.6), size * 0.09
    x0, x1, top = x - size / 2, x + size / 2, foot - h
    peak = top - size * rng.uniform(0.3, 0.44)
    if not c.light.dark:
        c.shade(x - c.light.side * size * 0.25, foot, size * 0.62, size * 0.07, 0.3)
    if rng.random() < 0.55:  # the long side to the viewer: roof as a slope, gable on one end
        g = rng.choice((-1, 1))
        end, far_end = (x1, x0) if g > 0 else (x0, x1)
        gable = end - g * size * 0.36
        ridge = (gable + end) / 2
        c.fill(
            box(*sorted((far_end, gable))[:1], top, sorted((far_end, gable))[1], foot),
            colour * 0.78,
            "house",
            to=colour * 0.68,
            depth=depth,
        )
        c.fill(
            np.array([(gable, foot), (gable, top), (ridge, peak), (end, top), (end, foot)]),
            colour,
            "house",
            to=colour * 0.9,
            depth=depth,
        )
        c.fill(
            np.array(
                [
                    (gable - g * eave * 0.4, top + eave * 0.4),
                    (ridge, peak - eave * 0.3),
                    (far_end + g * size * 0.14, peak - eave * 0.3),
                    (far_end - g * eave * 0.6, top + eave * 0.4),
                ]
            ),
            roof * 1.05,
            "house",
            to=roof * 0.8,
            depth=depth,
            grain=0.15,
        )
        c.fill(
            np.array(
                [
                    (ridge, peak - eave * 0.3),
                    (end + g * eave * 0.5, top + eave * 0.4),
                    (end + g * eave * 0.1, top + eave * 0.5),
                    (ridge, peak + eave * 0.35),
                ]
            ),
            roof * 0.6,
            "house",
            depth=depth,
        )
        a, b = sorted((far_end, gable))
        windows(
            c,
            a + size * 0.03,
            top + h * 0.2,
            b - size * 0.03,
            top + h * 0.68,
            2,
            1,
            "house",
            depth,
            0.75,
            0.4,
            0.9,
        )
        c.fill(
            box(ridge - size * 0.06, foot - h * 0.6, ridge + size * 0.06, foot),
            roof * 0.55,
            "house",
            depth=depth,
        )
    else:
        c.fill(box(x0, top, x1, foot), colour * 1.05, "house", to=colour * 0.85, depth=depth, grain=0.05)
        c.fill(
            np.array([(x0 - eave, top), (x0 + size * 0.12, peak), (x1 - size * 0.12, peak), (x1 + eave, top)]),
            roof * 1.1,
            "house",
            to=roof * 0.78,
            depth=depth,
            grain=0.15,
        )
        windows(
            c,
            x0 + size * 0.05,
            top + h * 0.2,
            x0 + size * 0.38,
            foot - h * 0.28,
            1,
            1,
            "house",
            depth,
            0.8,
            0.8,
            0.9,
        )
        windows(
            c,
            x1 - size * 0.38,
            top + h * 0.2,
            x1 - size * 0.05,
            foot - h * 0.28,
            1,
            1,
            "house",
            depth,
            0.8,
            0.8,
            0.9,
        )
        c.fill(box(x - size * 0.075, foot - h * 0.62, x + size * 0.075, foot), roof * 0.5, "house", depth=depth)
    if rng.random() < 0.7:
        cx = x + size * rng.uniform(-0.22, 0.22)
        c.fill(
            box(cx - size * 0.04, peak - size * 0.1, cx + size * 0.04, peak + size * 0.06),
            roof * 0.7 if not snowy else (0.5, 0.3, 0.26),
            "house",
            depth=depth,
        )


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
            dark = c.light.kind in ("night", "sunset") and rng.random() < 0.6
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
