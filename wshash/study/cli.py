"""The command line, ``python -m wshash``: its arguments, and one sentence for whatever a user can mend."""

import argparse
import atexit
import errno
import os
import sys
import warnings

from wshash import progress
from wshash._version import __version__
from wshash.datasets import SOURCES
from wshash.errors import InputError
from wshash.hashing.catalogue import groups, names
from wshash.paths import settle
from wshash.study import commands
from wshash.study.grid.config import BITS, PROTOCOLS, SEEDS, TAG_FILTERS
from wshash.study.grid.methods import PRESETS


class _Backbones:
    """Their names, from where they are made; asked for when needed, since that loads torch."""

    def __iter__(self):
        from wshash.vision import BACKBONES

        return iter(BACKBONES)


# Arguments, each in one place: flags, and what argparse is told of them.
_ARGUMENTS: dict[str, dict] = {
    "--dataset": dict(default="postcards", help=f"{', '.join(SOURCES)}, or NAME-VARIANT"),
    "--option": dict(nargs="*", default=[], metavar="NAME=VALUE", help="options of the data set, as n=600"),
    "--backbone": dict(
        metavar="NAME", choices=_Backbones(), help="what features come from: %(choices)s; default, the preset's"
    ),
    "--tag-filter": dict(default="cnn", choices=TAG_FILTERS),
    "--preset": dict(default="study", choices=tuple(PRESETS)),
    "--queries": dict(
        type=int, dest="n_queries", metavar="N", help="number of query pictures; default, a sixth, at most 5,000"
    ),
    "--protocol": dict(default="paper", choices=PROTOCOLS),
    "--label-share": dict(type=float, default=1.0, help="part of the labels that is seen"),
    "--unseen": dict(nargs="+", default=(), metavar="CONCEPT", help="hidden from supervision, and judged by alone"),
    "--methods": dict(
        nargs="+",
        default=["paper"],
        help=f"names, groups ({', '.join(groups())}), or path/to/my_method.py:MyHash; known: {', '.join(names())}",
    ),
    "--bits": dict(nargs="+", type=int, default=list(BITS), help="code lengths"),
    "--seeds": dict(type=int, default=SEEDS, help="how many: 0, 1, ..."),
    "--seed": dict(nargs="+", type=int, help="which, in place of --seeds"),
    "--jobs": dict(type=int, default=2, help="runs of the notebook at a time; default 2"),
    "--publish": dict(action="store_true", help="write into figures/, in place of what is published there"),
}
_DATA = ("--dataset", "--option", "--backbone", "--tag-filter", "--preset")
_JUDGED = (*_DATA, "--queries", "--protocol")
_GRID = (*_JUDGED, "--label-share", "--unseen", "--methods", "--bits", "--seeds", "--seed")

_TRIED = {
    "--bits": dict(nargs="+", type=int, default=[16, 64], help="code lengths; default 16 64"),
    "--seeds": dict(type=int, default=3, help="how many; default 3"),
}
_MODEL = dict(metavar="FILE", help="default: the folder's own, where --train made one, else 'shipped'")

