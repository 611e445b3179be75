"""The scenes: each reads like a description of the picture, from far to near."""

from wshash.datasets.postcards.brushes import flowers, houses, life, trees, vehicles
from wshash.datasets.postcards.canvas import Canvas
from wshash.datasets.postcards.scenes import close, country, town, waterside

# Weight of each scene, and of the lights it is seen in. Half of the scenes show little or no sky, or the sky would
# be in nearly every picture and any two pictures alike.
DAY = {"day": 5, "golden": 1.5, "overcast": 1.5, "fog": 0.7}
ALL = {"day": 4, "golden": 1.2, "overcast": 1.4, "sunset": 1.3, "night": 1.0, "fog": 0.6}
CLOSE = {"day": 4, "golden": 1, "overcast": 2}
DARK = {"night": 1}
SCENES = [
    (waterside.open_sea, 5, ALL),
    (waterside.harbour, 4, ALL),
    (waterside.boats_close, 5, CLOSE),
    (waterside.shore, 5, ALL),
    (waterside.shore_from_above, 4, CLOSE),
    (waterside.lake, 6, ALL),
    (country.winter_mountain, 5, DAY | DARK),
    (country.peak, 3, DAY),
    (country.hill_layers, 3, ALL),
    (country.meadow, 4, DAY),
    (country.lawn, 4, CLOSE),
    (country.country_house, 4, ALL),
    (country.village, 4, ALL),
    (country.forest, 6, CLOSE),
    (country.autumn_wood, 4, CLOSE),
    (close.flower_close, 6, CLOSE),
    (close.blossom_branch, 2, CLOSE),
    (waterside.river_valley, 4, DAY),
    (waterside.river_bridge, 4, ALL),
    (waterside.great_bridge, 4, ALL),
    (waterside.skyline_over_water, 3, ALL),
    (town.city, 5, {"day": 3, "overcast": 1.5, "golden": 1, "sunset": 1, "night": 4}),
    (town.street, 4, ALL),
    (town.facade, 7, {"day": 4, "overcast": 2, "golden": 1, "night": 1, "sunset": 0.7}),
    (country.country_road, 5, DAY | {"sunset": 1}),
    (close.car_close, 5, CLOSE),
    (close.gulls, 4, DAY | {"sunset": 1}),
    (close.bird_on_branch, 5, CLOSE),
    (close.night_sky, 3, DARK),
    (close.moonrise, 2.5, DARK),
    (close.cloudscape, 2, DAY | {"sunset": 1}),
    (close.sundown, 4, {"sunset": 1}),
    (country.rainbow_land, 2.5, {"day": 2, "golden": 1}),
    (country.church_close, 1.5, ALL),
]


def odd_object(c: Canvas) -> None:
    """Something that need not be here: so a scene is not a set of labels."""
    rng = c.rng
    x, y = rng.uniform(0.2, 0.8), rng.uniform(0.62, 0.92)
    choice = rng.integers(7)
    if choice == 0:
        vehicles.car_side(c, x, y, rng.uniform(0.2, 0.34))
    elif choice == 1:
        vehicles.boat(c, x, y, rng.uniform(0.16, 0.28))
    elif choice == 2:
        life.gull(c, x, rng.uniform(0.2, 0.5), rng.uniform(0.12, 0.2))
    elif choice == 3:
        houses.house(c, x, y, rng.uniform(0.16, 0.26))
    elif choice == 4:
        trees.leafy(c, x, y, rng.uniform(0.25, 0.45))
    elif choice == 5:
        flowers.flower_dots(c, 0.8, 16, size=0.04)
    else:
        life.songbird(c, x, y, rng.uniform(0.14, 0.22))
