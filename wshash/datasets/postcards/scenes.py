"""The scenes: each reads like a description of the picture, from far to near."""

import numpy as np

from wshash.datasets.postcards import land, plants, skies, things, town
from wshash.datasets.postcards.canvas import Canvas, box, fractal, smoothstep
from wshash.datasets.postcards.light import mix


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
        things.far_birds(
            c, rng.uniform(0.25, 0.75), horizon * rng.uniform(0.3, 0.6), rng.integers(2, 6), 0.045
        )


SEAS = [(0.06, 0.34, 0.50), (0.05, 0.42, 0.52), (0.12, 0.30, 0.40), (0.10, 0.45, 0.48), (0.08, 0.24, 0.44)]


def sea_water(c: Canvas, horizon: float, bottom=1.0, what="sea") -> None:
    """Open water with waves, and the sun's or moon's path on it."""
    c.fill(box(-0.1, horizon - 0.004, 1.1, horizon + 0.01), c.light.middle, None, alpha=0.5)
    land.water(
        c, horizon, what, bottom, mirror=0.22, tint=SEAS[c.rng.integers(len(SEAS))], waves=0.55, ripple=0.8
    )
    if c.light.kind == "sunset" or (c.light.dark and c.rng.random() < 0.6):
        land.glitter(c, horizon, c.light.sun_x, bottom, strength=0.85 if not c.light.dark else 0.5)
    elif c.rng.random() < 0.5:
        land.whitecaps(c, horizon, bottom)


def open_sea(c: Canvas) -> None:
    horizon = c.rng.uniform(0.3, 0.66)
    heavens(c, horizon)
    sea_water(c, horizon)
    if c.rng.random() < 0.25:
        land.hills(c, horizon - 0.01, (0.30, 0.36, 0.30), "mountain", 0.05, 0.7, horizon + 0.004)
    if c.rng.random() < 0.35:
        things.boat(c, c.rng.uniform(0.2, 0.8), horizon + c.rng.uniform(0.03, 0.25), c.rng.uniform(0.12, 0.3))


def harbour(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.34, 0.46)
    heavens(c, horizon)
    if rng.random() < 0.5:
        land.hills(c, horizon - 0.06, (0.34, 0.46, 0.28), "", 0.05, 0.45, horizon + 0.02)
    x = -0.03
    while x < 1.03:
        size = rng.uniform(0.09, 0.15)
        town.house(c, x + size / 2, horizon + 0.012, size, depth=0.12)
        x += size * rng.uniform(0.85, 1.25)
    land.water(
        c, horizon + 0.01, "sea", mirror=0.5, tint=SEAS[rng.integers(len(SEAS))], waves=0.4, ripple=0.7
    )
    c.fill(box(-0.05, horizon, 1.05, horizon + 0.02), (0.50, 0.46, 0.42), "", to=(0.3, 0.28, 0.26))
    for y in np.sort(rng.uniform(horizon + 0.08, 0.95, rng.integers(2, 5))):
        things.boat(c, rng.uniform(0.08, 0.92), y, 0.12 + 0.34 * (y - horizon))


def boats_close(c: Canvas) -> None:
    rng = c.rng
    horizon = rng.uniform(-0.4, 0.1)
    skies.sky(c, 1.0)
    if horizon > 0.02:
        plants.tree_line(c, horizon + 0.02, 0.12, 14, depth=0.5)
    what = "lake" if rng.random() < 0.35 else "sea"
    c.surface[:] = c.code(what)
    land.water(c, max(horizon, 0.0), what, mirror=0.15, waves=0.5, tint=SEAS[rng.integers(len(SEAS))])
    c.facts.discard("reflection")
    if rng.random() < 0.4:
        land.whitecaps(c, max(horizon, 0.0))
    for y in np.sort(rng.uniform(0.45, 0.9, rng.integers(1, 3))):
        things.boat(c, rng.uniform(0.25, 0.75), y, rng.uniform(0.36, 0.6))


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
        things.boat(c, rng.uniform(0.2, 0.8), horizon + 0.05, rng.uniform(0.1, 0.2))
    land.sand(c, edge, [(0.90, 0.79, 0.58), (0.86, 0.76, 0.62), (0.80, 0.70, 0.55)][rng.integers(3)])
    land.surf(c, edge)
    extra = rng.random()
    if extra < 0.28:
        plants.palm(c, rng.uniform(0.12, 0.88), rng.uniform(0.82, 0.95), rng.uniform(0.45, 0.7))
    elif extra < 0.5 and not c.light.dark:
        things.umbrella(c, rng.uniform(0.2, 0.8), rng.uniform(0.76, 0.92), rng.uniform(0.14, 0.22))
    elif extra < 0.65:
        land.rocks(c, rng.uniform(0.2, 0.8), rng.uniform(0.72, 0.9), rng.uniform(0.05, 0.1))


