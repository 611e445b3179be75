"""What made an artifact, as a hash: parameters, the code that ran, the versions of the libraries underneath."""

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[2]

version = cache(metadata.version)  # looked up for every row of a plan


def canonical(value: Any) -> str:
    """JSON with sorted keys: equal values, equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(*parts: str) -> str:
    """20 hexadecimal digits."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]


def address(parameters: dict, modules: tuple[str, ...], packages: tuple[str, ...], caller: str | None = None) -> str:
    """The hash of these parameters, of the code of these modules and of what they import, and of these versions.

    ``caller``: a module that puts the others together; it counts without what it imports for other stages.
    """
    made_by = {
        "parameters": parameters,
        "code": code_fingerprint(*modules),
        "caller": _executed(_file(caller).read_bytes()) if caller else "",
        "packages": {name: version(name) for name in packages},
    }
    return digest(canonical(made_by))


@cache
def code_fingerprint(*modules: str) -> str:
    """Hash of what Python executes of these modules, and of those of this package that they import.

    Comments and docstrings do not count, nor does what is imported for type checkers alone. A module is a dotted name,
    or the path of a file outside the package.
    """
    return _hash(set().union(*map(sources, modules)))


def package_fingerprint() -> str:
    """Hash of what Python executes of the whole package: equal where two processes run the same code."""
    return _hash(PACKAGE.rglob("*.py"))


@cache
def sources(module: str) -> frozenset[Path]:
    """Files of ``module`` and of all modules of this package that it imports, directly or not, also in functions."""
    seen: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen[name] = _file(name)
            waiting += _imported(seen[name].read_bytes())
    return frozenset(seen.values())


def _hash(files: Iterable[Path]) -> str:
    return digest(*sorted(_executed(file.read_bytes()) for file in files))


@cache
def _executed(source: bytes) -> str:
    """Hash of the syntax tree without docstrings: what is left of a file when people's words are taken away."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                node.body = node.body[1:] or [ast.Pass()]
    return digest(ast.dump(tree))


@cache
def _imported(source: bytes) -> tuple[str, ...]:
    return tuple(_imports(ast.parse(source)))


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and getattr(node.test, "id", None) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name.split(".")[0] == PACKAGE.name)
    elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE.name:
        for alias in node.names:  # "from wshash.hashing import dsh": a module, or an object of the package?
            inner = f"{node.module}.{alias.name}"
            yield inner if _file(inner) else node.module
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def _file(module: str) -> Path | None:
    """The file of a module, found without importing it: a plan must not wait for torch."""
    if module.endswith(".py"):
        return Path(module)
    base = PACKAGE.joinpath(*module.split(".")[1:])
    return next((p for p in (base.with_suffix(".py"), base / "__init__.py") if p.is_file()), None)
