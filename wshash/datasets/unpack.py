"""Unpack an archive from elsewhere without trusting it."""

import shutil
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from wshash.errors import InputError

MAX_RATIO = 250
"""Unpacked bytes per packed byte; the official label files, 0 and 1 alone, reach 77."""


def unpack(archive: Path, root: Path, folder: str, max_bytes: int, max_files: int = 200_000) -> Path:
    """Unpack a zip file to ``root / folder``, all of it or nothing.

    Parameters
    ----------
    archive : path
    root : path
    folder : str
        Where its files have to end up. Archives come with this folder inside and without it; both work.
    max_bytes, max_files : int
        Larger archives are refused, by what they declare and again by what comes out.

    Returns
    -------
    path
        ``root / folder``.

    Raises
    ------
    InputError
        Not a sound zip file, an entry that leads outside the folder, a link, a device, an encrypted entry,
        more than ``max_bytes``, ``max_files`` or :data:`MAX_RATIO`, too little space on the disk, or ``root /
        folder`` exists. Nothing is left of an archive that is refused.
    """
    target = root / folder
    root.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink() and not any(target.iterdir()):
        target.rmdir()
    if target.exists() or target.is_symlink():
        raise InputError(f"{target} exists already; move it away to unpack {archive.name} again")
    # A fresh folder cannot hold links that lead elsewhere, and one rename at the end makes it all or nothing.
    staging = Path(tempfile.mkdtemp(prefix=f".{folder}-", dir=root))
    try:
        with zipfile.ZipFile(archive) as source:
            entries = [entry for entry in source.infolist() if not entry.is_dir()]
            _refuse_bombs(archive, entries, root, max_bytes, max_files)
            paths = [_safe_path(archive, entry) for entry in entries]
            inside = all(path.parts[0] == folder and len(path.parts) > 1 for path in paths)
            left = max_bytes
            for entry, path in zip(entries, paths, strict=True):
                left = _extract(source, entry, staging.joinpath(*path.parts[inside:]), left)
        staging.chmod(0o755)  # mkdtemp's is the owner's alone
        staging.rename(target)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{archive}: cannot be unpacked to {target}: {error.strerror or error}") from error
    # zipfile raises BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, struct.error, ...
    except Exception as error:
        raise InputError(f"{archive} is damaged ({error}); remove it and fetch it again") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target


def _refuse_bombs(archive: Path, entries: list, root: Path, max_bytes: int, max_files: int) -> None:
    total, packed = sum(entry.file_size for entry in entries), archive.stat().st_size
    if not entries or len(entries) > max_files or total > max_bytes or total > MAX_RATIO * packed:
        raise InputError(
            f"{archive} holds {len(entries):,} files of {total:,} bytes in {packed:,}; expected are at most "
            f"{max_files:,} files and {max_bytes:,} bytes, {MAX_RATIO} per packed one. It is not unpacked"
        )
    free = shutil.disk_usage(root).free
    if total > free:
        raise InputError(f"{root}: {total:,} bytes are needed to unpack {archive.name}, {free:,} are free")


def _safe_path(archive: Path, entry: zipfile.ZipInfo) -> PurePosixPath:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    path = PurePosixPath(entry.filename)
    if (
        kind not in (0, stat.S_IFREG)
        or path.is_absolute()
        or not path.parts
        or ".." in path.parts
        or any(x in entry.filename for x in "\\:\0")
    ):
        raise InputError(f"{archive}: the entry {entry.filename!r} leads elsewhere; the archive is not unpacked")
    return path


def _extract(source: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, left: int) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with source.open(entry) as packed, path.open("xb") as file:  # x: two entries of one name are an error
        while block := packed.read(1 << 20):
            left -= len(block)
            if left < 0:
                raise InputError(f"{source.filename} unpacks to more than it declares; it is not unpacked")
            file.write(block)
    return left
