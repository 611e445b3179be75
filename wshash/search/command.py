"""What `search` and `tag` do: queries in, answers to terminal, JSON and HTML out."""

import csv
import io
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd

from wshash.atomic import atomic
from wshash.datasets import folder as folders
from wshash.datasets.files import SUFFIXES, ImageFiles
from wshash.errors import InputError
from wshash.search.index import FolderIndex, home, printable, say
from wshash.search.model import SHIPPED, SearchModel
from wshash.search.page import caption, page


def open_index(folder: str, model: str | None = None, train: bool = False, options: dict | None = None) -> FolderIndex:
    """The index of a folder; ``train``: after a model is made of the folder's own tags and concepts.

    Parameters
    ----------
    folder : path
    model : path, optional
        A file of :class:`SearchModel`; ``"shipped"``: the one in the package, though the folder has its own.
    train : bool
    options : dict, optional
        Of :func:`wshash.datasets.folder.load`, when training: where tags and concepts are.
    """
    if train:
        _train(folder, options or {})
    return FolderIndex(folder, SHIPPED if model == "shipped" else model)


def _train(folder: str, options: dict) -> None:
    from wshash.search.training import train

    tags = "tags.csv" if (Path(folder) / "tags.csv").exists() else None
    data = folders.load("search", folder, **{"tags": tags, "unlabelled": "negative", **options})
    concepts = [[name for name, has in zip(data.concepts, row, strict=True) if has] for row in data.labels]
    words_of = {
        name: list(dict.fromkeys(own + shown))
        for name, own, shown in zip(data.images.names, data.tags, concepts, strict=True)
    }
    if not any(words_of.values()):
        raise InputError(
            f"{folder} has no tags.csv and no labels.csv with a word for its pictures, so there is nothing to learn "
            "from; without --train the model that ships is used"
        )
    index = FolderIndex(folder, SHIPPED)
    words = [words_of.get(name, []) for name in index.names]
    facts = {"backbone": index.model.facts["backbone"], "trained on": f"{sum(map(bool, words))} pictures with words"}
    model = train(index.look(np.arange(len(index.names))), words, facts)
    model.save(home(folder) / "model.safetensors")
    say(f"trained on {facts['trained on']}; {len(model.words)} words are known: {', '.join(model.words[:8])}, ...")


def search(arguments, options: dict) -> int:
    """Answer each query in turn; what cannot be answered is said, and the rest goes on."""
    html = arguments.html and Path(arguments.html)
    if html and html.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--html {html}: write a file that ends in .html")
    if arguments.top < 1:
        raise InputError(f"--top {arguments.top}: at least 1 answer")
    if not arguments.asked and not arguments.duplicates and not arguments.train:
        raise InputError('give a picture, a folder of pictures or words to search for, as "sunset", or --duplicates')
    index = open_index(arguments.folder, arguments.model, arguments.train, options)
    if arguments.duplicates:
        groups = index.duplicates()
        if arguments.json:
            print(json.dumps({"folder": arguments.folder, "duplicates": groups}, indent=1))
        else:
            print(f"{len(groups)} groups of pictures that show the same")
            print("\n".join(" = ".join(map(printable, group)) for group in groups))
        return 0
    answered, failed = [], 0
    for name, file, answers in answer(index, arguments.asked, arguments.top):
        if isinstance(answers, InputError):
            say(str(answers))
            failed += 1
        else:
            answered.append((name, file, answers))
            if not arguments.json:
                rows = [(printable(row["file"]), caption(row)) for row in answers.to_dict("records")]
                print(f"{printable(name)}\n\n{pd.DataFrame(rows, columns=['file', '']).to_markdown(index=False)}\n")
    if arguments.json:
        found = [{"query": name, "answers": answers.to_dict("records")} for name, _, answers in answered]
        print(json.dumps({"folder": arguments.folder, "skipped": index.skipped, "found": found}, indent=1))
    if html and answered:
        with atomic(html) as temporary:
            temporary.write_bytes(page(index.folder, answered).encode("utf-8", "replace"))
        say(f"written: {html}")
    return 2 if failed and not answered else 1 if failed else 0


def answer(index: FolderIndex, queries: list[str], top: int):
    """Of each query in turn ``(name, file or None, answers or why there are none)``.

    A query is a picture's file, a folder of pictures, or else words.
    """
    pictures = [path for query in queries for path in _files(query)]
    found = iter(index.like(ImageFiles("", pictures), top) if pictures else [])
    for query in queries:
        for file in _files(query):
            yield file, Path(file), next(found)
        if os.path.exists(query):
            continue
        if os.path.splitext(query)[1].lower() in SUFFIXES:
            yield query, None, InputError(f"{query}: there is no such picture")
            continue
        try:
            yield query, None, index.named(query, top)
        except InputError as error:
            yield query, None, error


def _files(query: str) -> list[str]:
    """The pictures that a query names, at any depth."""
    if os.path.isdir(query):
        return [os.path.join(query, name) for name in folders.load("queries", query, tags=None, labels=None).images.names]
    return [query] if os.path.exists(query) else []


def tag(arguments) -> int:
    """Propose tags for the pictures that have none in ``tags.csv``: a table of the same form, or JSON with chances."""
    index = open_index(arguments.folder, arguments.model)
    tagged = set()
    if (index.folder / "tags.csv").exists() and not arguments.all:
        data = folders.load("search", index.folder, labels=None)
        tagged = {name for name, tags in zip(data.images.names, data.tags, strict=True) if tags}
    rows = [i for i, name in enumerate(index.names) if name not in tagged]
    proposed = index.model.propose(index.vectors[rows], arguments.top)
    if arguments.json:
        print(json.dumps({index.names[i]: dict(words) for i, words in zip(rows, proposed, strict=True)}, indent=1))
        return 0
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["file", "tags"])
    lines.writerows([index.names[i], ", ".join(word for word, _ in words)] for i, words in zip(rows, proposed, strict=True))
    print(text.getvalue(), end="")
    return 0
