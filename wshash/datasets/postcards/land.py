"""Brushes for land and water."""

import cv2
import numpy as np

from wshash.datasets.postcards.canvas import Canvas, circle, fractal, smoothstep
from wshash.datasets.postcards.light import mix


def ridge_line(c: Canvas, height: float, rough: float, cells: float = 2.0, octaves: int = 5) -> np.ndarray:
    """A line of hills: height y for each column of pixels, around ``height`` by ±``rough``."""
    line = fractal(c.rng, (1, c.side), (0.0, cells), octaves=octaves, gain=0.5)[0]
    return (height + rough * (1 - 2 * line)).astype(np.float32)


def peaks_line(c: Canvas, foot: float, height: float, n: int) -> np.ndarray:
    """A line of ``n`` pointed peaks, up to ``height`` above ``foot``."""
    rng = c.rng
    x = (np.arange(n) + rng.uniform(0.2, 0.8, n)) / n
    tall = height * rng.uniform(0.55, 1.0, n)
    steep = rng.uniform(1.0, 1.7, n)
    slopes = tall[:, None] - np.abs(c.x[None] - x[:, None]) * steep[:, None]
    rough = fractal(rng, (1, c.side), (0.0, 9.0), octaves=4, gain=0.6)[0] - 0.5
    return (foot - np.maximum(slopes.max(axis=0), 0.15 * height) - 0.09 * height * rough * 2).astype(
        np.float32
    )


def mountains(
    c: Canvas, foot: float, height: float, n: int = 3, colour=(0.42, 0.40, 0.40), depth=0.35, snow=0.0
):
    """A range of rock with lit and shadowed faces; ``snow`` is the share of its height that is white."""
    rng, side = c.rng, c.side
    ridge = peaks_line(c, foot, height, n)
    top = int(np.clip(np.floor(ridge.min() * side) - 1, 0, side - 1))
    end = int(np.clip(round((foot + 0.05) * side), top + 2, side))
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
    mist = (
        smoothstep(c.y[top:end], foot - 0.35 * height, foot + 0.02)[:, None, None]
        * 0.4
        * (c.light.haze > 0.3)
    )
    paint = mix(paint, c.light.on(c.light.horizon, 1.0), mist * depth * 1.6).astype(np.float32)
    c.below(ridge, None, "mountain", bottom=end / side, paint=paint)
    if snow:
        region = c.surface[top:end]
        region[(lying[..., 0] > 0.5) & (down > 0)] = c.code("snow")


def hills(c: Canvas, height: float, colour, what, rough=0.05, depth=0.5, bottom=1.0, cells=1.5) -> np.ndarray:
    """A soft range, greyed by distance; returns its line."""
    ridge = ridge_line(c, height, rough, cells, octaves=3)
    c.below(
        ridge,
        np.asarray(colour) * 1.1,
        what,
        to=np.asarray(colour) * 0.85,
        bottom=bottom,
        depth=depth,
        grain=0.12,
    )
    return ridge


def ground(c: Canvas, ridge, near, far, what, grain=0.25, depth=0.3, stretch=3.0) -> None:
    """Ground from a line down to the lower edge: texture that grows coarser towards the viewer."""
    rng, side = c.rng, c.side
    ridge = np.broadcast_to(np.asarray(ridge, np.float32), (side,))
    top = int(np.clip(np.floor(ridge.min() * side) - 1, 0, side - 2))
    rows = side - top
    t = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    texture = fractal(rng, (rows, side), (10, 6), octaves=4, gain=0.8)
    grown = (
        (np.sqrt(t) * (rows - 1)).repeat(side, axis=1).astype(np.float32)
    )  # far rows skip through the texture
    columns = ((c.x * side - side / 2)[None] / (0.45 + 0.9 * t) + side / 2).astype(np.float32)
    texture = cv2.remap(texture, columns, grown, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    broad = fractal(rng, (rows, side), (3, 3 / stretch), octaves=2)
    a, b = c.light.on(far, depth), c.light.on(near, 0.0)
    paint = a + smoothstep(t, 0, 0.8)[..., None] * (b - a)
    paint = paint * (1 + grain * ((texture - 0.5) * (0.5 + t) * 1.6 + (broad - 0.5) * 1.1))[..., None]
    c.below(ridge, None, what, paint=paint.astype(np.float32))


GREENS = [(0.36, 0.56, 0.20), (0.30, 0.50, 0.22), (0.45, 0.60, 0.24), (0.52, 0.60, 0.28), (0.40, 0.66, 0.24)]


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
    ground(
        c,
        ridge,
        np.asarray(colour) * c.rng.uniform(0.9, 1.05),
        np.asarray(colour) * 0.92,
        "beach",
        grain=0.16,
    )


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
    seen = cv2.remap(c.colour, move_x.astype(np.float32), np.clip(move_y, 0, max(top - 1, 0)).astype(np.float32),
                     cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)  # fmt: skip
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


def surf(c: Canvas, edge: np.ndarray, what="beach") -> None:
    """Foam and wet sand along the edge between sea (above) and beach (below); ``edge``: y for each column."""
    columns = np.stack([c.x, edge], axis=1)[:: max(1, c.side // 48)]
    wet = np.concatenate([columns, columns[::-1] + (0, 0.045)])
    c.fill(wet, (0.52, 0.42, 0.30), None, alpha=0.55, soft=0.008)
    for lift, width, alpha in ((0.0, 0.022, 0.95), (-0.035, 0.010, 0.6), (-0.075, 0.008, 0.4)):
        wobble = 0.008 * np.sin(columns[:, 0] * c.rng.uniform(20, 45) + c.rng.uniform(0, 6))
        line = columns + np.stack([np.zeros(len(columns)), lift + wobble], axis=1)
        c.stroke(line, width, (0.96, 0.98, 0.98), "sea" if lift else None, alpha=alpha)


def ribbon(
    c: Canvas, horizon: float, bottom: float = 1.0, width: float = 0.5, far: float = 0.012, bends=None
):
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
    c.fill(
        outline, mix(sky_colour, deep, 0.25), "river", to=mix(sky_colour, deep, 0.65), lit=False, grain=0.12
    )
    lines = []
    for k in range(8, len(middle), 2):
        for _ in range(2):
            x, size = middle[k, 0] + half[k] * c.rng.uniform(-0.7, 0.7), half[k] * c.rng.uniform(0.1, 0.3)
            lines.append(np.array([(x - size, middle[k, 1]), (x + size, middle[k, 1])]))
    c.stroke(lines, 0.005, mix(sky_colour, (1, 1, 1), 0.4), None, lit=False, alpha=0.55)
    return middle


def rocks(c: Canvas, x: float, y: float, size: float, n: int = 3) -> None:
    """A few boulders."""
    for _ in range(n):
        at = x + c.rng.normal(0, size), y + c.rng.normal(0, size * 0.2)
        stone = circle(*at, size * c.rng.uniform(0.4, 0.8), size * c.rng.uniform(0.25, 0.45), n=9)
        stone = stone + c.rng.normal(0, size * 0.06, stone.shape)
        c.fill(stone, (0.52, 0.50, 0.47), "", to=(0.24, 0.23, 0.23), grain=0.3)
