"""Download data sets: announced, resumed, verified, unpacked safely, and by hand where a link is dead."""

import errno
import tomllib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pooch
import requests
from tqdm import tqdm

from wshash.datasets.download import download
from wshash.datasets.unpack import unpack
from wshash.errors import InputError
from wshash.paths import data_root

RETRIES = 3  # to take up a broken connection without new bytes, before the next mirror is tried


@dataclass(frozen=True)
class Archive:
    """A zip file of a data set."""

    file: str
    folder: str  # where its files have to lie, below the data set's folder
    urls: list[str]  # tried in turn
    max_bytes: int  # unpacked; above this it is refused
    size: int | None = None  # bytes
    checksum: str | None = None  # "md5:..."; None where none is published


@dataclass(frozen=True)
class Source:
    """A data set to download. ``then``: what can be done with it once it is there."""

    folder: str
    title: str
    licence: str
    page: str
    archives: tuple[Archive, ...]
    then: str = ""


def _registry() -> dict[str, Source]:
    sources = tomllib.loads(Path(__file__).with_name("sources.toml").read_text(encoding="utf-8"))
    for source in sources.values():
        source["archives"] = tuple(Archive(**archive) for archive in source["archives"])
    return {name: Source(**source) for name, source in sources.items()}


REGISTRY = _registry()


def _asked(name: str, root: str | Path | None) -> tuple[Source, Path]:
    if name not in REGISTRY:
        raise InputError(f"{name!r} cannot be fetched; choose one of {', '.join(REGISTRY)}")
    return REGISTRY[name], Path(root).expanduser() if root is not None else data_root() / REGISTRY[name].folder


def announce(name: str, root: str | Path | None = None) -> str:
    """What :func:`fetch` will download: sizes, licence, checksums, and where it goes. Read it before."""
    source, root = _asked(name, root)
    lines = [source.title, f"Licence: {source.licence}", f"Page: {source.page}", f"To: {root}"]
    for archive in source.archives:
        size = "size unknown" if archive.size is None else tqdm.format_sizeof(archive.size, "B")
        checksum = archive.checksum or "no checksum is published, so what arrives cannot be verified"
        lines.append(f"  {archive.file}: {size}; {checksum}")
    return "\n".join(lines)


def fetch(name: str, root: str | Path | None = None) -> Path:
    """Download and unpack a data set; what is there already is left as it is.

    An archive goes on where a broken download stopped; it is verified before it is unpacked, and refused where its
    checksum differs. An archive that lies in ``root`` already, had by hand, is verified and used.

    Parameters
    ----------
    name : {"mirflickr25k", "nuswide-tags"}
    root : path, optional
        The data set's own folder; default as in :func:`wshash.load_dataset`, which reads it then.

    Raises
    ------
    InputError
        No mirror gave the archive: the message says why each failed and how to get it by hand. Or it was refused by
        :func:`wshash.datasets.unpack.unpack`.
    """
    source, root = _asked(name, root)
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{root} cannot be made: {error.strerror}; choose another folder") from error
    for archive in source.archives:
        folder = root / archive.folder
        if folder.is_dir() and any(folder.iterdir()):
            continue
        path = _download(source, archive, root)
        unpack(path, root, archive.folder, archive.max_bytes)
        path.unlink()
    return root


def _download(source: Source, archive: Archive, root: Path) -> Path:
    pooch.get_logger().setLevel("WARNING")
    failures = []
    for url in archive.urls:
        part, size = root / f"{archive.file}.part", archive.size if archive.checksum else None
        downloader = partial(download, part=part, size=size, max_bytes=archive.max_bytes, retries=RETRIES)
        try:
            return Path(pooch.retrieve(url, archive.checksum, archive.file, root, downloader=downloader))
        except InputError:
            raise
        except (requests.RequestException, ValueError) as error:
            failures.append(f"  {url}: {_short(error)}")
        except OSError as error:
            remedy = "free some space" if error.errno == errno.ENOSPC else "choose another folder"
            raise InputError(f"{root}: {error.strerror or error}; {remedy} and fetch again") from error
    verify = f" (its checksum has to be {archive.checksum})" if archive.checksum else ""
    raise InputError(
        f"{archive.file} could not be had:\n" + "\n".join(failures) + f"\nBy hand: find it from {source.page}, "
        f"save it as {root / archive.file}{verify}, and fetch again; it is then verified and unpacked"
    )


def _short(error: Exception) -> str:
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP {error.response.status_code}"
    if isinstance(error, requests.RequestException):
        return f"no connection, or it broke ({type(error).__name__})"
    return str(error).split("\n")[0][:200]