def shore_from_above(c: Canvas) -> None:
    rng = c.rng
    skies.sky(c, 1.0)
    land.water(c, 0.0, "sea", mirror=0.0, tint=(0.08, 0.44, 0.54), waves=0.25, ripple=0.3)
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
    land.surf(c, edge)
    for _ in range(rng.integers(0, 4)):
        x = rng.uniform(0.05, 0.95)
        things.umbrella(
            c, x, min(float(edge[int(x * c.side)]) + rng.uniform(0.15, 0.4), 1.0), rng.uniform(0.09, 0.13)
        )


def lake(c: Canvas) -> None:
    rng, shoreline = c.rng, c.rng.uniform(0.42, 0.56)
    heavens(c, shoreline)
    peaks = rng.random() < 0.6
    if peaks:
        land.mountains(
            c, shoreline, rng.uniform(0.2, 0.38), rng.integers(2, 5), snow=rng.choice((0, 0.3, 0.55))
        )
    else:
        land.hills(c, shoreline - 0.1, (0.26, 0.38, 0.24), "", 0.06, 0.6, shoreline + 0.02)
    if rng.random() < 0.75:
        plants.tree_line(
            c, shoreline + 0.012, rng.uniform(0.06, 0.12), 30, "conifer" if peaks else "leafy", 0.35, gap=0.15
        )
    land.water(
        c,
        shoreline,
        "lake",
        mirror=rng.uniform(0.55, 0.85),
        tint=(0.12, 0.28, 0.34),
        waves=0.22,
        ripple=rng.uniform(0.1, 0.4),
    )
    if rng.random() < 0.25:
        things.rowboat(c, rng.uniform(0.2, 0.8), rng.uniform(0.68, 0.86), rng.uniform(0.14, 0.26))
    if rng.random() < 0.4:
        bank = land.ridge_line(c, rng.uniform(0.86, 0.95), 0.05, 1.5)
        land.grass(c, bank)
        plants.flower_dots(c, 0.92, rng.integers(0, 14))


def winter_mountain(c: Canvas) -> None:
    rng, foot = c.rng, c.rng.uniform(0.55, 0.7)
    heavens(c, foot - 0.1, cloud=0.4)
    land.mountains(c, foot - 0.03, rng.uniform(0.3, 0.45), rng.integers(2, 5), snow=rng.uniform(0.4, 0.9))
    if rng.random() < 0.6:
        plants.tree_line(c, foot + 0.02, 0.09, 22, "conifer", 0.5, snowy=True, gap=0.3)
    land.snowfield(c, land.ridge_line(c, foot, 0.04, 1.5))
    for y in np.sort(rng.uniform(foot + 0.08, 0.98, rng.integers(0, 5))):
        plants.conifer(c, rng.uniform(0.05, 0.95), y, 0.1 + 0.65 * (y - foot + 0.05), snowy=True)
    if rng.random() < 0.18:
        town.house(
            c, rng.uniform(0.25, 0.75), foot + rng.uniform(0.08, 0.16), rng.uniform(0.14, 0.2), snowy=True
        )


def peak(c: Canvas) -> None:
    rng = c.rng
    skies.sky(c, 0.95)
    if rng.random() < 0.35:
        skies.clouds(c, 0.95, cover=0.3)
    rock = [(0.42, 0.40, 0.40), (0.50, 0.40, 0.34), (0.34, 0.36, 0.42), (0.46, 0.42, 0.34)][rng.integers(4)]
    if rng.random() < 0.6:
        land.mountains(c, 0.8, 0.4, 4, rock, depth=0.75, snow=0.5)
    land.mountains(
        c,
        1.02,
        rng.uniform(0.65, 0.85),
        rng.integers(1, 3),
        rock,
        depth=0.12,
        snow=rng.choice((0, 0.35, 0.6)),
    )


def hill_layers(c: Canvas) -> None:
    """Ranges behind ranges, each paler than the one before it."""
    rng, start = c.rng, c.rng.uniform(0.36, 0.5)
    heavens(c, start + 0.05)
    n = rng.integers(3, 6)
    for k in range(n):
        land.hills(
            c,
            start + (0.9 - start) * k / n,
            (0.20, 0.28, 0.26),
            "mountain",
            0.09,
            0.95 * (1 - k / (n - 0.5)),
            cells=rng.uniform(1.5, 3.5),
        )
    if rng.random() < 0.4:
        plants.tree_line(c, 0.97, rng.uniform(0.12, 0.2), 9, "conifer", 0.0)


