"""From a seed and a number to a picture: scene, light, obstacle, crop, film."""

import hashlib
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from wshash.datasets.postcards import camera, scenes
from wshash.datasets.postcards.canvas import Canvas
from wshash.datasets.postcards.concepts import SIGHTS, WHAT
from wshash.datasets.postcards.light import draw_light

_WEIGHTS = np.array([weight for _, weight, _ in scenes.SCENES], float)
_WEIGHTS /= _WEIGHTS.sum()
ODD, SUPERSAMPLING = 0.06, 1.5


@cache
def drawing_version() -> str:
    """8 hexadecimal digits over the source of the drawing code: changed code never meets an old cache."""
    sha, folder = hashlib.sha256(), Path(__file__).parent
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
        if path.name not in ("lexicon.py", "folksonomy.py", "collection.py"):  # these make no pixel
            sha.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return sha.hexdigest()[:8]


def draw(seed: int, index: int, size: int = 128) -> tuple[np.ndarray, np.ndarray, set[str]]:
    """Picture ``index`` of the collection ``seed``.

    Returns
    -------
    picture : uint8 array, size×size×3, RGB
    surface : uint8 array, size×size
        What each pixel shows, after all crops, occlusions and frames: see ``concepts.WHAT``.
    facts : set of str
        What a tagger would know besides: name of the scene, church, macro, reflection, bw, ...
    """
    rng = np.random.default_rng([seed, index, 0xC0A5])
    scene, _, lights = scenes.SCENES[rng.choice(len(_WEIGHTS), p=_WEIGHTS)]
    odds = np.array(list(lights.values()), float)
    light = draw_light(rng, list(lights)[rng.choice(len(odds), p=odds / odds.sum())])
    canvas = Canvas(round(size * SUPERSAMPLING), light, rng)
    scene(canvas)
    if rng.random() < ODD:
        scenes.odd_object(canvas)
    camera.obstruct(canvas)
    colour, surface = camera.crop(canvas, size)
    facts = canvas.facts | {scene.__name__}
    starry = bool((surface & 31 == WHAT["stars"]).any())
    picture, surface = camera.develop(colour, surface, rng, facts, clear=starry)
    return picture, surface, facts


HUES = {
    "red": (172, 188),
    "orange": (8, 20),
    "yellow": (20, 34),
    "green": (36, 84),
    "blue": (95, 128),
    "pink": (140, 172),
}


def sights(picture: np.ndarray, facts: set[str]) -> list[str]:
    """Those of ``concepts.SIGHTS`` that hold: facts, and colours whose vivid pixels take a fifth of the picture."""
    hue, saturation, value = cv2.split(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV))
    vivid = hue[(saturation > 110) & (value > 70)].astype(int)
    vivid[vivid < 8] += 180  # red lies on both ends of OpenCV's 0..179
    prevailing = [c for c, (low, high) in HUES.items() if np.sum((vivid >= low) & (vivid < high)) > 0.2 * hue.size]
    return [sight for sight in SIGHTS if sight in facts or sight in prevailing]
