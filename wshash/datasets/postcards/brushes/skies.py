"""Brushes for what is above the horizon: the sky, and all that hangs in it."""

import cv2
import numpy as np

from wshash.datasets.postcards.canvas import Canvas, circle, fractal, smoothstep
from wshash.datasets.postcards.light import mix, rgb


def sky(c: Canvas, horizon: float = 1.0) -> None:
    """The gradient of the sky down to the horizon (a little below, so that ridges leave no gap), and its glow."""
    light, rows = c.light, int(np.ceil(min(horizon + 0.08, 1.0) * c.side))
    t = (c.y[:rows] / max(horizon, 0.05)).clip(0, 1)[:, None]
    upper, lower = smoothstep(t, 0.0, 0.62), smoothstep(t, 0.5, 1.0)
    paint = mix(mix(light.zenith, light.middle, upper), light.horizon, lower)[:, None, :].repeat(c.side, axis=1)
    if light.kind in ("sunset", "golden", "day"):
        height = horizon * (1 - light.sun_height)
        wide, strength = {"sunset": (0.45, 0.85), "golden": (0.5, 0.6), "day": (0.35, 0.25)}[light.kind]
        dx, dy = (c.x - light.sun_x) / wide, (c.y[:rows, None] - height) / (wide * 0.55)
        paint = mix(paint, light.glow, (strength * np.exp(-(dx**2 + dy**2) * 1.6))[..., None])
    c.blend(np.ones((rows, c.side), np.float32), paint, "sky")


def sun(c: Canvas, horizon: float = 1.0, radius: float | None = None) -> None:
    """The disc of the sun with its halo; low suns are large, orange, and cut by whatever is painted later."""
    light, low = c.light, c.light.kind in ("sunset", "golden")
    radius = radius or c.rng.uniform(0.035, 0.075) * (1.25 if low else 0.9)
    x, y = light.sun_x, max(horizon * (1 - light.sun_height), radius * 0.5)
    red = c.rng.uniform(0, 0.12) if c.rng.random() < 0.5 else c.rng.uniform(0.6, 0.95)  # white-hot, or through haze
    colour = mix((1.0, 0.97, 0.84), (1.0, 0.55, 0.18), red if low else 0.0)
    c.glow(x, y, radius * 4.5, light.glow, 0.4)
    c.glow(x, y, radius * 2.2, light.glow, 0.5)
    c.fill(circle(x, y, radius), colour, "sun", lit=False, soft=radius * 0.06)


def moon(c: Canvas, x=None, y=None, radius=None) -> None:
    """A full moon or a crescent, with a halo and, if large, its seas."""
    rng = c.rng
    radius = radius or rng.uniform(0.035, 0.075)
    x, y = rng.uniform(0.15, 0.85) if x is None else x, rng.uniform(0.12, 0.3) if y is None else y
    pale = (0.98, 0.96, 0.86)
    c.glow(x, y, radius * 3.2, c.light.glow, 0.4)
    if rng.random() < 0.4:  # a crescent: its outer and inner edge
        t, tilt, side = np.linspace(-np.pi / 2, np.pi / 2, 24), rng.uniform(-0.5, 0.5), rng.choice((-1, 1))
        thick = rng.uniform(0.15, 0.6)
        u = np.concatenate([np.cos(t), (1 - 2 * thick) * np.cos(t[::-1])]) * side
        v = np.concatenate([np.sin(t), np.sin(t[::-1])])
        edge = np.stack(
            [x + radius * (u * np.cos(tilt) - v * np.sin(tilt)), y + radius * (u * np.sin(tilt) + v * np.cos(tilt))],
            axis=1,
        )
        c.fill(edge, pale, "moon", lit=False)
        return
    c.fill(circle(x, y, radius, n=48), pale, "moon", lit=False, to=(0.90, 0.88, 0.78))
    for _ in range(7 if radius > 0.05 else 4):
        angle, far, size = (rng.uniform(0, 6.28), radius * rng.uniform(0, 0.62), radius * rng.uniform(0.1, 0.32))
        sea_at = circle(x + far * np.cos(angle), y + far * np.sin(angle), size, size * 0.8, angle)
        c.fill(sea_at, (0.70, 0.69, 0.64), None, lit=False, alpha=0.55, soft=radius * 0.06)


