"""The command line, ``python -m wshash``."""

import argparse
import json
import sys
from pathlib import Path

from wshash._version import __version__
from wshash.errors import InputError
from wshash.study.config import BITS, SEEDS, StudyConfig
from wshash.study.methods import ALL, CONTROLS, PAPER, PRESETS, REFERENCES

GROUPS = {"paper": PAPER, "references": REFERENCES, "controls": CONTROLS, "all": ALL}


def _options(pairs: list[str]) -> dict:
    """``["n=600", "tag_noise=0.2"]`` as a dict; values are JSON where they can be, else text."""
    options = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"option {pair!r}: write NAME=VALUE, for instance n=600")
        try:
            options[name] = json.loads(value)
        except json.JSONDecodeError:
            options[name] = value
    return options


def _config(arguments: argparse.Namespace) -> StudyConfig:
    return StudyConfig(
        dataset=arguments.dataset,
        options=_options(arguments.option),
        backbone=arguments.backbone,
        tag_filter=arguments.tag_filter,
        n_queries=arguments.queries,
        protocol=arguments.protocol,
        preset=arguments.preset,
        label_share=arguments.label_share,
        unseen=tuple(arguments.unseen),
    )


def _plan(arguments: argparse.Namespace):
    from wshash.study.run import plan

    methods = [name for given in arguments.methods for name in GROUPS.get(given, (given,))]
    return plan(_config(arguments), methods, arguments.bits, arguments.seed or arguments.seeds)


def _study(arguments: argparse.Namespace) -> int:
    from wshash.study.run import prepare, run, shown

    made = _plan(arguments)
    print(made)
    if arguments.dry_run:
        for job in made.jobs:
            print(f"  {job.n_bits:3d} bits: {len(job.missing)} of {len(job.rows)} rows to make")
        return 0
    if arguments.shared_only:
        prepare(made)
        return 0
    outcome = run(made, arguments.jobs)
    for n_bits, error in outcome.failed.items():
        print(f"{n_bits} bits failed: {error}", file=sys.stderr)
    if arguments.rows_only and outcome.rows:
        return 1 if outcome.failed else 0
    if not outcome.rows:
        print("no row was made, so there is nothing to publish", file=sys.stderr)
        return 1
    from wshash.study.publish import publish

    print(f"{len(outcome.rows)} of {made.total} rows; figures and tables in {shown(publish(outcome))}")
    return 1 if outcome.failed else 0


def _claims(arguments: argparse.Namespace) -> int:
    from wshash.study.claims import claims
    from wshash.study.frames import read_rows
    from wshash.study.run import Outcome
    from wshash.study.tables import judged_filter, table1

    made = _plan(arguments)
    rows = read_rows(Outcome(made).rows)
    if not rows:
        raise InputError("no row of this study is there; run `python -m wshash study` with the same settings first")
    print(claims(rows, table1(made.study), judged_filter(made.study)).to_markdown(index=False))
    return 0


def _budget(arguments: argparse.Namespace) -> int:
    from wshash.study.budget import N_BITS, SHARES, budget_methods, publish_budget
    from wshash.study.run import plan, run_all

    plans = [
        plan(_config(arguments).replace(label_share=share), budget_methods(share), [N_BITS], arguments.seeds)
        for share in SHARES
    ]
    for made in plans:
        print(f"{made.study.config.label_share:.0%} of the labels: {made.missing} of {made.total} rows to make")
    failed = [error for outcome in run_all(plans, arguments.jobs) for error in outcome.failed.values()]
    for error in failed:
        print(error, file=sys.stderr)
    print(publish_budget(plans[-1].study, plans[-1].seeds).to_markdown(index=False))
    return 1 if failed else 0


