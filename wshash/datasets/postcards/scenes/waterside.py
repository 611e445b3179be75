"""Scenes at the sea, on lakes and along rivers."""

import numpy as np

from wshash.datasets.postcards.brushes import flowers, houses, land, life, skies, towers, trees, vehicles, waters, ways
from wshash.datasets.postcards.canvas import Canvas, box, fractal, smoothstep
from wshash.datasets.postcards.light import mix, palette
from wshash.datasets.postcards.scenes.common import SEAS, heavens, sea_water


def open_sea(c: Canvas) -> None:
    horizon = c.rng.uniform(0.3, 0.66)
    heavens(c, horizon)
    sea_water(c, horizon)
    if c.rng.random() < 0.25:
        land.hills(c, horizon - 0.01, (0.30, 0.36, 0.30), "mountain", 0.05, 0.7, horizon + 0.004)
    if c.rng.random() < 0.35:
        vehicles.boat(c, c.rng.uniform(0.2, 0.8), horizon + c.rng.uniform(0.03, 0.25), c.rng.uniform(0.12, 0.3))


def harbour(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.34, 0.46)
    heavens(c, horizon)
    if rng.random() < 0.5:
        land.hills(c, horizon - 0.06, (0.34, 0.46, 0.28), "", 0.05, 0.45, horizon + 0.02)
    x = -0.03
    while x < 1.03:
        size = rng.uniform(0.09, 0.15)
        houses.house(c, x + size / 2, horizon + 0.012, size, depth=0.12)
        x += size * rng.uniform(0.85, 1.25)
    waters.water(c, horizon + 0.01, "sea", mirror=0.5, tint=SEAS[rng.integers(len(SEAS))], waves=0.4, ripple=0.7)
    c.fill(box(-0.05, horizon, 1.05, horizon + 0.02), (0.50, 0.46, 0.42), "", to=(0.3, 0.28, 0.26))
    for y in np.sort(rng.uniform(horizon + 0.08, 0.95, rng.integers(2, 5))):
        vehicles.boat(c, rng.uniform(0.08, 0.92), y, 0.12 + 0.34 * (y - horizon))


def boats_close(c: Canvas) -> None:
    rng = c.rng
    lake = rng.random() < 0.35  # a lake is told by its near shore; the sea fills the picture
    horizon, what = (rng.uniform(0.14, 0.24), "lake") if lake else (0.0, "sea")
    skies.sky(c, 1.0)
    if lake:
        land.hills(c, 0.06, (0.26, 0.38, 0.22), "", 0.03, 0.4, horizon + 0.02)
        trees.tree_line(c, horizon + 0.012, 0.12, 22, depth=0.3)
    waters.water(c, horizon, what, mirror=0.5 if lake else 0.1, waves=0.5, tint=SEAS[rng.integers(len(SEAS))])
    if rng.random() < 0.4:
        waters.whitecaps(c, horizon)
    for y in np.sort(rng.uniform(0.45, 0.9, rng.integers(1, 3))):
        vehicles.boat(c, rng.uniform(0.25, 0.75), y, rng.uniform(0.36, 0.6))


def shore(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.28, 0.48)
    heavens(c, horizon)
    sea_water(c, horizon)
    slope = rng.uniform(-0.25, 0.25)
    edge = (
        horizon
        + rng.uniform(0.18, 0.34)
        + slope * (c.x - 0.5)
        + 0.03 * np.sin(c.x * rng.uniform(4, 9) + rng.uniform(0, 6))
    )
    edge = np.maximum(edge, horizon + 0.05).astype(np.float32)
    if rng.random() < 0.4:
        vehicles.boat(c, rng.uniform(0.2, 0.8), horizon + 0.05, rng.uniform(0.1, 0.2))
    land.sand(c, edge, palette("#e6c994 #dbc29e #ccb28c")[rng.integers(3)])
    waters.surf(c, edge)
    extra = rng.random()
    if extra < 0.28:
        trees.palm(c, rng.uniform(0.12, 0.88), rng.uniform(0.82, 0.95), rng.uniform(0.45, 0.7))
    elif extra < 0.5 and not c.light.dark:
        life.umbrella(c, rng.uniform(0.2, 0.8), rng.uniform(0.76, 0.92), rng.uniform(0.14, 0.22))
    elif extra < 0.65:
        land.rocks(c, rng.uniform(0.2, 0.8), rng.uniform(0.72, 0.9), rng.uniform(0.05, 0.1))


def shore_from_above(c: Canvas) -> None:
    rng = c.rng
    skies.sky(c, 1.0)
    waters.water(c, 0.0, "sea", mirror=0.0, tint=(0.08, 0.44, 0.54), waves=0.25, ripple=0.3)
    edge = (
        rng.uniform(0.35, 0.7)
        + rng.uniform(-0.5, 0.5) * (c.x - 0.5)
        + 0.05 * np.sin(c.x * rng.uniform(4, 8) + rng.uniform(0, 6))
    )
    edge = edge.astype(np.float32)
    depth = smoothstep(edge - c.y[:, None], 0.0, 0.4)[..., None]  # shallow water is paler
    shallow = c.light.on((0.40, 0.76, 0.74))
    c.colour[:] = mix(shallow * (0.85 + 0.3 * c.grain[..., None]), c.colour, 0.25 + 0.75 * depth)
    land.sand(c, edge)
    waters.surf(c, edge)
    for _ in range(rng.integers(0, 4)):
        x = rng.uniform(0.05, 0.95)
        life.umbrella(c, x, min(float(edge[int(x * c.side)]) + rng.uniform(0.15, 0.4), 1.0), rng.uniform(0.09, 0.13))


