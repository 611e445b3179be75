"""What each command does: arguments in, exit status out."""

import argparse
import json
import os
import signal
import sys
from dataclasses import fields, replace
from importlib.util import find_spec
from pathlib import Path

from wshash.errors import InputError
from wshash.paths import project_root
from wshash.study.grid.config import StudyConfig


def options(pairs: list[str]) -> dict:
    """``["n=600", "tag_noise=0.2"]`` as a dict; values are JSON where they can be, else text."""
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise InputError(f"--option {pair!r}: write NAME=VALUE, for instance n=600")
        if name in found:
            raise InputError(f"--option {name} is given twice: {found[name]!r} and {value!r}")
        try:
            found[name] = json.loads(value)
        except json.JSONDecodeError:
            found[name] = value
    return found


def configuration(arguments: argparse.Namespace) -> StudyConfig:
    """The study that the arguments describe; what a command has no argument for is as by default."""
    given = {field.name: getattr(arguments, field.name) for field in fields(StudyConfig) if field.name in arguments}
    return StudyConfig(**given | {"options": options(arguments.option)})


def _demand_notebooks() -> None:
    """Say at once that notebooks cannot be executed, before hours of work that ends there."""
    project_root(required=True)
    if find_spec("papermill") is None:
        raise InputError("this command executes notebooks; for that, in the checkout: pip install -e '.[notebooks]'")


def _plan(arguments: argparse.Namespace):
    from wshash.study.grid.plan import plan

    return plan(configuration(arguments), arguments.methods, arguments.bits, arguments.seed or arguments.seeds)


def _study_of(arguments: argparse.Namespace):
    from wshash.study.grid.study import Study

    return Study(configuration(arguments))


def study(arguments: argparse.Namespace) -> int:
    from wshash.study.grid.run import prepare
    from wshash.study.grid.store import is_made

    _demand_notebooks()
    made = None
    try:
        drawn = _drawn(arguments)
        if not drawn:
            if arguments.dry_run:
                return 0
            _start_workers()
        made = _plan(arguments)
        print(made, flush=True)
        if drawn and made.missing and not _seen(made.study):
            rows = [(row.method, row.n_bits, row.seed) for row in made.missing]
            _forecast(arguments, made.study.config, rows, len(made.study.data), len(made.study.split.train))
        if arguments.dry_run:
            for n_bits in made.bits:
                missing = sum(row.n_bits == n_bits for row in made.missing)
                print(f"  {n_bits:3d} bits: {missing} of {len(made.rows) // len(made.bits)} rows to make")
            return 0
        if arguments.shared_only:
            prepare(made)
            return 0
        return _made(arguments, made)
    except KeyboardInterrupt:
        kept = "no row was begun"
        if made:
            kept = f"{sum(is_made(row.path) for row in made.rows)} of {len(made.rows)} rows kept"
        raise KeyboardInterrupt(f"{kept}; the same command goes on") from None


def _made(arguments: argparse.Namespace, made) -> int:
    """Make what is missing of a plan, publish, and say whether it is what is published."""
    from wshash.study.grid.plan import whole
    from wshash.study.grid.run import run, shown
    from wshash.study.grid.store import is_whole
    from wshash.study.publish import first_look, outside_of, publish
    from wshash.study.results.files import folder_of

    if not arguments.rows_only:
        place = shown(folder_of(made.study.config, outside_of(made)))
        print(f"figures and tables go to {place}, and are compared with what is published", flush=True)
    first = [row for row in made.missing if row.seed == made.seeds[0]]
    if first and len(made.seeds) > 2 and not (arguments.rows_only or arguments.publish):
        run([soon := replace(made, seeds=made.seeds[:1], missing=first)], arguments.jobs)
        if whole(first):
            print(f"Figure 8 of seed {made.seeds[0]}: {shown(first_look(replace(soon, rows=first)))}", flush=True)
        made = replace(made, missing=[row for row in made.missing if not is_whole(row.path)])
    run([made], arguments.jobs)
    why, rows = made.report(), whole(made.rows)
    if why:
        print(why, file=sys.stderr)
    if arguments.rows_only:
        return 1 if why else 0
    if not rows:
        print("no row was made, so there is nothing to publish", file=sys.stderr)
        return 1
    from wshash.study.results.verify import Results

    published = Results.read(folder_of(made.study.config, published=True))  # before it may be written over
    folder = publish(made)
    figure = f", Figure 8 is {shown(folder / 'fig8.png')}" if (folder / "fig8.png").is_file() else ""
    print(f"{len(rows)} of {len(made.rows)} rows; figures and tables in {shown(folder)}{figure}")
    same = _verdict(made.study.config, folder, Results.read(folder), published)
    return 1 if why or not (same or arguments.publish) else 0


