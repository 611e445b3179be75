"""1,200 bad inputs from a seed; how many of each kind end in which way, a table holds."""

from collections import Counter

import numpy as np
import pytest

from tests.datasets import bad_input, trees
from wshash.datasets import mirflickr

# Cases read right, read in part with a report, and refused with a sentence.
TABLE = {
    "tables": (169, 19, 112),
    "pictures": (92, 158, 0),
    "names and links": (47, 74, 29),
    "names and options typed": (6, 1, 143),
    "MIRFLICKR's files": (34, 26, 90),
    "annotations of COCO": (25, 21, 54),
    "archives": (22, 0, 78),
}


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.posix
@pytest.mark.parametrize("kind", TABLE)
def test_bad_input(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("WSHASH_DATA", str(tmp_path / "data"))
    monkeypatch.setitem(mirflickr._CHECKSUMS, 10, trees.known_checksums(mirflickr))
    if kind in ("tables", "pictures", "names and options typed", "annotations of COCO"):
        bad_input.pictures(tmp_path)
    case, number = bad_input.KINDS[kind], list(TABLE).index(kind)
    found = Counter(case(tmp_path, np.random.default_rng([number, i])) for i in range(sum(TABLE[kind])))
    share = 0.02 * sum(TABLE[kind])  # another release of Pillow may read a garbled picture that this one refuses
    assert [found[x] for x in bad_input.OUTCOMES] == pytest.approx(TABLE[kind], abs=share)