def _converge(arguments: argparse.Namespace) -> int:
    from wshash.study.convergence import convergence
    from wshash.study.publish import folder_of, write_table

    study = _plan(arguments).study
    found = convergence(study, n_bits=arguments.bits[-1])
    text = found.pivot(index="method", columns="factor", values="precision").loc[found["method"].unique()].round(4)
    text = text.rename(columns=lambda factor: f"{factor:g} × budget")
    write_table(folder_of(study), "convergence", found, text)
    print(text.to_markdown())
    return 0


def _handover(arguments: argparse.Namespace) -> int:
    from wshash.study.convergence import handover
    from wshash.study.publish import folder_of, write_table

    made = _plan(arguments)
    found = handover(made.study, bits=arguments.bits, seeds=made.seeds)
    text = found.pivot_table(index=["method", "layers"], columns="n_bits", values="precision", sort=False).round(4)
    text = text.rename(columns=lambda bits: f"{bits} bits").reset_index()
    write_table(folder_of(made.study), "handover", found, text)
    print(text.to_markdown(index=False))
    return 0


def _tags(arguments: argparse.Namespace) -> int:
    from wshash.study.provenance import provenance
    from wshash.study.publish import folder_of, write_table
    from wshash.study.store import write_json
    from wshash.study.tagfilters import filters, filters_text
    from wshash.study.tagvectors import skipgram_study, skipgram_text

    study = _plan(arguments).study
    folder = folder_of(study)
    tables = {
        "filters": (filters, filters_text),
        "skipgram": (lambda study: skipgram_study(study, arguments.seeds), skipgram_text),
    }
    for name, (make, text_of) in tables.items():
        table = make(study)
        text = text_of(table)
        write_table(folder, name, table, text)
        print(text.to_markdown(index=text.index.name is not None), end="\n\n")
    origin = {"fingerprints": study.fingerprints, "seeds": list(range(arguments.seeds)), "tables": list(tables)}
    write_json(folder / "tags.json", provenance(study.config) | origin)
    return 0


def _data(arguments: argparse.Namespace) -> int:
    if arguments.action == "check":
        from wshash.datasets.check import check

        report = check(arguments.target)
        print(report)
        return 0 if report.can_run else 1
    from wshash.datasets.fetch import REGISTRY, announce, fetch

    print(announce(arguments.target, arguments.root))
    print(f"ready in {fetch(arguments.target, arguments.root)}")
    print(REGISTRY[arguments.target].then)
    return 0


def _search(arguments: argparse.Namespace) -> int:
    from wshash.study.search import search

    study = _plan(arguments).study
    answers = search(study, arguments.picture, arguments.method, arguments.bits[-1], arguments.top)
    print(answers.to_markdown(index=False))
    return 0


def _bench(arguments: argparse.Namespace) -> int:
    import subprocess

    from wshash.paths import project_root

    folder = project_root() / "benchmarks"
    scripts = sorted(folder.glob("[!_]*.py"))
    wanted = arguments.names or [s.stem for s in scripts if s.stem not in ("scale", "processor")]  # whole studies
    chosen = [s for s in scripts if s.stem in wanted]
    if not chosen:
        raise InputError(f"no such benchmark; choose among {', '.join(s.stem for s in scripts)}")
    return max(subprocess.run([sys.executable, script, *arguments.arguments]).returncode for script in chosen)


def _notebooks(arguments: argparse.Namespace) -> int:
    from wshash.study.notebooks import execute

    for notebook in arguments.notebooks:
        print(f"{notebook}: {execute(Path(notebook)):.0f} s")
    return 0