def _verdict(config: StudyConfig, folder: Path, made, published) -> bool:
    """Say whether results made here are the published ones, and write a report; whether nothing is other."""
    from wshash.study.grid.run import shown
    from wshash.study.results.files import folder_of
    from wshash.study.results.verify import Results, compare, left_out, write

    if published is None:
        usual = Results.read(folder_of(StudyConfig(dataset=config.dataset), published=True))
        print(left_out(made, usual) if usual else f"no study of {config.dataset} is published to compare with")
        return True
    verdict = compare(made, published)
    print(f"{verdict}\nthe report: {shown(write(verdict, folder))}")
    return verdict.reproduced


def verify(arguments: argparse.Namespace) -> int:
    from wshash.study.grid.methods import chosen
    from wshash.study.results.files import folder_of
    from wshash.study.results.verify import Results

    config = configuration(arguments)
    folder, theirs = folder_of(config), folder_of(config, published=True)
    made, published = Results.read(folder), Results.read(theirs)
    if made is None or folder == theirs:
        raise InputError(f"{folder.name}: nothing was made here; run `python -m wshash study` with the same settings")
    part = made.part(arguments.methods and chosen(arguments.methods), arguments.bits, arguments.seed)
    return 0 if _verdict(config, folder, part, published) else 1


def _drawn(arguments: argparse.Namespace) -> bool:
    """Whether a plan can be made without drawing pictures; else what comes first is said, and the request checked."""
    from wshash.datasets import is_ready
    from wshash.study.grid.plan import requested

    config = configuration(arguments)
    methods, bits, seeds = requested(arguments.methods, arguments.bits, arguments.seed or arguments.seeds)
    if is_ready(config.dataset, **config.options):
        return True
    rows = [(m, k, s) for m in methods for k in bits for s in seeds]
    print(
        f"{config.dataset}: the pictures are not drawn yet; that comes first, and then {len(rows)} rows or fewer",
        flush=True,
    )
    n = config.options.get("n", 6000)
    _forecast(arguments, config, rows, n, n, drawing=True)
    return False


def _start_workers() -> None:
    """Start the processes that draw, deaf to Ctrl-C: each would print a traceback, and ends with this one anyway."""
    import joblib

    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a process that starts meanwhile inherits it
    try:
        ready = joblib.Parallel(n_jobs=-1, return_as="generator")(joblib.delayed(int)() for _ in range(os.cpu_count()))
    finally:
        signal.signal(signal.SIGINT, heard)
    list(ready)


def _seen(study) -> bool:
    """Whether the features of its pictures are there."""
    return any(study.store.root.glob(f"features/*/{study.collection.address('features')}.npy"))


def _forecast(arguments, config: StudyConfig, rows: list, n: int, n_train: int, drawing: bool = False) -> None:
    """Say how long looking at n pictures takes on this machine, and training rows on n_train of them."""
    from wshash.study.grid.probe import pictures_seconds, rows_seconds

    if config.preset != "study" or arguments.rows_only or arguments.shared_only:  # work for a GPU; one job of many
        return
    pictures = pictures_seconds(config.backbone, n, drawing) / 60
    each = rows_seconds(config, rows, n_train) / 60 / min(arguments.jobs, os.cpu_count() or 1)
    seeds = 1 if arguments.publish else len({seed for *_, seed in rows})
    soon = f", Figure 8 of the first seed after about {pictures + each / seeds:.0f}" if seeds > 2 else ""
    print(
        f"about {pictures + each:.0f} minutes on this machine, by a short probe: {pictures:.0f} for the pictures, "
        f"{each:.0f} for the rows{soon}",
        flush=True,
    )


def claims(arguments: argparse.Namespace) -> int:
    from wshash.study.experiments.curve import few_label_claims, few_label_rows
    from wshash.study.experiments.filters import judged_filter
    from wshash.study.experiments.vectors import table1
    from wshash.study.grid.plan import whole
    from wshash.study.results.claims import claims
    from wshash.study.results.frames import read_rows

    made = _plan(arguments)
    rows, few = (read_rows(row.path for row in f) for f in (whole(made.rows), few_label_rows(made.study, made.seeds)))
    if not rows:
        raise InputError("no row of this study is there; run `python -m wshash study` with the same settings first")
    table = claims(rows, table1(made.study), judged_filter(made.study), few_label_claims(few))
    print(table.to_markdown(index=False))
    return 0


