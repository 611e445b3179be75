"""A download that survives broken connections."""

import json
import os
import time
from pathlib import Path

import requests
from tqdm import tqdm

from wshash.atomic import atomic
from wshash.errors import InputError


class ResumingDownloader:
    """A downloader for pooch that keeps what has arrived in ``<file>.part`` and goes on from there.

    Beside it, ``<file>.part.json`` says which version of the file it is a part of (the server's ``ETag`` or
    ``Last-Modified``): a server that has another by now sends all of it (``If-Range``). Without such a mark,
    parts are joined only where a checksum will tell.

    Parameters
    ----------
    file : path
        What is downloaded; its parts lie beside it.
    size : int or None
        Bytes that it must have; a server that announces others is left at once.
    max_bytes : int
        Limit where ``size`` is None.
    verified : bool
        Whether a checksum is compared afterwards.
    retries : int
        Attempts without new bytes before the error is raised.
    """

    def __init__(self, file: Path, size: int | None, max_bytes: int, verified: bool, retries: int):
        self.file, self.size, self.max_bytes, self.verified, self.retries = file, size, max_bytes, verified, retries
        self.part = file.with_name(f"{file.name}.part")
        self.note = file.with_name(f"{file.name}.part.json")

    def __call__(self, url: str, output_file: str, pooch_object: object) -> None:
        idle, most = 0, self._have()
        while self._have() != self.size:
            try:
                self._get(url)
                break
            except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError):
                # The most so far, not the last: a server that cannot resume starts anew each time.
                idle = 0 if self._have() > most else idle + 1
                most = max(most, self._have())
                if idle > self.retries:
                    raise
                time.sleep(idle)
        os.replace(self.part, output_file)
        self.note.unlink(missing_ok=True)

    def _have(self) -> int:
        if self.part.is_symlink():  # somebody else's: writing to it would write to where it leads
            raise InputError(f"{self.part} is a link; remove it and fetch again")
        return self.part.stat().st_size if self.part.exists() else 0

    def _validator(self, url: str) -> str | None:
        try:
            note = json.loads(self.note.read_text())
            return note["validator"] if note["url"] == url else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _get(self, url: str) -> None:
        start, validator = self._have(), self._validator(url)
        headers = {"Accept-Encoding": "identity"}  # else the bytes on the wire are not the file's
        if start and (validator or self.verified):
            headers["Range"] = f"bytes={start}-"
            if validator:
                headers["If-Range"] = validator
        with requests.get(url, headers=headers, stream=True, timeout=(10, 60)) as answer:
            if answer.status_code == 416:  # nothing after our bytes: they are all of it, or not of this file
                if answer.headers.get("Content-Range") == f"bytes */{start}":
                    return
                self.part.unlink()
                raise requests.ConnectionError("the part is not of this file")
            answer.raise_for_status()
            resumed = answer.status_code == 206
            if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
                raise ValueError("the server answered with another range than was asked for")
            start = start if resumed else 0
            length = answer.headers.get("Content-Length", "")
            total = start + int(length) if length.isdecimal() else None
            if total and (total != self.size if self.size else total > self.max_bytes):
                raise ValueError(f"the file there has {total:,} bytes, not {self.size or self.max_bytes:,}")
            mark = answer.headers.get("ETag", "") or answer.headers.get("Last-Modified", "")
            # A weak ETag does not promise equal bytes.
            with atomic(self.note) as temporary:
                temporary.write_text(json.dumps({"url": url, "validator": mark if mark[:2] != "W/" else None}))
            self._store(answer, start, total)

    def _store(self, answer: requests.Response, start: int, total: int | None) -> None:
        limit = self.size or self.max_bytes
        bar = tqdm(total=total, initial=start, unit="B", unit_scale=True, desc=self.file.name, disable=None)
        with bar, self.part.open("ab" if start else "wb") as file:
            for block in answer.iter_content(1 << 14):  # a break loses what is in the block, so small ones
                start += len(block)
                if start > limit:
                    raise ValueError(f"more than the {limit:,} bytes expected")
                file.write(block)
                bar.update(len(block))
        if total and start < total:
            raise requests.ConnectionError(f"{total - start:,} bytes are missing")
