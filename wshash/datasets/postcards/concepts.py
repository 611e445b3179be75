"""The 24 concepts, and how they are read off the finished picture."""

import numpy as np

CONCEPTS = (
    "sky", "clouds", "sun", "sunset", "night", "moon", "stars", "sea", "beach", "lake", "river", "mountain", "snow",
    "grass", "tree", "flower", "building", "house", "road", "car", "boat", "bird", "bridge", "rainbow",
)  # fmt: skip

# What else a viewer would name.
SIGHTS = (
    "church", "reflection", "macro", "bw", "sepia", "faded", "blue", "red", "green", "yellow", "orange", "pink",
)  # fmt: skip

# The map beside the picture holds one byte a pixel: five bits say what the pixel shows (0: none of the concepts),
# the bits above say in which light. Night is on every pixel of a night scene, sunset on those of its sky.
WHAT = {"": 0} | {concept: k for k, concept in enumerate(CONCEPTS, start=1)}
SUNSET, NIGHT = 1 << 5, 2 << 5
IN_THE_SKY = ("sky", "clouds", "sun", "moon", "stars", "rainbow")

# Smallest share of the picture from which a concept counts as visible, and as salient. What is small in nature
# (stars, sun) counts from a few pixels on; what is everywhere (sky, grass) only where it is part of the subject.
MINIMA = {
    "sky": (0.25, 0.55), "clouds": (0.05, 0.25), "sun": (0.002, 0.010), "sunset": (0.15, 0.30),
    "night": (0.50, 0.75), "moon": (0.002, 0.008), "stars": (0.0015, 0.006), "sea": (0.08, 0.35),
    "beach": (0.06, 0.25), "lake": (0.08, 0.25), "river": (0.04, 0.12), "mountain": (0.06, 0.22),
    "snow": (0.06, 0.25), "grass": (0.12, 0.40), "tree": (0.04, 0.18), "flower": (0.010, 0.06),
    "building": (0.05, 0.25), "house": (0.02, 0.10), "road": (0.05, 0.16), "car": (0.010, 0.06),
    "boat": (0.010, 0.05), "bird": (0.004, 0.04), "bridge": (0.025, 0.07), "rainbow": (0.012, 0.035),
}  # fmt: skip
_MINIMA = np.array([MINIMA[concept] for concept in CONCEPTS], np.float32)


def shares(surface: np.ndarray) -> np.ndarray:
    """Share of the picture that shows each concept, float32 of 24, from the finished map of bytes.

    Clouds, sun, moon, stars and rainbow are in the sky, so their pixels count for the sky as well.
    """
    counts = np.bincount(surface.ravel(), minlength=256).reshape(8, 32)
    what, light = counts.sum(axis=0), counts.sum(axis=1)
    pixels = what[1 : len(CONCEPTS) + 1].copy()
    pixels[CONCEPTS.index("sky")] = sum(what[WHAT[concept]] for concept in IN_THE_SKY)
    pixels[CONCEPTS.index("sunset")] = light[SUNSET >> 5]
    pixels[CONCEPTS.index("night")] = light[NIGHT >> 5]
    return (pixels / surface.size).astype(np.float32)


def tiers(share: np.ndarray, n_main: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """The two tiers of labels, from shares n×24: visible, and salient.

    Visible: the share reaches the concept's minimum. Salient: it reaches the concept's second, larger minimum and
    is among the ``n_main`` that exceed theirs the most. Both bool n×24; salient is a subset of visible.
    """
    visible = share >= _MINIMA[:, 0]
    excess = share / _MINIMA[:, 1]
    rank = np.argsort(np.argsort(-excess, axis=1, kind="stable"), axis=1)
    return visible, visible & (excess >= 1) & (rank < n_main)
