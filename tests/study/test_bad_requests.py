"""What people type: a seeded thousand of requests, most of them wrong. Each ends in a plan or in a sentence.

``tests/datasets/test_bad_input.py`` does the same for what people have on their disks.
"""

import random
import warnings
from collections import Counter

import pytest

from wshash import InputError, load_dataset
from wshash.study import cli
from wshash.study.grid import collection

CASES, SEED = 1300, 0

NAMES = [
    "",
    " ",
    "postcard",
    "postcards-/../../../x",
    "../x",
    "postcards/..",
    "/etc",
    "mirflickr25k-nowhere",
    "nuswide",
]
NAMES += ["folder-nowhere", "Postcards", "postcards\n", "postcards-\0", "пошта", "-", "a" * 300, "postcards-..", "~"]
OPTIONS = ["n", "n=", "=5", "", "n==6", "n=abc", "n=-1", "n=0", "n=1.5", "n=null", "n=[1]", "n={}", 'n="60"', "n=true"]
OPTIONS += ["size=8", "size=x", "seed=-1", "seed=1.5", "tag_noise=2", "tag_noise=no", "tag_noise=NaN", "untagged=maybe"]
OPTIONS += ["pictures=60", "name=x", "folder=/", "root=.", "n_jobs=x", "tag_seed=-3", "every=1", "check=1"]
NUMBERS = ["0", "-1", "257", "1e3", "8.5", "eight", "", "nan", "99999999999", "٨٨", "0x10", "8,16"]
METHODS = ["DHS", "ws-dsh", "WS-LSH", "Placebo-ITQ", "Matched-KSH", "Real-DSH", "Features", "", "LSH,KSH", "all.py:X"]
METHODS += ["nowhere.py:Mine", ":", ".py:", "wshash/errors.py:InputError", "wshash/hashing/lsh.py:Nothing", "WS-", "-"]
SHARES = ["0", "1e-9", "-0.1", "1.1", "nan", "inf", "a tenth", ""]
FILES = ["nowhere", "README.md", "/dev/null", "", "tests/tags", "~nobody/x", "x" * 400, "pyproject.toml", "LICENSE"]
GOOD = ["study", "--dry-run", "--option", "n=120", "--queries", "12", "--methods", "LSH", "--bits", "8", "--seeds", "1"]


def _wrong(draw: random.Random) -> list[str]:
    """A good request with one or two things in it that are wrong, or another command on what it was not made for."""
    kinds = {
        "--dataset": NAMES,
        "--option": OPTIONS,
        "--bits": NUMBERS,
        "--seeds": [*NUMBERS, "99999999"],
        "--seed": NUMBERS,
        "--queries": [*NUMBERS, "120", "119", "1000"],
        "--methods": METHODS,
        "--label-share": SHARES,
        "--unseen": ["dragon", "", "sky\n", "SKY"],
        "--backbone": ["resnet", "", "vgg", "efficientnet"],
        "--preset": ["huge", "", "Study"],
        "--protocol": ["best", "", "heldout"],
        "--tag-filter": ["eye", "", "CNN"],
        "--jobs": ["x", "", "1.5"],
        "--no-such": ["1"],
        "--dry": [],
    }
    if draw.random() < 0.75:
        command = list(GOOD)
        for flag in draw.sample(sorted(kinds), draw.choice([1, 1, 2])):
            command += [flag, *(draw.choices(kinds[flag], k=draw.choice([1, 1, 2])) if kinds[flag] else [])]
        return command
    return draw.choice(
        [
            ["data", "check", draw.choice(FILES)],
            ["data", "fetch", draw.choice(NAMES)],
            ["data", draw.choice(["chekc", ""]), "x"],
            ["search", draw.choice(FILES), draw.choice(["sunset", *FILES]), "--top", draw.choice(NUMBERS)],
            ["search", draw.choice(FILES), "sunset", "--option", draw.choice(OPTIONS)],
            ["tag", draw.choice(FILES), "--model", draw.choice(FILES)],
            ["claims", "--option", "n=120", "--queries", "12", "--methods", draw.choice(["LSH", *METHODS])],
            ["notebooks", draw.choice(FILES)],
            ["bench", draw.choice(["nothing", "scael", ""])],
            [draw.choice(["stduy", "", "--help-me"])],
        ]
    )


def _outcome(command: list[str], capsys) -> str:
    try:
        status = cli.main(command)
    except SystemExit as left:  # argparse
        status = left.code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err + shown.out, command
    if status == 0:
        assert any(text in shown.out for text in ("rows to make", "rows or fewer", "usage")), command
        return "planned"
    if command[:2] == ["data", "check"] and status == 1:
        assert "cannot run on it yet" in shown.out, command
        return "reported"
    said = [line for line in shown.err.splitlines() if line.startswith(("wshash", "usage"))]
    assert status in (1, 2) and said, (command, status, shown)
    return "refused by name" if said[-1].startswith("wshash:") else "refused by argparse"


@pytest.fixture
def places(tmp_path, monkeypatch):
    for variable in ("WSHASH_RUNS", "WSHASH_FIGURES", "WSHASH_DATA"):
        monkeypatch.setenv(variable, str(tmp_path / variable.lower()))
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    load_dataset("postcards", n=120)  # drawn once; a dry run draws nothing
    loaded = {}

    def once(name, /, **options):
        key = name, repr(options)
        if key not in loaded:
            loaded[key] = load_dataset(name, **options)
        return loaded[key]

    monkeypatch.setattr(collection, "load_dataset", once)
    return tmp_path


def test_every_request_ends_in_a_plan_or_in_a_sentence_and_writes_nowhere_else(places, capsys):
    draw = random.Random(SEED)
    outcomes = Counter(_outcome(_wrong(draw), capsys) for _ in range(CASES))
    assert sum(outcomes.values()) == CASES
    assert outcomes == EXPECTED
    left = {path.name for path in places.iterdir()}
    assert left <= {"wshash_runs", "wshash_figures"}


EXPECTED = {"refused by name": 641, "refused by argparse": 610, "planned": 22, "reported": 27}


def test_without_arguments_it_says_what_one_can_do(capsys):
    assert cli.main([]) == 0
    assert "run the grid" in capsys.readouterr().out


def test_a_bug_keeps_its_traceback(monkeypatch):
    monkeypatch.setattr(cli.commands, "readme", lambda arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main(["readme"])


def test_bad_input_is_a_value_error():
    assert issubclass(InputError, ValueError)