def curve(arguments: argparse.Namespace) -> int:
    from wshash.study.experiments.curve import publish_curve, studies
    from wshash.study.grid.plan import plan
    from wshash.study.grid.run import run

    _demand_notebooks()
    study = _study_of(arguments)
    plans = [plan(at, methods, bits, arguments.seeds) for at, methods, bits in studies(study)]
    for made in plans:
        print(
            f"{made.study.config.label_share:.1%} of the labels: {len(made.missing)} of {len(made.rows)} rows to make"
        )
    run(plans, arguments.jobs)
    why = [made.report() for made in plans]
    print("\n".join(filter(None, why)), file=sys.stderr)
    print(publish_curve(study, plans[0].seeds).to_markdown(index=False))
    return 1 if any(why) else 0


def converge(arguments: argparse.Namespace) -> int:
    from wshash.study.experiments.convergence import convergence, convergence_text

    seeds = range(arguments.seeds)
    made = (lambda study: convergence(study, bits=arguments.bits, seeds=seeds), convergence_text)
    return _tables(arguments, convergence=made)


def settings(arguments: argparse.Namespace) -> int:
    from wshash.study.experiments.settings import publish_settings

    table = publish_settings(_study_of(arguments), arguments.bits, range(arguments.seeds))
    print(table.round(4).to_markdown(index=False))
    return 0


def tags(arguments: argparse.Namespace) -> int:
    from wshash.study.experiments.filters import filters, filters_text
    from wshash.study.experiments.vectors import skipgram_study, skipgram_text

    skipgram = (lambda study: skipgram_study(study, arguments.seeds), skipgram_text)
    return _tables(arguments, filters=(filters, filters_text), skipgram=skipgram)


def _tables(arguments: argparse.Namespace, **tables) -> int:
    """Make, write and print tables, each from the study and then as text; and say what they were made from."""
    from wshash.study.grid.store import write_json
    from wshash.study.provenance import provenance
    from wshash.study.results.files import folder_of, write_table

    study = _study_of(arguments)
    folder = folder_of(study.config)
    for name, (make, text_of) in tables.items():
        table = make(study)
        text = text_of(table)
        write_table(folder, name, table, text)
        print(text.to_markdown(index=text.index.name is not None), end="\n\n", flush=True)
    origin = {"fingerprints": study.fingerprints, "seeds": list(range(arguments.seeds)), "tables": list(tables)}
    write_json(folder / f"{arguments.command}.json", provenance(study.config) | origin)
    return 0


def words(arguments: argparse.Namespace) -> int:
    from wshash.study.experiments.words import publish_words

    for table in publish_words(_study_of(arguments), ship=arguments.publish):
        print(table.round(3).to_markdown(index=False), end="\n\n")
    return 0


def data(arguments: argparse.Namespace) -> int:
    if arguments.action == "check":
        from wshash.datasets.check import check

        report = check(arguments.target, **options(arguments.option))
        print(report)
        return 0 if report.can_run else 1
    from wshash.datasets.fetch import REGISTRY, announce, fetch

    print(announce(arguments.target, arguments.root))
    print(f"ready in {fetch(arguments.target, arguments.root)}")
    print(REGISTRY[arguments.target].then)
    return 0


def search(arguments: argparse.Namespace) -> int:
    from wshash.search.command import search

    return search(arguments, options(arguments.option))


def tag(arguments: argparse.Namespace) -> int:
    from wshash.search.command import tag

    return tag(arguments)


def bench(arguments: argparse.Namespace) -> int:
    import subprocess

    scripts = sorted((project_root(required=True) / "benchmarks").glob("[!_]*.py"))
    long = ("kills", "mutants", "processor", "relatives", "scale")
    wanted = arguments.names or [s.stem for s in scripts if s.stem not in long]
    chosen = [s for s in scripts if s.stem in wanted]
    if not chosen or set(wanted) - {s.stem for s in scripts}:
        raise InputError(f"no such benchmark; choose among {', '.join(s.stem for s in scripts)}")
    return max(subprocess.run([sys.executable, script, *arguments.rest]).returncode for script in chosen)


def notebooks(arguments: argparse.Namespace) -> int:
    from wshash.study.notebooks import execute

    for notebook in arguments.notebooks:
        print(f"{notebook}: {execute(Path(notebook)):.0f} s")
    return 0


def readme(arguments: argparse.Namespace) -> int:
    from wshash.study.results.readme import update

    print(f"{update().name} is up to date")
    return 0