def meadow(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.28, 0.55)
    heavens(c, horizon)
    if rng.random() < 0.35:
        land.mountains(c, horizon + 0.02, rng.uniform(0.12, 0.25), 4, depth=0.7, snow=rng.choice((0, 0.4)))
    elif rng.random() < 0.6:
        land.hills(c, horizon - 0.02, (0.26, 0.42, 0.24), "", 0.04, 0.6, horizon + 0.1)
    if rng.random() < 0.4:
        plants.tree_line(c, horizon + 0.03, 0.07, rng.integers(8, 18), depth=0.45, gap=0.2)
    land.grass(c, land.ridge_line(c, horizon + 0.03, 0.03, 1.2))
    if rng.random() < 0.55:
        plants.flower_dots(c, horizon + 0.1, rng.integers(40, 110), size=0.026)
    if rng.random() < 0.5:
        plants.leafy(c, rng.uniform(0.15, 0.85), horizon + rng.uniform(0.12, 0.3), rng.uniform(0.3, 0.5))


def lawn(c: Canvas) -> None:
    """Grass from above: no sky."""
    land.grass(c, -0.05)
    c.surface[:] = c.code("grass")
    if c.rng.random() < 0.7:
        plants.flower_dots(c, -0.02, c.rng.integers(40, 110), size=0.03)
    if c.rng.random() < 0.4:
        plants.leafy(c, c.rng.uniform(0.2, 0.8), c.rng.uniform(0.6, 0.8), c.rng.uniform(0.4, 0.6))


def country_house(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.42, 0.56)
    heavens(c, horizon)
    land.hills(c, horizon - 0.02, (0.30, 0.44, 0.26), "", 0.04, 0.55, horizon + 0.1)
    plants.tree_line(c, horizon + 0.04, 0.11, rng.integers(5, 12), depth=0.35)
    winter = rng.random() < 0.2
    (land.snowfield if winter else land.grass)(c, land.ridge_line(c, horizon + 0.04, 0.015, 1.2))
    foot, size = horizon + rng.uniform(0.18, 0.28), rng.uniform(0.3, 0.5)
    x = rng.uniform(0.3, 0.7)
    beside = x + rng.choice((-1, 1)) * size * rng.uniform(0.7, 0.95)
    if rng.random() < 0.6:
        (plants.conifer if winter else plants.leafy)(c, beside, foot - 0.02, size * rng.uniform(0.9, 1.2))
    town.house(c, x, foot, size, snowy=winter)
    if not winter and rng.random() < 0.5:
        plants.flower_dots(c, foot + 0.03, rng.integers(15, 50))
    if rng.random() < 0.15:
        things.car_side(c, 1 - x, foot + 0.1, 0.3)


def village(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.3, 0.42)
    winter = rng.random() < 0.4
    heavens(c, horizon)
    if rng.random() < 0.6:
        land.mountains(
            c,
            horizon + 0.05,
            rng.uniform(0.15, 0.28),
            3,
            depth=0.6,
            snow=0.6 if winter else rng.choice((0, 0.4)),
        )
    slope = land.ridge_line(c, horizon + 0.04, 0.03, 1.2)
    (land.snowfield if winter else land.grass)(c, slope)
    if rng.random() < 0.4:
        town.steeple(c, rng.uniform(0.25, 0.75), horizon + 0.18, rng.uniform(0.35, 0.5), 0.15)
    for y in np.sort(rng.uniform(horizon + 0.12, 0.9, rng.integers(4, 9))):
        x, size = rng.uniform(0.02, 0.98), 0.1 + 0.2 * (y - horizon)
        if rng.random() < 0.3:
            (
                plants.conifer(c, x + size, y, size * 1.3, 0.1, winter)
                if winter
                else plants.leafy(c, x + size, y, size * 1.3)
            )
        town.house(c, x, y, size, depth=0.25 * (1 - y), snowy=winter)


