"""The kernel: how many items, and of which relevance, lie at each Hamming distance from each query.

Every retrieval number of the study is a function of these counts (``metrics``): no ranking is ever sorted, so
nothing depends on how a sort breaks ties.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import joblib
import numpy as np
from numba import config, njit, types
from numba.extending import intrinsic

MAX_BITS = 256
_BLOCK = 4096  # database rows per block: 4096 × (codes + concept masks) words stay in the second-level cache
_BLOCK_BYTES = 1 << 25  # of counts that one call may return, hence of everything derived from them


def pack_words(bits: np.ndarray) -> np.ndarray:
    """Rows of bits, n×b, as uint64 words, n×⌈b/64⌉ but at least one: bit ``j`` in word ``j // 64``; the rest is 0."""
    packed = np.packbits(np.asarray(bits, dtype=bool), axis=1, bitorder="little")
    words = np.zeros((len(packed), max(1, -(-packed.shape[1] // 8)) * 8), np.uint8)
    words[:, : packed.shape[1]] = packed
    return words.view("<u8").astype(np.uint64, copy=False)


def default_threads() -> int:
    """``$OMP_NUM_THREADS`` where it is set, else one thread per core that the process may use."""
    setting = os.environ.get("OMP_NUM_THREADS", "")
    return int(setting) if setting.isdigit() and int(setting) else joblib.cpu_count()


@intrinsic
def _popcount(typing_context, word):
    """Number of ones in a 64-bit word: LLVM picks the processor's instruction."""

    def generate(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


if config.DISABLE_JIT:  # the kernel as Python, for debuggers and mutants

    def _popcount(word):
        return int(word).bit_count()


@njit(nogil=True, cache=True)
def _count(queries, query_masks, codes, masks, out):
    """Add to ``out[q, 2d]`` the irrelevant and to ``out[q, 2d + 1]`` the relevant items at distance d from query q."""
    level_block, shared_block = np.empty(_BLOCK, np.uint32), np.empty(_BLOCK, np.uint64)
    # Close codes fall on few levels: with one table each increment would wait for the one before.
    first, second, third, fourth = np.zeros((4, out.shape[1]), np.int32)
    for start in range(0, codes.shape[1], _BLOCK):
        n = min(_BLOCK, codes.shape[1] - start)
        level, shared = level_block[:n], shared_block[:n]
        for q in range(queries.shape[0]):
            # One word of all items at a time: loops over plain slices are what LLVM vectorises.
            level[:] = 0
            for w in range(codes.shape[0]):
                words, query = codes[w, start : start + n], queries[q, w]
                for j in range(n):
                    level[j] += np.uint32(_popcount(words[j] ^ query))
            shared[:] = 0
            for w in range(masks.shape[0]):
                words, query = masks[w, start : start + n], query_masks[q, w]
                if query == 0:
                    continue
                for j in range(n):
                    shared[j] |= words[j] & query
            for j in range(n):
                level[j] = level[j] * np.uint32(2) + np.uint32(shared[j] != 0)
            first[:], second[:], third[:], fourth[:] = 0, 0, 0, 0
            for j in range(0, n - 3, 4):
                first[level[j]] += 1
                second[level[j + 1]] += 1
                third[level[j + 2]] += 1
                fourth[level[j + 3]] += 1
            for j in range(n - n % 4, n):
                first[level[j]] += 1
            row = out[q]
            for i in range(len(row)):
                row[i] += first[i] + second[i] + third[i] + fourth[i]


class HammingCounter:
    """Counts of the database's items by Hamming distance and relevance, for a block of queries.

    Parameters
    ----------
    database_codes : uint8 array of 0 and 1, n×k, 1 ≤ k ≤ 256
    database_labels : bool array, n×c
        An item is relevant to a query if they share a concept.
    n_threads : int, optional
        Default: :func:`default_threads`. ``self.block`` queries' counts fit the memory bound.
    """

    def __init__(self, database_codes, database_labels, n_threads=None):
        self.n_bits = database_codes.shape[1]
        # Word-major: consecutive items are consecutive in memory, as vector loads want them.
        self._codes = np.ascontiguousarray(pack_words(database_codes).T)
        self._masks = np.ascontiguousarray(pack_words(database_labels).T)
        self._threads = n_threads or default_threads()
        self.block = max(1, _BLOCK_BYTES // (16 * (self.n_bits + 1)))

    def __call__(self, query_codes: np.ndarray, query_labels: np.ndarray) -> np.ndarray:
        """Number of items at each distance, irrelevant and relevant: int32 array, q×(k+1)×2."""
        codes, masks = pack_words(query_codes), pack_words(query_labels)
        out = np.zeros((len(codes), 2 * (self.n_bits + 1)), np.int32)
        bounds = np.linspace(0, len(codes), min(self._threads, len(codes)) + 1).astype(int)

        def run(part):
            _count(codes[part], masks[part], self._codes, self._masks, out[part])

        parts = [slice(a, b) for a, b in zip(bounds[:-1], bounds[1:], strict=True)]
        with ThreadPoolExecutor(len(parts) or 1) as pool:
            list(pool.map(run, parts))
        return out.reshape(len(codes), self.n_bits + 1, 2)
