"""Progress of long work: a bar in a terminal, a line a minute in the log of a command, nothing in notebooks."""

import sys

from tqdm import tqdm

log = False  # a command sets it where nobody watches


class _Lines:
    """A stream in which each state of a bar is a line of its own."""

    def write(self, text: str) -> None:
        if any(map(str.isalnum, text.replace("\x1b[A", ""))):
            print(text.strip("\r\n "), file=sys.stderr)

    def flush(self) -> None:
        sys.stderr.flush()


def progress(iterable=None, **options) -> tqdm:
    """``tqdm`` with these options, as fits where it is seen."""
    if sys.stderr.isatty():
        return tqdm(iterable, **options)
    if log and options.get("total") != 0:
        quiet = {"file": _Lines(), "mininterval": 60, "maxinterval": 600, "ncols": 80, "position": 0}
        return tqdm(iterable, **options | quiet)
    return tqdm(iterable, **options | {"disable": True})
