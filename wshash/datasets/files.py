"""Pictures that lie in files: decoded when asked for, and what to do about those that cannot be."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from stat import S_ISREG

import numpy as np
from PIL import Image, ImageOps, TiffImagePlugin

from wshash.datasets.base import TaggedImages, _digest
from wshash.datasets.digests import digests
from wshash.errors import InputError
from wshash.progress import progress

MAX_PIXELS = 89_478_485
"""Largest picture that is decoded: Pillow's own guard against decompression bombs, 256 MiB of RGB."""

SUFFIXES = frozenset(".jpg .jpeg .jpe .jfif .png .gif .bmp .tif .tiff .webp .ppm .pgm .pbm .jp2 .avif".split())
"""Endings by which a file counts as a picture; what it really is, its bytes decide."""


class UnreadableImage(InputError):
    """A file that is no whole picture: ``path`` and ``reason`` say which and why."""

    def __init__(self, path: str | Path, reason: str):
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = str(path), reason

    def __reduce__(self):  # crosses from a DataLoader's worker
        return UnreadableImage, (self.path, self.reason)


def read_image(path: str | Path) -> np.ndarray:
    """Decode a picture to uint8 H×W×3, RGB; UnreadableImage where it is missing, truncated, garbled or too large.

    Pillow decodes, not OpenCV, which paints the missing part of a truncated JPEG grey.

    Of integers of more than 8 bits the high byte is kept, counted from the depth in use, for cameras store 10, 12 and
    14 bits in 16: the least even one that holds the largest value, where the file does not say less than 16.
    Integers beyond 16 bits, negative ones and floats are stretched from their range to 0..255; infinity and NaN take
    no part in the range and become its ends, NaN the lower one. Transparency is laid on white; of an animation the
    first frame is taken; the EXIF orientation is applied.
    """
    try:
        with Image.open(path) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise UnreadableImage(path, f"{width}×{height} pixels, more than the {MAX_PIXELS:,} allowed")
            image.load()
            _turn_upright(image)
            return _to_rgb(image)
    except UnreadableImage:
        raise
    except FileNotFoundError as error:
        raise UnreadableImage(path, "the file is missing") from error
    # On garbled bytes Pillow's readers raise nearly anything: OSError, SyntaxError, struct.error, ...
    except Exception as error:
        raise UnreadableImage(path, _reason(path, error)) from error


def _reason(path: str | Path, error: Exception) -> str:
    try:
        with open(path, "rb") as file:
            if not file.read(1):
                return "the file is empty"
    except OSError as failure:
        return f"the file cannot be opened: {failure.strerror}"
    if isinstance(error, Image.UnidentifiedImageError):
        return "not a picture, or of an unknown format"
    if isinstance(error, Image.DecompressionBombError):
        return f"more than the {MAX_PIXELS:,} pixels allowed"
    return f"cannot be decoded: {error or type(error).__name__}"


def _turn_upright(image: Image.Image) -> None:
    try:
        ImageOps.exif_transpose(image, in_place=True)
    except Exception:  # garbled EXIF beside sound pixels: leave them as stored
        pass


def _to_rgb(image: Image.Image) -> np.ndarray:
    if image.mode == "RGB" and "transparency" not in image.info:
        return np.array(image)
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image).astype(np.float64)
        finite = values[np.isfinite(values)]
        low, high = (finite.min(), finite.max()) if len(finite) else (0, 0)
        values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
        if image.mode.startswith("I") and low >= 0 and high < 2**16:
            grey = values // 2 ** (_depth(image, high) - 8)
        else:
            grey = np.round((values - low) * (255 / (high - low))) if high > low else np.zeros_like(values)
        return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))


def _depth(image: Image.Image, highest: float) -> int:
    """Bits in use: those that a TIFF declares, if fewer than 16, else the least even number that holds the values."""
    declared = min(getattr(image, "tag_v2", {}).get(TiffImagePlugin.BITSPERSAMPLE, (16,)))
    return declared if 8 <= declared < 16 else next(bits for bits in range(8, 17, 2) if highest < 2**bits)


