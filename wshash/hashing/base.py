"""What all hashing methods share: the estimator's interface, its validation, and who is similar to whom."""

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted, validate_data

from wshash.errors import InputError

MAX_BITS = 256


def similar(y_i, y_j):
    """Which pairs share at least one label: label dot product above 0, as in the DSH authors' code.

    Of bool arrays or tensors n×c and m×c, n×m. A row without labels is similar to no row, itself included.

    Examples
    --------
    >>> y = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]], dtype=bool)
    >>> similar(y, y).astype(int)
    array([[1, 1, 0, 0],
           [1, 1, 0, 0],
           [0, 0, 1, 0],
           [0, 0, 0, 0]])
    """
    return (y_i * 1.0) @ (y_j * 1.0).T > 0


def label_indicator(y, n_samples: int) -> np.ndarray:
    """The labels as a bool indicator n×c, from one of bool or 0/1, or from n class ids (integers or strings).

    Raises
    ------
    InputError
        Another shape or length, values other than 0 and 1 in two dimensions, NaN, or no label at all.
    """
    y = np.asarray(y)
    if y.ndim not in (1, 2) or len(y) != n_samples:
        raise InputError(
            f"y has shape {y.shape}; give one row of labels for each of the {n_samples} rows of X: "
            f"a bool array ({n_samples}, concepts), or {n_samples} class ids"
        )
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise InputError("y contains NaN or infinity; give False (2-D) or a class id (1-D) for every row")
    if y.ndim == 1:
        classes, index = np.unique(y, return_inverse=True)
        return index[:, None] == np.arange(len(classes))
    if y.dtype != bool:
        if y.dtype.kind not in "iuf" or not np.isin(y, (0, 1)).all():
            raise InputError("y in two dimensions must be bool or 0/1; give class ids as a 1-D array")
        y = y == 1
    if not y.any():
        raise InputError("y has no label in any row; a supervised method needs labelled rows")
    return y


