"""Brushes for water: reflections, waves, surf, rivers."""

import cv2
import numpy as np

from wshash.datasets.postcards.canvas import Canvas, fractal, smoothstep
from wshash.datasets.postcards.light import mix


def water(c: Canvas, line: float, what, bottom=1.0, mirror=0.25, tint=None, waves=0.5, ripple=0.5) -> None:
    """Water from the ``line`` down, made of what has been painted above it.

    Parameters
    ----------
    mirror : float
        0: only the tint of deep water; 1: a looking glass.
    tint : RGB, optional
        Colour of the water itself.
    waves : float
        Contrast of the waves.
    ripple : float
        How far they move the reflection sideways.
    """
    rng, light, side = c.rng, c.light, c.side
    top, end = round(line * side), min(round(bottom * side), side)
    rows = end - top
    if rows < 2:
        return
    t = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    # Waves: streaks that widen towards the viewer.
    streaks = fractal(rng, (rows, side), (16, 3), octaves=3, gain=0.9)
    grown = (np.sqrt(t) * (rows - 1)).repeat(side, axis=1).astype(np.float32)
    columns = ((c.x * side - side / 2)[None] / (0.3 + 0.9 * t) + side / 2).astype(np.float32)
    streaks = cv2.remap(streaks, columns, grown, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT) - 0.5
    # Reflection: the picture above, upside down, moved by the waves, and longer the nearer it is.
    source_y = np.clip(top - 1 - t * (rows - 1) * min(1.0, top / max(rows, 1)), 0, top - 1 if top else 0)
    move_x = np.arange(side, dtype=np.float32)[None] + streaks * ripple * side * 0.10 * (0.2 + t)
    move_y = source_y + streaks * ripple * side * 0.06
    seen = cv2.remap(
        c.colour,
        move_x.astype(np.float32),
        np.clip(move_y, 0, max(top - 1, 0)).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    seen = cv2.blur(seen, (1, 1 + 2 * int(side * 0.012)))
    own = np.array((0.10, 0.32, 0.45), np.float32) if tint is None else np.asarray(tint, np.float32)
    far, near = mix(light.on(own, 0.2), light.horizon, 0.45), light.on(own * 0.85)
    if light.kind == "sunset":
        near = mix(near, light.middle, 0.35)
    body = far + smoothstep(t, 0, 0.75)[..., None] * (near - far)
    share = mirror * (1 - 0.35 * t)[..., None]
    paint = mix(body, seen * 0.92, share)
    paint = paint * (1 + waves * streaks * (0.35 + 0.9 * t))[..., None]
    c.blend(np.ones((rows, side), np.float32), paint.astype(np.float32), what, top)
    if mirror > 0.5:
        c.facts.add("reflection")


def glitter(c: Canvas, line: float, x: float, bottom=1.0, strength=0.9, width=0.05) -> None:
    """The broken path of light below a low sun or moon; changes no labels."""
    rng, side = c.rng, c.side
    top, end = round(line * side), round(bottom * side)
    if end - top < 2:
        return
    t = np.linspace(0, 1, end - top, dtype=np.float32)[:, None]
    streaks = fractal(rng, (end - top, side), (22, 6), octaves=3, gain=0.9)
    spread = width * (0.6 + 2.2 * t)
    path = np.exp(-(((c.x[None] - x) / spread) ** 2)) * smoothstep(streaks, 0.45, 0.62)
    c.blend((strength * path * (1 - 0.4 * t)).astype(np.float32), c.light.glow, None, top)


def whitecaps(c: Canvas, line: float, bottom=1.0, n: int | None = None) -> None:
    """Small crests of foam."""
    rng, lines = c.rng, []
    for _ in range(n or rng.integers(4, 16)):
        t = rng.random() ** 0.7
        x, y, size = rng.random(), line + (bottom - line) * t, 0.012 + 0.04 * t
        u = np.linspace(-1, 1, 7)
        lines.append(np.stack([x + u * size, y - 0.22 * size * (1 - u**2)], axis=1))
    c.stroke(lines, 0.006, (0.93, 0.96, 0.97), None, alpha=0.75)


def surf(c: Canvas, edge: np.ndarray) -> None:
    """Foam and wet sand along the edge between sea (above) and beach (below); ``edge``: y for each column."""
    columns = np.stack([c.x, edge], axis=1)[:: max(1, c.side // 48)]
    wet = np.concatenate([columns, columns[::-1] + (0, 0.045)])
    c.fill(wet, (0.52, 0.42, 0.30), None, alpha=0.55, soft=0.008)
    for lift, width, alpha in ((0.0, 0.022, 0.95), (-0.035, 0.010, 0.6), (-0.075, 0.008, 0.4)):
        wobble = 0.008 * np.sin(columns[:, 0] * c.rng.uniform(20, 45) + c.rng.uniform(0, 6))
        line = columns + np.stack([np.zeros(len(columns)), lift + wobble], axis=1)
        c.stroke(line, width, (0.96, 0.98, 0.98), "sea" if lift else None, alpha=alpha)


def ribbon(c: Canvas, horizon: float, bottom: float = 1.0, width: float = 0.5, far: float = 0.012, bends=None):
    """Outline of a winding way in perspective, and its middle line (n×2) with half widths, from far to near."""
    rng = c.rng
    t = np.linspace(0, 1, 40)
    start, swing = rng.uniform(0.35, 0.65), rng.uniform(0.1, 0.28) * rng.choice((-1, 1))
    turns = rng.uniform(0.8, 1.6) if bends is None else bends
    x = start + swing * np.sin(turns * np.pi * t) * (0.25 + 0.75 * t) + (rng.uniform(0.3, 0.7) - start) * t
    y = horizon + (bottom + 0.05 - horizon) * t**1.7
    half = far + (width / 2 - far) * t**1.7
    middle = np.stack([x, y], axis=1)
    left, right = middle - np.stack([half, 0 * half], 1), middle + np.stack([half, 0 * half], 1)
    return np.concatenate([left, right[::-1]]), middle, half


def river(c: Canvas, horizon: float, width: float = 0.5) -> np.ndarray:
    """A river winding towards the viewer, bright like the sky it mirrors; returns its middle line."""
    outline, middle, half = ribbon(c, horizon, width=width, bends=c.rng.uniform(1.2, 2.2))
    c.fill(outline * (1, 1) + (0, 0.006), (0.34, 0.30, 0.20), None, alpha=0.8)
    sky_colour, deep = mix(c.light.middle, c.light.horizon, 0.6), c.light.on((0.16, 0.36, 0.44))
    c.fill(outline, mix(sky_colour, deep, 0.25), "river", to=mix(sky_colour, deep, 0.65), lit=False, grain=0.12)
    lines = []
    for k in range(8, len(middle), 2):
        for _ in range(2):
            x, size = middle[k, 0] + half[k] * c.rng.uniform(-0.7, 0.7), half[k] * c.rng.uniform(0.1, 0.3)
            lines.append(np.array([(x - size, middle[k, 1]), (x + size, middle[k, 1])]))
    c.stroke(lines, 0.005, mix(sky_colour, (1, 1, 1), 0.4), None, lit=False, alpha=0.55)
    return middle