def file_size(path: str | Path) -> int:
    """Bytes of a file; -1 for what is none: missing, a folder, a link that leads nowhere or in a circle."""
    try:
        stat = os.stat(path)
    except OSError:
        return -1
    return stat.st_size if S_ISREG(stat.st_mode) else -1


class ImageFiles(Sequence):
    """The pictures ``folder / names[0]``, ``folder / names[1]``, ..., decoded by :func:`read_image` when asked for.

    For one that raises :class:`UnreadableImage`, skip the row, or drop all such rows beforehand with :func:`readable`.
    """

    def __init__(self, folder: str | Path, names: Sequence[str]):
        self.folder, self.names = Path(folder), list(names)

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, i: int) -> np.ndarray:
        return read_image(self.folder / self.names[i])

    def digests(self) -> list[str]:
        """What identifies each picture: a hash of the bytes of its file, ``""`` where that cannot be read."""
        return digests(self.folder, self.names)

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits over the bytes of all files, in order; their names and times take no part."""
        return _digest(digest.encode() for digest in self.digests())


def look(images: Sequence, use: Callable[[np.ndarray], object]) -> list:
    """``use(picture)`` of every picture, decoded once; of one that cannot be, its :class:`UnreadableImage`."""

    def one(i: int):
        try:
            return use(images[i])
        except UnreadableImage as error:
            return error

    # Threads: Pillow decodes outside the interpreter lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(progress(pool.map(one, range(len(images))), total=len(images), desc="checking pictures"))


def kept(
    data: TaggedImages, sizes: Sequence[int], untagged: str, unlabelled: str, check: bool, missing: str | None = None
) -> TaggedImages:
    """Of all pictures that a source has found, in ``data``, those that its options keep; the report counts the others.

    Parameters
    ----------
    data : TaggedImages
    sizes : sequence of int
        The bytes of each file, as :func:`file_size` has them.
    untagged : {"drop", "keep"}
        What to do with pictures without a tag.
    unlabelled : {"drop", "negative"}
        Where there are concepts, pictures without one: leave them out, or keep them as an example of none.
    check : bool
        Decode every picture now and leave out those that cannot be (:func:`readable`).
    missing : {"drop", "keep"} or None
        Files that are empty or not there; None: leave them out and name them in ``dropped``.
    """
    sizes, bare = np.asarray(sizes), np.array([not row for row in data.tags], dtype=bool)
    unseen = ~data.labels.any(axis=1) & bool(data.concepts)
    keep = (sizes > 0) | (missing == "keep")
    keep &= ~(bare & (untagged == "drop") | unseen & (unlabelled == "drop"))
    met = {"missing_photos": sizes < 0, "empty_files": sizes == 0, "untagged": bare, "unlabelled": unseen}
    report = data.report | {what: int(rows.sum()) for what, rows in (met | {"left_out": ~keep}).items()}
    rows = np.flatnonzero(keep)
    if not len(rows):
        raise InputError(
            f"{data.images.folder}: none of {len(data)} pictures is left; if that is why, give the options "
            f"untagged=keep or unlabelled=negative. What was met: {report}"
        )
    lost = {i: "the file is empty" for i in np.flatnonzero(sizes == 0)}
    lost |= {i: "no file, or a link that leads nowhere" for i in np.flatnonzero(sizes < 0)} if missing is None else {}
    left = replace(
        data.subset(rows),
        images=ImageFiles(data.images.folder, [data.images.names[i] for i in rows]),
        report=report,
        dropped={data.ids[i]: why for i, why in sorted(lost.items()) if not keep[i]},
    )
    return readable(left) if check else left


def readable(data: TaggedImages) -> TaggedImages:
    """The data set without the pictures that cannot be decoded: counted in ``report``, and why in ``dropped``."""
    seen = look(data.images, lambda image: None)
    bad = {i: error.reason for i, error in enumerate(seen) if error is not None}
    kept = data.subset(np.setdiff1d(np.arange(len(data)), list(bad))) if bad else data
    return replace(
        kept,
        report={**data.report, "unreadable": data.report.get("unreadable", 0) + len(bad)},
        dropped={**data.dropped, **{data.ids[i]: why for i, why in bad.items()}},
    )