def forest(c: Canvas) -> None:
    rng = c.rng
    floor = rng.uniform(0.62, 0.78)
    green = np.array(plants.LEAVES[rng.choice((0, 1, 2, 3, 4, 6))])
    mist = c.light.on(mix(green, (0.86, 0.90, 0.80), 0.55))
    c.blend(np.ones((c.side, c.side), np.float32), mist, "tree")
    leaves = fractal(rng, (c.side, c.side), (5, 5), octaves=4, gain=0.7)[..., None]
    c.colour *= 0.75 + 0.5 * leaves
    ground_colour = mix(green, (0.36, 0.26, 0.16), rng.uniform(0.2, 0.8))
    land.ground(
        c,
        land.ridge_line(c, floor, 0.03, 2),
        ground_colour * 0.8,
        ground_colour,
        "grass" if rng.random() < 0.4 else "",
        grain=0.5,
    )
    bark = [(0.32, 0.23, 0.17), (0.42, 0.38, 0.34), (0.26, 0.20, 0.18), (0.72, 0.70, 0.66)][rng.integers(4)]
    for depth in np.sort(rng.uniform(0, 0.85, rng.integers(9, 16)))[::-1]:
        plants.trunk(
            c,
            rng.uniform(-0.02, 1.02),
            floor + 0.26 * (1 - depth) ** 2,
            0.022 + 0.09 * (1 - depth) ** 2,
            depth * 0.8,
            bark,
        )
        if depth < 0.6 and rng.random() < 0.45:
            plants.crown(
                c,
                rng.uniform(0, 1),
                rng.uniform(-0.02, 0.16),
                rng.uniform(0.12, 0.24),
                rng.uniform(0.06, 0.12),
                green,
                depth * 0.5,
            )
    if rng.random() < 0.35:  # shafts of light
        for x in rng.uniform(0, 1, 4):
            ray = np.array([(x, -0.02), (x + 0.05, -0.02), (x + 0.3, 1.0), (x + 0.12, 1.0)])
            c.fill(ray, (1.0, 0.97, 0.8), None, lit=False, alpha=0.16, soft=0.02)
    if rng.random() < 0.15:
        plants.flower_dots(c, floor + 0.1, rng.integers(15, 40))


def autumn_wood(c: Canvas) -> None:
    """The edge of a wood: crown above crown, no sky."""
    rng = c.rng
    c.blend(np.ones((c.side, c.side), np.float32), c.light.on((0.12, 0.18, 0.10)), "tree")
    palette = [plants.LEAVES[k] for k in ((0, 1, 2, 3) if rng.random() < 0.5 else (3, 4, 5, 6))]
    for y in np.linspace(0.02, 0.85, 7):
        for x in rng.uniform(-0.05, 1.05, 5):
            r = rng.uniform(0.11, 0.17) * (0.7 + 0.5 * y)
            plants.crown(
                c,
                x,
                y,
                r,
                r * rng.uniform(0.8, 1.1),
                np.array(palette[rng.integers(4)]) * rng.uniform(0.8, 1.15),
                0.55 * (1 - y),
            )
    if rng.random() < 0.6:
        land.grass(c, land.ridge_line(c, rng.uniform(0.78, 0.9), 0.03, 2))
    if rng.random() < 0.2:
        town.house(c, rng.uniform(0.3, 0.7), 0.9, rng.uniform(0.2, 0.3))


def backdrop(c: Canvas, colours) -> None:
    """An unsharp background: soft patches of a few colours, as a long lens gives."""
    rng = c.rng
    a, b = (np.asarray(colours[k], np.float32) for k in rng.choice(len(colours), 2))
    patches = fractal(rng, (c.side, c.side), (2, 2), octaves=2)[..., None]
    c.blend(np.ones((c.side, c.side), np.float32), c.light.on(a * 0.75), "")
    c.colour += patches * (c.light.on(b) - c.colour)
    for _ in range(rng.integers(0, 9)):
        skies_disc = things.circle(*rng.random(2), rng.uniform(0.03, 0.09))
        c.fill(skies_disc, mix(b, (1, 1, 0.9), 0.5), None, alpha=rng.uniform(0.1, 0.3), soft=0.006)


def flower_close(c: Canvas) -> None:
    rng = c.rng
    backdrop(
        c,
        [(0.20, 0.36, 0.16), (0.34, 0.48, 0.22), (0.12, 0.22, 0.14), (0.46, 0.52, 0.40), (0.30, 0.28, 0.40)],
    )
    colour = town.pick(rng, plants.PETALS)
    if rng.random() < 0.3:
        for x in np.linspace(0.2, 0.8, rng.integers(1, 4)):
            plants.tulip(c, x + rng.normal(0, 0.05), rng.uniform(0.3, 0.55), rng.uniform(0.14, 0.2), colour)
    else:
        heart = [(0.95, 0.75, 0.18), (0.36, 0.22, 0.12), (0.98, 0.88, 0.4)][rng.integers(3)]
        n = rng.integers(1, 4)
        spread = rng.permutation([(0.32, 0.42), (0.68, 0.36), (0.56, 0.68)])[:n] if n > 1 else [(0.5, 0.45)]
        for x, y in spread:
            x, y, r = (
                x + rng.normal(0, 0.04),
                y + rng.normal(0, 0.04),
                rng.uniform(0.16, 0.22) * (1.5 if n == 1 else 1),
            )
            c.stroke(np.array([(x, y), (x + rng.normal(0, 0.04), 1.05)]), 0.024, (0.26, 0.44, 0.18), "")
            leaf = circle_leaf(x, min(y + r * 1.7, 0.95), r * 0.55, rng)
            c.fill(leaf, (0.32, 0.54, 0.22), "", to=(0.16, 0.34, 0.14))
            plants.blossom(c, x, y, r, colour, rng.integers(6, 15), rng.uniform(0.75, 1), heart)
    c.facts.add("macro")