@dataclass(eq=False, repr=False)
class HashingMethod(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Base of the estimators that turn features into binary codes.

    A method writes ``_fit(X, y)`` and ``_embed(X)``, which get validated input, and, where its rule is not
    "1 where the value is above 0", ``_binarize(embedding)``. Everything learnt is kept in attributes that end
    with an underscore: these are what :meth:`save` writes.

    Parameters
    ----------
    n_bits : int, 1 to 256
        k, the length of the code. It need not be a multiple of 8.
    random_state : int
        Of all that is drawn: the same seed gives the same codes.
    """

    n_bits: int = 64
    random_state: int = 0

    _target = ""  # what fit() learns from beside X; empty: nothing
    _shapes = {}  # of fitted arrays, a letter a dimension: d features, k bits, any other the same in all

    def fit(self, X, y=None):
        """Learn the hash functions.

        Parameters
        ----------
        X : float array, n×d
            Features, at least two different rows. Computed with as float32.
        y : bool array, n×c, or n class ids; ignored by unsupervised methods
            ``y[i, j]``: row i carries label j. Two rows are similar where they share a label
            (:func:`similar`); a row without labels is similar to none.

        Raises
        ------
        InputError
            NaN or infinite features, one row or equal rows only, labels of the wrong shape, a bad parameter.
        """
        X, y = self._validate_fit(X, y)
        self._fit(X, y)
        return self

    def embed(self, X) -> np.ndarray:
        """The k real values of each row before binarising: float n×k."""
        check_is_fitted(self)
        return self._embed(self._validate_features(X, reset=False))

    def transform(self, X) -> np.ndarray:
        """The codes: uint8 n×k of 0 and 1, the embedding binarised by the rule of the method's authors."""
        return self._binarize(self.embed(X))

    def save(self, path) -> None:
        """Write the fitted method to one safetensors file: no pickle, the same bytes for the same method."""
        from wshash.hashing.serialize import save_estimator

        check_is_fitted(self)
        save_estimator(self, path)

    @classmethod
    def load(cls, path):
        """Read what :meth:`save` wrote. Runs no code from the file, and imports none but this package's.

        ``HashingMethod.load`` reads any method of this package, a class from outside its own by ``MyHash.load``.

        Raises
        ------
        InputError
            Not such a file, one that is cut or changed, parts that do not fit together, NaN, or a method other than
            ``cls``.
        """
        from wshash.hashing.serialize import load_estimator

        method = load_estimator(path, cls)
        if not isinstance(method, cls):
            raise InputError(f"{path} holds a {type(method).__name__}, not a {cls.__name__}")
        return method

    def _binarize(self, embedding):
        return (embedding > 0).astype(np.uint8)

    def _state(self) -> dict:
        # What save() writes: arrays, and values that JSON knows. A method with a network flattens it here.
        return {name: value for name, value in vars(self).items() if name.endswith("_")}

    def _set_state(self, state: dict) -> None:
        vars(self).update(state)

    def _check_state(self) -> None:
        """Of a method that was loaded: its arrays fit its parameters and each other, and it codes a row."""
        sizes = {"d": getattr(self, "n_features_in_", None), "k": self.n_bits}
        for name, letters in self._shapes.items():
            shape = getattr(self, name).shape
            for letter, size in zip(letters, shape, strict=False):
                sizes.setdefault(letter, size)
            if shape != tuple(sizes.get(letter) for letter in letters):
                raise ValueError(f"{name} has shape {shape}")
        embedding = self.embed(self._blank())
        if self._binarize(embedding).shape != (1, self._n_features_out) or not np.isfinite(embedding).all():
            raise ValueError(f"a row of zeros becomes {embedding}")

    def _blank(self):
        return np.zeros((1, self.n_features_in_), dtype=np.float32)

    def _validate_fit(self, X, y):
        bits = self.n_bits
        if isinstance(bits, bool) or not isinstance(bits, Integral) or not 1 <= bits <= MAX_BITS:
            raise InputError(f"n_bits={bits!r}; give an integer from 1 to {MAX_BITS}")
        X = self._validate_features(X, reset=True)
        if self._target and y is None:
            name = type(self).__name__
            raise InputError(f"{name} requires y to be passed, but the target y is None; give {self._target}")
        return X, self._validate_target(X, y)

    def _validate_target(self, X, y):
        return label_indicator(y, len(X)) if self._target == "labels" else None

    def _validate_features(self, X, reset: bool) -> np.ndarray:
        try:
            options = {"dtype": np.float32, "order": "C", "ensure_all_finite": False}
            with np.errstate(over="ignore"):  # beyond float32: reported below as infinite
                X = validate_data(self, X, reset=reset, ensure_min_samples=2 if reset else 1, **options)
        except ValueError as error:
            raise InputError(str(error)) from None
        finite = np.isfinite(X)
        if not finite.all():
            rows, columns = np.flatnonzero(~finite.all(axis=1)), np.flatnonzero(~finite.all(axis=0))
            raise InputError(
                f"X contains NaN or infinity (as float32) in {len(rows)} of {len(X)} rows, the first is "
                f"{rows[0]}, and in {len(columns)} of {X.shape[1]} columns; drop the rows or fill the values"
            )
        if reset and (X[1] == X[0]).all() and (X == X[0]).all():
            raise InputError(f"X: all {len(X)} rows are equal, no code can tell them apart; check how they were made")
        return X

    @property
    def _n_features_out(self):
        return self.n_bits

    def __sklearn_clone__(self):
        # A fitted start is what a WS- version is given, not a part of it to be fitted again: the clone keeps it.
        params = self.get_params(deep=False).items()
        return type(self)(**{key: v if key == "start" else clone(v, safe=False) for key, v in params})

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # codes are uint8
        tags.target_tags.required = tags.target_tags.multi_output = bool(self._target)
        return tags
