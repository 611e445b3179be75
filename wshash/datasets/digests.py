"""What is in files, in 32 hexadecimal digits each, remembered so that nothing is read twice."""

import hashlib
import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from wshash.atomic import atomic
from wshash.paths import runs_root
from wshash.progress import progress

_TICK = 2_000_000_000  # ns; no file system's clock is coarser


def digests(folder: Path, names: Sequence[str]) -> list[str]:
    """BLAKE2b of the bytes of each file ``folder / name``; ``""`` for one that cannot be read.

    A digest is kept under ``runs/digests`` with the file's size, times and number, and asked of the file again where
    one of these differs. A cache that is damaged, or cannot be written, only costs time; of several processes that
    write at once the last one's stays.
    """
    path = runs_root() / "digests" / f"{_blake(os.path.realpath(folder).encode('utf-8', 'surrogatepass'))}.json"
    known = _read(path)
    stats = [_stat(os.path.join(folder, name)) for name in names]
    waiting = [i for i, name in enumerate(names) if stats[i] and known.get(name, [])[:-1] != stats[i]]
    found = {name: known[name][-1] for name in names if name in known}
    fresh = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # hashlib and reading leave the interpreter lock
        read = pool.map(lambda i: _digest(os.path.join(folder, names[i])), waiting)
        bar = progress(read, total=len(waiting), desc="hashing pictures") if waiting else read
        for i, digest in zip(waiting, bar, strict=True):
            found[names[i]] = digest
            # A file changed within the clock's last tick could change again and look the same: not kept.
            if digest and all(abs(time.time_ns() - t) > _TICK for t in stats[i][1:3]):
                fresh[names[i]] = [*stats[i], digest]
    if fresh:
        _write(path, known | fresh)
    return [found[name] if stat else "" for name, stat in zip(names, stats, strict=True)]


def _stat(path: str) -> list[int] | None:
    try:
        stat = os.stat(path)
    except (OSError, ValueError):
        return None
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
    except OSError:
        return ""


def _blake(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _read(path: Path) -> dict[str, list]:
    """Name → size, times, number, digest; the file's first line is a digest of the rest."""
    try:
        head, _, body = path.read_bytes().partition(b"\n")
        return json.loads(body) if head.decode() == _blake(body) else {}
    except (OSError, ValueError):
        return {}


def _write(path: Path, known: dict[str, list]) -> None:
    body = json.dumps(known, separators=(",", ":")).encode()
    try:
        with atomic(path) as temporary:
            temporary.write_bytes(f"{_blake(body)}\n".encode() + body)
    except OSError:  # a full or read-only disk: next time it is computed again
        pass
