"""What the estimators with a network share: building, starting, training and running it."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from sklearn.utils import check_random_state
from torch import nn

from wshash.errors import InputError
from wshash.hashing.base import HashingMethod
from wshash.hashing.codes import binarize
from wshash.hashing.network import HashNetwork, as_tensor, infer
from wshash.hashing.training import check_codes, check_length, train

DEPTHS = ("head", "stage", "full")
_SAMPLE = 2048  # rows that statistics of features and codes are taken from


class _Prepared(nn.Module):
    """A backbone that takes uint8 pictures N×H×W×3."""

    def __init__(self, prepare, module):
        super().__init__()
        self.prepare, self.module = prepare, module

    def forward(self, x):
        return self.module(self.prepare(x))


class _Pictures:
    """A sequence of pictures, cropped and resized to one size when asked for."""

    def __init__(self, images, size: int):
        self.images, self.size = images, size

    def __len__(self):
        return len(self.images)

    def __getitem__(self, i):
        from wshash.vision.features import fit_square

        return np.ascontiguousarray(fit_square(np.asarray(self.images[i]), self.size))


@dataclass(eq=False, repr=False, kw_only=True)
class TrainedHashing(HashingMethod):
    """Base of the estimators that train a :class:`HashNetwork`.

    A method writes ``_loss_of(network, X, y, seed)`` → ``loss(outputs, rows, x)`` and sets ``_activation``.

    Parameters shared with all methods: see :class:`HashingMethod`.

    Parameters
    ----------
    hidden : int or None
        Units of the hidden layer, the trunk; None: the hash layer sees the features.
    epochs, min_steps : int
        Trained for ``epochs``, and for more where these are fewer than ``min_steps`` steps, so that few rows do not
        mean a short training. The default floor is only of the default budget: where ``epochs`` alone is set, it is
        obeyed; ``min_steps=0`` is no floor.
    batch_size, learning_rate, optimizer, momentum, decay
        See :func:`wshash.hashing.training.train`.
    depth : {"head", "stage", "full"}
        What is trained below the hash layer. ``"head"``: the hidden layer; X is features, n×d. ``"stage"``: the last
        stage of the backbone too; X is the maps that it sees, n×m, as ``extract_features(..., maps=True)`` gives
        them. ``"full"``: all of the backbone; X is n uint8 pictures, H×W×3 (array or sequence).
    backbone : str
        For depths ``"stage"`` and ``"full"``: a name that :func:`wshash.vision.load_backbone` knows. Pictures
        are brought to the size that it takes.
    backbone_rate : float
        Share of ``learning_rate`` with which the backbone trains. On MIRFLICKR's validation part, 32 bits, depth
        ``"stage"``, 306 steps, DSH's precision@500 is .799 with 1, .828 with .1; .812 where the head alone trains.
    device : str
        ``"auto"``: a GPU where there is one.

    Attributes
    ----------
    network_ : HashNetwork
    history_ : dict of lists
        ``"loss"`` and, where validation data were given, ``"validation_loss"``, per epoch.
    n_steps_ : int
        Batches trained on.
    """

    hidden: int | None = 512
    epochs: int = 20
    min_steps: int = 760
    batch_size: int = 128
    learning_rate: float = 1e-3
    optimizer: str = "adam"
    momentum: float = 0.5
    decay: float = 0.1
    depth: str = "head"
    backbone: str = "efficientnet_lite0"
    backbone_rate: float = 0.1
    device: str = "auto"

    _activation = "none"
    _stream = 0  # the weak network draws its layers from the other stream: a start is not a head start in the seed

    def fit(self, X, y=None, validation=None):
        """Train the network.

        Parameters
        ----------
        X : float array n×d or n×m, or n uint8 pictures
            See ``depth``.
        y : what the method learns from, a row for each of X
            Labels as in :meth:`HashingMethod.fit`, unless its class says otherwise.
        validation : (X, y), optional
            Judged after each epoch into ``history_["validation_loss"]``; nothing else depends on it.

        Raises
        ------
        InputError
            Bad features, targets or parameters; a ``start`` that does not fit.
        RuntimeError
            Training diverged.

        Warns
        -----
        TrainingWarning
            Too short a training, dead bits, collapsed codes.
        """
        X, y = self._validate_fit(X, y)
        if validation is not None:
            held_out, target = validation
            held_out = self._validate_features(held_out, reset=False)
            validation = held_out, self._validate_target(held_out, target)
        self._fit(X, y, validation)
        return self

    def _fit(self, X, y, validation=None):
        seed = int(check_random_state(self.random_state).randint(2**31, size=2)[self._stream])
        auto = "cuda" if torch.cuda.is_available() else "cpu"
        name = f"{type(self).__name__} {self.n_bits} bits"
        network = self._build(seed)
        network.to(auto if self.device == "auto" else self.device)
        data = self._place(X, network)
        sample = self._sample(data, seed)
        self._start(network, data, sample)
        if validation is not None:
            held_out = self._place(validation[0], network)
            validation = held_out, self._loss_of(network, held_out, validation[1], seed + 1)
        self.network_ = network
        own = ("epochs", "batch_size", "learning_rate", "backbone_rate", "optimizer", "momentum", "decay")
        self.history_, losses = train(
            network,
            data,
            self._loss_of(network, data, y, seed),
            **{parameter: getattr(self, parameter) for parameter in own},
            min_steps=self._floor,
            rows=self._rows(y),
            validation=validation,
            seed=seed,
            name=name,
        )
        self.n_steps_ = len(losses)
        check_length(losses, type(self).min_steps, name)
        check_codes(self._binarize(infer(network, sample)[:, : self.n_bits]), name)

    def _build(self, seed, weights=None):
        """A freshly drawn network on what of the backbone trains."""
        backbone, n_features = self._backbone(weights)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return HashNetwork(n_features, self._n_outputs, self.hidden, self._activation, backbone)

    def _backbone(self, weights):
        """What trains below the hidden layer, a module that takes rows of X or None, and the number of its features."""
        if self.depth == "head":
            return None, self.n_features_in_
        from wshash.vision.backbones import load_backbone

        backbone = load_backbone(self.backbone, weights)
        self._image_size = backbone.image_size
        if self.depth == "full":
            return _Prepared(backbone.preprocess, backbone.module), backbone.n_features
        if self.n_features_in_ != (expected := math.prod(backbone.maps)):
            raise InputError(
                f"X has {self.n_features_in_} columns; the maps of {self.backbone} have {expected}: "
                "extract_features(images, backbone, maps=True)"
            )
        return nn.Sequential(nn.Unflatten(1, backbone.maps), backbone.upper), backbone.n_features

    @property
    def _floor(self):
        own = type(self)
        return 0 if self.epochs != own.epochs and self.min_steps == own.min_steps else self.min_steps

    @property
    def _n_outputs(self):
        return self.n_bits

    def _rows(self, y):
        return None

    def _start(self, network, data, sample):
        """Bring the freshly drawn network to where training begins."""
        if self.depth == "head":
            network.standardise(data)
        else:
            network.rescale(torch.from_numpy(infer(network, sample, "features")))

    def _place(self, X, network):
        """X as training and inference take it: a tensor on the device, or pictures of one size."""
        return _Pictures(X, self._image_size) if self.depth == "full" else as_tensor(X).to(network.mean.device)

    def _sample(self, data, seed):
        rows = np.arange(len(data))
        if len(data) > _SAMPLE:
            rows = np.sort(np.random.default_rng(seed).choice(len(data), _SAMPLE, replace=False))
        return torch.from_numpy(np.stack([data[i] for i in rows])) if self.depth == "full" else data[rows]

    def _infer(self, X, output="forward"):
        return infer(self.network_, self._place(X, self.network_), output)

    def _embed(self, X):
        return self._infer(X)[:, : self.n_bits]

    def _binarize(self, embedding):
        return binarize(embedding) if self._activation == "sigmoid" else super()._binarize(embedding)

    def _blank(self):
        return np.zeros((1, 8, 8, 3), dtype=np.uint8) if self.depth == "full" else super()._blank()

    def _validate_fit(self, X, y):
        if self.depth not in DEPTHS:
            raise InputError(f"depth={self.depth!r} is unknown; choose one of {', '.join(DEPTHS)}")
        return super()._validate_fit(X, y)

    def _validate_features(self, X, reset):
        if self.depth != "full":
            return super()._validate_features(X, reset)
        if not hasattr(X, "__len__") or len(X) < (2 if reset else 1):
            raise InputError(f"depth={self.depth!r} needs a sequence of pictures, at least 2 to train on")
        first = np.asarray(X[0])
        if first.dtype != np.uint8 or first.ndim != 3 or first.shape[2] != 3:
            raise InputError(
                f"depth={self.depth!r} takes uint8 pictures H×W×3, got {first.dtype} {first.shape}; "
                "pass the pictures, or use depth='head' with features"
            )
        return X

    def _state(self):
        state = super()._state()
        weights = state.pop("network_").state_dict()
        return state | {f"network_.{name}": value.float().cpu().numpy() for name, value in weights.items()}

    def _set_state(self, state):
        weights = {name[9:]: torch.from_numpy(a) for name, a in state.items() if name.startswith("network_.")}
        super()._set_state({name: v for name, v in state.items() if not name.startswith("network_.")})
        self.network_ = self._build(0, "random")
        self.network_.load_state_dict(weights)
        self.network_.eval()