def circle_leaf(x, y, size, rng):
    """A leaf beside a stem."""
    side = rng.choice((-1, 1))
    return things.circle(x + side * size, y - size * 0.4, size, size * 0.34, -0.5 * side)


def blossom_branch(c: Canvas) -> None:
    rng = c.rng
    if rng.random() < 0.4:
        skies.sky(c, 1.3)
    else:
        backdrop(c, [(0.50, 0.60, 0.50), (0.70, 0.76, 0.80), (0.34, 0.44, 0.34)])
    pink = [(0.96, 0.72, 0.80), (0.98, 0.94, 0.95), (0.93, 0.50, 0.66)][rng.integers(3)]
    for y in rng.uniform(0.1, 0.8, 3):
        plants.branch(
            c,
            -0.02,
            y,
            rng.uniform(-0.3, 0.3),
            rng.uniform(0.7, 1.0),
            leaves=rng.random() < 0.4,
            blossoms=pink,
        )
    c.facts.add("macro")


def river_valley(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.34, 0.46)
    heavens(c, horizon)
    if rng.random() < 0.55:
        land.mountains(
            c,
            horizon + 0.02,
            rng.uniform(0.16, 0.3),
            rng.integers(3, 5),
            depth=0.55,
            snow=rng.choice((0, 0.35)),
        )
    else:
        land.hills(c, horizon - 0.03, (0.28, 0.42, 0.26), "", 0.05, 0.6, horizon + 0.1)
    land.grass(c, land.ridge_line(c, horizon + 0.015, 0.01, 1.5))
    middle = land.river(c, horizon + 0.03, rng.uniform(0.4, 0.62))
    for y in np.sort(rng.uniform(horizon + 0.06, 0.95, rng.integers(3, 10))):
        at = np.interp(y, middle[:, 1], middle[:, 0])
        x = at + rng.choice((-1, 1)) * (0.12 + 0.45 * (y - horizon)) * rng.uniform(1.1, 1.8)
        (plants.conifer if rng.random() < 0.4 else plants.leafy)(
            c, x, y, 0.07 + 0.32 * (y - horizon), 0.3 * (1 - y)
        )
    if rng.random() < 0.2:
        things.rowboat(c, float(np.interp(0.8, middle[:, 1], middle[:, 0])), 0.8, 0.13)


def river_bridge(c: Canvas) -> None:
    rng, line = c.rng, c.rng.uniform(0.5, 0.6)
    heavens(c, line)
    if rng.random() < 0.5:
        town.skyline(c, line - 0.02, rng.uniform(0.2, 0.3), 0.45, 11, church=0.4)
    else:
        land.hills(c, line - 0.08, (0.28, 0.42, 0.26), "", 0.05, 0.55, line + 0.02)
        plants.tree_line(c, line, 0.1, 14, depth=0.35)
    town.arch_bridge(c, line - rng.uniform(0.08, 0.13), line + 0.03, rng.integers(2, 5))
    land.water(
        c,
        line + 0.02,
        "river",
        mirror=rng.uniform(0.4, 0.65),
        tint=(0.20, 0.30, 0.30),
        waves=0.35,
        ripple=0.5,
    )
    for x in (0.0, 1.0):
        bank = line + 0.06 + 0.9 * np.abs(c.x - x)
        land.grass(c, np.maximum(bank, line + 0.05), blades=False)
    if rng.random() < 0.3:
        things.rowboat(c, rng.uniform(0.35, 0.65), rng.uniform(0.72, 0.85), 0.18)


