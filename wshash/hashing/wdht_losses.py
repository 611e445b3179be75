"""The three losses of WDHT as pure functions of a batch.

``w[i]`` is the mean tag vector of picture i. No row is paired with itself; all are means, over pairs or over rows, as
in the authors' Keras code, so that their weights do not depend on the batch size.
"""

import torch
from torch import Tensor

from wshash.hashing.losses import _pairs


def cosine_pair_loss(h: Tensor, w: Tensor) -> Tensor:
    r"""L1: distances of codes follow distances of tag vectors.

    .. math:: \operatorname{mean}_{i<j} \left[\tfrac1b \|h_i-h_j\|_2^2 - \tfrac12(1-\cos(w_i,w_j))\right]^2

    This is the paper's formula. The authors' code aims at 1 − cos, without the ½, which lies in [0, 2] where the
    distance of two codes lies in [0, 1].

    Parameters
    ----------
    h : float n×b, in [0, 1]
    w : float n×e, no row of zeros

    Examples
    --------
    h = (0, 0), (1, 0), (1, 1); w = (1, 0), (2, 0), (0, 3): distances ½, 1, ½ for the pairs 12, 13, 23; cosines
    1, 0, 0 ask for 0, ½, ½. (¼ + ¼ + 0) / 3.

    >>> h = torch.tensor([[0.0, 0], [1, 0], [1, 1]])
    >>> round(cosine_pair_loss(h, torch.tensor([[1.0, 0], [2, 0], [0, 3]])).item(), 4)
    0.1667
    """
    unit = torch.nn.functional.normalize(w)
    target = (1 - _pairs(unit @ unit.T)) / 2
    return (torch.pdist(h).square() / h.shape[1] - target).square().mean()


def hinge_rank_loss(p: Tensor, w: Tensor, margin: float = 0.2) -> Tensor:
    r"""L2: a picture's projection is nearer to its own tag vector than to another picture's.

    .. math:: \operatorname{mean}_{n \neq j} \max(0, \text{margin} + w_j \cdot p_n - w_n \cdot p_n)

    Parameters
    ----------
    p : float n×e
        h² of the paper: outputs of the head in the space of the tags.
    w : float n×e
    margin : float

    Examples
    --------
    p₁ = (1, 0) fits w₁ = (1, 0) and not w₂ = (0, 1): 0 − 1 + .2 < 0 costs nothing. p₂ = (.5, .4) is nearer to w₁:
    .2 + .5 − .4 = .3. Mean .15.

    >>> round(hinge_rank_loss(torch.tensor([[1.0, 0], [0.5, 0.4]]), torch.eye(2)).item(), 4)
    0.15
    """
    score = p @ w.T
    cost = (margin + score - score.diagonal()[:, None]).clamp_min(0)
    n = len(p)
    return (cost.sum() - cost.diagonal().sum()) / max(n * (n - 1), 1)


def spread_loss(h: Tensor) -> Tensor:
    r"""L3: outputs leave ½ for 0 or 1.

    .. math:: -\operatorname{mean}_n \tfrac1b \|h_n - \tfrac12\|_2^2

    Parameters
    ----------
    h : float n×b, in [0, 1]

    Examples
    --------
    >>> round(spread_loss(torch.tensor([[1.0, 0.5], [0.1, 0]])).item(), 4)  # −(.25 + 0 + .16 + .25) / 4
    -0.165
    """
    return -(h - 0.5).square().mean()


def wdht_loss(
    h: Tensor, p: Tensor, w: Tensor, margin: float = 0.2, weights: tuple[float, float, float] = (1.0, 10.0, 1.0)
) -> Tensor:
    """Weakly-supervised deep hashing with tag embeddings (Gattupalli et al., CVPR 2019): λ1·L1 + λ2·L2 + λ3·L3.

    See :func:`cosine_pair_loss`, :func:`hinge_rank_loss`, :func:`spread_loss`; the weights are those of the authors'
    code. A batch of one row has no pair, and only its L3 counts.

    Examples
    --------
    >>> h, w = torch.tensor([[0.0, 1], [1, 1]]), torch.eye(2)
    >>> round(wdht_loss(h, w, w).item(), 4)  # (½ − ½)² + 10·0 − ¼
    -0.25
    """
    loss = weights[2] * spread_loss(h)
    if len(h) < 2:
        return loss
    return loss + weights[0] * cosine_pair_loss(h, w) + weights[1] * hinge_rank_loss(p, w, margin)
