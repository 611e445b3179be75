"""Pictures to feature vectors, in batches, on whatever the machine has."""

import math
import os
import warnings
from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader

from wshash.errors import InputError
from wshash.progress import progress
from wshash.vision.backbones import Backbone, load_backbone


def fit_square(image: np.ndarray, size: int) -> np.ndarray:
    """Centre-crop to a square and resize to ``size``×``size``; a picture of that size is returned as it is."""
    height, width = image.shape[:2]
    if (height, width) == (size, size):
        return image
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = image[top : top + side, left : left + side]
    return cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_CUBIC)


class _Readable:
    """Row and picture; of a picture that cannot be read, the reason in its place."""

    def __init__(self, images: Sequence[np.ndarray], size: int):
        self.images, self.size = images, size

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> tuple[int, np.ndarray | str]:
        try:
            image = self.images[i]
            if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
                raise InputError(f"picture {i} is {image.dtype} of shape {image.shape}; uint8 H×W×3 is needed")
            return i, fit_square(image, self.size)
        except InputError as error:
            return i, str(error)


def _collate(items: list) -> tuple[np.ndarray, torch.Tensor | None, dict[int, str]]:
    good = [(i, image) for i, image in items if not isinstance(image, str)]
    bad = {i: reason for i, reason in items if isinstance(reason, str)}
    rows = np.array([i for i, _ in good], dtype=np.int64)
    return rows, torch.from_numpy(np.stack([image for _, image in good])) if good else None, bad


def extract_features(
    images: Sequence[np.ndarray],
    backbone: str | Backbone = "efficientnet_lite0",
    batch_size: int = 64,
    image_size: int | None = None,
    device: str | None = None,
    workers: int | None = None,
    maps: bool = False,
) -> np.ndarray:
    """Feature vector of each picture (the non-CNN methods' input in section 2.3 of the paper).

    Parameters
    ----------
    images : sequence of n uint8 arrays, H×W×3, RGB
        Decoded in worker processes while the network runs; never all in memory.
    backbone : str or Backbone
    batch_size : int
    image_size : int, optional
        Pictures are cropped and resized to this side; default, the backbone's own.
    device : str, optional
        Default: a GPU where there is one.
    workers : int, optional
        Decoding processes; default, one per core but at most 8. 0 decodes in this process.
    maps : bool
        What the last stage of the backbone sees, in place of what it makes of it: for methods that train that stage,
        ``depth="stage"``.

    Returns
    -------
    float32 array n×d, or float16 array n×m of the maps, flattened
        A row of NaN for a picture that cannot be read; a warning counts these and quotes the first reason.
    """
    if isinstance(backbone, str):
        backbone = load_backbone(backbone)
    if len(images) == 0:
        raise InputError("there are no pictures to extract features from")
    if maps and image_size not in (None, backbone.image_size):
        raise InputError(f"image_size={image_size}; maps are those of pictures of {backbone.image_size} pixels")
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    workers = min(8, os.cpu_count() or 1) if workers is None else workers
    readable = _Readable(images, image_size or backbone.image_size)
    loader = DataLoader(readable, batch_size=batch_size, num_workers=workers, collate_fn=_collate)
    module = (backbone.lower if maps else backbone.module).to(device).eval()
    kind = np.float16 if maps else np.float32  # half of the memory, for what training sets out from
    features = np.full((len(images), math.prod(backbone.maps) if maps else backbone.n_features), np.nan, dtype=kind)
    failed: dict[int, str] = {}
    with torch.inference_mode(), progress(total=len(images), desc="features", unit="picture") as bar:
        for rows, batch, bad in loader:
            if batch is not None:
                found = module(backbone.preprocess(batch.to(device))).float().flatten(1).cpu().numpy()
                features[rows] = found
            failed |= bad
            bar.update(len(rows) + len(bad))
    if failed:
        first = next(iter(failed.values()))
        warnings.warn(f"{len(failed)} of {len(images)} pictures cannot be read; the first: {first}", stacklevel=2)
    return features
