import json

import pytest

from wshash import InputError
from wshash.study.grid.config import StudyConfig, integers


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
        ({"depths": ()}, "depths: nothing given; each must be from 1 to 1000000000, at least one"),
        ({"depths": (0, 10)}, r"depths: \[0\] given"),
        ({"depths": (10**9 + 1,)}, "depths"),
        ({"n_queries": 10**9 + 1}, "n_queries"),
        ({"label_share": 1.01}, "label_share 1.01 must be from a millionth to 1"),
        ({"label_share": 0.9e-6}, "label_share"),
        ({"dataset": "a/../b"}, "b"),
    ],
)
def test_a_bad_setting_is_named_with_the_remedy(change, message):
    with pytest.raises(InputError, match=message):
        StudyConfig(**change)


def test_bounds_are_allowed_and_repeated_concepts_count_once():
    config = StudyConfig(
        label_share=1e-6, n_queries=10**9, depths=(1, 10**9), unseen=("b", "a", "b"), protocol="held-out"
    )
    assert config.depths == (1, 10**9) and config.unseen == ("a", "b")
    assert StudyConfig(n_queries=1, label_share=1).to_dict() == {
        "dataset": "postcards", "options": {}, "backbone": "efficientnet_lite0", "tag_filter": "cnn", "n_queries": 1,
        "split_seed": 0, "label_share": 1, "unseen": [], "protocol": "paper", "depths": [100, 200, 400, 500, 1000],
        "preset": "study", "threads": 1,
    }  # fmt: skip
    for name in ("efficientnet_lite0", "vgg16"):
        assert StudyConfig(backbone=name).backbone == name


def test_unknown_settings_are_refused():
    with pytest.raises(InputError, match="^a study has no setting backbnoe, x$"):
        StudyConfig.from_dict({"x": 1, "backbnoe": "vgg16"})


def test_integers_checks_bounds():
    assert integers(["8", 16, 1, 256], "code lengths", 1, 256) == [8, 16, 1, 256]
    for bad in ([0], [257], [], ["eight"], [None]):
        with pytest.raises(InputError, match="code lengths"):
            integers(bad, "code lengths", 1, 256)
