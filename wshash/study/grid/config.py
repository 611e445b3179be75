"""What a study is: the data, the split, the way to features and similarities. Immutable, and hashable as JSON."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields

from wshash.datasets import valid_name
from wshash.errors import InputError
from wshash.study.grid.methods import PRESETS

DEPTHS = (100, 200, 400, 500, 1000)  # the R of Figures 8 and 9
BITS = (8, 16, 32, 64)  # the code lengths of Figure 8
SEEDS = 5
PROTOCOLS = ("paper", "held-out")
TAG_FILTERS = ("cnn", "sift", "none")


@dataclass(frozen=True)
class StudyConfig:
    """Everything that all rows of a study share. Method, code length and seed vary from row to row.

    Attributes
    ----------
    dataset : str
        See :func:`wshash.load_dataset`.
    options : dict
        Options of the data set, such as ``{"n": 6000}``.
    backbone : str, optional
        See :func:`wshash.vision.load_backbone`. By default ``"efficientnet_lite0"``, and ``"vgg16"`` for the preset
        ``"paper"``. Presets that train a backbone have no other.
    tag_filter : {"cnn", "sift", "none"}
        What the visual tag filter (section 2.2) looks at: network features, the paper's bags of SIFT words; or
        no filter.
    n_queries : int or None
        None: a sixth of the pictures, rounded down to hundreds, at most the paper's 5,000.
    split_seed : int
    label_share : float
        Part of the training pictures whose labels the supervised methods see, at random; tags are seen of all.
    unseen : tuple of str
        Concepts that the supervised methods are not told of, and by which alone the answers are judged. None: all
        concepts do both.
    protocol : {"paper", "held-out"}
    depths : tuple of int
        R of Precision@R; those beyond the size of the database are left out.
    preset : str
        Budgets of the trained methods: a key of ``wshash.study.grid.methods.PRESETS``.
    threads : int
        Threads per run. Pinned, since sums in another order can differ in the last bit; runs go in parallel.
    """

    dataset: str = "postcards"
    options: dict = field(default_factory=dict)
    backbone: str | None = None
    tag_filter: str = "cnn"
    n_queries: int | None = None
    split_seed: int = 0
    label_share: float = 1.0
    unseen: tuple[str, ...] = ()
    protocol: str = "paper"
    depths: tuple[int, ...] = DEPTHS
    preset: str = "study"
    threads: int = 1

    def __post_init__(self):
        object.__setattr__(self, "depths", tuple(sorted(integers(self.depths, "depths", 1, 10**9))))
        object.__setattr__(self, "unseen", tuple(sorted(set(self.unseen))))
        valid_name(self.dataset)
        _one_of(self.protocol, PROTOCOLS, "protocol")
        _one_of(self.tag_filter, TAG_FILTERS, "tag filter")
        _one_of(self.preset, tuple(PRESETS), "preset")
        theirs = "vgg16" if self.preset == "paper" else "efficientnet_lite0"
        if self.preset in ("paper", "full", "stage"):
            _one_of(self.backbone or theirs, (theirs,), f"with preset {self.preset!r}, backbone")
        object.__setattr__(self, "backbone", self.backbone or theirs)
        if not 1e-6 <= self.label_share <= 1:
            raise InputError(f"label_share {self.label_share!r} must be from a millionth to 1")
        if self.n_queries is not None:
            integers([self.n_queries], "n_queries", 1, 10**9)

    def to_dict(self) -> dict:
        """Plain values, for JSON and for papermill."""
        return asdict(self) | {"depths": list(self.depths), "unseen": list(self.unseen)}

    @classmethod
    def from_dict(cls, values: dict) -> "StudyConfig":
        """The inverse of :meth:`to_dict`; unknown names are refused."""
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown:
            raise InputError(f"a study has no setting {', '.join(sorted(unknown))}")
        return cls(**values)


def _one_of(value: str, known: tuple[str, ...], what: str) -> None:
    if value not in known:
        raise InputError(f"{what} {value!r} is unknown; choose one of {', '.join(known)}")


def integers(values: Iterable, what: str, low: int, high: int) -> list[int]:
    """The values as integers, each within its bounds; at least one."""
    try:
        numbers = [int(value) for value in values]
    except (TypeError, ValueError):
        raise InputError(f"{what}: {values!r} is not a list of integers") from None
    wrong = [n for n in numbers if not low <= n <= high]
    if wrong or not numbers:
        raise InputError(f"{what}: {wrong or 'nothing'} given; each must be from {low} to {high}, at least one")
    return numbers