def great_bridge(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.56, 0.66)
    heavens(c, horizon)
    if rng.random() < 0.6:
        land.hills(
            c,
            horizon - 0.06,
            (0.32, 0.38, 0.34),
            "mountain" if rng.random() < 0.4 else "",
            0.06,
            0.75,
            horizon + 0.01,
        )
    elif rng.random() < 0.7:
        town.skyline(c, horizon, rng.uniform(0.14, 0.24), 0.6, 13)
    sea_water(c, horizon, what="sea" if rng.random() < 0.6 else "river")
    deck = horizon - rng.uniform(0.08, 0.16)
    town.suspension_bridge(c, deck, horizon + 0.05, towers=(rng.uniform(0.16, 0.3), rng.uniform(0.7, 0.84)))
    if rng.random() < 0.3:
        things.boat(c, rng.uniform(0.2, 0.8), horizon + rng.uniform(0.1, 0.25), rng.uniform(0.1, 0.18))


def skyline_over_water(c: Canvas) -> None:
    rng, foot = c.rng, c.rng.uniform(0.52, 0.64)
    heavens(c, foot)
    town.skyline(c, foot, rng.uniform(0.3, 0.46), 0.2, rng.integers(7, 11))
    land.water(
        c,
        foot,
        "river" if rng.random() < 0.5 else "sea",
        mirror=0.6,
        tint=(0.10, 0.22, 0.30),
        waves=0.35,
        ripple=0.7,
    )
    if rng.random() < 0.25:
        things.boat(c, rng.uniform(0.2, 0.8), rng.uniform(0.72, 0.88), rng.uniform(0.12, 0.2))


def city(c: Canvas) -> None:
    rng, foot = c.rng, c.rng.uniform(0.72, 0.84)
    heavens(c, foot - 0.2)
    town.skyline(c, foot, rng.uniform(0.5, 0.8), 0.25, rng.integers(5, 9), church=0.35)
    c.fill(box(-0.05, foot, 1.05, 1.02), (0.36, 0.36, 0.38), "road", to=(0.26, 0.26, 0.28), grain=0.12)
    c.fill(box(-0.05, foot, 1.05, foot + 0.018), (0.62, 0.60, 0.56), "")
    for x in np.arange(rng.uniform(-0.1, 0.1), 1.1, 0.2):
        c.fill(box(x, foot + 0.115, x + 0.1, foot + 0.128), (0.88, 0.86, 0.76), "road")
    for x in rng.uniform(0.1, 0.9, rng.integers(0, 3)):
        things.car_side(c, x, foot + rng.uniform(0.06, 0.12), rng.uniform(0.2, 0.28))
    if rng.random() < 0.3:
        things.lamp_post(c, rng.uniform(0.1, 0.9), foot + 0.03, 0.34)
    if rng.random() < 0.25:
        plants.leafy(c, rng.uniform(0.1, 0.9), foot + 0.02, rng.uniform(0.25, 0.4))


def street(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.44, 0.56)
    skies.sky(c, horizon)
    if c.light.kind in ("overcast", "sunset"):
        skies.clouds(c, horizon, cover=0.5)
    vanish = rng.uniform(0.42, 0.58)
    town.street(c, horizon, vanish)
    for y in np.sort(rng.uniform(horizon + 0.1, 0.95, rng.integers(0, 3))):
        lane = rng.choice((-1, 1))
        things.car_front(
            c,
            vanish + lane * 0.26 * (y - horizon) / (1 - horizon),
            y,
            0.42 * (y - horizon) / (1 - horizon),
            rear=lane > 0,
        )


def facade(c: Canvas) -> None:
    town.facade(c, c.rng.integers(2, 5), c.rng.integers(2, 5))
    if c.rng.random() < 0.15:
        things.car_side(c, c.rng.uniform(0.3, 0.7), 0.97, c.rng.uniform(0.4, 0.6))


def country_road(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.36, 0.5)
    heavens(c, horizon)
    if rng.random() < 0.5:
        land.mountains(
            c,
            horizon + 0.02,
            rng.uniform(0.12, 0.26),
            rng.integers(3, 6),
            [(0.42, 0.40, 0.40), (0.56, 0.40, 0.30)][rng.integers(2)],
            0.6,
            rng.choice((0, 0.4)),
        )
    dry = rng.random() < 0.25
    far = land.ridge_line(c, horizon + 0.01, 0.008, 2)
    if dry:
        land.ground(c, far, (0.70, 0.56, 0.38), (0.66, 0.52, 0.38), "", grain=0.35)
    else:
        land.grass(c, far)
    if rng.random() < 0.5:
        town.straight_road(c, horizon + 0.012, rng.uniform(0.4, 0.6), rng.uniform(0.6, 0.95))
    else:
        outline, _, _ = land.ribbon(c, horizon + 0.012, width=rng.uniform(0.4, 0.6))
        c.fill(
            outline,
            (0.66, 0.58, 0.46) if rng.random() < 0.6 else (0.42, 0.42, 0.44),
            "road",
            to=(0.54, 0.46, 0.36),
            grain=0.2,
        )
    if not dry:
        for y in np.sort(rng.uniform(horizon + 0.03, 0.75, rng.integers(0, 6))):
            plants.leafy(
                c,
                rng.choice((rng.uniform(-0.02, 0.25), rng.uniform(0.75, 1.02))),
                y,
                0.1 + 0.4 * (y - horizon),
                depth=0.2,
            )
    if rng.random() < 0.35:
        y = rng.uniform(horizon + 0.15, 0.85)
        things.car_front(
            c,
            0.5 + rng.normal(0, 0.05),
            y,
            0.34 * (y - horizon) / (1 - horizon) + 0.05,
            rear=rng.random() < 0.5,
        )


