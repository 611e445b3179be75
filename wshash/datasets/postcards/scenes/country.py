"""Scenes of mountains, meadows, woods and villages."""

import numpy as np

from wshash.datasets.postcards.brushes import flowers, houses, land, skies, towers, trees, vehicles, waters, ways
from wshash.datasets.postcards.canvas import Canvas, box, fractal
from wshash.datasets.postcards.light import mix, palette
from wshash.datasets.postcards.scenes.common import heavens, sea_water


def winter_mountain(c: Canvas) -> None:
    rng, foot = c.rng, c.rng.uniform(0.55, 0.7)
    heavens(c, foot - 0.1, cloud=0.4)
    land.mountains(c, foot - 0.03, rng.uniform(0.3, 0.45), rng.integers(2, 5), snow=rng.uniform(0.4, 0.9))
    if rng.random() < 0.6:
        trees.tree_line(c, foot + 0.02, 0.09, 22, "conifer", 0.5, snowy=True, gap=0.3)
    land.snowfield(c, land.ridge_line(c, foot, 0.04, 1.5))
    for y in np.sort(rng.uniform(foot + 0.08, 0.98, rng.integers(0, 5))):
        trees.conifer(c, rng.uniform(0.05, 0.95), y, 0.1 + 0.65 * (y - foot + 0.05), snowy=True)
    if rng.random() < 0.18:
        houses.house(c, rng.uniform(0.25, 0.75), foot + rng.uniform(0.08, 0.16), rng.uniform(0.14, 0.2), snowy=True)


