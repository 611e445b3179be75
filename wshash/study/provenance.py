"""Where a number comes from: commit, settings, versions, machine."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version

from wshash._version import __version__
from wshash.paths import project_root

PACKAGES = "torch torchvision timm numpy scipy scikit-learn gensim numba opencv-python".split()


@cache
def _commit() -> str:
    def git(*arguments: str) -> str:
        command = ["git", "-C", str(project_root()), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        changed = git("status", "--porcelain", "-uno", "--", ".", ":(exclude)figures", ":(exclude)README.md")
        return git("rev-parse", "--short=12", "HEAD") + ("+" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


@cache
def machine() -> str:
    """The processor's name and the number of its cores."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores"


def peak_memory_mib() -> int | None:
    """The most memory that this process has held; None where the system does not say (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held // (2**20 if sys.platform == "darwin" else 2**10)  # macOS counts bytes, Linux KiB


def _gpu() -> str | None:
    torch = sys.modules.get("torch")  # where nothing has loaded torch, nothing has used a GPU
    return torch.cuda.get_device_name() if torch and torch.cuda.is_available() else None


def provenance(config=None) -> dict:
    """What to store beside a result. A ``+`` after the commit: other code than that, not committed."""
    return {
        "wshash": __version__,
        "commit": _commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "gpu": _gpu(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    } | ({"config": config.to_dict()} if config is not None else {})