def car_close(c: Canvas) -> None:
    rng = c.rng
    setting = rng.random()
    if setting < 0.35:
        town.facade(c, 3, 2)
    elif setting < 0.7:
        backdrop(c, [(0.30, 0.40, 0.26), (0.46, 0.50, 0.44), (0.52, 0.52, 0.54), (0.24, 0.28, 0.30)])
    else:
        skies.sky(c, 0.5)
        plants.tree_line(c, 0.62, 0.2, 8, depth=0.2)
    foot = rng.uniform(0.62, 0.7)
    c.fill(box(-0.05, foot, 1.05, 1.05), (0.46, 0.45, 0.45), "road", to=(0.30, 0.30, 0.31), grain=0.15)
    if rng.random() < 0.7:
        things.car_side(c, rng.uniform(0.42, 0.58), foot + 0.15, rng.uniform(0.68, 0.85))
    else:
        things.car_front(c, rng.uniform(0.4, 0.6), foot + 0.2, rng.uniform(0.52, 0.66))


def gulls(c: Canvas) -> None:
    rng = c.rng
    skies.sky(c, 1.15)
    if rng.random() < 0.4:
        skies.clouds(c, 1.0, cover=rng.uniform(0.2, 0.5))
    for _ in range(1 if rng.random() < 0.65 else 2):
        things.gull(c, rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.7), rng.uniform(0.26, 0.36))


def bird_on_branch(c: Canvas) -> None:
    rng = c.rng
    backdrop(
        c,
        [(0.24, 0.40, 0.20), (0.42, 0.52, 0.30), (0.52, 0.50, 0.42), (0.30, 0.36, 0.34), (0.60, 0.62, 0.60)],
    )
    y = rng.uniform(0.66, 0.78)
    line = np.array([(-0.05, y + rng.normal(0, 0.05)), (0.4, y), (1.05, y + rng.normal(0, 0.06))])
    c.stroke(line, 0.045, (0.34, 0.25, 0.18), "")
    c.stroke(line - (0, 0.012), 0.012, (0.50, 0.38, 0.28), None, alpha=0.6)
    for x in rng.uniform(0, 1, rng.integers(0, 6)):
        c.fill(
            things.circle(x, y + 0.04, 0.06, 0.024, rng.uniform(-0.8, 0.8)),
            np.array((0.30, 0.48, 0.18)) * rng.uniform(0.8, 1.2),
            "",
        )
    things.songbird(c, rng.uniform(0.4, 0.6), y - 0.01, rng.uniform(0.42, 0.56))


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
            plants.tree_line(c, horizon + 0.06, rng.uniform(0.12, 0.25), 7, "conifer", 0.0, gap=0.2)


def moonrise(c: Canvas) -> None:
    rng = c.rng
    skies.sky(c, 1.2)
    if rng.random() < 0.4:
        skies.clouds(c, 1.0, cover=0.3)
    skies.moon(c, rng.uniform(0.35, 0.65), rng.uniform(0.35, 0.6), rng.uniform(0.12, 0.24))
    if rng.random() < 0.4:
        plants.branch(c, 0.0, rng.uniform(0.6, 0.9), rng.uniform(-0.6, 0.1), 0.6)


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
            plants.leafy(
                c, rng.uniform(0.15, 0.85), horizon + 0.06, rng.uniform(0.3, 0.5), colour=(0.14, 0.16, 0.10)
            )
    else:
        sea_water(c, horizon)
    if rng.random() < 0.2:
        things.far_birds(c, rng.uniform(0.3, 0.7), horizon * 0.4, 5)


