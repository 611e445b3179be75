# %% setup
import torch

from wshash.hashing import pair_loss


# %% markdown
# ## 1 · Equation (3) without a loop
#
# Outputs `f` (n×k), `similar` (n×n, bool) and the margin λ: the mean over the similar pairs of their distance, plus the mean over the others of what they lack to λ. Each pair counts once.
#
# <details><summary>Hint</summary>`torch.pdist(f)` has the distances of all pairs $i < j$, in the order of `torch.triu_indices(n, n, 1)`.</details>
# %% exercise
def loss(f, similar, margin=1.0):
    # solution
    i, j = torch.triu_indices(len(f), len(f), 1)
    distance, alike = torch.pdist(f), similar[i, j]
    return distance[alike].mean() + (margin - distance[~alike]).clamp_min(0).mean()
    # end


# %% check
f = torch.tensor([[0.9, 0.2], [0.5, 0.5], [0.9, 0.8]])
similar = torch.tensor([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=torch.bool)
check("the three pictures of the notebook", loss(f, similar), 0.95)
check("with λ = .5", loss(f, similar, 0.5), 0.5)
many, alike = torch.rand(30, 8, generator=torch.Generator().manual_seed(0)), torch.eye(30).roll(1, 1).bool()
alike = alike | alike.T
check("as wshash", loss(many, alike, 2.0), pair_loss(many, alike, 2.0))


# %% markdown
# ## 2 · The force on an output
#
# The gradient of a pair's cost on $f_i$: of a similar pair, and of a dissimilar pair with margin λ. What is it where a dissimilar pair is further apart than λ?
#
# <details><summary>Hint</summary>The gradient of $\|f_i - f_j\|$ is the unit vector from $f_j$ to $f_i$.</details>
# %% exercise
def force(f_i, f_j, similar, margin=1.0):
    # solution
    distance = np.linalg.norm(f_i - f_j)
    unit = (f_i - f_j) / distance
    if similar:
        return unit
    return -unit if distance < margin else 0 * unit
    # end


# %% check
one, other = np.array([0.9, 0.2]), np.array([0.5, 0.5])
check("similar", force(one, other, True), [0.8, -0.6])
check("dissimilar and near", force(one, other, False), [-0.8, 0.6])
check("dissimilar and far", force(one, other, False, margin=0.4), [0, 0])


# %% markdown
# ## 3 · How far from ½
#
# A dissimilar pair of codes differs in `differ` of its bits, and its outputs are exactly λ apart. If all these units keep the same distance δ from ½, one above and one below, what is δ?
#
# <details><summary>Hint</summary>Each unit that differs adds $(2\delta)^2$ to the squared distance.</details>
# %% exercise
def delta(margin, differ):
    # solution
    return margin / (2 * differ**0.5)
    # end


# %% check
check("64 bits that all differ", delta(1, 64), 1 / 16)
check("4 bits, λ = 2", delta(2, 4), 1 / 2)