def _readme(arguments: argparse.Namespace) -> int:
    from wshash.study.readme import update

    print(f"{update().name} is up to date")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m wshash", description="Weakly-supervised deep hashing, as a study.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    grid = argparse.ArgumentParser(add_help=False)
    grid.add_argument(
        "--dataset", default="postcards", help="postcards, mirflickr25k, nuswide, folder, or NAME-VARIANT"
    )
    grid.add_argument("--option", nargs="*", default=[], metavar="NAME=VALUE", help="options of the data set, as n=600")
    grid.add_argument("--bits", nargs="+", type=int, default=list(BITS), help="code lengths")
    grid.add_argument(
        "--methods",
        nargs="+",
        default=["paper"],
        help=f"names, or {', '.join(GROUPS)}; known: {', '.join(ALL)}",
    )
    grid.add_argument("--seeds", type=int, default=SEEDS, help="how many: 0, 1, ...")
    grid.add_argument("--seed", nargs="+", type=int, help="which, in place of --seeds")
    grid.add_argument("--backbone", help="efficientnet_lite0 or vgg16; default, the preset's")
    grid.add_argument("--tag-filter", default="cnn", choices=("cnn", "sift", "none"))
    grid.add_argument("--queries", type=int, help="number of query pictures; default, a sixth, at most 5,000")
    grid.add_argument("--protocol", default="paper", choices=("paper", "held-out"))
    grid.add_argument("--preset", default="study", choices=tuple(PRESETS))
    grid.add_argument("--label-share", type=float, default=1.0, help="part of the labels that is seen")

    grid.add_argument(
        "--unseen",
        nargs="+",
        default=[],
        metavar="CONCEPT",
        help="hidden from supervision, and the only ones judged by",
    )
    grid.add_argument("--jobs", type=int, default=2, help="runs of the notebook at a time; default 2")

    study = commands.add_parser("study", parents=[grid], help="run the grid; publish tables and figures")
    study.add_argument("--rows-only", action="store_true", help="publish nothing: for one job of many")
    study.add_argument("--shared-only", action="store_true", help="only what all runs share: features, tag vectors")
    study.add_argument("--dry-run", action="store_true", help="say what would be done, and how long it may take")
    study.set_defaults(run=_study)

    claims = commands.add_parser("claims", parents=[grid], help="print the table of claims")
    claims.set_defaults(run=_claims)

    budget = commands.add_parser("budget", parents=[grid], help="few labels: what tags are worth then (claim C6)")
    budget.set_defaults(run=_budget)

    converge = commands.add_parser("converge", parents=[grid], help="half and twice the budgets, on validation data")
    converge.set_defaults(run=_converge)

    handover = commands.add_parser("handover", parents=[grid], help="ways of starting from tags, on validation data")
    handover.set_defaults(run=_handover)

    tags = commands.add_parser("tags", parents=[grid], help="judge the tag filter, and the settings of skip-gram")
    tags.set_defaults(run=_tags)

    data = commands.add_parser("data", help="check a folder of pictures, or fetch a data set")
    data.add_argument("action", choices=("check", "fetch"))
    data.add_argument("target", help="a folder to check; mirflickr25k or nuswide-tags to fetch")
    data.add_argument("--root", help="where to put what is fetched")
    data.set_defaults(run=_data)

    search = commands.add_parser("search", parents=[grid], help="find the pictures most like one picture")
    search.add_argument("picture", help="a picture file")
    search.add_argument("--method", default="WS-DSH")
    search.add_argument("--top", type=int, default=10)
    search.set_defaults(run=_search)

    bench = commands.add_parser("bench", help="run the benchmarks")
    bench.add_argument("names", nargs="*", help="default: all but scale and processor")
    bench.set_defaults(run=_bench, arguments=[])

    notebooks = commands.add_parser("notebooks", help="execute notebooks in place, without traces of time or machine")
    notebooks.add_argument("notebooks", nargs="+")
    notebooks.set_defaults(run=_notebooks)

    readme = commands.add_parser("readme", help="bring the tables in README.md up to date")
    readme.set_defaults(run=_readme)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 if all went well, 1 if something failed, 2 for bad input."""
    parsed, rest = _parser().parse_known_args(arguments)
    if rest and parsed.command != "bench":
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        parsed.arguments = rest
    try:
        return parsed.run(parsed)
    except InputError as error:
        print(f"wshash: {error}", file=sys.stderr)
        return 2
