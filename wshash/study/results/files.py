"""Where a study publishes, and tables as files."""

import re
from pathlib import Path

import pandas as pd

from wshash.paths import figures_root
from wshash.study.grid.address import digest
from wshash.study.grid.config import StudyConfig
from wshash.study.grid.store import write_text


def folder_of(config: StudyConfig, outside: tuple[str, ...] = (), published: bool = False) -> Path:
    """Where a study's figures lie: those made here, or the published ones.

    One of other than the default settings has a folder inside, named by them; so has one with methods from outside,
    ``outside``: it leaves what is published as it is.
    """
    named = {name: getattr(config, name) for name in ("protocol", "backbone", "preset")}
    named["unseen"] = f"unseen-{_short(config.unseen)}"
    named |= {"tag_filter": f"filter-{config.tag_filter}", "label_share": f"labels-{config.label_share:g}"}
    named |= {"n_queries": f"queries-{config.n_queries}", "split_seed": f"split-{config.split_seed}"}
    default = StudyConfig()
    variant = [re.sub(r"[^\w.-]+", "-", f"{name}-{value}") for name, value in sorted(config.options.items())]
    variant += [text for name, text in named.items() if getattr(config, name) != getattr(default, name)]
    variant += [f"with-{name}" for name in outside]
    folder = figures_root(published=published) / config.dataset
    return folder / "_".join(variant) if variant else folder


def _short(concepts: tuple[str, ...]) -> str:
    """The concepts with hyphens between; many, or names of more than letters and digits, by number and digest."""
    text = "-".join(concepts)
    plain = all(re.fullmatch(r"\w+", concept, re.ASCII) for concept in concepts) and len(text) <= 60
    return text if plain else f"{len(concepts)}-concepts-{digest(*concepts)[:8]}"


def write_table(folder: Path, name: str, data: pd.DataFrame, text: pd.DataFrame | None = None) -> None:
    """Write ``name``.csv and ``name``.md; ``text``: what the latter holds, where it is not the same."""
    named = data.index.name is not None
    write_text(folder / f"{name}.csv", data.to_csv(index=named, float_format="%.6g", lineterminator="\n"))
    write_markdown(folder, name, data if text is None else text)


def write_markdown(folder: Path, name: str, text: pd.DataFrame) -> None:
    """Write ``name``.md alone: beside a figure, whose numbers are in its .csv."""
    write_text(folder / f"{name}.md", text.to_markdown(index=text.index.name is not None) + "\n")
