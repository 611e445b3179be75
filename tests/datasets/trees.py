"""Small data sets on disk, in the formats that the loaders read."""

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from wshash.datasets.mirflickr import CONCEPTS


def picture(path: Path, seed: int = 0, size: tuple[int, int] = (6, 8), **options) -> None:
    """A picture of coloured noise; the ending says the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels(seed, size)).save(path, **options)


def pixels(seed: int = 0, size: tuple[int, int] = (6, 8)) -> np.ndarray:
    """What :func:`picture` shows."""
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)


def mirflickr(root: Path, tags: dict[int, bytes | None], lists: dict[str, list[int]]) -> Path:
    """Photos ``im<number>.jpg`` with these tag files (None: no file) and these lists; the others name no photo here."""
    (root / "mirflickr/meta/tags").mkdir(parents=True)
    (root / "mirflickr25k_annotations_v080").mkdir()
    for number, text in tags.items():
        picture(root / f"mirflickr/im{number}.jpg", seed=number)
        if text is not None:
            (root / f"mirflickr/meta/tags/tags{number}.txt").write_bytes(text)
    for concept in {*CONCEPTS, *lists}:
        text = "".join(f"{number}\n" for number in lists.get(concept, [99]))
        (root / f"mirflickr25k_annotations_v080/{concept}.txt").write_text(text)
    return root


def known_lists(mirflickr) -> dict[str, list[int]]:
    """Lists of photos up to number 10, one for each of the official ones, as if they were these."""
    rng = np.random.default_rng(0)
    return {name: sorted(set(rng.integers(1, 11, 7).tolist())) for name in mirflickr._COUNTS}


def known_checksums(mirflickr) -> dict[str, str]:
    """What the official lists up to photo 10 would be known by, were they :func:`known_lists`."""
    return {
        name: hashlib.sha256(" ".join(map(str, listed)).encode()).hexdigest()[:8]
        for name, listed in known_lists(mirflickr).items()
    }


def nuswide(
    root: Path,
    photos: list[str],
    labels: dict[str, list[int]],
    tags: list[str],
    final: list[str],
    prefix: str = "",
    skip: tuple[int, ...] = (),
) -> Path:
    """NUS-WIDE's files for these photos (``actor/0001_21``), of which those of ``skip`` have no file."""
    for name in ("ImageList", "Groundtruth/AllLabels", "ConceptsList", "NUS_WID_Tags", "Flickr"):
        (root / name).mkdir(parents=True, exist_ok=True)
    lines = [prefix + photo.replace("/", "\\") + ".jpg" for photo in photos]
    (root / "ImageList/Imagelist.txt").write_bytes("\r\n".join(lines).encode() + b"\r\n")
    (root / "ConceptsList/Concepts81.txt").write_bytes("".join(f"{c}\r\n" for c in labels).encode())
    for concept, column in labels.items():
        path = root / f"Groundtruth/AllLabels/Labels_{concept}.txt"
        path.write_text("".join(f"{value}\n" for value in column))
    ids = [photo.rpartition("_")[2] for photo in photos]
    text = "".join(f"{id_}      {line}\n" for id_, line in zip(ids, tags, strict=True))
    (root / "NUS_WID_Tags/All_Tags.txt").write_text(text, encoding="utf-8")
    (root / "NUS_WID_Tags/Final_Tag_List.txt").write_text("".join(f"{tag}\n" for tag in final))
    for i, photo in enumerate(photos):
        if i not in skip:
            picture(root / f"Flickr/{photo}.jpg", seed=i)
    return root


def damage(path: Path, rng: np.random.Generator) -> None:
    """Delete a file, cut it off, empty it, or overwrite some of its bytes."""
    data = bytearray(path.read_bytes())
    kind = rng.integers(5)
    if kind == 0:
        path.unlink()
    elif kind == 1:
        path.write_bytes(data[: rng.integers(len(data) + 1)])
    elif kind == 2:
        path.write_bytes(b"")
    elif kind == 3:
        path.write_bytes(rng.bytes(40))
    else:
        for _ in range(4 if data else 0):
            data[rng.integers(len(data))] = rng.integers(256)
        path.write_bytes(data)
