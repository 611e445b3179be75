"""A download that survives broken connections."""

import os
import time
from pathlib import Path

import requests

from wshash.errors import InputError
from wshash.progress import progress


def download(url: str, output_file: str, _, *, part: Path, size: int | None, max_bytes: int, retries: int) -> None:
    """A downloader for pooch that keeps what has arrived in ``part`` and goes on from there.

    Parameters
    ----------
    part : path
    size : int or None
        Bytes that the file must have, where a checksum is compared afterwards; None: nothing tells whether parts belong
        together, so that each attempt begins anew.
    max_bytes : int
        Limit where ``size`` is None.
    retries : int
        Attempts without new bytes before the error is raised.
    """
    idle, most = 0, _have(part)
    while _have(part) != size:
        try:
            _get(url, part, size, size or max_bytes)
            break
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
            # The most so far, not the last: a server that cannot resume starts anew each time.
            idle = 0 if _have(part) > most else idle + 1
            most = max(most, _have(part))
            if idle > retries:
                raise
            time.sleep(idle)
    os.replace(part, output_file)


def _have(part: Path) -> int:
    if part.is_symlink():  # somebody else's: writing to it would write to where it leads
        raise InputError(f"{part} is a link; remove it and fetch again")
    return part.stat().st_size if part.exists() else 0


def _get(url: str, part: Path, size: int | None, limit: int) -> None:
    start = _have(part) if size and _have(part) < size else 0
    headers = {"Accept-Encoding": "identity"}  # else the bytes on the wire are not the file's
    headers |= {"Range": f"bytes={start}-"} if start else {}
    with requests.get(url, headers=headers, stream=True, timeout=(10, 60)) as answer:
        answer.raise_for_status()
        if answer.status_code != 206:
            start = 0
        elif not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            raise ValueError("the server answered with another range than was asked for")
        length = answer.headers.get("Content-Length", "")
        total = start + int(length) if length.isdecimal() else None
        if total and (total != size if size else total > limit):
            raise ValueError(f"the file there has {total:,} bytes, not {limit:,}")
        bar = progress(total=total, initial=start, unit="B", unit_scale=True, desc=part.stem)
        with bar, part.open("ab" if start else "wb") as file:
            for block in answer.iter_content(1 << 14):  # a break loses what is in the block, so small ones
                start += len(block)
                if start > limit:
                    raise ValueError(f"more than the {limit:,} bytes expected")
                file.write(block)
                bar.update(len(block))
    if total and start < total:
        raise requests.ConnectionError(f"{total - start:,} bytes are missing")
