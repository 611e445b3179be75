"""Pictures that lie in files: decoded when asked for, and what to do about those that cannot be."""

import os
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from tqdm import tqdm

from wshash.datasets.base import TaggedImages, _digest
from wshash.errors import InputError

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
    """Decode a picture to uint8 H×W×3, RGB.

    Pillow decodes, not OpenCV: ``cv2.imread`` returns a truncated JPEG with its missing part painted grey,
    and ``None`` for some photos that Pillow reads.

    Greyscale is repeated in the three channels; 16-bit values keep their high byte, other integers and floats
    are stretched from their range to 0..255; CMYK is converted; transparency is laid on white; of an
    animation the first frame is taken; the EXIF orientation is applied.

    Raises
    ------
    UnreadableImage
        Missing, empty, truncated or garbled file, no picture, or more than :data:`MAX_PIXELS` pixels.
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
        values = np.nan_to_num(np.asarray(image)).astype(np.float64)
        low, high = values.min(), values.max()
        if image.mode.startswith("I") and low >= 0 and high < 2**16:
            grey = values // 256
        else:
            grey = np.round((values - low) * (255 / (high - low))) if high > low else np.zeros_like(values)
        return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))


class ImageFiles(Sequence):
    """The pictures ``folder / names[0]``, ``folder / names[1]``, ..., decoded when asked for.

    ``self[i]`` is :func:`read_image` of file ``i``, and raises :class:`UnreadableImage` where that cannot be
    decoded: catch it and skip the row, or drop all such rows beforehand with :func:`readable`.

    Parameters
    ----------
    folder : path
    names : list of str
        Relative to ``folder``, with ``/``.
    sizes : sequence of int, optional
        Bytes of each file, where the caller has them; else asked of the file system when the fingerprint is.
    """

    def __init__(self, folder: str | Path, names: Sequence[str], sizes: Sequence[int] | None = None):
        self.folder, self.names = Path(folder), list(names)
        self._sizes = sizes

    def __len__(self) -> int:
        return len(self.names)

    def path(self, i: int) -> Path:
        return self.folder / self.names[i]

    def __getitem__(self, i: int) -> np.ndarray:
        return read_image(self.path(i))

    @cached_property
    def fingerprint(self) -> str:
        """16 hexadecimal digits over relative names and sizes in bytes: no picture is opened."""
        sizes = self._sizes
        if sizes is None:
            sizes = [os.path.getsize(self.path(i)) if self.path(i).exists() else -1 for i in range(len(self))]
        # A Mac may hand names over decomposed (NFD); the same pictures must have the same fingerprint there.
        names = "\n".join(unicodedata.normalize("NFC", name) for name in self.names)
        return _digest([names.encode("utf-8", "surrogatepass"), np.asarray(sizes, "<i8").tobytes()])


def unreadable(images: Sequence, progress: bool = True) -> dict[int, str]:
    """Decode every picture once and say which rows cannot be, and why.

    Returns
    -------
    dict of row number to reason, ascending
    """

    def reason(i: int) -> str | None:
        try:
            images[i]
        except UnreadableImage as error:
            return error.reason
        return None

    # Threads: Pillow decodes outside the interpreter lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        bar = tqdm(
            pool.map(reason, range(len(images))),
            total=len(images),
            desc="checking pictures",
            disable=None if progress else True,
        )
        return {i: why for i, why in enumerate(bar) if why is not None}


def readable(data: TaggedImages, progress: bool = True) -> TaggedImages:
    """The data set without the pictures that cannot be decoded.

    They are counted in ``report["unreadable"]`` and listed with their reasons in ``dropped``. This decodes
    every picture once; a run that decodes them anyway may catch :class:`UnreadableImage` instead.
    """
    bad = unreadable(data.images, progress)
    kept = data.subset(np.setdiff1d(np.arange(len(data)), list(bad))) if bad else data
    return replace(
        kept,
        report={**data.report, "unreadable": data.report.get("unreadable", 0) + len(bad)},
        dropped={**data.dropped, **{data.ids[i]: why for i, why in bad.items()}},
    )
