"""Commands as people run them: stopped, piped into head, in an ASCII terminal, without a place to write."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
SMALL = ["study", "--option", "n=400", "--queries", "60", "--preset", "smoke", "--methods", "LSH", "DSH"]


@pytest.fixture
def environment(tmp_path):
    return os.environ | {"WSHASH_RUNS": str(tmp_path / "runs"), "WSHASH_FIGURES": str(tmp_path / "figures")}


def _run(arguments, environment, **more) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "wshash", *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, **{"cwd": ROOT, **more}
    )


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="Ctrl-C reaches a group of processes on POSIX")
def test_ctrl_c_ends_in_one_line_within_two_seconds_and_keeps_the_rows(environment, tmp_path):
    command = [sys.executable, "-m", "wshash", *SMALL, "--bits", "8", "9", "10", "--seeds", "20", "--rows-only"]
    log = tmp_path / "log.txt"
    with open(log, "w") as out:
        listen = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731 (a job in the background may not)
        more = dict(start_new_session=True, preexec_fn=listen, stdout=out, stderr=out)
        process = subprocess.Popen(command, env=environment, cwd=ROOT, **more)
    rows, deadline = tmp_path / "runs" / "rows", time.monotonic() + 240
    while len(list(rows.glob("*.sha256"))) < 3 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    pressed = time.monotonic()
    process.wait(timeout=60)
    took, out = time.monotonic() - pressed, log.read_text()
    assert process.returncode == 130 and took < 2, (took, out)
    said = out.strip().splitlines()[-1]
    assert said.startswith("wshash: stopped, ") and "of 120 rows kept; the same command goes on" in said
    assert int(said.split()[2]) >= 3 and "Traceback" not in out and "KeyboardInterrupt" not in out
    time.sleep(3)  # a kernel finishes its row before it notices that nobody is there
    found = re.search(r"of which (\d+) are missing", _run([*command[3:], "--dry-run"], environment).stdout)
    assert int(found[1]) <= 120 - int(said.split()[2])


@pytest.mark.posix
@pytest.mark.skipif(os.cpu_count() == 1, reason="one process draws by itself")
def test_processes_that_draw_are_deaf_to_ctrl_c_and_the_command_is_not():
    import joblib
    from joblib.externals.loky import get_reusable_executor

    from wshash.study import commands

    get_reusable_executor().shutdown(wait=True)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are deaf
    commands._start_workers()
    after = signal.signal(signal.SIGINT, before)
    asked = joblib.Parallel(n_jobs=-1)(joblib.delayed(signal.getsignal)(signal.SIGINT) for _ in range(4))
    get_reusable_executor().shutdown(wait=True)
    assert asked == [signal.SIG_IGN] * 4 and after is signal.default_int_handler


def test_a_folder_is_searched_by_picture_and_by_word_with_the_model_that_ships_and_with_its_own(environment, tmp_path):
    rng = np.random.default_rng(0)
    folder = tmp_path / "photos" / "deep"
    folder.mkdir(parents=True)
    colours = np.array([[250, 20, 20], [20, 220, 20], [30, 30, 250]])
    names = ("red, warm", "green, garden", "blue, cold")

    def photo(i):
        noise = rng.integers(-19, 19, (24, 24, 3))
        return Image.fromarray((colours[i % 3] + noise).clip(0, 255).astype(np.uint8))

    for i in range(120):
        photo(i).save(folder / f"{i:03d}.png")
    ask = ["search", str(folder.parent), str(folder / "007.png"), "--top", "3", "--json"]
    done = _run(ask, environment)
    assert done.returncode == 0 and "120/120" in done.stderr, done.stderr
    [found] = json.loads(done.stdout)["found"]
    assert {"file": "deep/007.png", "distance": 0, "copy": "same file"} in found["answers"]
    assert done.stdout == _run(ask, environment).stdout
    lines = "".join(f'deep/{i:03d}.png,"{names[i % 3]}, {("nikon", "2007")[i % 2]}"\n' for i in range(120))
    (folder.parent / "tags.csv").write_text("file,tags\n" + lines)
    # One photo goes, one is new: only that is looked at, and the model is the folder's own from here on.
    (folder / "100.png").unlink()
    photo(1).save(folder / "new.png")
    trained = _run(["search", str(folder.parent), "garden", "--train", "--json"], environment)
    assert trained.returncode == 0 and "1/1" in trained.stderr and "120/120" not in trained.stderr
    words = _run(["search", str(folder.parent), "garden", "--top", "39"], environment)
    green = [int(number) % 3 for number in re.findall(r"deep/(\d+)", words.stdout)]
    assert len(green) >= 38 and green.count(1) >= 36


def test_output_into_head_and_an_ascii_terminal(environment):
    script = f"{sys.executable} -m wshash study --help | head -1"
    done = subprocess.run(script, shell=True, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr
    ascii_only = environment | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = _run([*SMALL, "--dry-run"], ascii_only)
    assert done.returncode == 0 and "Traceback" not in done.stderr


@pytest.mark.parametrize("variable", ["WSHASH_RUNS", "WSHASH_FIGURES"])
def test_a_place_that_is_a_file_is_named(environment, tmp_path, variable):
    (tmp_path / "file").write_text("")
    done = _run([*SMALL, "--dry-run"], environment | {variable: str(tmp_path / "file")})
    assert done.returncode == 2 and variable in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="limits on the size of files are POSIX")
def test_a_full_disk_is_said_in_a_sentence(environment):
    import resource

    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))  # noqa: E731
    done = _run([*SMALL, "--bits", "8", "--seeds", "1"], environment, preexec_fn=limit)
    assert done.returncode in (1, 2) and "Traceback" not in done.stderr
    assert "File too large" in done.stderr or "No space" in done.stderr


def test_places_mean_what_a_shell_user_expects(environment, tmp_path):
    home = tmp_path / "home"
    (home / "runs").mkdir(parents=True)
    places = environment | {"HOME": str(home), "WSHASH_RUNS": "~/runs", "PYTHONPATH": str(ROOT)}
    done = _run([*SMALL, "--dry-run"], places, cwd=tmp_path)
    assert done.returncode == 0 and "not drawn yet" in done.stdout
    done = _run([*SMALL, "--bits", "8", "--seeds", "1", "--methods", "LSH", "--rows-only"], places)
    assert done.returncode == 0, done.stderr  # the kernel looks where the command does
    assert list((home / "runs" / "rows").glob("*.json"))
    relative = places | {"WSHASH_RUNS": "home/runs"}
    done = _run([*SMALL, "--bits", "8", "--seeds", "1", "--methods", "LSH", "--dry-run"], relative, cwd=tmp_path)
    assert "of which 0 are missing" in done.stdout
