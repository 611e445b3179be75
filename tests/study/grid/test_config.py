import json

import pytest

from wshash import InputError
from wshash.study.grid.config import StudyConfig, integers
from wshash.study.grid.methods import ALL, check_methods, recipe


def test_a_config_survives_json():
    config = StudyConfig(dataset="postcards", options={"n": 600}, depths=(50, 10), preset="smoke", unseen=("b", "a"))
    assert StudyConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert config.depths == (10, 50) and config.unseen == ("a", "b")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"protocol": "best"}, "protocol 'best'.*held-out"),
        ({"tag_filter": "eye"}, "tag filter 'eye'.*sift"),
        ({"preset": "huge"}, "preset 'huge'"),
        ({"label_share": 0}, "label_share"),
        ({"n_queries": 0}, "n_queries"),
        ({"depths": ()}, "depths"),
    ],
)
def test_a_bad_setting_is_named_with_the_remedy(change, message):
    with pytest.raises(InputError, match=message):
        StudyConfig(**change)


def test_unknown_settings_are_refused():
    with pytest.raises(InputError, match="backbnoe"):
        StudyConfig.from_dict({"backbnoe": "vgg16"})


def test_integers_checks_bounds():
    assert integers(["8", 16], "code lengths", 1, 256) == [8, 16]
    for bad in ([0], [257], [], ["eight"], [None]):
        with pytest.raises(InputError, match="code lengths"):
            integers(bad, "code lengths", 1, 256)


@pytest.mark.parametrize("name", [name for name in ALL if name != "Real-Features"])
def test_every_method_can_be_built(name):
    made = recipe(name, "smoke")
    estimator = made.build(8, 3)
    assert estimator.n_bits == 8 and estimator.random_state == 3


def test_ceilings_compare_real_values_and_codes_do_not():
    assert {name: recipe(name).distance for name in ALL if recipe(name).distance != "hamming"} == {
        "Real-Features": "cosine",
        "Real-Weak": "euclidean",
    }


def test_matched_compute_trains_as_long_as_pre_training_and_training_together():
    for base in ("DSH", "DRSCH"):
        together = recipe("Weak").build(8, 0).epochs + recipe(base).build(8, 0).epochs
        assert recipe(f"Matched-{base}").build(8, 0).epochs == together


def test_a_placebo_differs_from_the_ws_version_in_its_start_alone():
    for base in ("KSH", "DSH", "DRSCH"):
        real, placebo = recipe(f"WS-{base}"), recipe(f"Placebo-{base}")
        assert (real.base, real.parameters) == (placebo.base, placebo.parameters)
        assert (real.start, placebo.start) == ("weak", "placebo")


def test_methods_come_in_the_order_of_the_figures_and_once():
    assert check_methods(["WS-DSH", "LSH", "WS-DSH"]) == ["LSH", "WS-DSH"]
    with pytest.raises(InputError, match="'DHS' is unknown; choose among LSH"):
        check_methods(["DHS"])
    with pytest.raises(InputError, match="no method"):
        check_methods([])
