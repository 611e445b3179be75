"""Brushes for trees."""

import numpy as np

from wshash.datasets.postcards.canvas import Canvas, box, fractal, outline, smoothstep
from wshash.datasets.postcards.light import palette

LEAVES = palette("#386b29 #477a2e #2e5c2e #577529 #cc6b1f #b8421f #db9e29 #eba8bd")


BARK = (0.32, 0.23, 0.17)


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
        LEAVES[rng.choice(len(LEAVES), p=(0.22, 0.2, 0.18, 0.14, 0.08, 0.06, 0.07, 0.05))] if colour is None else colour
    )
    wide = height * rng.uniform(0.30, 0.42)
    if shadow:
        c.shade(x - c.light.side * wide * 0.5, foot, wide * 1.1, wide * 0.22, 0.3 if not c.light.dark else 0.2)
    thick = height * 0.045
    trunk = np.array(
        [
            (x - thick, foot),
            (x - thick * 0.6, foot - 0.55 * height),
            (x + thick * 0.6, foot - 0.55 * height),
            (x + thick, foot),
        ]
    )
    c.fill(trunk, np.array(BARK) * 1.2, "tree", to=np.array(BARK) * 0.6, across=True, depth=depth)
    crown(c, x, foot - 0.62 * height, wide, height * 0.37, colour, depth)


def conifer(c: Canvas, x, foot, height, depth=0.0, snowy=False, colour=(0.12, 0.28, 0.18)) -> None:
    """A fir: tiers of drooping boughs, white on their upper side in winter; from afar a jagged outline."""
    rng, tiers = c.rng, 4 if height < 0.13 else 7
    wide = height * rng.uniform(0.2, 0.28)
    colour, side = np.asarray(colour) * rng.uniform(0.8, 1.25), c.light.side
    left, right = (colour * 1.25, colour * 0.6) if side < 0 else (colour * 0.6, colour * 1.25)
    k = np.arange(tiers)
    low, w, sag = foot - height * (0.1 + 0.8 * k / tiers), wide * (1 - 0.9 * k / tiers), height * 0.03
    if height < 0.13:
        edge = np.stack([np.stack([w, low + sag], 1), np.stack([w * 0.45, low - 0.09 * height], 1)], axis=1)
        edge = np.concatenate([[(wide * 0.1, foot)], edge.reshape(-1, 2), [(0, foot - height)]])
        fir = np.concatenate([edge, (edge * (-1, 1))[::-1]]) + (x, 0)
        c.fill(fir, left, "tree", to=right, across=True, depth=depth)
        if snowy:
            c.fill(
                (fir - (x, foot)) * (0.6, 0.8) + (x, foot - 0.2 * height),
                (0.93, 0.95, 1.0),
                None,
                depth=depth,
                alpha=0.8,
            )
        return
    stem = np.array(BARK)
    c.fill(box(x - wide * 0.1, foot - 0.2 * height, x + wide * 0.1, foot), stem, "tree", depth=depth)
    bough = outline("0,-0.3 0.45,-0.09 1,0.03 0.3,-0.015 -0.3,-0.015 -1,0.03 -0.45,-0.09")
    cap = outline("0,-0.3 0.4,-0.1 0.85,0 0.3,-0.07 0,-0.12 -0.35,-0.06 -0.85,0 -0.4,-0.1")
    for k in range(tiers):
        c.fill(bough * (w[k], height) + (x, low[k]), left, "tree", to=right, across=True, depth=depth)
        if snowy:
            snow = cap * (w[k], height) + (x, low[k])
            c.fill(snow, (0.93, 0.95, 1.0), None, to=(0.78, 0.84, 0.94), depth=depth)


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
            [trunk[k] - (w0, 0), trunk[k] + (w0, 0), trunk[k + 1] + (w1 * 0.85, 0), trunk[k + 1] - (w1 * 0.85, 0)]
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
    shape = np.array(
        [
            (x - wide * 0.75, foot + 0.012),
            (x - wide * 0.5, foot - 0.08),
            (x - wide * 0.38 + lean, -0.02),
            (x + wide * 0.38 + lean, -0.02),
            (x + wide * 0.5, foot - 0.08),
            (x + wide * 0.75, foot + 0.012),
        ]
    )
    bright, dark = np.asarray(colour) * 1.45, np.asarray(colour) * 0.5
    ends = (bright, dark) if c.light.side < 0 else (dark, bright)
    c.fill(shape, ends[0], "tree", to=ends[1], across=True, depth=depth, grain=0.4)


def tree_line(c: Canvas, foot: float, height: float, n: int, kind="leafy", depth=0.5, snowy=False, gap=0.0) -> None:
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