def rainbow_land(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.5, 0.62)
    skies.sky(c, horizon)
    skies.clouds(c, horizon, cover=0.45, streaks=False)
    skies.rainbow(c, horizon)
    choice = rng.random()
    if choice < 0.35:
        sea_water(c, horizon)
    else:
        land.hills(c, horizon - 0.02, (0.26, 0.40, 0.24), "", 0.03, 0.5, horizon + 0.1)
        land.grass(c, land.ridge_line(c, horizon + 0.02, 0.02, 1.2))
        if choice < 0.6:
            town.house(c, rng.uniform(0.25, 0.75), horizon + 0.2, rng.uniform(0.16, 0.3))
        elif choice < 0.85:
            plants.leafy(c, rng.uniform(0.2, 0.8), horizon + 0.2, rng.uniform(0.2, 0.35))


def church_close(c: Canvas) -> None:
    rng = c.rng
    heavens(c, 0.75)
    plants.tree_line(c, 0.86, 0.16, 8, depth=0.3)
    x = rng.uniform(0.35, 0.65)
    stone = np.array((0.80, 0.75, 0.68))
    nave = x + rng.choice((-1, 1)) * 0.24
    c.fill(box(nave - 0.2, 0.62, nave + 0.2, 0.88), stone, "building", to=stone * 0.8, grain=0.15)
    c.fill(
        np.array([(nave - 0.23, 0.62), (nave - 0.13, 0.46), (nave + 0.13, 0.46), (nave + 0.23, 0.62)]),
        (0.45, 0.26, 0.22),
        "building",
        grain=0.2,
    )
    town.windows(
        c, nave - 0.17, 0.66, nave + 0.17, 0.84, 4, 1, "building", lit_share=0.8, wide=0.35, tall=0.9
    )
    town.steeple(c, x, 0.88, rng.uniform(0.68, 0.8))
    land.grass(c, land.ridge_line(c, 0.88, 0.012, 1.2))


# Weight of each scene, and of the lights it is seen in. Half of the scenes show little or no sky, or the sky would
# be in nearly every picture and any two pictures alike.
DAY = {"day": 5, "golden": 1.5, "overcast": 1.5, "fog": 0.7}
ALL = {"day": 4, "golden": 1.2, "overcast": 1.4, "sunset": 1.3, "night": 1.0, "fog": 0.6}
CLOSE = {"day": 4, "golden": 1, "overcast": 2}
DARK = {"night": 1}
SCENES = [
    (open_sea, 5, ALL), (harbour, 4, ALL), (boats_close, 5, CLOSE), (shore, 5, ALL), (shore_from_above, 4, CLOSE),
    (lake, 6, ALL), (winter_mountain, 5, ALL), (peak, 3, DAY), (hill_layers, 3, ALL), (meadow, 4, DAY), (lawn, 4, CLOSE),
    (country_house, 4, ALL), (village, 4, ALL), (forest, 6, CLOSE), (autumn_wood, 4, CLOSE), (flower_close, 6, CLOSE),
    (blossom_branch, 2, CLOSE), (river_valley, 4, DAY), (river_bridge, 4, ALL), (great_bridge, 4, ALL),
    (skyline_over_water, 3, ALL), (city, 5, {"day": 3, "overcast": 1.5, "golden": 1, "sunset": 1, "night": 4}),
    (street, 4, ALL), (facade, 7, {"day": 4, "overcast": 2, "golden": 1, "night": 1, "sunset": 0.7}),
    (country_road, 5, DAY | {"sunset": 1}), (car_close, 5, CLOSE | {"night": 0.7}), (gulls, 4, DAY | {"sunset": 1}),
    (bird_on_branch, 5, CLOSE), (night_sky, 3, DARK), (moonrise, 2.5, DARK), (cloudscape, 2, DAY | {"sunset": 1}),
    (sundown, 4, {"sunset": 1}), (rainbow_land, 2.5, {"day": 2, "golden": 1}), (church_close, 1.5, ALL),
]  # fmt: skip


def odd_object(c: Canvas) -> None:
    """Something that need not be here: so a scene is not a set of labels."""
    rng = c.rng
    x, y = rng.uniform(0.2, 0.8), rng.uniform(0.62, 0.92)
    choice = rng.integers(7)
    if choice == 0:
        things.car_side(c, x, y, rng.uniform(0.2, 0.34))
    elif choice == 1:
        things.boat(c, x, y, rng.uniform(0.16, 0.28))
    elif choice == 2:
        things.gull(c, x, rng.uniform(0.2, 0.5), rng.uniform(0.12, 0.2))
    elif choice == 3:
        town.house(c, x, y, rng.uniform(0.16, 0.26))
    elif choice == 4:
        plants.leafy(c, x, y, rng.uniform(0.25, 0.45))
    elif choice == 5:
        plants.flower_dots(c, 0.8, 16, size=0.04)
    else:
        things.songbird(c, x, y, rng.uniform(0.14, 0.22))
