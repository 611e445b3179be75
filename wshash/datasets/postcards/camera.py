"""The camera: what stands in the way, the crop, and all that film and age do to a picture."""

import cv2
import numpy as np

from wshash.datasets.postcards.brushes import flowers, life
from wshash.datasets.postcards.canvas import Canvas, box, smoothstep
from wshash.datasets.postcards.concepts import WHAT


def obstruct(c: Canvas) -> None:
    """Now and then something none of the concepts, or a branch, stands before the scene."""
    rng, choice = c.rng, c.rng.random()
    if choice < 0.05:
        for k in range(rng.integers(1, 3)):
            life.person(c, rng.uniform(0.15, 0.85), 1.02, rng.uniform(0.3, 0.55) * (1 - 0.2 * k))
    elif choice < 0.10:
        corner = rng.choice((0.02, 0.98))
        for _ in range(rng.integers(2, 4)):
            angle = rng.uniform(0.1, 0.9) if corner < 0.5 else np.pi - rng.uniform(0.1, 0.9)
            flowers.branch(c, corner, rng.uniform(0.0, 0.2), angle, rng.uniform(0.3, 0.5))
    elif choice < 0.13:
        y = rng.uniform(0.80, 0.90)
        posts = [box(x - 0.006, y, x + 0.006, 1.02) for x in np.arange(rng.uniform(0, 0.06), 1, 0.06)]
        c.fill(posts, (0.16, 0.16, 0.18), "")
        c.fill(box(-0.02, y - 0.012, 1.02, y + 0.012), (0.2, 0.2, 0.22), "")
    elif choice < 0.155:
        life.lamp_post(c, rng.uniform(0.1, 0.9), 1.02, rng.uniform(0.55, 0.85))
    elif choice < 0.175:
        edge = rng.uniform(0.06, 0.16)
        side = box(-0.02, -0.02, edge, 1.02) if rng.random() < 0.5 else box(1 - edge, -0.02, 1.02, 1.02)
        c.fill(side, (0.08, 0.07, 0.07), "", lit=False, soft=0.01)


