"""What many scenes share."""

import numpy as np

from wshash.datasets.postcards.brushes import life, skies, waters
from wshash.datasets.postcards.canvas import Canvas, box, circle, fractal
from wshash.datasets.postcards.light import mix, palette


def heavens(c: Canvas, horizon: float, cloud: float = 0.5) -> None:
    """A sky with what the light allows in it; ``cloud`` is the chance of clouds by day."""
    rng, kind = c.rng, c.light.kind
    skies.sky(c, horizon)
    if kind == "night":
        if rng.random() < 0.6:
            skies.stars(c, horizon)
        if rng.random() < 0.35:
            skies.moon(c, y=horizon * rng.uniform(0.2, 0.6))
        if rng.random() < 0.12:
            skies.clouds(c, horizon, cover=0.3)
        return
    if kind == "sunset":
        if rng.random() < 0.6:
            skies.sun(c, horizon)
        if rng.random() < 0.6:
            skies.clouds(c, horizon, cover=rng.uniform(0.2, 0.5))
    elif kind == "overcast":
        skies.clouds(c, horizon, cover=rng.uniform(0.7, 0.95), streaks=False)
    elif kind != "fog":
        if rng.random() < 0.16:
            skies.sun(c, horizon)
        if rng.random() < cloud:
            (skies.puffs if rng.random() < 0.4 else skies.clouds)(c, horizon)
        if rng.random() < 0.045 and horizon > 0.35:
            skies.rainbow(c, horizon)
    if rng.random() < 0.06 and horizon > 0.3:
        life.far_birds(c, rng.uniform(0.25, 0.75), horizon * rng.uniform(0.3, 0.6), rng.integers(2, 6), 0.045)


SEAS = palette("#0f5780 #0d6b85 #1f4c66 #1a737a #143d70")


def sea_water(c: Canvas, horizon: float, bottom=1.0, what="sea") -> None:
    """Open water with waves, and the sun's or moon's path on it."""
    c.fill(box(-0.1, horizon - 0.004, 1.1, horizon + 0.01), c.light.middle, None, alpha=0.5)
    waters.water(c, horizon, what, bottom, mirror=0.22, tint=SEAS[c.rng.integers(len(SEAS))], waves=0.55, ripple=0.8)
    if c.light.kind == "sunset" or (c.light.dark and c.rng.random() < 0.6):
        waters.glitter(c, horizon, c.light.sun_x, bottom, strength=0.85 if not c.light.dark else 0.5)
    elif c.rng.random() < 0.5:
        waters.whitecaps(c, horizon, bottom)


def backdrop(c: Canvas, colours) -> None:
    """An unsharp background: soft patches of a few colours, as a long lens gives."""
    rng = c.rng
    a, b = (np.asarray(colours[k], np.float32) for k in rng.choice(len(colours), 2))
    patches = fractal(rng, (c.side, c.side), (2, 2), octaves=2)[..., None]
    c.blend(np.ones((c.side, c.side), np.float32), c.light.on(a * 0.75), "")
    c.colour += patches * (c.light.on(b) - c.colour)
    for _ in range(rng.integers(0, 9)):
        disc = circle(*rng.random(2), rng.uniform(0.03, 0.09))
        c.fill(disc, mix(b, (1, 1, 0.9), 0.5), None, alpha=rng.uniform(0.1, 0.3), soft=0.006)


def circle_leaf(x, y, size, rng):
    """A leaf beside a stem."""
    side = rng.choice((-1, 1))
    return circle(x + side * size, y - size * 0.4, size, size * 0.34, -0.5 * side)
