"""Every compared method and every fact about it, in one place. Imports no estimator: a plan must not wait for torch."""

import hashlib
import importlib.util
import inspect
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from wshash.errors import InputError

LABELS, TAG_PAIRS, TAG_VECTORS, TAGS = "labels", "tag pairs", "tag vectors", "tags"
"""What a method can learn from: bool n×c; a ``TagSimilarity``; a mean tag vector for each picture, n×e; weights of all
tags, sparse n×V."""

PREFIXES = ("WS", "Placebo", "Matched", "Real")
"""Versions of a method: see :func:`parse`."""


@dataclass(frozen=True)
class Method:
    """An estimator as the study and the figures know it.

    Attributes
    ----------
    name : str
        As in tables.
    location : str
        ``"module:Class"``, or ``"path/to/file.py:Class"`` for one from outside.
    learns_from : tuple of str
        What its ``fit`` takes beside X, in this order; empty: nothing.
    starts : bool
        It takes ``start=<fitted WeakPretraining>``, so it has WS- and Placebo- versions.
    trains : bool
        It trains in epochs, so it has a budget.
    every : bool
        Of labels, it is given the pictures without any too.
    label : str
        As figures name it.
    colour, marker : str
        Of its lines. All versions of a method share them.
    """

    name: str
    location: str
    learns_from: tuple[str, ...] = ()
    starts: bool = False
    trains: bool = False
    every: bool = False
    label: str = ""
    colour: str = "#000000"
    marker: str = "o"

    @property
    def module(self) -> str:
        return self.location.rpartition(":")[0]

    @property
    def class_name(self) -> str:
        return self.location.rpartition(":")[2]

    @property
    def supervised(self) -> bool:
        return LABELS in self.learns_from

    @property
    def sees_tags(self) -> bool:
        return not {TAG_PAIRS, TAG_VECTORS, TAGS}.isdisjoint(self.learns_from)

    @property
    def versions(self) -> list[str]:
        """Its name; where it can be started, WS- and Placebo- too."""
        return [prefix + self.name for prefix in (("", "WS-", "Placebo-") if self.starts else ("",))]

    @property
    def outside(self) -> bool:
        """It is no part of this package."""
        return self.module.endswith(".py")

    def load(self) -> type:
        """The class."""
        return getattr(_module(self.module), self.class_name)


# Colours: Okabe-Ito, which the common forms of colour blindness keep apart, without its yellow.
METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("LSH", "wshash.hashing.lsh:LSH", colour="#777777", marker="x"),
        Method("DeepBit", "wshash.hashing.deepbit:DeepBit", trains=True, colour="#CC79A7", marker="+"),
        Method("KSH", "wshash.hashing.ksh:KSH", (LABELS,), starts=True, colour="#0072B2", marker="o"),
        Method("DSH", "wshash.hashing.dsh:DSH", (LABELS,), True, True, colour="#D55E00", marker="s"),
        Method("DRSCH", "wshash.hashing.drsch:DRSCH", (LABELS,), True, True, colour="#009E73", marker="^"),
        Method("ITQ", "wshash.hashing.itq:ITQ", colour="#5C4A00", marker="D"),
        Method("Classifier", "wshash.hashing.classifier:ClassifierHash", (LABELS,), label="classifier", marker="*"),
        Method(
            "Weak", "wshash.hashing.weak:WeakPretraining", (TAG_PAIRS,), trains=True, label="weak network",
            colour="#4422AA", marker="v",
        ),
        Method("WDHT", "wshash.hashing.wdht:WDHT", (TAG_VECTORS,), trains=True, colour="#882255", marker="P"),
        Method(
            "CCAITQ", "wshash.hashing.cca_itq:CCAITQ", (TAGS,), label="CCA-ITQ", colour="#AA3377", marker="X"
        ),
        Method(
            "CCAITQ3", "wshash.hashing.three_views:ThreeViewCCAITQ", (LABELS, TAGS), every=True,
            label="CCA-ITQ, labels as third view", colour="#AA3377", marker="h",
        ),
        Method(
            "Joint", "wshash.hashing.joint:JointHash", (LABELS, TAGS), trains=True, every=True,
            label="tags and labels at once", colour="#000000", marker="H",
        ),
        Method(
            "JointTags", "wshash.hashing.joint_tags:JointTags", (TAGS,), trains=True, every=True,
            label="tags alone, same network", colour="#332288", marker="d",
        ),
        Method(
            "Twin", "wshash.hashing.joint:JointHash", (LABELS,), trains=True, every=True,
            label="labels alone, same network", colour="#555555", marker="8",
        ),
        Method("Features", "wshash.hashing.features:CentredFeatures", label="features", colour="#777777", marker="2"),
    )
}  # fmt: skip

PAPER = ("LSH", "DeepBit", "KSH", "DSH", "DRSCH", "WS-KSH", "WS-DSH", "WS-DRSCH")
"""The eight methods of the paper's figures, in its order."""

_OUTSIDE = ("#8F80F0", "#117733", "#AA4499", "#999933")  # colours of methods from outside, in turn
_OUTSIDE_MARKERS = ("h", "p", "<", ">")