def stars(c: Canvas, horizon: float = 1.0, density: float = 1.0) -> None:
    """Stars of unequal brightness, a few with rays, now and then a milky way."""
    rng = c.rng
    n = int(rng.integers(70, 190) * density)
    x, y = rng.random(n), rng.random(n) ** 1.2 * horizon
    size = 0.0027 + 0.0045 * rng.random(n) ** 4
    bright = rng.random(n) ** 1.5
    if rng.random() < 0.35:
        ramp = c.y[:, None] + (c.x - 0.5) * rng.uniform(-0.9, 0.9) - horizon * rng.uniform(0.3, 0.6)
        band = np.exp(-((ramp / 0.14) ** 2)) * (0.1 + 0.5 * fractal(rng, (c.side, c.side), (4, 4)))
        rows = int(horizon * c.side)
        c.blend((0.45 * band[:rows]).astype(np.float32), np.array((0.72, 0.74, 0.92), np.float32), None)
        x, y = np.append(x, rng.random(n)), np.append(y, rng.random(n) * horizon)
        size, bright = np.append(size, np.full(n, 0.0027)), np.append(bright, rng.random(n) * 0.4)
    for strength in (0.4, 0.7, 1.0):
        chosen = np.flatnonzero((bright <= strength) & (bright > strength - 0.32))
        points = [circle(x[k], y[k], size[k], n=8) for k in chosen]
        c.fill(points, (0.95, 0.96, 1.0), "stars", lit=False, alpha=0.6 + 0.4 * strength)
    for k in np.argsort(size)[-rng.integers(2, 7) :]:
        r = size[k] * 2.2
        rays = [np.array([(x[k] - r, y[k]), (x[k] + r, y[k])]), np.array([(x[k], y[k] - r), (x[k], y[k] + r)])]
        c.stroke(rays, 0.003, (0.9, 0.93, 1.0), None, lit=False, alpha=0.6)


def _cloud_colours(light):
    """Lit and shadowed side of a cloud."""
    if light.kind == "sunset":
        return mix(light.horizon, (1.0, 0.72, 0.55), 0.4), mix(light.zenith, light.middle, 0.45) * 0.75
    if light.kind == "night":
        return mix(light.horizon, (0.5, 0.52, 0.6), 0.25), light.zenith * 1.3
    if light.kind == "golden":
        return np.array((1.0, 0.93, 0.80), np.float32), mix(light.zenith, (0.72, 0.60, 0.56), 0.6)
    if light.kind in ("overcast", "fog"):
        return mix(light.horizon, (1, 1, 1), 0.3), light.zenith * 0.72
    return np.array((1.0, 1.0, 0.99), np.float32), mix(light.middle, (0.66, 0.69, 0.75), 0.75)


