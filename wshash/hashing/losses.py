"""The losses of the study as pure functions of a batch.

In all of them ``similar[i, j]`` says whether rows i and j belong together (bool, symmetric, the diagonal is
never read) and ``valid[i, j]`` which pairs count (None: all). Every unordered pair counts once and no row is
paired with itself. Where two rows coincide the Euclidean norm has no gradient; ``torch.pdist`` takes the
subgradient 0 there.
"""

import torch
from torch import Tensor


def _pairs(matrix: Tensor) -> Tensor:
    """Entries i < j of a square matrix, in the order of ``torch.pdist``."""
    i, j = torch.triu_indices(len(matrix), len(matrix), 1, device=matrix.device)
    return matrix[i, j]


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of ``values`` where ``mask``; 0, with a gradient of 0, where the mask is empty."""
    return torch.where(mask, values, 0).sum() / mask.sum().clamp_min(1)


def pair_loss(
    f: Tensor, similar: Tensor, margin: float = 1.0, reduction: str = "mean", valid: Tensor | None = None
) -> Tensor:
    r"""Weakly-supervised pair loss, equations (3) and (4).

    .. math:: L = \sum_{(i,j)\in\Omega} \|f_i-f_j\|_2
                + \sum_{(i,j)\in\Lambda} \max(0, \lambda-\|f_i-f_j\|_2)

    The norms are not squared, as in the paper: every similar pair is pulled with the same force, near or far.

    Parameters
    ----------
    f : float n×k
        Outputs of the hash layer; in [0, 1] in the paper, so that distances lie in [0, √k].
    similar : bool n×n
        Ω; the other pairs are Λ.
    margin : float
        λ, the distance beyond which dissimilar pairs are left alone.
    reduction : {"mean", "sum"}
        ``"mean"`` divides each sum by the size of its set in the batch, so that the larger set does not drown
        the other; ``"sum"`` is equation (3) as printed. An empty set adds 0.
    valid : bool n×n, optional
        Pairs that count; the others are in neither set.

    Returns
    -------
    Scalar tensor, ≥ 0.

    Examples
    --------
    f₁ = (0, 0), f₂ = (.6, .8), f₃ = (.3, .4), only 1 and 2 similar: Ω gives |f₁−f₂| = 1, Λ gives
    max(0, 1 − .5) for each of (1, 3) and (2, 3). Mean 1 + .5, sum 1 + 1.

    >>> f = torch.tensor([[0, 0], [0.6, 0.8], [0.3, 0.4]])
    >>> similar = torch.tensor([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=torch.bool)
    >>> round(pair_loss(f, similar).item(), 4), round(pair_loss(f, similar, reduction="sum").item(), 4)
    (1.5, 2.0)
    """
    reduce = {"mean": _mean, "sum": lambda values, mask: torch.where(mask, values, 0).sum()}[reduction]
    distance, omega = torch.pdist(f), _pairs(similar)
    lambda_ = ~omega
    if valid is not None:
        valid = _pairs(valid)
        omega, lambda_ = omega & valid, lambda_ & valid
    return reduce(distance, omega) + reduce((margin - distance).clamp_min(0), lambda_)


def dsh_loss(
    b: Tensor,
    similar: Tensor,
    margin: float | None = None,
    alpha: float = 0.01,
) -> Tensor:
    r"""Deep Supervised Hashing (Liu et al., CVPR 2016): the mean over the pairs of the batch of

    .. math:: \tfrac12 s\,D + \tfrac12 (1-s)\max(m-D, 0) + \alpha(\||b_i|-1\|_1 + \||b_j|-1\|_1),
              \quad D=\|b_i-b_j\|_2^2,\ s=1 \text{ for similar pairs}

    The outputs b are not squashed; the last term draws each of them to ±1. The authors' Caffe layer descends
    half of this (its hand-written pair gradient is half the gradient of the value that it prints).

    Parameters
    ----------
    b : float n×k, n ≥ 2
    similar : bool n×n
    margin : float, optional
        m; 2k by default, as the authors set it: codes that differ in half of the bits lie at D = 2k.
    alpha : float
        Weight of the quantisation term.

    Returns
    -------
    Scalar tensor, ≥ 0.

    Examples
    --------
    k = 2, so m = 4; b₁ = (1, 1), b₂ = (1, .5), b₃ = (−1, 1), only 1 and 2 similar. D₁₂ = .25, D₁₃ = 4,
    D₂₃ = 4.25: only the similar pair costs, ½·.25/3. |b| misses 1 by .5 in b₂, which is in two of the three
    pairs: .01·2·.5/3.

    >>> b = torch.tensor([[1, 1], [1, 0.5], [-1, 1]])
    >>> similar = torch.tensor([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=torch.bool)
    >>> round(dsh_loss(b, similar).item(), 6)  # (.125 + .01) / 3
    0.045
    """
    margin = 2 * b.shape[1] if margin is None else margin
    squared = torch.pdist(b).square()
    cost = torch.where(_pairs(similar), squared, (margin - squared).clamp_min(0)) / 2
    # Each row is in n-1 of the n(n-1)/2 pairs: the mean over pairs of r_i + r_j is twice the mean over rows.
    return cost.mean() + 2 * alpha * (b.abs() - 1).abs().sum(dim=1).mean()


def contrastive_loss(h: Tensor, similar: Tensor, margin: float = 0.5) -> Tensor:
    r"""Contrastive loss (Hadsell, Chopra and LeCun, CVPR 2006) on the share of bits in which codes differ.

    .. math:: \operatorname{mean}_{i \sim j} D^2 + \operatorname{mean}_{i \not\sim j} \max(0, m - D)^2,
              \quad D = \tfrac1k \|h_i-h_j\|_2^2

    Parameters
    ----------
    h : float n×k, in [0, 1]
    similar : bool n×n
    margin : float
        m; ½: codes that agree no more often than chance are left alone.

    Examples
    --------
    h₁ = (0, 0), h₂ = (1, 0), h₃ = (1, 1), only 1 and 2 similar. D₁₂ = ½ costs ¼; D₁₃ = 1 and D₂₃ = ½ cost nothing,
    with a margin of 1 the latter ¼, the mean of both ⅛.

    >>> h = torch.tensor([[0.0, 0], [1, 0], [1, 1]])
    >>> similar = torch.tensor([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=torch.bool)
    >>> contrastive_loss(h, similar).item(), contrastive_loss(h, similar, margin=1).item()
    (0.25, 0.375)
    """
    distance, near = torch.pdist(h).square() / h.shape[1], _pairs(similar)
    return _mean(distance.square(), near) + _mean((margin - distance).clamp_min(0).square(), ~near)


def drsch_loss(
    h: Tensor,
    weights: Tensor,
    similar: Tensor,
    margin: float = 5.0,
    laplacian: float = 0.001,
    n_triplets: int | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    r"""Bit-scalable deep hashing, DRSCH (Zhang et al., TIP 2015), with v = w∘h:

    .. math:: \operatorname{mean}_{(i,j,l)} \max(\|v_i-v_j\|^2 - \|v_i-v_l\|^2,\, C)
              + \lambda \operatorname{mean}_{i<j} W_{ij}\|v_i-v_j\|^2

    (i, j) similar, (i, l) not, C = −margin; W is 1 for similar pairs and .001 for the others. The second term
    is tr(V L Vᵀ), L = D − W, divided by the number of pairs: means, so that neither term depends on the batch
    size. This is the formula; the released code builds −(W + D) for L.

    Parameters
    ----------
    h : float n×k
        In [−1, 1].
    weights : float k
        w, the element-wise weights of the bits.
    similar : bool n×n
    margin : float
        −C: a triplet whose dissimilar pair is further apart than its similar pair by this much has no
        gradient.
    laplacian : float
        λ.
    n_triplets : int, optional
        Size of a uniform sample, with replacement, of the valid triplets; all of them (up to n³/4) by
        default.
    generator : torch.Generator, optional
        Source of that sample, on the CPU.

    Returns
    -------
    Scalar tensor, ≥ −margin. Without a valid triplet the first term is 0.

    Examples
    --------
    h₁ = (1, 1), h₂ = (1, −1), h₃ = (−1, −1), w = (1, ½), 1 and 2 similar: D₁₂ = 1, D₁₃ = 5, D₂₃ = 4. The
    triplets (1, 2, 3) and (2, 1, 3) give 1 − 5 = −4 and 1 − 4 = −3; with margin 3.5 the first stops at −3.5,
    the mean is −3.25. The second term is .001·(1·1 + .001·5 + .001·4)/3.

    >>> h = torch.tensor([[1.0, 1], [1, -1], [-1, -1]])
    >>> similar = torch.tensor([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=torch.bool)
    >>> round(drsch_loss(h, torch.tensor([1, 0.5]), similar, margin=3.5).item(), 6)
    -3.249664
    """
    v = h * weights
    condensed = torch.pdist(v).square()
    smooth = (torch.where(_pairs(similar), 1.0, 0.001) * condensed).mean()

    n = len(h)
    i, j = torch.triu_indices(n, n, 1, device=h.device)
    squared = h.new_zeros(n, n, dtype=v.dtype).index_put((i, j), condensed)
    squared = squared + squared.T
    others = ~torch.eye(n, dtype=torch.bool, device=h.device)
    near, far = similar & others, ~similar & others
    if n_triplets is None:
        gap = squared[:, :, None] - squared[:, None, :]
        triplets = _mean(gap.clamp_min(-margin), near[:, :, None] & far[:, None, :])
    else:
        rows = sample_triplets(near.cpu(), far.cpu(), n_triplets, generator).to(h.device)
        gap = squared[rows[0], rows[1]] - squared[rows[0], rows[2]]
        triplets = _mean(gap.clamp_min(-margin), torch.ones_like(gap, dtype=torch.bool))
    return triplets + laplacian * smooth


def sample_triplets(near: Tensor, far: Tensor, size: int, generator: torch.Generator | None = None) -> Tensor:
    """Rows (i, j, l) with ``near[i, j]`` and ``far[i, l]``, uniform over all such triplets, as int64 3×size.

    Returns 3×0 where there is no such triplet.
    """
    n_near, n_far = near.sum(dim=1), far.sum(dim=1)
    per_anchor = (n_near * n_far).double()
    if not per_anchor.any():
        return torch.empty(3, 0, dtype=torch.long)
    i = torch.multinomial(per_anchor, size, replacement=True, generator=generator)
    u = torch.rand(2, size, generator=generator, dtype=torch.float64)
    # Row by row, the columns that qualify come first: a random rank below their number is a random one of
    # them.
    j = near.int().argsort(dim=1, descending=True, stable=True)[i, (u[0] * n_near[i]).long()]
    l = far.int().argsort(dim=1, descending=True, stable=True)[i, (u[1] * n_far[i]).long()]
    return torch.stack([i, j, l])


def deepbit_loss(
    f: Tensor,
    rotated: Tensor,
    rotation_weights: Tensor,
    weights: tuple[float, float, float] = (1.0, 1.0, 0.001),
) -> Tensor:
    r"""DeepBit (Lin et al., CVPR 2016): little is lost by binarising, bits are even, rotation changes none of them.

    .. math:: w_1 \operatorname{mean}_n \|b_n - f_n\|^2 + w_2 \sum_m (\mu_m - .5)^2
              + w_3 \operatorname{mean}_n \sum_\theta C_\theta \|b_n - f_{n,\theta}\|^2

    b_n = [f_n ≥ .5], a constant for the gradient; μ_m is the mean of unit m over the batch. The authors
    publish the weights 1, 1, .001 in their code only; sums over bits and means over pictures are our reading.

    Parameters
    ----------
    f : float n×k
        In [0, 1].
    rotated : float r×n×k
        Outputs for the same pictures under r rotations.
    rotation_weights : float r
        C_θ.
    weights : three floats
        w₁, w₂, w₃.

    Examples
    --------
    f = (.9, .2) and (.7, .4): binarising loses (.01 + .04 + .09 + .16)/2 = .15; the means .8 and .3 give
    .09 + .04 = .13. A rotation that turns the first into (.5, .2) and leaves the second adds
    .001·(.25 + .04 + .09 + .16)/2.

    >>> f, rotated = torch.tensor([[0.9, 0.2], [0.7, 0.4]]), torch.tensor([[[0.5, 0.2], [0.7, 0.4]]])
    >>> round(deepbit_loss(f, rotated, torch.ones(1)).item(), 6)
    0.28027
    """
    b = (f >= 0.5).to(f.dtype).detach()
    loss = weights[0] * (b - f).square().sum(dim=1).mean()
    loss = loss + weights[1] * (f.mean(dim=0) - 0.5).square().sum()
    return loss + weights[2] * (rotation_weights * (b - rotated).square().sum(dim=2).mean(dim=1)).sum()
