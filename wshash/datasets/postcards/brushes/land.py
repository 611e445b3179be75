"""Brushes for land: hills, mountains, meadows, snow, sand."""

import cv2
import numpy as np

from wshash.datasets.postcards.canvas import Canvas, circle, fractal, smoothstep
from wshash.datasets.postcards.light import mix, palette


def ridge_line(c: Canvas, height: float, rough: float, cells: float = 2.0, octaves: int = 5) -> np.ndarray:
    """A line of hills: height y for each column of pixels, around ``height`` by ±``rough``."""
    line = fractal(c.rng, (1, c.side), (0.0, cells), octaves=octaves, gain=0.5)[0]
    return (height + rough * (1 - 2 * line)).astype(np.float32)


def peaks_line(c: Canvas, foot: float, height: float, n: int) -> np.ndarray:
    """A line of ``n`` pointed peaks, up to ``height`` above ``foot``."""
    rng = c.rng
    n = 2 * n + 1  # shoulders between the summits
    x = (np.arange(n) + rng.uniform(0.1, 0.9, n)) / n
    tall = height * np.where(np.arange(n) % 2 == 1, rng.uniform(0.7, 1.0, n), rng.uniform(0.3, 0.75, n))
    steep = height * rng.uniform(2.2, 4.5, (2, n)) * (n / 7)
    away = c.x[None] - x[:, None]
    fall = np.where(away < 0, steep[0][:, None], steep[1][:, None]) * np.abs(away)
    slopes = tall[:, None] - fall / (1 + 0.35 * fall / height)  # steep at the top, gentler at the foot
    rough = fractal(rng, (1, c.side), (0.0, 7.0), octaves=5, gain=0.62)[0] - 0.5
    return (foot - np.maximum(slopes.max(axis=0), 0.12 * height) - 0.2 * height * rough).astype(np.float32)


def mountains(c: Canvas, foot: float, height: float, n: int = 3, colour=(0.42, 0.40, 0.40), depth=0.35, snow=0.0):
    """A range of rock with lit and shadowed faces; ``snow`` is the share of its height that is white."""
    rng, side = c.rng, c.side
    ridge = peaks_line(c, foot, height, n)
    top = int(np.clip(np.floor(ridge.min() * side) - 1, 0, side - 1))
    end = int(np.clip(round((foot + 0.09) * side), top + 2, side))
    down = c.y[top:end, None] - ridge
    # Faces: the slope of the ridge decides which side is lit, and spurs running down from it break it up.
    noise = fractal(rng, (end - top, side), (3.0, 5.0), octaves=5, gain=0.62)
    spur = fractal(rng, (end - top, side), (1.0, 6.0), octaves=3, gain=0.6)
    skewed = np.clip(c.x * side + (down * side * 0.55) * np.sign(0.5 - spur), 0, side - 1).astype(np.intp)
    slope = np.gradient(cv2.GaussianBlur(ridge[None], (0, 0), side / 60)[0]) * side
    face = smoothstep(slope[skewed] * -c.light.side + (noise - 0.5) * 1.6 + 0.15, -0.45, 0.45)
    tint = np.asarray(colour, np.float32) * rng.uniform(0.85, 1.15)
    bright, dark = c.light.on(tint * 1.3, depth), c.light.on(tint * 0.62, depth * 0.9)
    paint = dark + face[..., None] * (bright - dark)
    if snow:
        white, blue = c.light.on((0.97, 0.98, 1.0), depth * 0.5), c.light.on((0.58, 0.68, 0.84), depth * 0.5)
        line = height * snow * (0.55 + 0.5 * (ridge.max() - ridge) / max(height, 1e-3))
        lying = smoothstep(line - down + 0.16 * height * (noise - 0.5) * 2, -0.012, 0.02)[..., None]
        paint = mix(paint, blue + face[..., None] * (white - blue), lying)
    mist = smoothstep(c.y[top:end], foot - 0.35 * height, foot + 0.02)[:, None, None] * 0.4 * (c.light.haze > 0.3)
    paint = mix(paint, c.light.on(c.light.horizon, 1.0), mist * depth * 1.6).astype(np.float32)
    c.below(ridge, None, "mountain", bottom=end / side, paint=paint)
    if snow:
        region = c.surface[top:end]
        region[(lying[..., 0] > 0.5) & (down > 0)] = c.code("snow")


