"""Brushes for trees and flowers."""

import numpy as np

from wshash.datasets.postcards.canvas import Canvas, circle, fractal, smoothstep
from wshash.datasets.postcards.light import mix

LEAVES = [(0.22, 0.42, 0.16), (0.28, 0.48, 0.18), (0.18, 0.36, 0.18), (0.34, 0.46, 0.16), (0.80, 0.42, 0.12),
          (0.72, 0.26, 0.12), (0.86, 0.62, 0.16), (0.92, 0.66, 0.74)]  # fmt: skip
BARK = (0.32, 0.23, 0.17)
PETALS = [(0.90, 0.18, 0.20), (0.98, 0.80, 0.16), (0.93, 0.45, 0.68), (0.98, 0.97, 0.95), (0.58, 0.35, 0.78),
          (0.96, 0.52, 0.15), (0.42, 0.45, 0.90)]  # fmt: skip


def crown(c: Canvas, x, y, rx, ry, colour, depth=0.0, bare=0.0) -> None:
    """Foliage: a cloud of leaves, light towards the sun and dark below."""
    side = c.side
    left, right = max(int((x - rx * 1.3) * side), 0), min(int((x + rx * 1.3) * side) + 1, side)
    top, bottom = max(int((y - ry * 1.3) * side), 0), min(int((y + ry * 1.3) * side) + 1, side)
    if right - left < 2 or bottom - top < 2:
        return
    cells = 3.0 + 20 * min(rx, 0.3)
    noise = fractal(c.rng, (bottom - top, right - left), (cells, cells), octaves=3, gain=0.75)
    u, v = (c.x[left:right] - x) / rx, (c.y[top:bottom, None] - y) / ry
    inside = 1 - np.sqrt(u**2 + v**2) + 0.75 * (noise - 0.5) - bare
    alpha = smoothstep(inside, 0.0, 0.06 + 0.012 / rx).astype(np.float32)
    tone = np.clip(0.5 - 0.38 * v + 0.22 * u * c.light.side + 1.1 * (noise - 0.5), 0, 1)[..., None]
    colour = np.asarray(colour, np.float32)
    dark, bright = c.light.on(colour * 0.45, depth), c.light.on(np.minimum(colour * 1.35 + 0.05, 1), depth)
    c.blend(alpha, (dark + tone * (bright - dark)).astype(np.float32), "tree", top, left)


def leafy(c: Canvas, x, foot, height, colour=None, depth=0.0, shadow=True) -> None:
    """A broad-leaved tree of this height, standing at (x, foot)."""
    rng = c.rng
    colour = (
        LEAVES[rng.choice(len(LEAVES), p=(0.22, 0.2, 0.18, 0.14, 0.08, 0.06, 0.07, 0.05))]
        if colour is None
        else colour
    )
    wide = height * rng.uniform(0.30, 0.42)
    if shadow:
        c.shade(
            x - c.light.side * wide * 0.5, foot, wide * 1.1, wide * 0.22, 0.3 if not c.light.dark else 0.2
        )
    thick = height * 0.045
    trunk = np.array([(x - thick, foot), (x - thick * 0.6, foot - 0.55 * height), (x + thick * 0.6, foot - 0.55 * height),
                      (x + thick, foot)])  # fmt: skip
    c.fill(trunk, np.array(BARK) * 1.2, "tree", to=np.array(BARK) * 0.6, across=True, depth=depth)
    crown(c, x, foot - 0.62 * height, wide, height * 0.37, colour, depth)


def conifer(c: Canvas, x, foot, height, depth=0.0, snowy=False, colour=(0.12, 0.28, 0.18)) -> None:
    """A fir: tiers of drooping boughs, white on their upper side in winter."""
    rng, tiers = c.rng, 5 if height < 0.12 else 7
    wide = height * rng.uniform(0.2, 0.28)
    colour = np.asarray(colour) * rng.uniform(0.8, 1.25)
    c.fill(np.array([(x - wide * 0.1, foot), (x - wide * 0.1, foot - 0.2 * height), (x + wide * 0.1, foot - 0.2 * height),
                     (x + wide * 0.1, foot)]), BARK, "tree", depth=depth)  # fmt: skip
    for k in range(tiers):
        low, w = foot - height * (0.1 + 0.8 * k / tiers), wide * (1 - 0.9 * k / tiers)
        high, sag = low - height * 0.3, height * 0.03
        bough = np.array([(x, high), (x + w * 0.45, low - 0.09 * height), (x + w, low + sag), (x + w * 0.3, low - sag * 0.5),
                          (x - w * 0.3, low - sag * 0.5), (x - w, low + sag), (x - w * 0.45, low - 0.09 * height)])  # fmt: skip
        side = c.light.side
        c.fill(
            bough,
            colour * (1.25 if side < 0 else 0.6),
            "tree",
            to=colour * (0.6 if side < 0 else 1.25),
            across=True,
            depth=depth,
        )
        if snowy:
            cap = np.array([(x, high), (x + w * 0.4, low - 0.1 * height), (x + w * 0.85, low), (x + w * 0.3, low - 0.07 * height),
                            (x, low - 0.12 * height), (x - w * 0.35, low - 0.06 * height), (x - w * 0.85, low),
                            (x - w * 0.4, low - 0.1 * height)])  # fmt: skip
            c.fill(cap, (0.93, 0.95, 1.0), None, to=(0.78, 0.84, 0.94), depth=depth)