def crop(c: Canvas, size: int, closest: float = 0.66) -> tuple[np.ndarray, np.ndarray]:
    """The part of the canvas that the picture shows, a little turned: colour and map, size×size."""
    rng, side = c.rng, c.side
    zoom = rng.uniform(closest, 0.97) if rng.random() < 0.75 else 0.97
    tilt = rng.normal(0, 0.025) if rng.random() < 0.5 else 0.0
    reach = zoom * (abs(np.cos(tilt)) + abs(np.sin(tilt)))
    zoom = zoom / max(reach, 1)
    slack = max(1 - min(reach, 1), 0)
    centre = (0.5 + rng.uniform(-0.5, 0.5) * slack) * side, (0.5 + rng.uniform(-0.5, 0.5) * slack) * side
    flip = -1 if rng.random() < 0.5 else 1
    step = zoom * side / size
    a, b = np.cos(tilt) * step, np.sin(tilt) * step
    grid = np.arange(size, dtype=np.float32) - (size - 1) / 2
    x = centre[0] + flip * (a * grid[None] - b * grid[:, None]) - 0.5
    y = centre[1] + b * grid[None] + a * grid[:, None] - 0.5
    colour = c.colour if step < 1.1 else cv2.GaussianBlur(c.colour, (0, 0), 0.35 * step)
    colour = cv2.remap(
        colour, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    nearest = np.rint(y).astype(int).clip(0, side - 1), np.rint(x).astype(int).clip(0, side - 1)
    return colour, c.surface[nearest]


TINTS = {
    "none": (1, 1, 1),
    "warm": (1.07, 1.0, 0.88),
    "cool": (0.92, 1.0, 1.10),
    "green": (0.96, 1.05, 0.95),
    "rose": (1.07, 0.95, 1.0),
}


def develop(colour, surface, rng, facts: set, clear: bool = False):
    """Exposure, colours, blur, grain, vignette and frame: the picture as uint8, and its map.

    Adds the film to ``facts`` where a viewer would name it. ``clear``: no strong blur, for pictures whose subject is
    small points of light. Black and white would take the colours that make a sunset or a rainbow, so these are
    always in colour.
    """
    size = len(colour)
    what = surface & 31
    colourful = bool((surface >> 5 == 1).any() or (what == WHAT["rainbow"]).any())
    film = rng.choice(("plain", "faded", "strong", "bw", "sepia", "cross"), p=(0.56, 0.13, 0.14, 0.09, 0.04, 0.04))
    if colourful and film in ("bw", "sepia"):
        film = "plain"
    tint = np.array(TINTS[rng.choice(list(TINTS), p=(0.5, 0.18, 0.14, 0.09, 0.09))], np.float32)
    haze, sigma = rng.random(), abs(rng.normal(0, 0.35)) if rng.random() < 0.82 else rng.uniform(0.6, 1.5)
    image = colour * (rng.uniform(0.88, 1.12) * tint)
    if haze < 0.12:  # light falls into the lens
        where = rng.uniform(0, 1, 2)
        at = (np.arange(size, dtype=np.float32) + 0.5) / size
        flare = np.exp(-(((at[None] - where[0]) ** 2 + (at[:, None] - where[1]) ** 2) / rng.uniform(0.1, 0.4)))
        image = image + rng.uniform(0.1, 0.28) * flare[..., None] * np.array((1.0, 0.86, 0.66), np.float32) * (
            not clear
        )
    image = np.clip(image, 0, 1)
    grey = image @ np.array((0.299, 0.587, 0.114), np.float32)
    if film in ("bw", "sepia"):
        punch = np.clip((grey - 0.5) * rng.uniform(1.0, 1.45) + 0.5, 0, 1)
        image = punch[..., None] * np.array((1.0, 0.90, 0.72) if film == "sepia" else (1.0, 1.0, 1.0), np.float32)
        facts.add(film)
    elif film == "faded":
        facts.add(film)
        image = 0.12 + 0.82 * (grey[..., None] + rng.uniform(0.5, 0.75) * (image - grey[..., None]))
    elif film == "strong":
        image = grey[..., None] + rng.uniform(1.25, 1.6) * (image - grey[..., None])
    elif film == "cross":
        image = np.stack(
            [smoothstep(image[..., 0], 0.05, 0.92), smoothstep(image[..., 1], -0.05, 1.0), 0.15 + 0.7 * image[..., 2]],
            axis=-1,
        )
    sigma = min(sigma, 0.35) if clear else sigma
    if sigma > 0.3:
        image = cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma * size / 128)
    at = np.linspace(-1, 1, size, dtype=np.float32) ** 2
    image = image * (1 - rng.uniform(0, 0.32) * ((at[None] + at[:, None]) / 2) ** 1.3)[..., None]
    noise = abs(rng.normal(0, 0.012)) if rng.random() < 0.88 else rng.uniform(0.03, 0.06)
    if noise > 0.004:
        image = image + rng.normal(0, noise, (size, size, 1 if film in ("bw", "sepia") else 3)).astype(np.float32)
    image, surface = frame(np.clip(image, 0, 1), surface.copy(), rng)
    return np.rint(image * 255).astype(np.uint8), surface


def frame(image, surface, rng):
    """Borders of a print or a slide; what they cover shows nothing."""
    size, kind = len(image), rng.random()
    if kind > 0.11:
        return image, surface
    thin, thick = round(size * rng.uniform(0.03, 0.06)), round(size * rng.uniform(0.10, 0.16))
    top, right, bottom, left = [(thin,) * 4, (thin, thin, thick, thin), (thick, 0, thick, 0), (0, thick, 0, thick)][
        int(kind / 0.11 * 4)
    ]
    paper = np.float32((0.97, 0.96, 0.93)) if kind < 0.06 else np.float32((0.03, 0.03, 0.03))
    inside = np.zeros((size, size), bool)
    inside[top : size - bottom, left : size - right] = True
    image = np.where(inside[..., None], image, paper)
    return image, np.where(inside, surface, 0).astype(np.uint8)
