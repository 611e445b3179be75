"""Bits: eq. (5) and packing, against NumPy and plain loops."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from wshash.errors import InputError
from wshash.hashing import binarize, pack_codes

codes = st.tuples(st.integers(0, 6), st.integers(1, 256)).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 1))
)


@settings(max_examples=40, deadline=None)
@given(codes)
def test_packing_round_trip(bits):
    packed = pack_codes(bits)
    assert packed.dtype == np.uint8 and packed.shape == (len(bits), -(-bits.shape[1] // 8))
    np.testing.assert_array_equal(np.unpackbits(packed, axis=1, count=bits.shape[1]), bits)


@settings(max_examples=40, deadline=None)
@given(codes)
def test_packed_bytes_are_those_of_a_loop(bits):
    for row, packed in zip(bits, pack_codes(bits), strict=True):
        for byte, value in enumerate(packed):
            assert value == sum(int(b) << (7 - i) for i, b in enumerate(row[8 * byte : 8 * byte + 8]))


@settings(max_examples=40, deadline=None)
@given(codes)
def test_hamming_distances_survive_packing(bits):
    packed = pack_codes(bits)
    for i in range(len(bits)):
        differing = np.unpackbits(packed ^ packed[i], axis=1).sum(axis=1)
        np.testing.assert_array_equal(differing, (bits != bits[i]).sum(axis=1))


@settings(max_examples=40, deadline=None)
@given(arrays(np.float32, (3, 5), elements=st.floats(0, 1, width=32)))
def test_binarize_is_equation_5(f):
    for value, bit in zip(f.ravel(), binarize(f).ravel(), strict=True):
        assert bit == (1 if value >= 0.5 else 0)


def test_one_half_is_a_one():
    np.testing.assert_array_equal(binarize([0.5, np.nextafter(0.5, 0)]), [1, 0])


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: binarize([[0.1, np.nan]]), "NaN"),
        (lambda: pack_codes([[0, 2]]), "other than 0 and 1"),
        (lambda: pack_codes([[-1, 1]]), "map -1 to 0"),
        (lambda: pack_codes([0, 1]), "shape"),
        (lambda: pack_codes(np.zeros((3, 0))), "shape"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()
