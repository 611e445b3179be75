"""Search: the nearest codes of a database, exactly or nearly so, by faiss."""

from pathlib import Path

import faiss
import numpy as np

from wshash.errors import InputError

KINDS = ("flat", "ivf", "hnsw")


class HammingIndex:
    """The nearest codes by Hamming distance: faiss's binary indexes, for any number of bits.

    Answers are in order of distance, then of row number. ``"flat"`` also decides by row number which of the
    codes at the last distance are answered; the others find what their search meets.

    Parameters
    ----------
    kind : {"flat", "ivf", "hnsw"}
        ``"flat"`` compares with every code and is exact. ``"ivf"`` visits the ``n_probe`` nearest of √n clusters of
        the n codes first added. ``"hnsw"`` walks a graph of near codes.
    n_probe : int
    ef_search : int
        Candidates that a walk keeps: more find more, more slowly.

    Examples
    --------
    >>> codes = np.array([[0, 0, 1], [1, 1, 1], [0, 0, 0]], dtype=np.uint8)
    >>> distances, rows = HammingIndex().add(codes).search(codes[:1], 2)
    >>> distances, rows
    (array([[0, 1]], dtype=int32), array([[0, 2]]))
    """

    def __init__(self, kind="flat", *, n_probe=8, ef_search=64):
        if kind not in KINDS:
            raise InputError(f"kind={kind!r} is unknown; choose one of {', '.join(map(repr, KINDS))}")
        self.kind, self.n_probe, self.ef_search = kind, n_probe, ef_search
        self.n_bits = self._index = None
        self._packed = []  # what was added: faiss up to 1.15.0 writes past the end where it gives "ivf" codes back

    def __len__(self) -> int:
        return 0 if self._index is None else self._index.ntotal

    def _pack(self, codes: np.ndarray) -> np.ndarray:
        codes = np.asarray(codes)
        if codes.ndim != 2 or not codes.shape[1] or not np.isin(codes, (0, 1)).all():
            raise InputError(f"codes must be n×k of 0 and 1, got {codes.dtype} of shape {codes.shape}")
        if self.n_bits not in (None, codes.shape[1]):
            raise InputError(f"codes of {codes.shape[1]} bits, but the index holds codes of {self.n_bits}")
        return np.packbits(codes.astype(bool), axis=1)  # filled up with zeros, which differ nowhere

    def add(self, codes: np.ndarray) -> "HammingIndex":
        """Append codes, n×k of 0 and 1; row numbers go on. ``"ivf"`` places its clusters by the first codes added."""
        packed = self._pack(codes)
        if not len(packed):
            return self
        if self._index is None:
            self._index, self.n_bits = self._build(packed), np.shape(codes)[1]
        threads = faiss.omp_get_max_threads()
        try:
            if self.kind == "hnsw":
                faiss.omp_set_num_threads(1)  # on several, the graph depends on which thread comes first
            self._index.add(packed)
        finally:
            faiss.omp_set_num_threads(threads)
        self._packed.append(packed)
        return self

    def _build(self, packed: np.ndarray):
        names = {"flat": "BFlat", "hnsw": "BHNSW32", "ivf": f"BIVF{round(len(packed) ** 0.5)}"}
        index = faiss.index_binary_factory(8 * packed.shape[1], names[self.kind])
        if self.kind == "flat":
            index.use_heap = False  # counts instead: faster, and keeps the first rows among equals
        elif self.kind == "hnsw":
            index.hnsw.efSearch = self.ef_search
        else:
            index.cp.seed = index.cp.min_points_per_centroid = 1
            index.nprobe = self.n_probe
            index.train(packed)
        return index

    def search(self, codes: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """The ``k`` nearest codes of each query.

        Parameters
        ----------
        codes : array of 0 and 1, q×n_bits
        k : int
            From 1 to the number of codes in the index.

        Returns
        -------
        distances : int32 array, q×k
        rows : int64 array, q×k
            −1, with the largest distance there is, where ``"ivf"`` or ``"hnsw"`` found fewer than ``k``.
        """
        if not 1 <= k <= len(self):
            raise InputError(f"k={k} with {len(self)} codes in the index; choose 1 to that many, after add()")
        distances, rows = self._index.search(self._pack(codes), k)
        order = np.lexsort((rows, distances))
        return np.take_along_axis(distances, order, axis=1), np.take_along_axis(rows, order, axis=1)

    def recall_against_exact(self, codes: np.ndarray, k: int) -> float:
        """Share of the ``k`` answers that are no farther than the exact k-th, whichever of those at its distance."""
        exact = faiss.IndexBinaryFlat(self._index.d)
        exact.add(np.concatenate(self._packed))
        farthest = exact.search(self._pack(codes), k)[0][:, -1:]
        distances, rows = self.search(codes, k)
        return float(((distances <= farthest) & (rows >= 0)).mean())

    def save(self, path: str | Path) -> None:
        """Write the codes and the settings to one .npz file."""
        if self._index is None:
            raise InputError("the index is empty; add codes before saving it")
        settings = np.array([self.n_bits, self.n_probe, self.ef_search, len(self._packed[0])])
        with open(path, "wb") as file:
            np.savez(file, codes=np.concatenate(self._packed), kind=self.kind, settings=settings)

    @classmethod
    def load(cls, path: str | Path) -> "HammingIndex":
        """Read what :meth:`save` wrote: the same answers. InputError: the file is missing, cut, altered, or no index.

        Clusters and graph are built again from the codes: a file cannot bring a structure that points outside them.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                codes, kind, settings = file["codes"], str(file["kind"]), file["settings"].tolist()
            n_bits, n_probe, ef_search, n_first = settings
            index = cls(kind, n_probe=n_probe, ef_search=ef_search)
            if codes.shape[1] != -(-n_bits // 8) or min(settings) < 1 or n_first > len(codes):
                raise ValueError(f"codes of shape {codes.shape} with settings {settings}")
            codes = np.unpackbits(codes, axis=1, count=n_bits)
            return index.add(codes[:n_first]).add(codes[n_first:])
        except Exception as error:  # zip, NumPy and zlib have a dozen ways to say it
            raise InputError(f"{path} is not an index that HammingIndex.save wrote: {error}") from error