def palm(c: Canvas, x, foot, height) -> None:
    """A coconut palm, leaning."""
    rng = c.rng
    lean = height * rng.uniform(0.1, 0.3) * rng.choice((-1, 1))
    t = np.linspace(0, 1, 9)
    trunk = np.stack([x + lean * t**2, foot - height * t], axis=1)
    c.shade(x, foot, height * 0.2, height * 0.035, 0.3)
    for k in range(8):
        w0, w1 = height * 0.035 * (1 - 0.5 * t[k]), height * 0.035 * (1 - 0.5 * t[k + 1])
        part = np.array(
            [
                trunk[k] - (w0, 0),
                trunk[k] + (w0, 0),
                trunk[k + 1] + (w1 * 0.85, 0),
                trunk[k + 1] - (w1 * 0.85, 0),
            ]
        )
        c.fill(part, (0.56, 0.43, 0.30), "tree", to=(0.36, 0.26, 0.18), across=True)
    for angle in np.concatenate([np.linspace(-0.3, 3.44, 9), rng.uniform(0.2, 2.9, 3)]):
        u = np.linspace(0, 1, 8)
        reach = height * rng.uniform(0.36, 0.48)
        spine = trunk[-1] + np.stack(
            [reach * u * np.cos(angle), -reach * u * np.sin(angle) * 0.6 + reach * 0.75 * u**2], 1
        )
        w = reach * 0.11 * np.sin(np.pi * np.clip(u * 0.93 + 0.07, 0, 1))[:, None] * (0, 1)
        frond = np.concatenate([spine - w, (spine + w * 0.7)[::-1]])
        green = np.array((0.20, 0.46, 0.18)) * rng.uniform(0.7, 1.35)
        c.fill(frond, green * 1.2, "tree", to=green * 0.7)


def trunk(c: Canvas, x, foot, wide, depth=0.0, colour=BARK) -> None:
    """A trunk of a wood, running out of the picture."""
    rng = c.rng
    lean = rng.normal(0, 0.02)
    shape = np.array([(x - wide * 0.75, foot + 0.012), (x - wide * 0.5, foot - 0.08), (x - wide * 0.38 + lean, -0.02),
                      (x + wide * 0.38 + lean, -0.02), (x + wide * 0.5, foot - 0.08), (x + wide * 0.75, foot + 0.012)])  # fmt: skip
    bright, dark = np.asarray(colour) * 1.45, np.asarray(colour) * 0.5
    ends = (bright, dark) if c.light.side < 0 else (dark, bright)
    c.fill(shape, ends[0], "tree", to=ends[1], across=True, depth=depth, grain=0.4)


def tree_line(
    c: Canvas, foot: float, height: float, n: int, kind="leafy", depth=0.5, snowy=False, gap=0.0
) -> None:
    """A row of trees far away, from edge to edge; ``gap`` is the share left out."""
    rng = c.rng
    for x in np.sort(rng.uniform(-0.03, 1.03, n)):
        if rng.random() < gap:
            continue
        h = height * rng.uniform(0.6, 1.15)
        if kind == "conifer":
            conifer(c, x, foot + rng.normal(0, 0.004), h, depth, snowy)
        else:
            leafy(c, x, foot + rng.normal(0, 0.004), h, depth=depth, shadow=False)


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
    for j, colour in enumerate(colours):
        for k in np.flatnonzero((which == j) & ~near):
            c.fill(circle(x[k], y[k], r[k] * 1.15, r[k] * 0.85, n=8), colour, "flower")
        for k in np.flatnonzero((which == j) & near):
            blossom(c, x[k], y[k], r[k] * 1.35, colour, petals=6, squash=0.75, points=8)


def blossom(
    c: Canvas, x, y, radius, colour, petals=9, squash=1.0, heart=(0.95, 0.75, 0.18), points=16
) -> None:
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
    c.fill(
        circle(x, y, radius * 0.25, radius * 0.25 * squash, n=points),
        heart,
        "flower",
        to=np.asarray(heart) * 0.65,
    )


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
    leaf = np.array([(x + sway, y + 3.6 * size), (x + 0.5 * size, y + 2.2 * size), (x + 0.95 * size, y + 0.9 * size),
                     (x + 0.85 * size, y + 2.3 * size), (x + sway + 0.2 * size, y + 3.9 * size)])  # fmt: skip
    c.fill(leaf, (0.36, 0.58, 0.26), "", to=(0.18, 0.38, 0.16))
    for dx, w, tone in ((-0.36, 0.42, 0.82), (0.36, 0.42, 0.7), (0.0, 0.46, 1.05)):
        u = np.linspace(-1, 1, 12)
        rim = np.stack([x + size * (dx + w * u), y - size * (0.95 - 0.75 * np.abs(u) ** 1.6)], axis=1)
        base = np.stack(
            [
                x + size * 0.62 * np.cos(np.linspace(0, np.pi, 10)),
                y + size * 0.72 * np.sin(np.linspace(0, np.pi, 10)),
            ],
            axis=1,
        )
        c.fill(
            np.concatenate([rim, base]),
            np.minimum(colour * tone * 1.15, 1),
            "flower",
            to=colour * tone * 0.72,
        )


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
                c.fill(
                    circle(*at, size, size * 0.42, tilt, n=12),
                    green * tone * 1.2,
                    "tree",
                    to=green * tone * 0.75,
                )
            if blossoms is not None and rng.random() < 0.7:
                blossom(
                    c, *at, 0.035, blossoms, petals=5, heart=mix(blossoms, (0.8, 0.2, 0.3), 0.5), points=10
                )
