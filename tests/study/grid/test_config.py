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
