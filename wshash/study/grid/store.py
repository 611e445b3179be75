"""Results and intermediate results in a folder: each whole, checked when read, made once."""

import hashlib
import json
import os
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from filelock import FileLock

from wshash.atomic import atomic
from wshash.paths import runs_root
from wshash.study.grid.address import address


class DamagedWarning(UserWarning):
    """A stored file is not what was written: it is not used, and made again."""


class Store:
    """A folder of artifacts, each addressed by what made it (:mod:`wshash.study.grid.address`).

    Beside an artifact's files lies ``<address>.sha256``, which ``sha256sum -c`` reads too. It is written last, so
    that its presence says that the artifact is whole; what does not fit it is made again.

    Parameters
    ----------
    root : path, optional
        Default: the runs folder.
    """

    def __init__(self, root: Path | None = None):
        self.root = Path(root) if root is not None else runs_root()

    def path(self, stage: str, parameters: dict, suffix: str, modules=(), packages=(), caller=None) -> Path:
        """Where the artifact of ``stage`` lies, whether made or not; the rest is of the address."""
        return self.root / stage / f"{address(parameters, modules, packages, caller)}{suffix}"

    def get(self, path: Path, make: Callable[[], Any], read: Callable, write: Callable[[Path, Any], None]) -> Any:
        """Read the artifact, or make and write it; one process makes it, others wait."""
        if os.environ.get("WSHASH_NO_CACHE") == "1":
            return make()

        def made() -> dict:
            value = make()
            return {path: lambda temporary: write(temporary, value)}

        self.ensure(path, made)
        return read(path)

    def ensure(self, path: Path, make: Callable[[], dict[Path, Callable[[Path], None]]]) -> None:
        """Have the artifact whole at ``path``; ``make`` gives what writes each of its files.

        The lock belongs to the operating system: a killed owner releases it.
        """
        if is_whole(path):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if is_whole(path, warn=True):
                return
            sums = _sums(path)
            sums.unlink(missing_ok=True)  # from here on it is not whole
            lines = []
            for file, write in make().items():
                with atomic(file) as temporary:
                    write(temporary)
                    lines.append(f"{_sha256(temporary)}  {file.name}\n")
            write_text(sums, f"# {len(lines)} files\n" + "".join(lines))


def is_made(path: Path) -> bool:
    """Whether the artifact was finished; its content is not looked at."""
    return _sums(path).is_file()


def is_whole(path: Path, warn: bool = False) -> bool:
    """Whether the artifact is there and has the content that was written."""
    if not is_made(path):
        return False
    try:
        head, *lines = _sums(path).read_text(encoding="utf-8").splitlines() or [""]
        parts = dict(reversed(line.split("  ", 1)) for line in lines)
        good = (
            head == f"# {len(parts)} files"
            and path.name in parts
            and all(_sha256(path.parent / Path(p).name) == sha for p, sha in parts.items())
        )
    except (OSError, ValueError):
        good = False
    if warn and not good:
        warnings.warn(
            f"{path.parent.name}/{path.name} is not what was written; it is made again", DamagedWarning, stacklevel=2
        )
    return good


def _sums(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(files: Iterable[Path]) -> dict[str, str]:
    """Of each file that is there, by its name."""
    return {path.name: _sha256(path) for path in files if path.is_file()}


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically, the same bytes on every system."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def to_json(value: Any) -> str:
    """JSON, readable by people: equal values, equal bytes."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically."""
    write_text(path, to_json(value))