def lake(c: Canvas) -> None:
    rng, shoreline = c.rng, c.rng.uniform(0.42, 0.56)
    heavens(c, shoreline)
    peaks = rng.random() < 0.6
    if peaks:
        land.mountains(c, shoreline, rng.uniform(0.2, 0.38), rng.integers(2, 5), snow=rng.choice((0, 0.3, 0.55)))
    else:
        land.hills(c, shoreline - 0.1, (0.26, 0.38, 0.24), "", 0.06, 0.6, shoreline + 0.02)
    if rng.random() < 0.75:
        trees.tree_line(
            c, shoreline + 0.012, rng.uniform(0.06, 0.12), 30, "conifer" if peaks else "leafy", 0.35, gap=0.15
        )
    waters.water(
        c,
        shoreline,
        "lake",
        mirror=rng.uniform(0.55, 0.85),
        tint=(0.12, 0.28, 0.34),
        waves=0.22,
        ripple=rng.uniform(0.1, 0.4),
    )
    if rng.random() < 0.25:
        vehicles.rowboat(c, rng.uniform(0.2, 0.8), rng.uniform(0.68, 0.86), rng.uniform(0.14, 0.26))
    if rng.random() < 0.4:
        bank = land.ridge_line(c, rng.uniform(0.86, 0.95), 0.05, 1.5)
        land.grass(c, bank)
        flowers.flower_dots(c, 0.92, rng.integers(0, 14))


def river_valley(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.34, 0.46)
    heavens(c, horizon)
    if rng.random() < 0.55:
        land.mountains(
            c, horizon + 0.02, rng.uniform(0.16, 0.3), rng.integers(3, 5), depth=0.55, snow=rng.choice((0, 0.35))
        )
    else:
        land.hills(c, horizon - 0.03, (0.28, 0.42, 0.26), "", 0.05, 0.6, horizon + 0.1)
    land.grass(c, land.ridge_line(c, horizon + 0.015, 0.01, 1.5))
    middle = waters.river(c, horizon + 0.03, rng.uniform(0.4, 0.62))
    for y in np.sort(rng.uniform(horizon + 0.06, 0.95, rng.integers(3, 10))):
        at = np.interp(y, middle[:, 1], middle[:, 0])
        x = at + rng.choice((-1, 1)) * (0.12 + 0.45 * (y - horizon)) * rng.uniform(1.1, 1.8)
        (trees.conifer if rng.random() < 0.4 else trees.leafy)(
            c, x, y, 0.07 + 0.32 * (y - horizon), depth=0.3 * (1 - y)
        )
    if rng.random() < 0.2:
        vehicles.rowboat(c, float(np.interp(0.8, middle[:, 1], middle[:, 0])), 0.8, 0.13)


def river_bridge(c: Canvas) -> None:
    rng, line = c.rng, c.rng.uniform(0.5, 0.6)
    heavens(c, line)
    if rng.random() < 0.5:
        towers.skyline(c, line - 0.02, rng.uniform(0.2, 0.3), 0.45, 11, church=0.4)
    else:
        land.hills(c, line - 0.08, (0.28, 0.42, 0.26), "", 0.05, 0.55, line + 0.02)
        trees.tree_line(c, line, 0.1, 14, depth=0.35)
    ways.arch_bridge(c, line - rng.uniform(0.08, 0.13), line + 0.03, rng.integers(2, 5))
    waters.water(
        c, line + 0.02, "river", mirror=rng.uniform(0.4, 0.65), tint=(0.20, 0.30, 0.30), waves=0.35, ripple=0.5
    )
    for x in (0.0, 1.0):
        bank = line + 0.05 + rng.uniform(1.5, 2.4) * np.abs(c.x - x) ** rng.uniform(1.1, 1.6)
        land.grass(c, bank + 0.03 * (fractal(rng, (1, c.side), (0.0, 6.0))[0] - 0.5), blades=False)
    if rng.random() < 0.3:
        vehicles.rowboat(c, rng.uniform(0.35, 0.65), rng.uniform(0.72, 0.85), 0.18)


def great_bridge(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.56, 0.66)
    heavens(c, horizon)
    city = rng.random() < 0.4  # a town on the far bank makes it a river
    if city:
        towers.skyline(c, horizon, rng.uniform(0.14, 0.24), 0.6, 13)
    elif rng.random() < 0.7:
        hill = "mountain" if rng.random() < 0.4 else ""
        land.hills(c, horizon - 0.06, (0.32, 0.38, 0.34), hill, 0.06, 0.75, horizon + 0.01)
    sea_water(c, horizon, what="river" if city else "sea")
    deck = horizon - rng.uniform(0.08, 0.16)
    ways.suspension_bridge(c, deck, horizon + 0.05, towers=(rng.uniform(0.16, 0.3), rng.uniform(0.7, 0.84)))
    if rng.random() < 0.3:
        vehicles.boat(c, rng.uniform(0.2, 0.8), horizon + rng.uniform(0.1, 0.25), rng.uniform(0.1, 0.18))


def skyline_over_water(c: Canvas) -> None:
    rng, foot = c.rng, c.rng.uniform(0.52, 0.64)
    heavens(c, foot)
    towers.skyline(c, foot, rng.uniform(0.3, 0.46), 0.2, rng.integers(7, 11))
    waters.water(c, foot, "river", mirror=0.6, tint=(0.10, 0.22, 0.30), waves=0.35, ripple=0.7)
    if rng.random() < 0.25:
        vehicles.boat(c, rng.uniform(0.2, 0.8), rng.uniform(0.72, 0.88), rng.uniform(0.12, 0.2))