def hills(c: Canvas, height: float, colour, what, rough=0.05, depth=0.5, bottom=1.0, cells=1.5) -> np.ndarray:
    """A soft range, greyed by distance; returns its line."""
    ridge = ridge_line(c, height, rough, cells, octaves=3)
    c.below(ridge, np.asarray(colour) * 1.1, what, to=np.asarray(colour) * 0.85, bottom=bottom, depth=depth, grain=0.12)
    return ridge


def ground(c: Canvas, ridge, near, far, what, grain=0.25, depth=0.3, stretch=3.0) -> None:
    """Ground from a line down to the lower edge: texture that grows coarser towards the viewer."""
    rng, side = c.rng, c.side
    ridge = np.broadcast_to(np.asarray(ridge, np.float32), (side,))
    top = int(np.clip(np.floor(ridge.min() * side) - 1, 0, side - 2))
    rows = side - top
    t = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    texture = fractal(rng, (rows, side), (10, 6), octaves=4, gain=0.8)
    grown = (np.sqrt(t) * (rows - 1)).repeat(side, axis=1).astype(np.float32)  # far rows skip through the texture
    columns = ((c.x * side - side / 2)[None] / (0.45 + 0.9 * t) + side / 2).astype(np.float32)
    texture = cv2.remap(texture, columns, grown, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    broad = fractal(rng, (rows, side), (3, 3 / stretch), octaves=2)
    a, b = c.light.on(far, depth), c.light.on(near, 0.0)
    paint = a + smoothstep(t, 0, 0.8)[..., None] * (b - a)
    paint = paint * (1 + grain * ((texture - 0.5) * (0.5 + t) * 1.6 + (broad - 0.5) * 1.1))[..., None]
    c.below(ridge, None, what, paint=paint.astype(np.float32))


GREENS = palette("#5c8f33 #4c8038 #73993d #859947 #66a83d")


def grass(c: Canvas, ridge, colour=None, blades: bool = True) -> None:
    """A meadow, with blades of grass where it is near."""
    rng = c.rng
    colour = np.array(GREENS[rng.integers(len(GREENS))]) if colour is None else np.asarray(colour)
    ground(c, ridge, colour * 0.82, mix(colour, (0.66, 0.70, 0.40), 0.4), "grass", grain=0.45)
    if not blades:
        return
    start = float(np.max(ridge)) + 0.02
    for tone in (0.55, 1.35):
        n = 60
        y = start + (1.02 - start) * rng.random(n) ** 0.6
        x, size = rng.random(n), 0.008 + 0.035 * (y - start)
        lean = rng.normal(0, 0.35, n)
        lines = [np.array([(x[k], y[k]), (x[k] + lean[k] * size[k], y[k] - size[k])]) for k in range(n)]
        c.stroke(lines, 0.004, colour * tone, None, alpha=0.5)


def snowfield(c: Canvas, ridge) -> None:
    """Snow with long blue shadows."""
    ground(c, ridge, (0.93, 0.95, 0.99), (0.86, 0.91, 0.98), "snow", grain=0.12, depth=0.15, stretch=1.5)
    top = int(np.max(ridge) * c.side)
    drift = fractal(c.rng, (c.side - top, c.side), (5, 1.5), octaves=2) if top < c.side - 2 else None
    if drift is not None:
        shadow = 0.35 * smoothstep(drift, 0.52, 0.68)
        c.blend(shadow.astype(np.float32), c.light.on((0.60, 0.70, 0.88)), None, top)


def sand(c: Canvas, ridge, colour=(0.90, 0.79, 0.58)) -> None:
    """Dry sand."""
    ground(c, ridge, np.asarray(colour) * c.rng.uniform(0.9, 1.05), np.asarray(colour) * 0.92, "beach", grain=0.16)


def rocks(c: Canvas, x: float, y: float, size: float, n: int = 3) -> None:
    """A few boulders."""
    for _ in range(n):
        at = x + c.rng.normal(0, size), y + c.rng.normal(0, size * 0.2)
        stone = circle(*at, size * c.rng.uniform(0.4, 0.8), size * c.rng.uniform(0.25, 0.45), n=9)
        stone = stone + c.rng.normal(0, size * 0.06, stone.shape)
        c.fill(stone, (0.52, 0.50, 0.47), "", to=(0.24, 0.23, 0.23), grain=0.3)
