"""Scenes with one thing near: a flower, a bird, a car, and the open sky."""

import numpy as np

from wshash.datasets.postcards.brushes import flowers, houses, land, life, skies, towers, trees, vehicles
from wshash.datasets.postcards.canvas import Canvas, box, circle, outline
from wshash.datasets.postcards.light import palette
from wshash.datasets.postcards.scenes.common import backdrop, circle_leaf, sea_water


def flower_close(c: Canvas) -> None:
    rng = c.rng
    backdrop(c, palette("#335c29 #577a38 #1f3824 #758566 #4c4766"))
    colour = towers.pick(rng, flowers.PETALS)
    if rng.random() < 0.3:
        for x in np.linspace(0.2, 0.8, rng.integers(1, 4)):
            flowers.tulip(c, x + rng.normal(0, 0.05), rng.uniform(0.3, 0.55), rng.uniform(0.14, 0.2), colour)
    else:
        heart = palette("#f2bf2e #5c381f #fae066")[rng.integers(3)]
        n = rng.integers(1, 4)
        spread = rng.permutation(outline("0.32,0.42 0.68,0.36 0.56,0.68"))[:n] if n > 1 else [(0.5, 0.45)]
        for x, y in spread:
            x, y, r = (
                x + rng.normal(0, 0.04),
                y + rng.normal(0, 0.04),
                rng.uniform(0.16, 0.22) * (1.5 if n == 1 else 1),
            )
            c.stroke(np.array([(x, y), (x + rng.normal(0, 0.04), 1.05)]), 0.024, (0.26, 0.44, 0.18), "")
            leaf = circle_leaf(x, min(y + r * 1.7, 0.95), r * 0.55, rng)
            c.fill(leaf, (0.32, 0.54, 0.22), "", to=(0.16, 0.34, 0.14))
            flowers.blossom(c, x, y, r, colour, rng.integers(6, 15), rng.uniform(0.75, 1), heart)
    c.facts.add("macro")


def blossom_branch(c: Canvas) -> None:
    rng = c.rng
    if rng.random() < 0.4:
        skies.sky(c, 1.3)
    else:
        backdrop(c, palette("#809980 #b2c2cc #577057"))
    pink = palette("#f5b8cc #faf0f2 #ed80a8")[rng.integers(3)]
    for y in rng.uniform(0.1, 0.8, 3):
        flowers.branch(
            c, -0.02, y, rng.uniform(-0.3, 0.3), rng.uniform(0.7, 1.0), leaves=rng.random() < 0.4, blossoms=pink
        )
    c.facts.add("macro")


def car_close(c: Canvas) -> None:
    rng = c.rng
    setting = rng.random()
    if setting < 0.35:
        houses.facade(c, 3, 2)
    elif setting < 0.7:
        backdrop(c, palette("#4c6642 #758070 #85858a #3d474c"))
    else:
        skies.sky(c, 0.5)
        trees.tree_line(c, 0.62, 0.2, 8, depth=0.2)
    foot = rng.uniform(0.62, 0.7)
    c.fill(box(-0.05, foot, 1.05, 1.05), (0.46, 0.45, 0.45), "road", to=(0.30, 0.30, 0.31), grain=0.15)
    if rng.random() < 0.7:
        vehicles.car_side(c, rng.uniform(0.42, 0.58), foot + 0.15, rng.uniform(0.68, 0.85))
    else:
        vehicles.car_front(c, rng.uniform(0.4, 0.6), foot + 0.2, rng.uniform(0.52, 0.66))


def gulls(c: Canvas) -> None:
    rng = c.rng
    skies.sky(c, 1.15)
    if rng.random() < 0.4:
        skies.clouds(c, 1.0, cover=rng.uniform(0.2, 0.5))
    places = [(0.5, 0.5)] if rng.random() < 0.65 else [(0.36, 0.3), (0.62, 0.72)]
    for x, y in places:
        size = rng.uniform(0.3, 0.4) if len(places) == 1 else rng.uniform(0.22, 0.28)
        life.gull(c, x + rng.normal(0, 0.06), y + rng.normal(0, 0.05), size)


def bird_on_branch(c: Canvas) -> None:
    rng = c.rng
    backdrop(c, palette("#3d6633 #6b854c #85806b #4c5c57 #999e99"))
    y = rng.uniform(0.66, 0.78)
    line = np.array([(-0.05, y + rng.normal(0, 0.05)), (0.4, y), (1.05, y + rng.normal(0, 0.06))])
    c.stroke(line, 0.045, (0.34, 0.25, 0.18), "")
    c.stroke(line - (0, 0.012), 0.012, (0.50, 0.38, 0.28), None, alpha=0.6)
    for x in rng.uniform(0, 1, rng.integers(0, 6)):
        c.fill(
            circle(x, y + 0.04, 0.06, 0.024, rng.uniform(-0.8, 0.8)),
            np.array((0.30, 0.48, 0.18)) * rng.uniform(0.8, 1.2),
            "",
        )
    life.songbird(c, rng.uniform(0.4, 0.6), y - 0.01, rng.uniform(0.42, 0.56))


def night_sky(c: Canvas) -> None:
    rng = c.rng
    horizon = rng.uniform(0.78, 1.1)
    skies.sky(c, horizon)
    skies.stars(c, min(horizon, 1.0), density=1.5)
    if rng.random() < 0.3:
        skies.moon(c)
    if horizon < 1:
        land.hills(c, horizon, (0.10, 0.12, 0.14), "", 0.05, 0.0)
        if rng.random() < 0.6:
            trees.tree_line(c, horizon + 0.06, rng.uniform(0.12, 0.25), 7, "conifer", 0.0, gap=0.2)


def moonrise(c: Canvas) -> None:
    rng = c.rng
    skies.sky(c, 1.2)
    if rng.random() < 0.4:
        skies.clouds(c, 1.0, cover=0.3)
    skies.moon(c, rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.6), rng.uniform(0.12, 0.24))
    if rng.random() < 0.4:
        flowers.branch(c, 0.0, rng.uniform(0.6, 0.9), rng.uniform(-0.6, 0.1), 0.6)


def cloudscape(c: Canvas) -> None:
    skies.sky(c, 1.2)
    if c.rng.random() < 0.25:
        skies.sun(c, 1.0)
    skies.clouds(c, 1.0, cover=c.rng.uniform(0.45, 0.75))


def sundown(c: Canvas) -> None:
    """A low sun over a dark foreground."""
    rng, horizon = c.rng, c.rng.uniform(0.6, 0.78)
    skies.sky(c, horizon)
    if rng.random() < 0.6:
        skies.clouds(c, horizon, cover=rng.uniform(0.25, 0.5))
    skies.sun(c, horizon, rng.uniform(0.05, 0.1))
    choice = rng.random()
    if choice < 0.3:
        land.mountains(c, horizon + 0.05, 0.22, 4, depth=0.4)
    if choice < 0.75:
        land.hills(c, horizon + 0.01, (0.18, 0.16, 0.14), "", 0.03, 0.1)
        if rng.random() < 0.6:
            trees.leafy(c, rng.uniform(0.15, 0.85), horizon + 0.06, rng.uniform(0.3, 0.5), colour=(0.14, 0.16, 0.10))
    else:
        sea_water(c, horizon)
    if rng.random() < 0.2:
        life.far_birds(c, rng.uniform(0.3, 0.7), horizon * 0.4, 5)
