"""What `search` and `tag` do: queries in, answers to terminal, JSON and HTML out."""

import csv
import json
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from wshash.atomic import atomic
from wshash.datasets import folder as folders
from wshash.datasets.files import SUFFIXES, ImageFiles
from wshash.errors import InputError
from wshash.search.index import FolderIndex, home, printable, say
from wshash.search.model import SHIPPED
from wshash.search.page import caption, page


def search(arguments, options: dict) -> int:
    """Answer each query in turn; what cannot be answered is said, and the rest goes on."""
    html = arguments.html and Path(arguments.html)
    if html and html.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--html {html}: name a file that ends in .html")
    if arguments.top < 1:
        raise InputError(f"--top {arguments.top}: ask for 1 answer or more")
    if not (arguments.asked or arguments.duplicates or arguments.train):
        raise InputError('give a picture, a folder of pictures or words to search for, as "sunset", or --duplicates')
    if arguments.train:
        train_own(arguments.folder, options)
    index = FolderIndex(arguments.folder, _model(arguments))
    found: dict = {"folder": arguments.folder, "skipped": index.skipped, "found": []}
    if arguments.duplicates:
        found["duplicates"] = groups = index.duplicates()
        if not arguments.json:
            print(f"{len(groups)} groups of pictures that show the same\n")
            print("\n".join(" = ".join(map(printable, group)) for group in groups))
    answered, failed = [], 0
    for name, file, answers in answer(index, arguments.asked, arguments.top):
        if isinstance(answers, InputError):
            say(str(answers))
            failed += 1
            continue
        answered.append((name, file, answers))
        found["found"].append({"query": name, "answers": answers.to_dict("records")})
        if not arguments.json:
            rows = [(printable(row["file"]), caption(row)) for row in answers.to_dict("records")]
            print(f"{printable(name)}\n\n{pd.DataFrame(rows, columns=['file', '']).to_markdown(index=False)}\n")
    if arguments.json:
        print(json.dumps(found, indent=1))
    if html and answered:
        with atomic(html) as temporary:
            temporary.write_bytes(page(index.folder, answered).encode("utf-8", "replace"))
        say(f"written: {html}")
    return 2 if failed and not answered else min(failed, 1)


def answer(index: FolderIndex, queries: list[str], top: int):
    """Of each query in turn ``(name, file or None, answers or why there are none)``.

    What names a file or a folder is a picture, or a folder of them; all else is words.
    """
    files = [_files(query) for query in queries]
    pictures = [file for some in files for file in some]
    like = iter(index.like(ImageFiles("", pictures), top) if pictures else [])
    for query, some in zip(queries, files, strict=True):
        yield from ((file, Path(file), next(like)) for file in some)
        if not some:
            try:
                if os.path.splitext(query)[1].lower() in SUFFIXES or os.sep in query:
                    raise InputError(f"{query}: there is no such picture")
                yield query, None, index.named(query, top)
            except InputError as error:
                yield query, None, error


def _files(query: str) -> list[str]:
    if os.path.isdir(query):
        return [os.path.join(query, name) for name in folders.load("", query, tags=None, labels=None).images.names]
    return [query] if os.path.exists(query) else []


def _model(arguments):
    return SHIPPED if arguments.model == "shipped" else arguments.model


def train_own(folder: str, options: dict) -> None:
    """Make a model of the folder's own words: tags, and concepts as further tags; ``options`` say where they are."""
    from wshash.search.training import train

    tags = "tags.csv" if (Path(folder) / "tags.csv").exists() else None
    data = folders.load("search", folder, **{"tags": tags, "unlabelled": "negative", **options})
    shown = ([c for c, has in zip(data.concepts, row, strict=True) if has] for row in data.labels)
    words = {n: [*t, *c] for n, t, c in zip(data.images.names, data.tags, shown, strict=True)}
    if not any(words.values()):
        raise InputError(
            f"{folder}: no picture has a word in tags.csv or labels.csv, so there is nothing to learn from"
        )
    index = FolderIndex(folder, SHIPPED)
    told = [words.get(name, []) for name in index.names]
    facts = {"backbone": index.model.facts["backbone"], "trained on": f"{sum(map(bool, told))} pictures with words"}
    model = train(index.look(np.arange(len(told))), told, facts)
    model.save(home(folder) / "model.safetensors")
    say(f"trained on {facts['trained on']}; {len(model.words)} words are known: {', '.join(model.words[:8])}, ...")


def tag(arguments) -> int:
    """Propose tags for the pictures that have none in ``tags.csv``: a table of the same form, or JSON with chances."""
    index = FolderIndex(arguments.folder, _model(arguments))
    tagged = set()
    if (index.folder / "tags.csv").exists() and not arguments.all:
        data = folders.load("search", index.folder, labels=None)
        tagged = {name for name, tags in zip(data.images.names, data.tags, strict=True) if tags}
    rows = [i for i, name in enumerate(index.names) if name not in tagged]
    proposed = index.model.propose(index.vectors[rows], arguments.top)
    words = {index.names[i]: dict(found) for i, found in zip(rows, proposed, strict=True)}
    if arguments.json:
        print(json.dumps(words, indent=1))
    else:
        table = csv.writer(sys.stdout, lineterminator="\n")
        table.writerows([("file", "tags"), *((name, ", ".join(found)) for name, found in words.items())])
    return 0
