"""Download data sets: announced, resumed, verified, unpacked safely, and by hand where a link is dead."""

import errno
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
    urls: tuple[str, ...]  # tried in turn
    size: int | None  # bytes
    checksum: str | None  # "md5:..."; None where none is published
    max_bytes: int  # unpacked; above this it is refused


@dataclass(frozen=True)
class Source:
    """A data set to download. ``then``: what can be done with it once it is there."""

    folder: str
    title: str
    licence: str
    page: str
    archives: tuple[Archive, ...]
    then: str = ""


_LIACS, _LABELS = "press.liacs.nl/mirflickr/mirflickr25k.v3b/", "mirflickr25k_annotations_v080.zip"
_NUS = "https://lms.comp.nus.edu.sg/wp-content/uploads/2019/research/nuswide/"
# The authors' first host is gone; the Internet Archive serves the files as they were ("id_").
_NUS_OLD = "https://web.archive.org/web/2016id_/http://dl.nextcenter.org/public/nuswide/"


def _liacs(file: str, folder: str, size: int, checksum: str, max_bytes: int) -> Archive:
    urls = (f"{before}://{_LIACS}{file}" for before in ("https", "http", "https://web.archive.org/web/2020id_/http"))
    return Archive(file, folder, tuple(urls), size, checksum, max_bytes)


def _nus(file: str, size: int | None, checksum: str | None, max_bytes: int) -> Archive:
    return Archive(file, file.removesuffix(".zip"), (_NUS + file, _NUS_OLD + file), size, checksum, max_bytes)


REGISTRY = {
    "mirflickr25k": Source(
        folder="mirflickr25k",
        title="MIRFLICKR-25k: 25,000 Flickr photos with their tags, and annotations of 24 concepts",
        licence="each photo under the Creative Commons licence of its owner, listed inside; for research. "
        "Cite Huiskes and Lew, The MIR Flickr Retrieval Evaluation, 2008",
        page="https://press.liacs.nl/mirflickr/mirdownload.html",
        archives=(
            _liacs("mirflickr25k.zip", "mirflickr", 3_069_184_257, "md5:a23d0a8564ee84cda5622a6c2f947785", 6 * 2**30),
            _liacs(_LABELS, _LABELS[:-4], 207_220, "md5:aa0138c79892b1b670184d142380948f", 50 * 2**20),
        ),
        then="run the study on it: python -m wshash study --dataset mirflickr25k",
    ),
    "nuswide-tags": Source(
        folder="nuswide",
        title="NUS-WIDE without its photos: tags, ground truth of 81 concepts, image list, concept list",
        licence="for research; the tags are those of their Flickr owners. The photos are had from the "
        "authors on request. Cite Chua et al., NUS-WIDE, CIVR 2009",
        page="https://github.com/NExTplusplus/NUS-WIDE",
        archives=(
            _nus("NUS_WID_Tags.zip", None, None, 4 * 2**30),
            _nus("ConceptsList.zip", 448, "md5:5b877de6bfb0f7ba558f90d77b860348", 2**20),
            _nus("Groundtruth.zip", 1_129_480, "md5:a95fb76f7c8300e92ece0a90dd0ced4d", 2**28),
            # last, for nuswide.load does without it: the present distribution may have none
            _nus("ImageList.zip", None, None, 2**28),
        ),
        then="read tags and ground truth: wshash.load_dataset('nuswide', missing='keep'); the study needs the photos, "
        "in Flickr/ beside these folders",
    ),
}


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
