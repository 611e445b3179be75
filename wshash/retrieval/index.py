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
        ``"flat"`` compares with every code and is exact. ``"ivf"`` visits the ``n_probe`` nearest of ``n_lists``
        clusters. ``"hnsw"`` walks a graph of near codes.
    n_lists : int, optional
        Default: the square root of the number of codes.
    n_probe : int
    n_links : int
        Neighbours of a code in the graph.
    ef_search : int
        Candidates that a walk keeps: more find more, more slowly.
    random_state : int
        Of the clusters.

    Examples
    --------
    >>> codes = np.array([[0, 0, 1], [1, 1, 1], [0, 0, 0]], dtype=np.uint8)
    >>> distances, rows = HammingIndex().add(codes).search(codes[:1], 2)
    >>> distances, rows
    (array([[0, 1]], dtype=int32), array([[0, 2]]))
    """

    def __init__(self, kind="flat", *, n_lists=None, n_probe=8, n_links=32, ef_search=64, random_state=0):
        if kind not in KINDS:
            raise InputError(f"kind={kind!r} is unknown; choose one of {', '.join(map(repr, KINDS))}")
        self.kind, self.n_lists, self.n_probe = kind, n_lists, n_probe
        self.n_links, self.ef_search, self.random_state = n_links, ef_search, random_state
        self.n_bits = None
        self._index = None

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
        """Append codes; row numbers go on counting. ``"ivf"`` places its clusters by the first codes added.

        Parameters
        ----------
        codes : array of 0 and 1, n×k
        """
        packed = self._pack(codes)
        if self._index is None:
            self._index, self.n_bits = self._build(packed), codes.shape[1]
        threads = faiss.omp_get_max_threads()
        try:
            if self.kind == "hnsw":
                faiss.omp_set_num_threads(1)  # on several, the graph depends on which thread comes first
            self._index.add(packed)
        finally:
            faiss.omp_set_num_threads(threads)
        return self

    def _build(self, packed: np.ndarray):
        width = 8 * packed.shape[1]
        if self.kind == "flat":
            index = faiss.IndexBinaryFlat(width)
            index.use_heap = False  # counts instead: keeps the first rows among equals
            return index
        if self.kind == "hnsw":
            index = faiss.IndexBinaryHNSW(width, self.n_links)
            index.hnsw.efSearch = self.ef_search
            return index
        n_lists = self.n_lists or max(1, round(len(packed) ** 0.5))
        if n_lists > len(packed):
            raise InputError(f"{n_lists} lists need at least as many codes, got {len(packed)}; lower n_lists")
        quantizer = faiss.IndexBinaryFlat(width)
        index = faiss.IndexBinaryIVF(quantizer, width, n_lists)
        index.own_fields = True
        quantizer.this.disown()
        index.cp.seed, index.cp.min_points_per_centroid = self.random_state + 1, 1
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
        order = np.lexsort((rows, distances), axis=1)
        return np.take_along_axis(distances, order, axis=1), np.take_along_axis(rows, order, axis=1)

    def recall_against_exact(self, codes: np.ndarray, k: int) -> float:
        """Share of the answers that are as near as the exact ones.

        An answer counts if it is no farther than the exact k-th: which of several codes at that distance are
        answered is no error.

        Parameters
        ----------
        codes : array of 0 and 1, q×n_bits
        k : int
        """
        if self.kind == "ivf":
            self._index.make_direct_map()
        exact = faiss.IndexBinaryFlat(self._index.d)
        exact.add(self._index.reconstruct_n(0, len(self)))
        farthest = exact.search(self._pack(codes), k)[0][:, -1:]
        distances, rows = self.search(codes, k)
        return float(((distances <= farthest) & (rows >= 0)).mean())

    def save(self, path: str | Path) -> None:
        """Write the index to one .npz file."""
        if self._index is None:
            raise InputError("the index is empty; add codes before saving it")
        options = {name: getattr(self, name) for name in ("kind", "n_bits", "random_state")}
        with open(path, "wb") as file:
            np.savez(file, index=faiss.serialize_index_binary(self._index), **options)

    @classmethod
    def load(cls, path: str | Path) -> "HammingIndex":
        """Read what :meth:`save` wrote; its settings for searching come with it."""
        try:
            with np.load(path, allow_pickle=False) as file:
                self = cls(str(file["kind"]), random_state=int(file["random_state"]))
                self.n_bits = int(file["n_bits"])
                self._index = faiss.deserialize_index_binary(file["index"])
        except (OSError, KeyError, ValueError, RuntimeError) as error:
            raise InputError(f"{path} is not an index that HammingIndex.save wrote: {error}") from error
        if self.kind == "flat":
            self._index.use_heap = False  # faiss does not store it
        elif self.kind == "ivf":
            self.n_lists, self.n_probe = self._index.nlist, self._index.nprobe
        else:
            self.ef_search = self._index.hnsw.efSearch
        return self
