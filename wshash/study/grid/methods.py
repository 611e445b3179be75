"""How each compared method is made: what it starts from, and the budget of what trains."""

from dataclasses import dataclass, field

from wshash.errors import InputError
from wshash.hashing import catalogue
from wshash.hashing.catalogue import METHODS, Method

# Table 2 and section 2.3 of the paper. It says neither when the rate is multiplied by the decay factor nor to what the
# momentum rises from its initial value: here, after each third of the epochs, and it stays.
TABLE2 = {
    "depth": "full",
    "hidden": None,  # the k units follow VGG-16's second fully-connected layer
    "backbone": "vgg16",
    "epochs": 120,
    "min_steps": 0,
    "batch_size": 64,
    "optimizer": "sgd",
    "learning_rate": 1e-3,
    "backbone_rate": 1.0,
    "decay": 0.1,
    "momentum": 0.5,
}

_TRAINED = [name for name, method in METHODS.items() if method.trains]
_IN_FULL = [name for name in _TRAINED if not METHODS[name].every]
_CONCAT = {"WS-KSH": {"start_layer": "concat"}}

# Chosen on the validation part of the training pool alone: see notebook 04 and wshash.study.experiments.convergence.
PRESETS: dict[str, dict[str, dict]] = {
    # The estimators' defaults are the budgets. WS-KSH sees the features beside the weak network's hidden layer: on
    # MIRFLICKR's validation part P@500 is .844 at 16 bits and .856 at 64, against .840 and .847 from the hidden layer
    # alone, .808 and .824 from the sigmoids, .840 and .848 for KSH itself.
    "study": _CONCAT,
    # Does everything, shows nothing: for tests.
    "smoke": {name: {"epochs": 3, "min_steps": 0} for name in _TRAINED},
    # The last stage of the backbone too, with the same budgets; DeepBit would rotate pictures, which it does not see.
    # On MIRFLICKR's validation part, protocol held-out, 32 bits, one seed, precision@500: DSH .828 after 306 steps,
    # .839 after 612 (.812 after 782 of the head), the weak network .772 (.749), WDHT .788 (.770).
    "stage": {name: {"depth": "stage"} for name in _TRAINED if name != "DeepBit"} | _CONCAT,
    # All of it: hours on a CPU. JointHash trains the last stage at most.
    "full": {name: {"depth": "full"} for name in _IN_FULL} | _CONCAT,
    # Work for a GPU; WS-KSH sees the trained network's second layer.
    "paper": {name: TABLE2 for name in _IN_FULL},
}


@dataclass(frozen=True)
class Recipe:
    """How a compared method is made.

    Attributes
    ----------
    name : str
        As in the figures.
    method : Method
        The estimator and its facts.
    start : {None, "Weak", "Placebo-Weak"}
        What it starts from: the weak network, trained on the tags or on the same tags dealt out at random.
    shuffled : bool
        It learns from tags itself, and these are dealt out at random.
    parameters : dict
        Of the estimator, beyond its defaults.
    matched : dict or None
        Parameters of the pre-training whose budget is added to the method's own.
    distance : {"hamming", "euclidean", "cosine"}
        Hamming on codes; another on the real values, a ceiling: what an infinitely fine code of them would give.
    inputs : {"features", "maps", "pictures"}
        What it is given: what below its hidden layer it, or the network that it starts from, does not train.
    """

    name: str
    method: Method
    start: str | None = None
    shuffled: bool = False
    parameters: dict = field(default_factory=dict)
    matched: dict | None = None
    distance: str = "hamming"
    inputs: str = "features"

    @property
    def needs_tags(self) -> bool:
        return self.start is not None or self.method.sees_tags

    def build(self, n_bits: int, seed: int, start=None):
        """The estimator, not fitted."""
        parameters = dict(self.parameters) if start is None else self.parameters | {"start": start}
        estimator = self.method.load()(n_bits=n_bits, random_state=seed, **parameters)
        if self.matched is not None:
            weak = METHODS["Weak"].load()(**self.matched)
            estimator.set_params(epochs=estimator.epochs + weak.epochs, min_steps=estimator.min_steps + weak.min_steps)
        return estimator


def recipe(name: str, preset: str = "study") -> Recipe:
    """The recipe of a method or of a version of it: see :func:`wshash.hashing.catalogue.parse`.

    ``Real-Weak`` compares the weak network's sigmoid units by Euclidean distance, ``Real-Features`` the centred
    features by cosine, which is where LSH goes with more and more bits: ceilings, not codes.
    """
    prefix, method = catalogue.parse(name)
    budgets = PRESETS[preset]
    starts = prefix in ("WS", "Placebo") and method.starts
    parameters = dict(budgets.get(method.name, {}))
    if starts:  # the placebo is the same in all but the tags
        parameters |= budgets.get(f"WS-{method.name}", {})
    trains = budgets.get("Weak", {}) if starts and not method.trains else parameters
    return Recipe(
        name,
        method,
        start={"WS": "Weak", "Placebo": "Placebo-Weak"}[prefix] if starts else None,
        shuffled=prefix == "Placebo" and method.sees_tags,
        parameters=parameters,
        matched=budgets.get("Weak", {}) if prefix == "Matched" else None,
        distance="hamming" if prefix != "Real" else "cosine" if method.name == "Features" else "euclidean",
        inputs={"head": "features", "stage": "maps", "full": "pictures"}[trains.get("depth", "head")],
    )


def chosen(names) -> list[str]:
    """The methods that are asked for, in the order of the figures.

    Parameters
    ----------
    names : sequence of str
        Methods and versions; groups of :func:`wshash.hashing.catalogue.groups`; methods from outside as
        ``path/to/my_method.py:MyHash``, which bring their WS- and Placebo- versions where they can be started.

    Raises
    ------
    InputError
        None, or an unknown one.
    """
    groups, wanted = catalogue.groups(), []
    for name in names:
        if ".py:" in name:
            method = catalogue.register(name)
            wanted += [method.name] + [f"{prefix}-{method.name}" for prefix in ("WS", "Placebo") if method.starts]
        else:
            wanted += groups.get(name, [name])
    if not wanted:
        raise InputError(f"no method given; choose among {', '.join(catalogue.names())}")
    return catalogue.in_order(wanted)


def specifications(names) -> list[str]:
    """What :func:`chosen` takes to mean the same methods in another process, outside ones by their file."""
    methods = {name: catalogue.parse(name)[1] for name in names}
    return list(dict.fromkeys(method.location if method.outside else name for name, method in methods.items()))