def parse(name: str) -> tuple[str, Method]:
    """A name's prefix and method: ``"WS-DSH"`` → ``"WS"``, DSH; of a method itself the prefix is empty.

    ``WS-X`` starts X from the weak network. ``Placebo-X`` does from one trained on shuffled tags; where X itself learns
    from tags, it is X on shuffled tags. ``Matched-X`` is X alone, trained for as many more epochs as the pre-training
    takes. ``Real-X`` compares the real values before they are cut to bits: a ceiling, not a code.

    Raises
    ------
    InputError
        No such method, or no such version of it.
    """
    prefix, method = "", METHODS.get(name)
    if method is None:
        prefix, _, base = name.partition("-")
        method = METHODS.get(base)
        allowed = method is not None and {
            "WS": method.starts,
            "Placebo": method.starts or method.sees_tags,
            "Matched": method.starts and method.trains,
            "Real": method.name in ("Weak", "Features"),
        }.get(prefix, False)
        if not allowed:
            raise InputError(f"method {name!r} is unknown; choose among {', '.join(names())}")
    elif name == "Features":
        raise InputError("method 'Features' has no codes; choose Real-Features, its ceiling")
    return prefix, method


def names() -> list[str]:
    """All methods and versions, in the order of figures and tables: the paper's, references, controls, outside."""
    own = [m for m in METHODS.values() if not m.outside]
    further = [m for m in own if m.name not in PAPER and m.name != "Features"]
    references = [prefix + m.name for m in further for prefix in (("", "WS-") if m.starts else ("",))]
    references += ["Real-Features", "Real-Weak"]
    controls = [f"Placebo-{m.name}" for m in own if m.sees_tags]
    controls += [f"Placebo-{m.name}" for m in own if m.starts]
    controls += [f"Matched-{m.name}" for m in own if m.starts and m.trains]
    outside = [name for m in METHODS.values() if m.outside for name in m.versions]
    return [*PAPER, *references, *controls, *outside]


def in_order(wanted: Iterable[str]) -> list[str]:
    """Each of these once, in the order of :func:`names`; an InputError for an unknown one."""
    order, wanted = names(), set(wanted)
    for name in wanted:
        parse(name)
    return sorted(wanted, key=lambda name: (order.index(name) if name in order else len(order), name))


def groups() -> dict[str, list[str]]:
    """What ``--methods`` takes in place of names."""
    every = names()
    controls = [name for name in every if name.startswith(("Placebo-", "Matched-"))]
    references = [name for name in every if name not in PAPER and name not in controls]
    return {"paper": list(PAPER), "references": references, "controls": controls, "all": every}


def started() -> list[str]:
    """Methods that have a WS- version."""
    return [method.name for method in METHODS.values() if method.starts]


def register(location: str) -> Method:
    """Let a method from outside take part: ``"path/to/my_method.py:MyHash"``.

    The class is an estimator as scikit-learn has them: ``__init__`` with ``n_bits`` and ``random_state`` among its
    parameters, ``fit(X, ...)`` and ``transform(X)`` → uint8 n×k of 0 and 1. What ``fit`` takes beside X its attribute
    ``learns_from`` says; without one, the labels where its tag ``target_tags.required`` is set, else nothing. Where it
    takes ``start`` it gets WS- and Placebo- versions.

    Raises
    ------
    InputError
        No such file or class, a class that lacks one of these, or the name of another method.
    """
    path, colon, class_name = location.rpartition(":")
    if not colon or not path.endswith(".py"):
        raise InputError(f"{location!r}: write path/to/my_method.py:MyHash")
    file = Path(path).expanduser().resolve()
    if not file.is_file():
        raise InputError(f"{file} does not exist; {location!r} should name a file and a class in it")
    location = f"{file}:{class_name}"
    known = METHODS.get(class_name)
    if known is not None:
        if known.location == location:
            return known
        raise InputError(f"{location}: a method named {class_name} is there already; give the class another name")
    cls = getattr(_module(str(file)), class_name, None)
    if not isinstance(cls, type):
        raise InputError(f"{file} has no class {class_name}")
    parameters = inspect.signature(cls.__init__).parameters
    lacking = [f"the parameter {name}" for name in ("n_bits", "random_state") if name not in parameters]
    lacking += [f"the method {name}" for name in ("fit", "transform", "get_params") if not hasattr(cls, name)]
    if lacking:
        raise InputError(f"{location}: the class lacks {', '.join(lacking)}; see README, “A method of your own”")
    learns_from = getattr(cls, "learns_from", None)
    if learns_from is None:
        required = cls().__sklearn_tags__().target_tags.required if hasattr(cls, "__sklearn_tags__") else False
        learns_from = (LABELS,) if required else ()
    number = sum(m.outside for m in METHODS.values())
    METHODS[class_name] = Method(
        class_name,
        location,
        tuple(learns_from),
        starts="start" in parameters,
        trains="epochs" in parameters,
        colour=_OUTSIDE[number % len(_OUTSIDE)],
        marker=_OUTSIDE_MARKERS[number % len(_OUTSIDE_MARKERS)],
    )
    return METHODS[class_name]


def _module(name: str):
    if not name.endswith(".py"):
        return import_module(name)
    known = f"_wshash_outside_{hashlib.sha256(name.encode()).hexdigest()[:12]}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, name)
        module = importlib.util.module_from_spec(spec)
        sys.modules[known] = module
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[known]
            raise InputError(f"{name} cannot be loaded: {type(error).__name__}: {error}") from error
    return sys.modules[known]
