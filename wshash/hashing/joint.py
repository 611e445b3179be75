"""Tags and labels in one network: the tags of all pictures and the labels of those that have some, at once."""

import copy
import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy

from wshash.errors import InputError
from wshash.hashing.base import similar
from wshash.hashing.cca_itq import canonical_directions, check_tags
from wshash.hashing.itq import ITQ
from wshash.hashing.losses import contrastive_loss
from wshash.hashing.network import HashNetwork, as_tensor, infer
from wshash.hashing.trained import TrainedHashing
from wshash.hashing.wdht_losses import cosine_pair_loss, spread_loss

_LENGTH = 16.0  # of the directions in the input, root mean square; 1,280 standardised features have 36
_GAIN = 0.5  # by which a sigmoid unit follows its bit of CCA-ITQ at first


class _Beside(nn.Module):
    """Features of a backbone that trains, and the canonical directions of what they were before."""

    def __init__(self, backbone, directions):
        super().__init__()
        self.backbone, self.before = backbone, copy.deepcopy(backbone).requires_grad_(False)
        self.register_buffer("directions", directions.contiguous())

    def forward(self, x):
        return torch.cat([self.backbone(x), self.before(x) @ self.directions], dim=1)


@dataclass(eq=False, repr=False, kw_only=True)
class JointHash(TrainedHashing):
    r"""A network that starts as CCA-ITQ and learns from all tags and from few or many labels at once. Ours.

    z(x): the leading canonical directions of features and tags, each times its squared correlation. The network sees z
    and the features, the latter times the share of labelled pictures, and has sigmoid units h, the code, and a unit p
    for each label. Its first codes are CCA-ITQ's. Each step takes pictures P and labelled pictures Q:

    .. math:: L = w\, L_{\cos}(h_P, z_P) + \tfrac12 [L_{\cos}(h_Q, y_Q) + L_{\text{contrast}}(h_Q, y_Q)]
              + .3\, \text{BCE}(p_Q, y_Q) + .01\, L_{\text{spread}}(h_P), \quad w = \min(1, 2 / \sqrt{n_Q})

    with :func:`~wshash.hashing.wdht_losses.cosine_pair_loss`, :func:`~wshash.hashing.losses.contrastive_loss`: the more
    labels, the less tags count. Without tags the directions are those of the features with themselves, as principal
    components: its twin, which learns from labels, and from pictures without any.

    The rule for w goes through what did well on parts of MIRFLICKR's training pool, each held out in turn, at 32 bits:
    precision@100 of a forerunner that also learnt from guessed labels. Weights .1, .3, .9 gave .817, .815, .812 with
    100 labels, .846, .846, .839 with 500 (three parts); .01, .03, .09 gave .867, .867, .865 with all (two parts).

    Parameters shared with other networks: see :class:`TrainedHashing`. Two hidden units a bit or more; at depth
    ``"stage"`` the directions are those of the features before training, and depth ``"full"`` is refused.

    Parameters
    ----------
    ridge : float, not negative
        See :func:`wshash.hashing.cca_itq.canonical_directions`.
    n_directions : int
        Of z, at most.
    tag_weight : float, optional
        w, in place of the rule.

    Attributes
    ----------
    directions_ : float32 array, d×m
    n_labels_ : int
    """

    epochs: int = 8
    min_steps: int = 304
    ridge: float = 3.0
    n_directions: int = 128
    tag_weight: float | None = None

    _activation, _target = "sigmoid", "labels"
    _shapes = {"directions_": "fm"}  # f: features, of maps what the backbone makes of them

    def fit(self, X, y=None, tags=None):
        """Train on all rows.

        Parameters
        ----------
        X : float array, n×d
        y : bool array, n×c, or n class ids
            A row of False: its labels are not known. With ``tags`` all may be, or y None.
        tags : float array or sparse matrix, n×V, optional
            From :func:`wshash.tags.tag_weights`; a row of zeros: no tag is known.

        """
        unlabelled = tags is not None and (y is None or not np.any(y))
        X, y = self._validate_fit(X, np.ones(len(X)) if unlabelled else y)
        y = y[:, :0] if unlabelled else y
        self.n_labels_, self._share = y.shape[1], max(y.any(axis=1).sum(), 1) / len(X)
        tags = X.astype(np.float64) if tags is None else check_tags(tags, len(X))
        known = np.flatnonzero(abs(tags).sum(axis=1))
        if len(known) < 2:
            raise InputError(f"{len(known)} of {len(X)} rows have a tag; CCA needs at least 2")
        features = X if self.depth == "head" else self._untrained(X)
        m = min(self.n_directions, features.shape[1])
        W, rho = canonical_directions(features[known].astype(np.float64), tags[known], m, self.ridge)
        found = rho > 1e-4 * rho[0]  # less is rounding
        self.directions_ = (W * rho**2)[:, found].astype(np.float32)
        self._fit(X, y)
        return self

    def _untrained(self, X):
        backbone, n_features = super()._backbone(None)
        return infer(HashNetwork(n_features, 1, None, backbone=backbone), as_tensor(X), "features")

    def _backbone(self, weights):
        backbone, n_features = super()._backbone(weights)
        if backbone is not None:
            backbone = _Beside(backbone, torch.from_numpy(self.directions_))
        return backbone, n_features + self.directions_.shape[1]

    def _place(self, X, network):
        return super()._place(np.hstack([X, X @ self.directions_]) if self.depth == "head" else X, network)

    @torch.no_grad()
    def _start(self, network, data, sample):
        """Scale the two parts of the input; the first units say what CCA-ITQ says, ``relu(b) - relu(-b) = b``."""
        features, d = self._features(network, data), len(network.mean) - self.directions_.shape[1]
        network.standardise(features)
        if self.depth != "head":
            network.rescale(features[:, :d] - network.mean[:d])
        z = features[:, d:] - network.mean[d:]
        network.scale[:d] /= self._share
        network.scale[d:] = z.square().sum(dim=1).mean().sqrt() / _LENGTH
        q = min(self.n_bits, z.shape[1])
        z = (z[:, :q] / network.scale[d]).cpu().numpy()
        turn = torch.from_numpy(ITQ(n_bits=q, random_state=self.random_state).fit(z).projection_.T)
        first, last = network.first, network.hash
        first.weight[: 2 * q], first.bias[: 2 * q] = 0, 0
        first.weight[:q, d : d + q], first.weight[q : 2 * q, d : d + q] = turn, -turn
        last.weight[: self.n_bits] *= 0.1
        last.weight[:q, :q], last.weight[:q, q : 2 * q] = _GAIN * torch.eye(q), -_GAIN * torch.eye(q)
        last.bias[: self.n_bits] = 0

    def _features(self, network, data):
        return data if self.depth == "head" else as_tensor(infer(network, data, "features")).to(data.device)

    def _loss_of(self, network, X, y, seed):
        k, device = self.n_bits, X.device
        labelled = torch.from_numpy(np.flatnonzero(y.any(axis=1)))
        weight = min(1, 2 / math.sqrt(max(len(labelled), 1))) if self.tag_weight is None else self.tag_weight
        y = torch.from_numpy(y.astype(np.float32)).to(device)
        z = self._features(network, X)[:, -self.directions_.shape[1] :]
        z = z - z.mean(dim=0)
        batches = self._batches(labelled, torch.Generator().manual_seed(seed))

        def loss(outputs, rows, x):
            h = outputs[:, :k]
            value = weight * cosine_pair_loss(h, z[rows]) + 0.01 * spread_loss(h)
            if len(labelled) < 2:
                return value
            rows = next(batches)
            h, p = network(X[rows]).tensor_split([k], dim=1)
            pairs = cosine_pair_loss(h, y[rows]) + contrastive_loss(h, similar(y[rows], y[rows]))
            return value + pairs / 2 + 0.3 * binary_cross_entropy(p, y[rows])

        return loss

    def _batches(self, rows, generator):
        """Labelled rows without end, each once before any comes again."""
        size = min(self.batch_size, len(rows))
        while True:
            order = rows[torch.randperm(len(rows), generator=generator)]
            yield from order[: len(rows) // size * size].split(size)

    @property
    def _n_outputs(self):
        return self.n_bits + self.n_labels_

    def _validate_fit(self, X, y):
        if self.depth == "full":
            raise InputError("depth='full'; JointHash learns from features or maps: depth='head' or 'stage'")
        X, y = super()._validate_fit(X, y)
        if self.hidden is None or self.hidden < 2 * self.n_bits:
            raise InputError(f"hidden={self.hidden!r}; give at least two units for each of the {self.n_bits} bits")
        return X, y
