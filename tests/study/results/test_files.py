"""Where a study's figures lie."""

from itertools import combinations

from wshash.study.grid.config import StudyConfig
from wshash.study.results.files import folder_of

FAMILIES = [
    ("animals", "bird", "dog"),
    ("lake", "river", "sea", "water"),
    ("car", "structures", "transport"),
    ("baby", "female", "male", "people", "portrait"),
    ("flower", "plant_life", "tree"),
]


def name(*unseen, **settings):
    return folder_of(StudyConfig(unseen=unseen, **settings)).name


def test_families_of_unseen_concepts_have_folders_of_their_own_that_name_them():
    names = [name(*family) for family in FAMILIES]
    assert names == [f"unseen-{'-'.join(family)}" for family in FAMILIES]
    assert name(*reversed(FAMILIES[0])) == names[0], "the order in which they are named is none"
    assert name(*FAMILIES[0], protocol="held-out") == "held-out_unseen-animals-bird-dog"
    assert name() == "postcards"


def test_the_name_of_unseen_concepts_is_short_safe_and_theirs_alone():
    odd = [("a b",), ("a-b",), ("a", "b"), ("a/b",), ("..",), ("caf\u00e9",)]
    many = [tuple(f"concept{i}" for i in range(first, 81)) for first in (0, 1)]
    names = [name(*concepts) for concepts in (*odd, *many)]
    assert all(a != b for a, b in combinations(names, 2))
    for given, made in zip((*odd, *many), names, strict=True):
        assert len(made) <= 70 and set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-"), given
    assert names[2] == "unseen-a-b" and names[-1].startswith("unseen-80-concepts-")
