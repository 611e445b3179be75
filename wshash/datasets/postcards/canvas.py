"""The canvas: colour and meaning side by side, and the few ways to put paint on it."""

import math
from functools import cache

import cv2
import numpy as np

from wshash.datasets.postcards.concepts import IN_THE_SKY, NIGHT, SUNSET, WHAT
from wshash.datasets.postcards.light import Light


def smoothstep(x, low, high):
    """0 below ``low``, 1 above ``high``, smooth in between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def fractal(rng, shape, cells, octaves: int = 4, gain: float = 0.55) -> np.ndarray:
    """Fractal value noise, float32 of ``shape``, roughly in [0, 1]: octaves of random grids, enlarged and summed.

    The grids have ``cells`` (rows, columns) and their doubles, whatever the shape, so that a scene is the same at
    every size.
    """
    total, weight, norm = np.zeros(shape, np.float32), 1.0, 0.0
    for k in range(octaves):
        grid = rng.random((int(cells[0] * 2**k) + 1, int(cells[1] * 2**k) + 1), np.float32)
        total += weight * cv2.resize(grid, shape[::-1], interpolation=cv2.INTER_CUBIC)
        weight, norm = weight * gain, norm + weight
    return np.clip((total / norm - 0.5) * 1.6 + 0.5, 0, 1)


@cache
def _unit_circle(n: int) -> tuple[np.ndarray, np.ndarray]:
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.cos(angle), np.sin(angle)


def circle(x: float, y: float, rx: float, ry: float | None = None, tilt: float = 0.0, n: int = 28) -> np.ndarray:
    """Points of an ellipse, n×2; ``tilt`` in radians."""
    cos, sin = _unit_circle(n)
    u, v = rx * cos, (rx if ry is None else ry) * sin
    points = np.empty((n, 2))
    points[:, 0] = x + u * math.cos(tilt) - v * math.sin(tilt)
    points[:, 1] = y + u * math.sin(tilt) + v * math.cos(tilt)
    return points


@cache
def outline(points: str) -> np.ndarray:
    """``"0,0 1,0.5 ..."`` as an n×2 array (shared: don't write into it)."""
    return np.array([[float(v) for v in point.split(",")] for point in points.split()])


def box(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """Corners of an upright rectangle, 4×2."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


class Canvas:
    """A square of paint.

    Coordinates are shares of the side: x to the right, y down, both 0 to 1 on the canvas. A brush says what it
    paints by a concept's name, ``""`` for none of them, or None where it only changes the light on what is there.

    Attributes
    ----------
    colour : float32 array, side×side×3, RGB in [0, 1]
    surface : uint8 array, side×side
        What each pixel shows and in which light: see ``concepts.WHAT``.
    facts : set of str
        What a tagger would know besides the concepts: church, reflection, ...
    """

    def __init__(self, side: int, light: Light, rng: np.random.Generator):
        self.side, self.light, self.rng = side, light, rng
        self.colour = np.tile(light.horizon, (side, side, 1))
        self.surface = np.zeros((side, side), np.uint8)
        self.y, self.x = ((np.arange(side, dtype=np.float32) + 0.5) / side for _ in range(2))
        self.grain = fractal(rng, (side, side), (12, 12), octaves=4, gain=0.8)
        self.facts: set[str] = set()

    def code(self, what: str) -> int:
        """The byte that the map holds for this concept in this scene's light."""
        bit = self.light.bit
        return WHAT[what] | (bit if bit == NIGHT or (bit == SUNSET and what in IN_THE_SKY) else 0)

    def blend(self, alpha, paint, what, top: int = 0, left: int = 0) -> None:
        """Cover a rectangle from pixel (top, left) by ``paint`` (3, or rows×columns×3) as far as ``alpha`` says."""
        rows, columns = slice(top, top + alpha.shape[0]), slice(left, left + alpha.shape[1])
        region = self.colour[rows, columns]
        change = paint - region
        change *= alpha[..., None]
        region += change
        if what is not None:
            self.surface[rows, columns][alpha > 0.5] = self.code(what)

    def _paint(self, colour, to, across, depth, lit, grain, top, left, shape, span):
        # Colour of a rectangle: plain, or running from `colour` to `to` over `span`, roughened by the grain.
        start = self.light.on(colour, depth) if lit else np.asarray(colour, np.float32)
        paint = start
        if to is not None:
            end = self.light.on(to, depth) if lit else np.asarray(to, np.float32)
            origin, length = (left, shape[1]) if across else (top, shape[0])
            t = (np.arange(origin, origin + length, dtype=np.float32) + 0.5) / self.side
            t = ((t - span[0]) / max(span[1] - span[0], 1e-6)).clip(0, 1)
            paint = start + (t[None, :, None] if across else t[:, None, None]) * (end - start)
        if grain:
            texture = self.grain[top : top + shape[0], left : left + shape[1], None]
            paint = paint * (1 + 2 * grain * (texture - 0.5))
        return paint

    def fill(
        self, points, colour, what, to=None, across=False, depth=0.0, lit=True, grain=0.0, alpha=1.0, soft=0.0
    ) -> None:
        """Fill a polygon, or a list of them.

        Parameters
        ----------
        points : n×2, or list of n×2
        colour, to : RGB
            The paint runs from ``colour`` at the top (left, if ``across``) to ``to`` at the bottom (right).
        depth : float
            0 near, 1 at the horizon: how much haze lies before it.
        lit : bool
            False for what shines by itself.
        grain : float
            Roughness of the surface.
        soft : float
            Blur of the edge, share of the side.
        """
        shapes = points if isinstance(points, list) else [points]
        if not shapes:
            return
        corners = shapes[0] if len(shapes) == 1 else np.concatenate(shapes)
        low, high = corners.min(axis=0), corners.max(axis=0)
        side, margin = self.side, 1 + int(3 * soft * self.side)
        left, top = (max(math.floor(v * side) - margin, 0) for v in low)
        right, bottom = (min(math.ceil(v * side) + margin, side) for v in high)
        if right <= left or bottom <= top:
            return
        mask = np.zeros((bottom - top, right - left), np.uint8)
        for shape in shapes:  # one by one: overlapping outlines in one call would cancel out
            polygon = np.rint((np.asarray(shape) * side - (left, top)) * 16).astype(np.int32)
            cv2.fillPoly(mask, [polygon], 255, cv2.LINE_AA, 4)
        if soft:
            mask = cv2.GaussianBlur(mask, (0, 0), soft * self.side)
        span = (low[0], high[0]) if across else (low[1], high[1])
        paint = self._paint(colour, to, across, depth, lit, grain, top, left, mask.shape, span)
        self.blend(mask * np.float32(alpha / 255), paint, what, top, left)

    def stroke(self, lines, width, colour, what, depth=0.0, lit=True, alpha=1.0) -> None:
        """Draw one polyline (n×2) or a list of them, ``width`` a share of the side."""
        lines = lines if isinstance(lines, list) else [lines]
        mask = np.zeros((self.side, self.side), np.uint8)
        points = [np.round(np.asarray(p) * self.side * 16).astype(np.int32) for p in lines]
        pixels = width * self.side
        cv2.polylines(mask, points, False, 255, max(1, round(pixels)), cv2.LINE_AA, 4)
        strength = alpha * min(1.0, 0.35 + 0.65 * pixels)  # a line thinner than a pixel is fainter, not thinner
        paint = self.light.on(colour, depth) if lit else np.asarray(colour, np.float32)
        low = np.min([p.min(axis=0) for p in points], axis=0) // 16 - int(pixels) - 2
        high = np.max([p.max(axis=0) for p in points], axis=0) // 16 + int(pixels) + 3
        (left, top), (right, bottom) = np.clip(low, 0, self.side), np.clip(high, 0, self.side)
        if right > left and bottom > top:
            part = mask[top:bottom, left:right].astype(np.float32) / 255
            self.blend(part * strength, paint, None, top, left)
            if what is not None:
                self.surface[top:bottom, left:right][part > 0.5] = self.code(what)

    def below(self, ridge, colour, what, to=None, bottom=1.0, depth=0.0, grain=0.0, alpha=1.0, paint=None):
        """Fill everything under a line: ``ridge`` holds its height y for each column of pixels.

        ``paint`` (rows×columns×3 from the highest point of the ridge on, already lit) replaces ``colour``.
        Returns the first row that was touched.
        """
        ridge = np.broadcast_to(np.asarray(ridge, np.float32), (self.side,))
        top = int(np.clip(np.floor(ridge.min() * self.side) - 1, 0, self.side - 1))
        end = int(np.clip(round(bottom * self.side), top + 1, self.side))
        cover = np.clip((self.y[top:end, None] - ridge) * self.side + 0.5, 0, 1) * alpha
        if paint is None:
            span = (float(ridge.min()), bottom)
            paint = self._paint(colour, to, False, depth, True, grain, top, 0, cover.shape, span)
        else:
            paint = paint[: end - top]
        self.blend(cover, paint, what, top)
        return top

    def shade(self, x, y, rx, ry, strength=0.35) -> None:
        """A soft shadow on the ground."""
        self.fill(circle(x, y, rx, ry), (0.0, 0.0, 0.02), None, alpha=strength, soft=min(rx, ry) * 0.5, lit=False)

    def glow(self, x, y, radius, colour, strength) -> None:
        """Light around something that shines, fading with the distance."""
        side, reach = self.side, 1.8 * radius
        left, right = max(int((x - reach) * side), 0), min(int((x + reach) * side) + 1, side)
        top, bottom = max(int((y - reach) * side), 0), min(int((y + reach) * side) + 1, side)
        if right > left and bottom > top:
            across, down = (self.x[left:right] - x) / radius, (self.y[top:bottom, None] - y) / radius
            alpha = strength * np.exp(-1.6 * (across**2 + down**2))
            self.blend(alpha.astype(np.float32), np.asarray(colour, np.float32), None, top, left)
