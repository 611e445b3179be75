"""How long a study takes, told from a probe: the steps are counted as training counts them."""

import pytest

from wshash.study.grid import probe
from wshash.study.grid.config import StudyConfig
from wshash.study.grid.methods import recipe


@pytest.fixture(autouse=True)
def nothing_was_measured():
    probe._pace.cache_clear()
    yield
    probe._pace.cache_clear()


def test_a_trained_method_takes_its_steps_and_another_its_rows_and_bits(monkeypatch):
    step = 0.01
    monkeypatch.setattr(probe, "_timed", lambda e, *_: 1 + e.epochs * (probe.N // e.batch_size) * step)
    dsh = recipe("DSH").build(16, 0)
    for n in (1000, 50_000):  # few pictures: the least number of steps; many: epochs of them
        steps = max(dsh.epochs * (n // dsh.batch_size), dsh.min_steps)
        few = 1 + (probe.N // dsh.batch_size) * step
        assert probe._fit_seconds(recipe("DSH"), 16, n, 1) == pytest.approx(few + steps * step)
    monkeypatch.setattr(probe, "_timed", lambda e, *_: e.n_bits * 0.1)
    assert probe._fit_seconds(recipe("KSH"), 64, 1280, 1) == pytest.approx(6.4 * 2)
    assert probe._fit_seconds(recipe("KSH"), 64, 50_000, 1) == pytest.approx(6.4 * 2000 / probe.N)  # it takes no more


def test_rows_are_added_up_and_a_network_that_others_start_from_counts_once(monkeypatch):
    seconds = {"KSH": 5.0, "DSH": 3.0, "Weak": 2.0}
    monkeypatch.setattr(probe, "_fit_seconds", lambda made, *_: seconds[made.method.name])
    rows = [(method, n_bits, 0) for method in ("KSH", "WS-KSH", "WS-DSH") for n_bits in (8, 16)]
    assert probe.rows_seconds(StudyConfig(), rows, 1000) == 2 * (5 + 5 + 3 + 2)


def test_what_was_measured_before_pictures_were_drawn_is_not_measured_again_after(monkeypatch):
    asked = []
    monkeypatch.setattr(probe, "_timed", lambda e, method, _: asked.append(method.name) or e.n_bits * 0.1)
    rows = [(method, 16, seed) for method in ("KSH", "WS-KSH", "LSH") for seed in (0, 1)]
    before = probe.rows_seconds(StudyConfig(), rows, 800)
    measured = len(asked)
    after = probe.rows_seconds(StudyConfig(), rows, 400)  # that many are left to train on
    assert len(asked) == measured == 7  # KSH and LSH twice, the weak network three times; WS-KSH trains as KSH does
    weak = 2 * 16 * 0.1  # no step takes longer here, so all of it is what a training begins with
    assert before - weak == pytest.approx(2 * (after - weak)) and after > weak


def test_every_method_can_be_probed(monkeypatch):
    monkeypatch.setattr(probe, "N", 128)
    for name in ("LSH", "DeepBit", "KSH", "Weak", "WDHT"):
        assert 0 < probe._fit_seconds(recipe(name), 8, 1000, 1) < 600
