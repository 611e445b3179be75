# %% markdown
# ## 1 · The angle from a code
#
# Two codes of LSH are given. Estimate the angle between the two pictures, in degrees.
#
# <details><summary>Hint</summary>A bit differs with probability θ/π.</details>
# %% exercise
def angle(code, other):
    # solution
    return 180 * np.mean(code != other)
    # end


# %% check
check("48 of 64 bits differ", angle(np.zeros(64), np.repeat([1, 0], [48, 16])), 135)
check("equal codes", angle(np.ones(8), np.ones(8)), 0)


# %% markdown
# ## 2 · A step of ITQ
#
# From the projected pictures `V` (n×k) and a rotation `R`: the codes for it, ±1 with 0 counting as −1, and then the best rotation for these codes.
#
# <details><summary>Hint</summary>`np.linalg.svd(V.T @ B)` gives $P$, $\Sigma$ and $Q^\top$.</details>
# %% exercise
def step(V, R):
    # solution
    B = np.where(V @ R > 0, 1, -1)
    left, _, right = np.linalg.svd(V.T @ B)
    return left @ right
    # end


# %% check
toy, s = np.array([[2, 0], [0, 1], [-2, 0], [0, -1]], dtype=float), 0.5**0.5
turned = np.array([[0.8, -0.6], [0.6, 0.8]])
check("from 37° to 45°", step(toy, turned), [[s, -s], [s, s]])
check("unturned it stays", step(toy, np.eye(2)), np.eye(2))

# %% markdown
# ## 3 · The next bit of KSH
#
# `S0` is +1 for similar pairs and −1 for others, `bits` the list of the bits so far, each a vector of ±1, and `k` their final number. Of *all* ways to part the pictures give the ±1 vector, starting with +1, that explains most of what is left. (With n pictures there are $2^{n-1}$; KSH cannot list them.)
#
# <details><summary>Hint</summary>What is left is `k * S0` minus the outer products; `itertools.product((1, -1), repeat=n - 1)` lists the others.</details>
# %% exercise
import itertools


def next_bit(S0, bits, k):
    # solution
    left = k * S0 - sum(np.outer(y, y) for y in bits)
    every = [np.array((1, *rest)) for rest in itertools.product((1, -1), repeat=len(S0) - 1)]
    return max(every, key=lambda y: y @ left @ y)
    # end


# %% check
kinds = np.array([0, 0, 1, 2])
S0 = np.where(kinds[:, None] == kinds, 1, -1)
first = next_bit(S0, [], 2)
check("the first bit parts the sea from the rest", first, [1, 1, -1, -1])
second = next_bit(S0, [np.array([1, 1, -1, -1])], 2)
check("the second parts 3 and 4, and not 1 and 2", (second[0] * second[1], second[2] * second[3]), (1, -1))

# %% markdown
# ## 4 · DSH's loss of the pairs, without a loop
#
# The mean over the pairs of ½D for similar ones and ½ max(m − D, 0) for others, D the squared distance. Leave the quantisation term out.
#
# <details><summary>Hint</summary>`scipy.spatial.distance.pdist(h, "sqeuclidean")` has D for all pairs $i < j$.</details>
# %% exercise
from scipy.spatial.distance import pdist


def pairs_of_dsh(h, kinds, margin):
    # solution
    D = pdist(h, "sqeuclidean")
    i, j = np.triu_indices(len(h), 1)
    return np.where(kinds[i] == kinds[j], D, np.maximum(margin - D, 0)).mean() / 2
    # end


# %% check
h = np.array([[1, 1], [1, 0.5], [-1, -1], [-0.5, 1]])
check("the four pictures", pairs_of_dsh(h, kinds, 4), 1.75 / 6)
check("with a margin of 8", pairs_of_dsh(h, kinds, 8), (0.125 + 0 + 2.875 + 0.875 + 2.75 + 1.875) / 6)
