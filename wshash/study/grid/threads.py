"""Threads, pinned: sums in another order differ in the last bit."""


class pinned_threads:
    """Context in which NumPy, SciPy and torch use ``n`` threads."""

    def __init__(self, n: int):
        self.n = n

    def __enter__(self):
        import torch
        from threadpoolctl import threadpool_limits

        self._before = torch.get_num_threads()
        torch.set_num_threads(self.n)
        self._limits = threadpool_limits(self.n)
        return self

    def __exit__(self, *_):
        import torch

        self._limits.restore_original_limits()
        torch.set_num_threads(self._before)
