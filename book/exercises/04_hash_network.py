# %% setup
from wshash.hashing import pack_codes


# %% markdown
# ## 1 · Bits to bytes
#
# `codes` is n×k of 0 and 1. Give n×⌈k/8⌉ bytes, bit 0 first, filled up with zeros, without `np.packbits`.
#
# <details><summary>Hint</summary>Fill up to a multiple of 8, reshape to n×bytes×8, and multiply with 128, 64, …, 1.</details>
# %% exercise
def pack(codes):
    # solution
    n, k = codes.shape
    filled = np.zeros((n, -(-k // 8) * 8), dtype=int)
    filled[:, :k] = codes
    return (filled.reshape(n, -1, 8) @ 2 ** np.arange(7, -1, -1)).astype(np.uint8)
    # end


# %% check
check("0110", pack(np.array([[0, 1, 1, 0]])), [[96]])
codes = np.random.default_rng(0).integers(0, 2, size=(5, 19))
check("as wshash", pack(codes), pack_codes(codes))


# %% markdown
# ## 2 · Hamming distances of packed codes
#
# Give the distance of each packed query to each packed item, a matrix.
#
# <details><summary>Hint</summary>`a[:, None] ^ b` has ones where bits differ; `np.bitwise_count` counts them in each byte.</details>
# %% exercise
def hamming(a, b):
    # solution
    return np.bitwise_count(a[:, None] ^ b).sum(axis=2)
    # end


# %% check
check("96 and 224", hamming(np.array([[96]], np.uint8), np.array([[224]], np.uint8)), [[1]])
one, two = np.packbits(codes, axis=1), np.packbits(1 - codes[:2], axis=1)
check("as the bits say", hamming(one, two), (codes[:, None] == codes[:2]).sum(axis=2))


# %% markdown
# ## 3 · Handing over the hash layer
#
# `W` (d×k) and `b` (k) give $z = hW + b$. Scale each unit so that the mean of $|z|$ over the rows of `h` is 1 and no code changes. Give the new `W` and `b`.
#
# <details><summary>Hint</summary>Multiply by a positive number per unit: the sign of $z$ stays. Which number?</details>
# %% exercise
def hand_over(W, b, h):
    # solution
    scale = 1 / np.abs(h @ W + b).mean(axis=0)
    return W * scale, b * scale
    # end


# %% check
rng = np.random.default_rng(1)
W, b, h = 9 * rng.normal(size=(6, 4)), rng.normal(size=4), rng.normal(size=(50, 6))
new = hand_over(W, b, h)
z = None if new is None else h @ new[0] + new[1]
check("mean of |z|", None if z is None else np.abs(z).mean(axis=0), np.ones(4))
check("bits that change", ((z > 0) != (h @ W + b > 0)).sum(), 0)
