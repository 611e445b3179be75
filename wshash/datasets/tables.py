"""Tables that people keep of their pictures: which picture a line means, which columns to read, how to cut a cell."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from unicodedata import category, normalize

from wshash.datasets.text import clean_tags, read_text
from wshash.errors import InputError

# What the column of files may be called, the likeliest first: a table may have several of these.
_FILE = "file filename file_name filepath path image image_name picture photo name image_id id".split()
_LIST = re.compile(r"(tag|keyword|label|concept|class|categor)(s|es|y|ies)?[ _]?\d*")
_NOTHING = {"", "nan", "none", "null", "na", "n/a", "<na>"}
_YES, _NO = {"1", "1.0", "true", "yes", "y", "x"}, {"0", "0.0", "-1", "false", "no", "n"}
_NUMBER = re.compile(r"[-+:/.,% tze\d]*\d[-+:/.,% tze\d]*")  # or a date
_SEPARATORS = re.compile(r"[,;|\r\n]")


def identity(file: str) -> str:
    """The name in one spelling (NFC), line breaks and bytes that are no text escaped: one line of UTF-8."""
    text = normalize("NFC", file).encode("utf-8", "backslashreplace").decode()
    unsafe = {"Cc", "Zl", "Zp"}
    return "".join(x.encode("unicode_escape").decode() if category(x) in unsafe else x for x in text)


class Lookup:
    """Row of the picture that a table means by a name.

    The path relative to the folder, with ``/`` or ``\\``; where none is spelled so, upper and lower case are taken as
    equal, and a bare name, with or without its ending, stands for the one picture so called in any sub-folder.
    """

    def __init__(self, ids: list[str]):
        self.ids = ids
        self._exact = {id_: i for i, id_ in enumerate(ids)}
        self._loose: dict[str, int | None] = {}  # None: several pictures are spelled so
        for i, id_ in enumerate(ids):
            whole = id_.casefold()
            bare = whole.rpartition("/")[2]
            for key in {whole, bare, whole.rpartition(".")[0], bare.rpartition(".")[0]}:
                self._loose[key] = None if key in self._loose else i

    def __call__(self, file: str) -> int | None:
        file = identity(file.strip().replace("\\", "/").removeprefix("./"))
        return self._exact.get(file, self._loose.get(file.casefold()))


def read_table(
    path: Path, row_of: Lookup, spaces: bool, separator: str | None = None
) -> tuple[list[list[str]], list[str], dict[str, int]]:
    """The tags of ``tags.csv`` or the concepts of ``labels.csv``, as the notes of ``folder.load`` say.

    ``spaces``: whether white space may separate. With a ``separator``, cells are cut at this and nothing else.

    Returns
    -------
    tags : list of lists of str, one for each picture
        Cleaned; the lines of one picture are united.
    columns : list of str
        Where each column is a tag or concept, their names.
    report : dict of str to int
        Lines of no picture (``strangers``), ``not_utf8``, and how the columns were understood.

    Raises
    ------
    InputError
        The table cannot be parsed, has no line of a picture that is there, or does not say which columns to read.
    """
    text, encoding = read_text(path)
    if re.search(r"[\x01-\x08\x0e-\x1f]", text):
        raise InputError(f"{path}: not a text file; save the table as CSV in UTF-8")
    lines = _lines(path, text.lstrip("\r\n"))
    head = [cell.strip() for cell in lines[0]] if lines else []
    lower = [cell.casefold().replace(" ", "_") for cell in head]
    file = next((lower.index(name) for name in _FILE if name in lower), None)
    if file != 0 and lower and row_of(lines[0][0]) is not None:  # a line of a picture, of which "photo" is a tag
        file = None
    if file is None and lower and lower[0] in ("", "unnamed:_0"):  # as pandas writes an index
        file = 0
    head, file, lines = ([], 0, lines) if file is None else (head, file, lines[1:])
    width = max(map(len, [head, *lines]))
    head, *lines = (row + [""] * (width - len(row)) for row in (head, *lines))
    rows = [row_of(line[file]) for line in lines]
    strangers = [line[file] for line, row in zip(lines, rows, strict=True) if row is None]
    if len(strangers) == len(lines):
        example = f"it names {strangers[0]!r}" if strangers else "it has no lines"
        raise InputError(f"{path}: none of its files is there; {example}, and a picture here is {row_of.ids[0]!r}")
    lines = [line for line, row in zip(lines, rows, strict=True) if row is not None]
    rows = [row for row in rows if row is not None]
    report = {"strangers": len(strangers), "not_utf8": int(not encoding.startswith("utf-8"))}

    values = {j: [line[j].strip() for line in lines] for j in range(width) if j != file}
    lists, flags = _columns(path, head, values)
    ignored = [head[j] for j in values if head[j] and j not in lists + flags and any(values[j])]
    report |= {f"columns that are a concept each, in {path.name}": len(flags)} if flags else {}
    report |= {f"columns of {path.name} not read: {', '.join(ignored)}": len(ignored)} if ignored else {}
    cells = [[line[j] for j in lists if line[j].strip().casefold() not in _NOTHING] for line in lines]
    columns = [j for j in lists if head[j] or any(values[j])]
    cut = _cutter([cell for line in cells for cell in line], spaces and len(columns) == 1, separator)
    tags: list[list[str]] = [[] for _ in row_of.ids]
    for row, line, filled in zip(rows, lines, cells, strict=True):
        tags[row] += [tag for cell in filled for tag in cut(cell)]
        tags[row] += [head[j] for j in flags if line[j].strip().casefold() in _YES]
    return [clean_tags(row) for row in tags], clean_tags(head[j] for j in flags), report


def _lines(path: Path, text: str) -> list[list[str]]:
    first = re.sub(r'"[^"]*"', "", text.partition("\n")[0])
    delimiter = min((x for x in ",;\t" if x in first), key=first.index, default=",")
    # strict: else one stray quote swallows the rest of the file
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        return [cells for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise InputError(
            f"{path}, line {reader.line_num}: {error}; a quote inside a quoted cell has to be doubled"
        ) from error


def _columns(path: Path, head: list[str], values: dict[int, list[str]]) -> tuple[list, list]:
    """The columns that hold tags, and those that are a tag each."""
    named = [j for j in values if _LIST.fullmatch(head[j].casefold().replace(" ", "_"))]
    if named:  # and what follows without a name of its own
        return [j for j in values if j in named or (j > named[0] and not head[j])], []
    filled = {j: set(map(str.casefold, column)) - _NOTHING for j, column in values.items()}
    flags = [j for j in filled if filled[j] and filled[j] <= _YES | _NO]
    if any(head) and flags:
        return [], [j for j in values if head[j] and (j in flags or not filled[j])]
    unnamed = [j for j in values if filled[j]]
    titles = [head[j] for j in unnamed if head[j]]
    if len(titles) > 1:
        raise InputError(f"{path}: which of its columns {', '.join(titles)} holds the tags? Call that one 'tags'")
    seen = set().union(*(filled[j] for j in unnamed))
    if flags and not any(head) and len(unnamed) > 1 and seen <= (_YES | _NO) - {"y", "n"}:
        raise InputError(f"{path}: a column a tag or concept, and no first line says which: 'file' and their names")
    if seen and all(_NUMBER.fullmatch(value) for value in seen):
        raise InputError(
            f"{path}: it holds numbers or dates, such as {min(seen)!r}, and its first line does not say that they are "
            "tags: 'file,tags'"
        )
    return unnamed, []


def _cutter(cells: list[str], spaces: bool, separator: str | None) -> Callable[[str], list[str]]:
    if separator is not None:
        return lambda cell: cell.split(separator if separator.strip() else None)
    several = [bool(_SEPARATORS.search(cell)) for cell in cells if spaces and len(cell.split()) > 1]
    if sum(several) < len(several) / 2:
        return lambda cell: _SEPARATORS.sub(" ", cell).split()
    return _SEPARATORS.split
