"""Binary codes: from real values to bits (eq. 5), and from bits to packed bytes."""

import numpy as np

from wshash.errors import InputError


def binarize(f) -> np.ndarray:
    """Eq. (5): a bit is 1 where the unit's value reaches the threshold, ``H = 1 if f >= 0.5 else 0``.

    Parameters
    ----------
    f : float array, any shape
        Outputs of sigmoid units, in [0, 1].

    Returns
    -------
    uint8 array of 0 and 1, shaped as ``f``

    Raises
    ------
    InputError
        ``f`` contains NaN: a diverged network, not a zero bit.

    Examples
    --------
    >>> binarize([[0.2, 0.5, 0.9]])
    array([[0, 1, 1]], dtype=uint8)
    """
    f = np.asarray(f)
    if np.isnan(f).any():
        raise InputError("f contains NaN, which has no bit; the network that made it has diverged")
    return (f >= 0.5).astype(np.uint8)


def pack_codes(bits) -> np.ndarray:
    """Eight bits to a byte, bit 0 of the code in the highest bit of byte 0.

    Unused bits of the last byte are 0 in every code, so Hamming distances are those of the unpacked codes.

    Of n×k of 0 and 1 or bool, uint8 n×ceil(k/8). ``np.unpackbits(packed, axis=1, count=k)`` is the inverse.

    Examples
    --------
    >>> pack_codes([[1, 0, 0, 0, 0, 0, 0, 1, 1]])
    array([[129, 128]], dtype=uint8)
    """
    bits = np.asarray(bits)
    if bits.ndim != 2 or bits.shape[1] < 1:
        raise InputError(f"codes have shape {bits.shape}; give an array (pictures, bits)")
    if bits.dtype != bool and not ((bits == 0) | (bits == 1)).all():
        raise InputError("codes hold values other than 0 and 1; binarize real values and map -1 to 0 before packing")
    return np.packbits(bits.astype(bool, copy=False), axis=1)
