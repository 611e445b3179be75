"""What a method learns from, the controls that the conclusions stand on, and the threads that it learns on."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from wshash.errors import InputError


def hidden_concepts(concepts: list[str], unseen: tuple[str, ...]) -> np.ndarray:
    """bool c: the concept is left out of supervision."""
    unknown = set(unseen) - set(concepts)
    if unknown or 0 < len(unseen) == len(concepts):
        raise InputError(
            f"unseen concepts {', '.join(sorted(unknown)) or 'are all that there are'}: choose some, not all, of "
            f"{', '.join(concepts)}"
        )
    return np.isin(concepts, unseen)


def labelled_rows(train: np.ndarray, share: float, seed: int) -> np.ndarray:
    """The rows whose labels are seen: this share (in (0, 1]) of the training rows, at random, at least two."""
    n = max(2, round(share * len(train)))
    rng = np.random.default_rng([seed, 0x1ABE])
    return np.sort(rng.permutation(train)[:n])


def shuffled(targets, seed: int):
    """The placebo: the same targets, dealt out to the pictures at random."""
    return targets[np.random.default_rng(seed).permutation(targets.shape[0])]


@contextmanager
def pinned_threads(n: int) -> Iterator[None]:
    """NumPy, SciPy and torch use ``n`` threads meanwhile: sums in another order differ in the last bit."""
    import torch
    from threadpoolctl import threadpool_limits

    before = torch.get_num_threads()
    torch.set_num_threads(n)
    try:
        with threadpool_limits(n):
            yield
    finally:
        torch.set_num_threads(before)