def clouds(c: Canvas, horizon: float = 1.0, cover: float | None = None, streaks: bool | None = None) -> None:
    """A field of clouds, smaller towards the horizon, lit from the sun's side.

    ``cover`` is the share of the sky they take; ``streaks`` draws them out into veils, as evenings have them.
    """
    rng, light, side = c.rng, c.light, c.side
    cover = rng.uniform(0.3, 0.6) if cover is None else cover
    streaks = (rng.random() < (0.7 if light.kind == "sunset" else 0.25)) if streaks is None else streaks
    rows = max(int(horizon * side), 8)
    cells = (rng.uniform(7, 10), rng.uniform(1.5, 2.5)) if streaks else (rng.uniform(2.5, 4), rng.uniform(2.5, 4))
    field = fractal(rng, (rows, side), cells, octaves=5, gain=0.52)
    # Perspective: rows near the horizon show more of the field.
    t = np.linspace(0, 1, rows, dtype=np.float32)
    source = ((0.6 * t + 0.4 * t**3) * (rows - 1))[:, None].repeat(side, axis=1)
    columns = np.arange(side, dtype=np.float32)[None] - side / 2
    columns = columns * (0.75 + 0.5 * t[:, None]) + side / 2
    field = cv2.remap(field, columns.astype(np.float32), source, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    level = np.quantile(field, 1 - cover)
    alpha = smoothstep(field, level, level + (0.2 if streaks else 0.13))
    # A cloud's far side from the sun is darker: compare the field with itself, a step towards the light.
    step = max(2, side // 40)
    up, along = step if light.kind != "sunset" else -step // 2, int(light.side * -step)
    shift = np.float32([[1, 0, along], [0, 1, up]])
    shifted = cv2.warpAffine(field, shift, (side, rows), borderMode=cv2.BORDER_REPLICATE)
    gain = 2.0 if light.kind in ("overcast", "fog") else 3.2
    tone = np.clip(0.55 + gain * (field - shifted) - 0.9 * (field - level), 0, 1)[..., None]
    bright, dark = _cloud_colours(light)
    paint = dark + tone * (bright - dark)
    fade = 0.96 - 0.45 * smoothstep(t, 0.75, 1.0) * (light.kind != "overcast")
    c.blend((alpha * fade[:, None]).astype(np.float32), paint.astype(np.float32), "clouds")


def puffs(c: Canvas, horizon: float = 1.0, n: int | None = None) -> None:
    """Single fair-weather clouds: heaps of round puffs on a flat base."""
    rng = c.rng
    bright, dark = _cloud_colours(c.light)
    for _ in range(n or rng.integers(2, 5)):
        x, y, wide = rng.uniform(0.05, 0.95), horizon * rng.uniform(0.12, 0.7), rng.uniform(0.07, 0.17)
        m = rng.integers(6, 10)
        dx = np.linspace(-1, 1, m) + rng.normal(0, 0.08, m)
        r = wide * (0.2 + 0.28 * np.cos(dx * 1.45).clip(0)) * rng.uniform(0.75, 1.25, m)
        base = y + 0.25 * wide
        for lift, grow, soft, alpha, top, foot in (
            (0.55, 1.0, 0.006, 1.0, 0.1, 0.8),
            (0.95, 0.74, 0.012, 0.85, 0.0, 0.25),
        ):
            at = zip(x + wide * dx, base - r * lift, r * grow, strict=True)
            heap = [circle(u, v, size, size * 0.85) for u, v, size in at]
            tones = mix(bright, dark, top), mix(bright, dark, foot)
            c.fill(heap, tones[0], "clouds", to=tones[1], lit=False, soft=soft, alpha=alpha)


RAINBOW = ("#e0433a", "#f08a34", "#f5dc4a", "#56b85c", "#3f86d8", "#5a4ab0", "#8a4aa8")


def rainbow(c: Canvas, horizon: float) -> None:
    """A primary bow, brighter inside than outside, sometimes with a faint second one."""
    rng = c.rng
    x, radius, width = rng.uniform(0.25, 0.75), rng.uniform(0.38, 0.6), rng.uniform(0.045, 0.075)
    centre = horizon + rng.uniform(-0.02, 0.18)
    distance = np.sqrt((c.x - x) ** 2 + (c.y[:, None] - centre) ** 2)
    t = (radius - distance) / width
    bands = np.stack([rgb(code) for code in RAINBOW])
    at = np.clip(t, 0, 1) * (len(bands) - 1)
    paint = np.stack([np.interp(at, np.arange(len(bands)), bands[:, k]) for k in range(3)], axis=-1)
    alpha = smoothstep(t, -0.12, 0.1) * (1 - smoothstep(t, 0.9, 1.12))
    strength = rng.uniform(0.62, 0.85)
    rows = int(min(horizon, 1) * c.side)
    c.colour[:rows] += 0.07 * (smoothstep(t, 0.9, 1.2) * (c.y[:, None] < horizon))[:rows, :, None]
    before = c.surface[:rows].copy()
    c.blend((alpha * strength).astype(np.float32)[:rows], paint.astype(np.float32)[:rows], None)
    before[alpha[:rows] > 0.5] = c.code("rainbow")
    c.surface[:rows] = before
