"""Results and intermediate results, addressed by what made them.

The address of an artifact is a hash of its parameters, of the source of every module that its making runs through,
and of the versions of the libraries underneath. Change one of these, and exactly what depends on it has a new
address and is made again; change nothing, and it is found.
"""

import ast
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from filelock import FileLock

from wshash.atomic import atomic
from wshash.paths import runs_root


def canonical(value: Any) -> str:
    """JSON with sorted keys: equal values, equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


version = cache(metadata.version)  # looked up for every row of a plan


@cache
def _sources(module: str) -> frozenset[Path]:
    """Files of ``module`` and of all modules of this package that it imports, directly or not."""
    seen: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen[name] = _file(name)
            waiting += _imported(seen[name])
    return frozenset(seen.values())


@cache
def _imported(path: Path) -> tuple[str, ...]:
    return tuple(_imports(ast.parse(path.read_bytes())))


def _imports(node: ast.AST) -> Iterator[str]:
    """Modules of this package that a piece of source imports, also inside functions; not those for type checkers."""
    if isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "wshash")
    elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "wshash":
        for alias in node.names:  # "from wshash.hashing import dsh": a module, or an object of the package?
            inner = f"{node.module}.{alias.name}"
            yield inner if _file(inner) else node.module
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def _file(module: str) -> Path | None:
    """The file of a module of this package, found without importing it: a plan must not wait for torch."""
    base = Path(__file__).parents[1].joinpath(*module.split(".")[1:])
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)


@cache
def code_fingerprint(*modules: str) -> str:
    """Hash of the source that runs when these modules of the package do."""
    sha = hashlib.sha256()
    for path in sorted(set().union(*map(_sources, modules))):
        sha.update(path.read_bytes())
    return sha.hexdigest()[:16]


class Store:
    """A folder of artifacts.

    Parameters
    ----------
    root : path, optional
        Default: the runs folder.
    """

    def __init__(self, root: Path | None = None):
        self.root = Path(root) if root is not None else runs_root()

    def path(
        self,
        stage: str,
        parameters: dict,
        suffix: str,
        modules: tuple[str, ...] = (),
        packages: tuple[str, ...] = (),
    ) -> Path:
        """Where the artifact of ``stage`` with these parameters lies, whether made or not."""
        made_by = {
            "parameters": parameters,
            "code": code_fingerprint(*modules) if modules else "",
            "packages": {name: version(name) for name in packages},
        }
        key = hashlib.sha256(canonical(made_by).encode()).hexdigest()[:20]
        return self.root / stage / f"{key}{suffix}"

    def get(
        self,
        path: Path,
        make: Callable[[], Any],
        read: Callable[[Path], Any],
        write: Callable[[Path, Any], None],
    ) -> Any:
        """Read the artifact, or make and write it; one process makes it, others wait.

        The lock belongs to the operating system: a killed owner releases it.
        """
        if os.environ.get("WSHASH_NO_CACHE") == "1":
            return make()
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_suffix(".lock")):
                if not path.is_file():
                    value = make()
                    with atomic(path) as temporary:
                        write(temporary, value)
        return read(path)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically, readable by people."""
    write_text(path, json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
