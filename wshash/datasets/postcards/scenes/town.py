"""Scenes of the city."""

import numpy as np

from wshash.datasets.postcards.brushes import houses, life, skies, towers, trees, vehicles, ways
from wshash.datasets.postcards.canvas import Canvas, box
from wshash.datasets.postcards.scenes.common import heavens


def city(c: Canvas) -> None:
    rng, foot = c.rng, c.rng.uniform(0.72, 0.84)
    heavens(c, foot - 0.2)
    towers.skyline(c, foot, rng.uniform(0.5, 0.8), 0.25, rng.integers(5, 9), church=0.35)
    c.fill(box(-0.05, foot, 1.05, 1.02), (0.36, 0.36, 0.38), "road", to=(0.26, 0.26, 0.28), grain=0.12)
    c.fill(box(-0.05, foot, 1.05, foot + 0.018), (0.62, 0.60, 0.56), "")
    for x in np.arange(rng.uniform(-0.1, 0.1), 1.1, 0.2):
        c.fill(box(x, foot + 0.115, x + 0.1, foot + 0.128), (0.88, 0.86, 0.76), "road")
    for x in rng.uniform(0.1, 0.9, rng.integers(0, 3)):
        vehicles.car_side(c, x, foot + rng.uniform(0.06, 0.12), rng.uniform(0.2, 0.28))
    if rng.random() < 0.3:
        life.lamp_post(c, rng.uniform(0.1, 0.9), foot + 0.03, 0.34)
    if rng.random() < 0.25:
        trees.leafy(c, rng.uniform(0.1, 0.9), foot + 0.02, rng.uniform(0.25, 0.4))


def street(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.44, 0.56)
    skies.sky(c, horizon)
    if c.light.kind in ("overcast", "sunset"):
        skies.clouds(c, horizon, cover=0.5)
    vanish = rng.uniform(0.42, 0.58)
    ways.street(c, horizon, vanish)
    for y in np.sort(rng.uniform(horizon + 0.1, 0.95, rng.integers(0, 3))):
        lane = rng.choice((-1, 1))
        vehicles.car_front(
            c,
            vanish + lane * 0.26 * (y - horizon) / (1 - horizon),
            y,
            0.42 * (y - horizon) / (1 - horizon),
            rear=lane > 0,
        )


def facade(c: Canvas) -> None:
    houses.facade(c, c.rng.integers(2, 5), c.rng.integers(2, 5))
    if c.rng.random() < 0.15:
        vehicles.car_side(c, c.rng.uniform(0.3, 0.7), 0.97, c.rng.uniform(0.4, 0.6))