def peak(c: Canvas) -> None:
    rng = c.rng
    skies.sky(c, 0.95)
    if rng.random() < 0.35:
        skies.clouds(c, 0.95, cover=0.3)
    rock = palette("#6b6666 #806657 #575c6b #756b57")[rng.integers(4)]
    if rng.random() < 0.6:
        land.mountains(c, 0.8, 0.4, 4, rock, depth=0.75, snow=0.5)
    land.mountains(
        c, 1.02, rng.uniform(0.65, 0.85), rng.integers(1, 3), rock, depth=0.12, snow=rng.choice((0, 0.35, 0.6))
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
        trees.tree_line(c, 0.97, rng.uniform(0.12, 0.2), 9, "conifer", 0.0)


def meadow(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.28, 0.55)
    heavens(c, horizon)
    if rng.random() < 0.35:
        land.mountains(c, horizon + 0.02, rng.uniform(0.12, 0.25), 4, depth=0.7, snow=rng.choice((0, 0.4)))
    elif rng.random() < 0.6:
        land.hills(c, horizon - 0.02, (0.26, 0.42, 0.24), "", 0.04, 0.6, horizon + 0.1)
    if rng.random() < 0.4:
        trees.tree_line(c, horizon + 0.03, 0.07, rng.integers(8, 18), depth=0.45, gap=0.2)
    land.grass(c, land.ridge_line(c, horizon + 0.03, 0.03, 1.2))
    if rng.random() < 0.55:
        flowers.flower_dots(c, horizon + 0.1, rng.integers(40, 110), size=0.026)
    if rng.random() < 0.5:
        trees.leafy(c, rng.uniform(0.15, 0.85), horizon + rng.uniform(0.12, 0.3), rng.uniform(0.3, 0.5))


def lawn(c: Canvas) -> None:
    """Grass from above: no sky."""
    land.grass(c, -0.05)
    c.surface[:] = c.code("grass")
    if c.rng.random() < 0.7:
        flowers.flower_dots(c, -0.02, c.rng.integers(40, 110), size=0.03)
    if c.rng.random() < 0.4:
        trees.leafy(c, c.rng.uniform(0.2, 0.8), c.rng.uniform(0.6, 0.8), c.rng.uniform(0.4, 0.6))


def country_house(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.42, 0.56)
    heavens(c, horizon)
    land.hills(c, horizon - 0.02, (0.30, 0.44, 0.26), "", 0.04, 0.55, horizon + 0.1)
    trees.tree_line(c, horizon + 0.04, 0.11, rng.integers(5, 12), depth=0.35)
    winter = rng.random() < 0.2 and c.light.kind != "sunset"
    (land.snowfield if winter else land.grass)(c, land.ridge_line(c, horizon + 0.04, 0.015, 1.2))
    foot, size = horizon + rng.uniform(0.18, 0.28), rng.uniform(0.3, 0.5)
    x = rng.uniform(0.3, 0.7)
    beside = x + rng.choice((-1, 1)) * size * rng.uniform(0.7, 0.95)
    if rng.random() < 0.6:
        (trees.conifer if winter else trees.leafy)(c, beside, foot - 0.02, size * rng.uniform(0.9, 1.2))
    houses.house(c, x, foot, size, snowy=winter)
    if not winter and rng.random() < 0.5:
        flowers.flower_dots(c, foot + 0.03, rng.integers(15, 50))
    if rng.random() < 0.15:
        vehicles.car_side(c, 1 - x, foot + 0.1, 0.3)


def village(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.3, 0.42)
    winter = rng.random() < 0.4 and c.light.kind != "sunset"
    heavens(c, horizon)
    if rng.random() < 0.6:
        land.mountains(
            c, horizon + 0.05, rng.uniform(0.15, 0.28), 3, depth=0.6, snow=0.6 if winter else rng.choice((0, 0.4))
        )
    slope = land.ridge_line(c, horizon + 0.04, 0.03, 1.2)
    (land.snowfield if winter else land.grass)(c, slope)
    if rng.random() < 0.4:
        towers.steeple(c, rng.uniform(0.25, 0.75), horizon + 0.18, rng.uniform(0.35, 0.5), 0.15)
    for y in np.sort(rng.uniform(horizon + 0.12, 0.9, rng.integers(4, 9))):
        x, size = rng.uniform(0.02, 0.98), 0.1 + 0.2 * (y - horizon)
        if rng.random() < 0.3:
            (
                trees.conifer(c, x + size, y, size * 1.3, 0.1, winter)
                if winter
                else trees.leafy(c, x + size, y, size * 1.3)
            )
        houses.house(c, x, y, size, depth=0.25 * (1 - y), snowy=winter)


def forest(c: Canvas) -> None:
    rng = c.rng
    floor = rng.uniform(0.62, 0.78)
    green = np.array(trees.LEAVES[rng.choice((0, 1, 2, 3, 4, 6))])
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
    bark = palette("#523b2b #6b6157 #42332e #b8b2a8")[rng.integers(4)]
    for depth in np.sort(rng.uniform(0, 0.85, rng.integers(9, 16)))[::-1]:
        trees.trunk(
            c,
            rng.uniform(-0.02, 1.02),
            floor + 0.26 * (1 - depth) ** 2,
            0.022 + 0.09 * (1 - depth) ** 2,
            depth * 0.8,
            bark,
        )
        if depth < 0.6 and rng.random() < 0.45:
            trees.crown(
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
        flowers.flower_dots(c, floor + 0.1, rng.integers(15, 40))


def autumn_wood(c: Canvas) -> None:
    """The edge of a wood: crown above crown, no sky."""
    rng = c.rng
    c.blend(
        np.ones((c.side, c.side), np.float32), c.light.on((0.20, 0.27, 0.13)) * (0.7 + 0.6 * c.grain[..., None]), "tree"
    )
    palette = [trees.LEAVES[k] for k in ((0, 1, 2, 3) if rng.random() < 0.5 else (3, 4, 5, 6))]
    for y in np.linspace(0.02, 0.85, 7):
        for x in rng.uniform(-0.05, 1.05, 5):
            r = rng.uniform(0.11, 0.17) * (0.7 + 0.5 * y)
            trees.crown(
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
        houses.house(c, rng.uniform(0.3, 0.7), 0.9, rng.uniform(0.2, 0.3))


def country_road(c: Canvas) -> None:
    rng, horizon = c.rng, c.rng.uniform(0.36, 0.5)
    heavens(c, horizon)
    if rng.random() < 0.5:
        land.mountains(
            c,
            horizon + 0.02,
            rng.uniform(0.12, 0.26),
            rng.integers(3, 6),
            palette("#6b6666 #8f664c")[rng.integers(2)],
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
        ways.straight_road(c, horizon + 0.012, rng.uniform(0.4, 0.6), rng.uniform(0.6, 0.95))
    else:
        outline, _, _ = waters.ribbon(c, horizon + 0.012, width=rng.uniform(0.4, 0.6))
        c.fill(
            outline,
            (0.66, 0.58, 0.46) if rng.random() < 0.6 else (0.42, 0.42, 0.44),
            "road",
            to=(0.54, 0.46, 0.36),
            grain=0.2,
        )
    if not dry:
        for y in np.sort(rng.uniform(horizon + 0.03, 0.75, rng.integers(0, 6))):
            trees.leafy(
                c,
                rng.choice((rng.uniform(-0.02, 0.25), rng.uniform(0.75, 1.02))),
                y,
                0.1 + 0.4 * (y - horizon),
                depth=0.2,
            )
    if rng.random() < 0.35:
        y = rng.uniform(horizon + 0.15, 0.85)
        vehicles.car_front(
            c, 0.5 + rng.normal(0, 0.05), y, 0.34 * (y - horizon) / (1 - horizon) + 0.05, rear=rng.random() < 0.5
        )


def church_close(c: Canvas) -> None:
    rng = c.rng
    heavens(c, 0.75)
    trees.tree_line(c, 0.86, 0.16, 8, depth=0.3)
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
    towers.windows(c, nave - 0.17, 0.66, nave + 0.17, 0.84, 4, 1, "building", lit_share=0.8, wide=0.35, tall=0.9)
    towers.steeple(c, x, 0.88, rng.uniform(0.68, 0.8))
    land.grass(c, land.ridge_line(c, 0.88, 0.012, 1.2))


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
            houses.house(c, rng.uniform(0.25, 0.75), horizon + 0.2, rng.uniform(0.16, 0.3))
        elif choice < 0.85:
            trees.leafy(c, rng.uniform(0.2, 0.8), horizon + 0.2, rng.uniform(0.2, 0.35))
