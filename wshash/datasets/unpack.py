"""Unpack an archive from elsewhere without trusting it."""

import shutil
import stat
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

from wshash.errors import InputError


def unpack(archive: Path, root: Path, folder: str, max_bytes: int) -> Path:
    """Unpack a zip file to ``root / folder``, all of it or nothing, whether it has this folder inside or not.

    Raises
    ------
    InputError
        Not a sound zip file, nothing in it, an entry that leads outside the folder, a link, a device, an encrypted
        entry, more than ``max_bytes``, too little space on the disk, or ``root / folder`` exists. Nothing is left of an
        archive that is refused.
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
            _refuse(archive, source.infolist(), root, max_bytes)
            source.extractall(staging)  # reads no more of an entry than it declares, and makes no links
        inside = staging / folder
        whole = staging if [path.name for path in staging.iterdir()] != [folder] or not inside.is_dir() else inside
        whole.chmod(0o755)  # mkdtemp's is the owner's alone
        whole.rename(target)
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


def _refuse(archive: Path, entries: list[zipfile.ZipInfo], root: Path, max_bytes: int) -> None:
    for entry in entries:
        path, kind = PurePosixPath(entry.filename), stat.S_IFMT(entry.external_attr >> 16)
        leads_out = path.is_absolute() or ".." in path.parts or any(x in entry.filename for x in "\\:\0")
        if leads_out or kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise InputError(f"{archive}: the entry {entry.filename!r} leads elsewhere; the archive is not unpacked")
    n_files, total = sum(not entry.is_dir() for entry in entries), sum(entry.file_size for entry in entries)
    if not n_files or total > max_bytes:
        raise InputError(f"{archive}: {n_files} files, {total:,} of at most {max_bytes:,} bytes; it is not unpacked")
    free = shutil.disk_usage(root).free
    if total > free:
        raise InputError(f"{root}: {total:,} bytes are needed to unpack {archive.name}, {free:,} are free")