_COMMANDS: dict[str, tuple[str, tuple[str, ...], dict[str, dict]]] = {
    "study": (
        "run the grid; make tables and figures",
        (*_GRID, "--jobs", "--publish"),
        {
            "--rows-only": dict(action="store_true", help="no tables and figures: for one job of many"),
            "--shared-only": dict(action="store_true", help="only what all runs share: features, tag vectors"),
            "--dry-run": dict(action="store_true", help="say what would be done, and how long it may take"),
        },
    ),
    "verify": (
        "say whether what was made here is what is published",
        (*_JUDGED, "--label-share", "--unseen"),
        {
            "--methods": dict(nargs="+", default=[], help="these alone"),
            "--bits": dict(nargs="+", type=int, default=[], help="these alone"),
            "--seed": dict(nargs="+", type=int, default=[], help="these alone"),
        },
    ),
    "claims": ("print the table of claims", _GRID, {}),
    "curve": ("few labels to all: what tags are worth (claim C6)", (*_JUDGED, "--seeds", "--jobs", "--publish"), {}),
    "converge": ("half and twice the budgets, on validation data", (*_JUDGED, "--publish"), _TRIED),
    "settings": ("which choices of the method matter, on validation data", (*_JUDGED, "--publish"), _TRIED),
    "words": ("train the model of the search, and judge it; published, it ships", (*_JUDGED, "--publish"), {}),
    "tags": ("judge the tag filter, and the settings of skip-gram", (*_JUDGED, "--seeds", "--publish"), {}),
    "data": (
        "check a folder of pictures or a data set, or fetch one",
        ("--option",),
        {
            "action": dict(choices=("check", "fetch")),
            "target": dict(help="a folder or a data set to check; mirflickr25k or nuswide-tags to fetch"),
            "--root": dict(help="where to put what is fetched"),
        },
    ),
    "search": (
        "find pictures in a folder, by picture or by word",
        ("--option",),
        {
            "folder": dict(help="pictures at any depth; nothing is written into it"),
            "asked": dict(nargs="*", metavar="QUERY", help="a picture, a folder of pictures, or words, as 'sunset'"),
            "--top": dict(type=int, default=10, help="how many answers to each; default 10"),
            "--html": dict(metavar="FILE", help="write the answers with thumbnails as one page"),
            "--json": dict(action="store_true", help="print JSON, for scripts"),
            "--duplicates": dict(action="store_true", help="list pictures that show the same, as groups"),
            "--train": dict(action="store_true", help="first make a model of the folder's own tags.csv and labels.csv"),
            "--model": _MODEL,
        },
    ),
    "tag": (
        "propose tags for the pictures in a folder that have none",
        (),
        {
            "folder": dict(help="pictures at any depth, perhaps with tags.csv"),
            "--top": dict(type=int, default=5, help="how many for each picture; default 5"),
            "--all": dict(action="store_true", help="also for pictures that have tags"),
            "--json": dict(action="store_true", help="print JSON, each word with its chance of being typed"),
            "--model": _MODEL,
        },
    ),
    "bench": ("run the benchmarks", (), {"names": dict(nargs="*", help="default: all that take no hours")}),
    "notebooks": (
        "execute notebooks in place, without traces of time or machine",
        (),
        {"notebooks": dict(nargs="+")},
    ),
    "readme": ("bring the tables in README.md up to date", (), {}),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="wshash", description="Weakly-supervised deep hashing, as a study.")
    parser.add_argument("--version", action="version", version=__version__)
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, (text, shared, own) in _COMMANDS.items():
        command = subparsers.add_parser(name, help=text, description=text, allow_abbrev=False)
        for flag, told in ({flag: _ARGUMENTS[flag] for flag in shared} | own).items():
            command.add_argument(flag, **told)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 if all went well, 1 if something failed, 2 for bad input, 130 if stopped by Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that knows ASCII alone
    progress.log = not sys.stderr.isatty()
    warnings.showwarning = lambda message, *_, **__: print(f"wshash: {message}", file=sys.stderr)
    parser = _parser()
    parsed, rest = parser.parse_known_args(arguments)
    if parsed.command is None:
        parser.print_help()
        return 0
    if "asked" in parsed:  # queries that stand behind an option are left over
        parsed.asked += [query for query in rest if not query.startswith("-")]
        rest = [flag for flag in rest if flag.startswith("-")]
    if rest and parsed.command != "bench":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    parsed.rest = rest
    try:
        settle(publish=getattr(parsed, "publish", False))
        status = getattr(commands, parsed.command)(parsed)
        sys.stdout.flush()
        return status
    except InputError as error:
        print(f"wshash: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stopped:
        print(f"\nwshash: stopped{f', {stopped}' if str(stopped) else ''}", file=sys.stderr, flush=True)
        atexit._run_exitfuncs()  # workers end, and leave nothing behind
        os._exit(130)  # jobs' threads would be waited for; their kernels end with this process
    except BrokenPipeError:  # "| head" has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        if error.errno not in _MENDABLE:
            raise
        print(f"wshash: {error.filename or 'a file'}: {error.strerror}; {_MENDABLE[error.errno]}", file=sys.stderr)
        return 2


_MENDABLE = {
    errno.ENOSPC: "free some space, and start the same command again: it goes on where it stopped",
    errno.EFBIG: "files as large are not allowed there",
    errno.EDQUOT: "free some space, and start the same command again: it goes on where it stopped",
    errno.EACCES: "choose a place that you may read and write (WSHASH_RUNS, WSHASH_FIGURES, WSHASH_DATA)",
    errno.EPERM: "choose a place that you may read and write (WSHASH_RUNS, WSHASH_FIGURES, WSHASH_DATA)",
    errno.EROFS: "choose a place that can be written to (WSHASH_RUNS, WSHASH_FIGURES)",
    errno.ENOTDIR: "a part of that path is a file",
    errno.EISDIR: "name a file, not a folder",
    errno.ELOOP: "a link there leads back to itself",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.EEXIST: "something else is there already",
}
