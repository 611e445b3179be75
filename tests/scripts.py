"""Programs of the checkout that are in no package, as modules."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]


def load(path: str):
    """The file at this path below the root, imported."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
