"""What DSH and DRSCH share: a loss of which rows share a label, and a start from the weak network."""

from dataclasses import dataclass

from sklearn.utils.validation import check_is_fitted

from wshash.errors import InputError
from wshash.hashing.base import similar
from wshash.hashing.network import as_tensor, hand_over
from wshash.hashing.trained import TrainedHashing


@dataclass(eq=False, repr=False, kw_only=True)
class SupervisedHashing(TrainedHashing):
    """Base of the networks that learn from labels and can be started from another.

    A method writes ``_label_loss(network, seed)`` → ``loss(outputs, similar)``.

    Parameters shared with other networks: see :class:`TrainedHashing`.

    Parameters
    ----------
    start : fitted WeakPretraining, optional
        Start from its network: the WS- version of the method.
    start_layers : {"trunk", "all", "plain"}
        What of it is copied; see :func:`wshash.hashing.network.hand_over`.
    """

    start: TrainedHashing | None = None
    start_layers: str = "all"

    _target = "labels"

    def _loss_of(self, network, X, y, seed):
        y, of_similar = as_tensor(y).to(network.mean.device), self._label_loss(network, seed)

        def loss(outputs, rows, x):
            labels = y[rows]
            return of_similar(outputs, similar(labels, labels))

        return loss

    def _start(self, network, data, sample):
        if self.start is None:
            super()._start(network, data, sample)
        else:
            hand_over(self.start.network_.to(network.mean.device), network, self.start_layers, sample)

    def _validate_fit(self, X, y):
        X, y = super()._validate_fit(X, y)
        start = self.start
        if start is None:
            return X, y
        if not isinstance(start, TrainedHashing):
            raise InputError(f"start={start!r}; give a fitted WeakPretraining, or None")
        check_is_fitted(start)
        for name in ("hidden", "depth") + (("backbone",) if self.depth != "head" else ()):
            if getattr(start, name) != getattr(self, name):
                raise InputError(
                    f"start has {name}={getattr(start, name)!r}, this method {getattr(self, name)!r}; fit both alike"
                )
        if self.depth == "head" and len(start.network_.mean) != X.shape[1]:
            raise InputError(
                f"start was fitted on {len(start.network_.mean)} features, X has {X.shape[1]}; use the same features"
            )
        return X, y
