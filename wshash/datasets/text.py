"""Text that people typed: files in any encoding, and tags in one spelling."""

import codecs
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from wshash.errors import InputError

_BOMS = (  # the longer mark first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode_text(data: bytes, where: str | Path = "text") -> tuple[str, str]:
    """The text of ``data``, and the encoding that it was in.

    A byte-order mark decides; without one, UTF-8 if the bytes are valid UTF-8 (other encodings hardly ever are), else
    Windows-1252, else Latin-1, which reads any byte. InputError where the bytes do not keep to the mark, or hold NUL:
    UTF-16 without a mark, or no text.
    """
    mark = next((encoding for bom, encoding in _BOMS if data.startswith(bom)), None)
    for encoding in (mark,) if mark else ("utf-8", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == mark:
                raise InputError(f"{where}: marked as {mark}, but {error.reason}; save it as UTF-8") from error
            continue
        if "\0" in text:
            raise InputError(f"{where}: not a text file, or UTF-16 without a byte-order mark; save it as UTF-8")
        return text, encoding
    raise AssertionError("Latin-1 decodes every byte")


def read_text(path: str | Path) -> tuple[str, str]:
    """:func:`decode_text` of a file."""
    try:
        with open(path, "rb") as file:
            return decode_text(file.read(), path)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def clean_tag(tag: str) -> str:
    """One spelling per tag: NFC, lower case, single spaces, no punctuation at either end; may be empty.

    Punctuation inside (``don't``), symbols (``c++``) and emoji stay.

    >>> clean_tag(' "New\\tYork" '), clean_tag("#Sunset!"), clean_tag("...")
    ('new york', 'sunset', '')
    """
    if tag.isascii() and tag.isalnum():  # nearly every tag, and all the rest would do
        return tag.lower()
    # NFC last: lower-casing can decompose ("İ"), and only NFC makes a typed and a pasted "é" the same tag.
    tag = " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", tag).lower()).split())
    edges = "".join(x for x in set(tag) if unicodedata.category(x)[0] in "PZC")  # punctuation, separators, control
    return tag.strip(edges)


def clean_tags(tags: Iterable[str]) -> list[str]:
    """:func:`clean_tag` of each, in order, without empty ones and repetitions."""
    return list(dict.fromkeys(filter(None, map(clean_tag, tags))))
