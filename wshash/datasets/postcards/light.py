"""The light of a scene: colours of the sky, of what it shines on, and of the haze in between."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from wshash.datasets.postcards.concepts import NIGHT, SUNSET


def rgb(code: str) -> np.ndarray:
    """``"#3a7bd5"`` as float32 of 3 in [0, 1]."""
    return np.array([int(code[k : k + 2], 16) for k in (1, 3, 5)], np.float32) / 255


@cache
def palette(codes: str) -> tuple[np.ndarray, ...]:
    """``"#3a7bd5 #ffffff"`` as a tuple of colours."""
    return tuple(rgb(code) for code in codes.split())


def mix(a, b, share) -> np.ndarray:
    """``a`` with this share of ``b``."""
    return np.asarray(a, np.float32) * (1 - share) + np.asarray(b, np.float32) * share


# zenith, middle, horizon
SKIES = {
    "day": ["#2f6fc4 #6ba6e0 #cfe4f2", "#1f5fae #5a9bd8 #b9d9ec", "#4f93c8 #8fc1df #e4eee9", "#3c86b8 #86bfd0 #e9ead6",
            "#2a58a8 #4f8fdc #a9d2f0"],
    "overcast": ["#8b95a0 #aab2ba #c9cdd0", "#6f7a86 #959ea8 #bcc2c6", "#9c9a94 #b8b4ac #d2cdc2",
                 "#5c6672 #838d99 #aeb6bd"],
    "golden": ["#5a86b8 #b9b6b0 #f6d59a", "#6a8fb5 #d7bd9d #ffdf9e", "#7799b0 #cdb9a8 #f2cfa2"],
    "sunset": ["#3b2a5c #c2475a #ffb347", "#27355f #d2626a #ffc873", "#5b1f3a #d8402f #ff9a3c",
               "#6a4c93 #e0819a #ffd6a0", "#1f2a4d #8c4a6b #f08a4b", "#7a3b2e #e87a2e #ffd34d",
               "#40406e #b0628c #ffab7a", "#2d4a6e #c98b6a #ffd27a"],
    "night": ["#050914 #0c1730 #1b2a4a", "#0a0a1e #1a1c40 #33305c", "#02040a #081226 #14263c",
              "#0b0d1c #1d1c33 #4a3a44", "#060d20 #10264a #23406a"],
    "fog": ["#b9c0c4 #cdd2d4 #dcdfdf", "#a9b3b8 #c0c8cb #d3d8d9", "#c2bdb4 #d4cfc6 #e2ded6"],
}  # fmt: skip
# What the light does to a colour, how far haze swallows the distance, and what hangs in the sky.
AMBIENT = {
    "day": (1.0, 1.0, 0.97), "overcast": (0.80, 0.84, 0.87), "golden": (1.02, 0.88, 0.68),
    "sunset": (0.50, 0.35, 0.34), "night": (0.30, 0.34, 0.48), "fog": (0.84, 0.87, 0.88),
}  # fmt: skip
HAZE = {"day": 0.62, "overcast": 0.62, "golden": 0.66, "sunset": 0.55, "night": 0.35, "fog": 0.97}


@dataclass(frozen=True)
class Light:
    """One light. Colours are float32 of 3 in [0, 1]; ``sun_x``, ``sun_height`` are shares of the canvas' width and
    of the sky's height above the horizon; ``bit`` marks the map; ``side`` is where shadows do not fall."""

    kind: str
    zenith: np.ndarray
    middle: np.ndarray
    horizon: np.ndarray
    ambient: np.ndarray
    haze: float
    glow: np.ndarray
    sun_x: float
    sun_height: float
    bit: int

    @property
    def side(self) -> float:
        """-1 where the light comes from the left, +1 from the right."""
        return -1.0 if self.sun_x < 0.5 else 1.0

    @property
    def evening(self) -> bool:
        """Lamps are lit."""
        return self.kind in ("night", "sunset")

    @property
    def dark(self) -> bool:
        return self.kind == "night"

    def on(self, colour, depth: float = 0.0) -> np.ndarray:
        """How ``colour`` looks in this light, ``depth`` (0 near, 1 at the horizon) away."""
        return mix(np.asarray(colour, np.float32) * self.ambient, self.horizon, self.haze * depth)


def draw_light(rng: np.random.Generator, kind: str) -> Light:
    """A light of this kind, with colours varied a little so that no two skies are the same."""
    codes = SKIES[kind][rng.integers(len(SKIES[kind]))].split()
    jitter = rng.normal(0, 0.025, 3) * (0.4 if kind == "night" else 1.0)
    zenith, middle, horizon = (np.clip(rgb(code) + jitter, 0, 1).astype(np.float32) for code in codes)
    low = kind in ("sunset", "golden")
    ambient = np.array(AMBIENT[kind]) * rng.uniform(0.85, 1.1) + rng.normal(0, 0.015, 3)
    if kind == "sunset" and rng.random() < 0.35:
        ambient *= 0.45  # against the light: silhouettes
    glows = {"sunset": "#ffd890", "golden": "#fff0c0", "night": "#c8d4f0"}
    return Light(
        kind=kind,
        zenith=zenith,
        middle=middle,
        horizon=horizon,
        ambient=np.clip(ambient, 0.03, 1.1).astype(np.float32),
        haze=HAZE[kind] * rng.uniform(0.7, 1.0),
        glow=rgb(glows.get(kind, "#fffdf0")),
        sun_x=rng.uniform(0.12, 0.88),
        sun_height=rng.uniform(-0.03, 0.3) if low else rng.uniform(0.45, 0.9),
        bit={"sunset": SUNSET, "night": NIGHT}.get(kind, 0),
    )
