"""What do the tests kill? Mutants of one package (mutmut), all or a sample, against that package's tests.

    pip install -e .[test,mutation]
    python benchmarks/mutants.py tags                                  # all mutants of wshash/tags, against tests/tags
    python benchmarks/mutants.py study/store.py --tests tests/study/test_store.py
    python benchmarks/mutants.py hashing --sample 300 --seed 0         # a share with its interval
    python benchmarks/mutants.py tags --again                          # only what survived last time

Works on a copy under runs/mutants and changes nothing here. mutmut mutates no decorated function, so in the copy
``@property`` and its like become an assignment behind the function. numba's kernels are mutated, and run as plain
Python, where their file is asked for by itself (retrieval/counts.py). Not mutated: the text of errors and warnings,
and what stands outside functions. A mutant is killed where a test fails, crashes or takes many times as long as
without it; one that no test calls counts as a survivor. hypothesis draws the same cases each time and shrinks none.
"""

import argparse
import ast
import fnmatch
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from scipy.stats import binomtest

ROOT = Path(__file__).parents[1]
KEPT = ("staticmethod", "classmethod", "intrinsic")  # decorators that mutmut can take, or that cannot be moved
ALIVE = (0, 5, 33, None)  # exit codes: tests pass, none collected, none calls it; not tried
CONFIG = """
[tool.mutmut]
source_paths = ["wshash"]
only_mutate = {files}
do_not_mutate_patterns = ['raise \\w*Error', 'warnings\\.warn']
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "hypothesis_profile"]
process_isolation = "forkserver"
also_copy = {others}
"""
PROFILE = """
from hypothesis import Phase, settings

settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], derandomize=True, database=None)
settings.load_profile("mutants")
"""


def undecorated(source: str, kernels: bool) -> str:
    """The same module with ``@decorator`` in front of functions written as ``f = decorator(f)`` behind them."""
    lines = source.splitlines()
    module = ast.parse(source)
    bodies = [module.body, *(node.body for node in module.body if isinstance(node, ast.ClassDef))]
    functions = [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]
    for node in sorted(functions, key=lambda node: -node.lineno):
        names = [ast.unparse(decorator) for decorator in node.decorator_list]
        if not names or any(name in KEPT or name.endswith(".setter") for name in names):
            continue
        if not kernels and names[0].startswith("njit"):
            continue
        call = node.name
        for name in reversed(names):
            call = f"{name}({call})"
        lines.insert(node.end_lineno, f"{' ' * node.col_offset}{node.name} = {call}")
        del lines[node.decorator_list[0].lineno - 1 : node.lineno - 1]
    return "\n".join(lines) + "\n"


def copy(target: Path, files: list[str], tests: list[str], kernels: bool) -> None:
    """The checkout's files as they are now, the mutated ones without decorators, with a configuration for mutmut."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    contents = {name: (ROOT / name).read_bytes() for name in listed if name and (ROOT / name).is_file()}
    contents["hypothesis_profile.py"] = PROFILE.encode()
    top = sorted({name.split("/")[0] for name in contents} - {"wshash", "tests", "pyproject.toml"})
    for name, content in contents.items():
        if name in files:
            content = undecorated(content.decode(), kernels).encode()
        if name == "pyproject.toml":
            config = CONFIG.format(files=json.dumps(files), tests=json.dumps(tests), others=json.dumps(top))
            content += config.encode()
        path = target / name
        if not path.is_file() or path.read_bytes() != content:  # mutmut goes by what has changed
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def outcomes(target: Path, files: list[str]) -> dict[str, int | None]:
    """Exit code of the tests per mutant."""
    found = {}
    for name in files:
        meta = target / "mutants" / f"{name}.meta"
        found |= json.loads(meta.read_text())["exit_code_by_key"] if meta.is_file() else {}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", help="a package or file of wshash: tags, study/store.py")
    parser.add_argument("--tests", nargs="+", help="default: the package's folder under tests")
    parser.add_argument("--sample", type=int, help="mutants drawn at random; default, all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="*", help="pattern of mutants' names, such as wshash.tags.pairs.*")
    parser.add_argument("--again", action="store_true", help="only the mutants that survived the last run")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()

    source = ROOT / "wshash" / args.what
    paths = sorted(source.rglob("*.py")) if source.is_dir() else [source]
    files = [path.relative_to(ROOT).as_posix() for path in paths]
    target = ROOT / "runs" / "mutants" / args.what.replace("/", "-").removesuffix(".py")
    kernels = source.is_file() and "@njit" in source.read_text()
    copy(target, files, args.tests or [f"tests/{args.what.split('/')[0]}"], kernels)
    one = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")}
    environment = os.environ | one | {"PYTHONPATH": str(target / "mutants"), "NUMBA_DISABLE_JIT": str(int(kernels))}

    def mutmut(*arguments: str, **options) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", "mutmut", *arguments], cwd=target, env=environment, **options)

    drawn_file = target / "drawn.json"
    if args.again:
        drawn = json.loads(drawn_file.read_text())
        wanted = [name for name in drawn if outcomes(target, files).get(name) in ALIVE]
    else:
        # A first call with a name that nothing bears writes the mutants and asks the tests which of them they call.
        mutmut("run", "--max-children", "1", "none", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        names = sorted(name for name in outcomes(target, files) if fnmatch.fnmatch(name, args.only))
        rng = np.random.default_rng(args.seed)
        drawn = sorted(rng.permutation(names)[: args.sample].tolist())
        drawn_file.write_text(json.dumps(drawn))
        wanted = drawn
    for start in range(0, len(wanted), 500):  # a command line has an end
        mutmut("run", "--max-children", str(args.jobs), *wanted[start : start + 500])

    codes = outcomes(target, files)
    untested = sum(codes.get(name) is None for name in drawn)
    if untested:
        sys.exit(f"{untested} of {len(drawn)} mutants were not tried: do all tests pass in {target / 'mutants'}?")
    lives = [name for name in drawn if codes[name] in ALIVE]
    with open(target / "survivors.diff", "w") as file:
        for name in lives:
            file.write(mutmut("show", name, capture_output=True, text=True).stdout + "\n")
    killed = len(drawn) - len(lives)
    low, high = binomtest(killed, max(len(drawn), 1)).proportion_ci(method="wilson")
    print(f"\n{args.what}: {killed} of {len(drawn)} mutants killed ({killed / max(len(drawn), 1):.1%}", end="")
    print(f", 95 % interval of the share of all {low:.1%} to {high:.1%})" if args.sample else ")")
    for module in files:
        of = [name for name in drawn if name.startswith(module.removesuffix(".py").replace("/", ".") + ".")]
        if of:
            print(f"{module:40} {len(of):5} mutants {sum(name in lives for name in of):4} survivors")
    print(f"what survived: {target / 'survivors.diff'}")


if __name__ == "__main__":
    main()
