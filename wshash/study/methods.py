"""The methods that are compared: their names, what each starts from, and the budgets of those that train."""

from dataclasses import dataclass, field
from importlib import import_module

from wshash.errors import InputError
from wshash.hashing.catalogue import METHODS

PAPER = ("LSH", "DeepBit", "KSH", "DSH", "DRSCH", "WS-KSH", "WS-DSH", "WS-DRSCH")
REFERENCES = ("ITQ", "Classifier", "Weak", "WDHT", "Real-Features", "Real-Weak")
CONTROLS = ("Placebo-Weak", "Placebo-KSH", "Placebo-DSH", "Placebo-DRSCH", "Matched-DSH", "Matched-DRSCH")
ALL = PAPER + REFERENCES + CONTROLS

SUPERVISED = ("KSH", "DSH", "DRSCH", "Classifier")
_TRAINED = ("DeepBit", "DSH", "DRSCH", "Weak", "WDHT")
_CLASSES = {"Weak": "WeakPretraining", "Classifier": "ClassifierHash"}  # the others' class is their name

# Table 2 and section 2.3 of the paper. It says neither when the rate is multiplied by the decay factor nor to what the
# momentum rises from its initial value: here, after each third of the epochs, and it stays.
TABLE2 = {
    "depth": "full",
    "hidden": None,  # the k units follow VGG-16's second fully-connected layer
    "backbone": "vgg16",
    "epochs": 120,
    "batch_size": 64,
    "optimizer": "sgd",
    "learning_rate": 1e-3,
    "decay": 0.1,
    "momentum": 0.5,
}

# Chosen on the validation part of the training pool alone: see notebook 04 and wshash.study.convergence.
PRESETS: dict[str, dict[str, dict]] = {
    # The estimators' defaults are the budgets. WS-KSH sees the features beside the weak network's hidden layer: on
    # MIRFLICKR's validation part P@500 is .844 at 16 bits and .856 at 64, against .840 and .847 from the hidden layer
    # alone, .808 and .824 from the sigmoids, .840 and .848 for KSH itself.
    "study": {"WS-KSH": {"start_layer": "concat"}},
    "smoke": {name: {"epochs": 3} for name in _TRAINED},  # does everything, shows nothing: for tests
    "paper": {name: TABLE2 for name in _TRAINED},  # work for a GPU; WS-KSH sees the trained network's second layer
}


@dataclass(frozen=True)
class Recipe:
    """How a compared method is made.

    Attributes
    ----------
    name : str
        As in the figures.
    base : str
        The estimator.
    start : {None, "weak", "placebo"}
        The pre-training that it starts from: on the tags, or on the same tags dealt out at random.
    parameters : dict
        Of the estimator, beyond its defaults.
    distance : {"hamming", "euclidean", "cosine"}
        Hamming on codes; another on the real values, a ceiling: what an infinitely fine code of them would give.
    pictures : bool
        It is given pictures, not their features: it, or the network that it starts from, trains the backbone too.
    """

    name: str
    base: str
    start: str | None
    parameters: dict = field(default_factory=dict)
    distance: str = "hamming"
    pictures: bool = False

    @property
    def module(self) -> str:
        """Where its code is; the features are their own method."""
        return "wshash.vision.features" if self.base == "Features" else METHODS[self.base].module

    @property
    def class_name(self) -> str:
        return _CLASSES.get(self.base, self.base)

    @property
    def needs_tags(self) -> bool:
        return self.start is not None or self.base in ("Weak", "WDHT")

    def build(self, n_bits: int, seed: int, start=None):
        """The estimator, not fitted."""
        if self.base == "Features":
            from sklearn.preprocessing import StandardScaler  # a plan must not wait for it

            return StandardScaler(with_std=False)
        cls = getattr(import_module(self.module), self.class_name)
        extra = {} if start is None else {"start": start}
        return cls(n_bits=n_bits, random_state=seed, **self.parameters, **extra)


def recipe(name: str, preset: str = "study") -> Recipe:
    """The recipe of a method by its name.

    ``WS-X`` starts X from the weak network, ``Placebo-X`` from one trained on shuffled tags; ``Placebo-Weak`` is
    the latter by itself; ``Matched-X`` is X alone, trained for as many more epochs as the pre-training takes.
    ``Real-Weak`` compares the weak network's sigmoid units by Euclidean distance, ``Real-Features`` the centred
    features by cosine, which is where LSH goes with more and more bits: ceilings, not codes.
    """
    if name not in ALL:
        raise InputError(f"method {name!r} is unknown; choose among {', '.join(ALL)}")
    prefix, _, base = name.rpartition("-")
    parameters = dict(PRESETS[preset].get(base, {}))
    if prefix in ("WS", "Placebo") and base != "Weak":
        parameters |= PRESETS[preset].get(f"WS-{base}", {})  # the placebo is the same in all but the tags
    if prefix == "Matched":
        parameters["epochs"] = epochs(base, preset) + epochs("Weak", preset)
    start = {"WS": "weak", "Placebo": "placebo"}.get(prefix)
    distance = "hamming" if prefix != "Real" else "cosine" if base == "Features" else "euclidean"
    trains = PRESETS[preset].get("Weak" if base == "KSH" and start else base, {})
    return Recipe(name, base, start, parameters, distance, trains.get("depth", "head") != "head")


def epochs(base: str, preset: str) -> int:
    """Epochs for which an estimator trains under a preset."""
    return Recipe(base, base, None, PRESETS[preset].get(base, {})).build(8, 0).epochs


def check_methods(names) -> list[str]:
    """The names, each known, in the order of the figures."""
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        recipe(name)
    if not names:
        raise InputError(f"no method given; choose among {', '.join(ALL)}")
    return sorted(set(names), key=ALL.index)
