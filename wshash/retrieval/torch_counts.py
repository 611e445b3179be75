"""The counts of ``counts`` from torch, for a GPU: distances and shared concepts as matrix products."""

import numpy as np
import torch

_PAIRS = 1 << 25  # pairs at once: about 1 GB of intermediate values


class TorchHammingCounter:
    """:class:`~wshash.retrieval.counts.HammingCounter` on a torch device: the same numbers.

    Parameters
    ----------
    database_codes, database_labels, grades
        As in ``HammingCounter``.
    device : str
        ``"cuda"``, ``"cuda:1"``, ``"mps"``, ``"cpu"``.
    """

    by_radius = True

    def __init__(self, database_codes, database_labels, grades=2, device="cuda"):
        self.n_bits, self.grades = database_codes.shape[1], grades
        self._device = torch.device(device)
        # Half precision is exact here: the terms are 0 and ±1, the sums whole numbers below 2048.
        self._type = torch.float16 if self._device.type == "cuda" and database_labels.shape[1] < 2048 else torch.float32
        self._codes, self._labels = self._put(database_codes, sign=True), self._put(database_labels)
        self.block = 512

    def _put(self, bits: np.ndarray, sign: bool = False) -> torch.Tensor:
        values = torch.from_numpy(np.ascontiguousarray(bits, dtype=np.uint8)).to(self._device, self._type)
        return 2 * values - 1 if sign else values

    def __call__(self, query_codes: np.ndarray, query_labels: np.ndarray) -> np.ndarray:
        """Number of items at each distance with each grade: int64 array, q×(k+1)×grades."""
        codes, labels = self._put(query_codes, sign=True), self._put(query_labels)
        size = (self.n_bits + 1) * self.grades
        row = torch.arange(len(codes), device=self._device)[:, None] * size
        counts = torch.zeros(len(codes) * size, dtype=torch.int64, device=self._device)
        step = max(1, _PAIRS // max(len(codes), 1))
        for start in range(0, len(self._codes), step):
            part = slice(start, start + step)
            # Codes of ±1: product = k − 2 × distance.
            distance = (self.n_bits - (codes @ self._codes[part].T).int()) // 2
            shared = (labels @ self._labels[part].T).int().clamp_(max=self.grades - 1)
            level = (distance * self.grades + shared).long() + row
            counts += torch.bincount(level.ravel(), minlength=len(counts))
        return counts.reshape(len(codes), self.n_bits + 1, self.grades).cpu().numpy()
