"""Files that are whole or not there."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = ".writing-"


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends well, and is removed otherwise.

    A reader sees the old file or the whole new one, also when the process is killed or the disk fills.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{_PREFIX}{path.stem}-", suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "r+b") as written:  # Windows syncs only what may be written to
            os.fsync(written.fileno())
        temporary.chmod(0o644)  # mkstemp's files are their owner's alone
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: str | Path, hours: float = 24) -> int:
    """Remove the temporary files that killed writers left in a folder and below, once they are old; how many."""
    old = [path for path in Path(folder).rglob(f"{_PREFIX}*") if path.stat().st_mtime < time.time() - 3600 * hours]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
