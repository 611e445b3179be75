"""The ceiling: centred features, which LSH comes close to."""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.preprocessing import StandardScaler

from wshash.hashing import LSH, HashingMethod
from wshash.hashing.features import CentredFeatures

rng = np.random.default_rng(0)
X, new = (rng.normal(size=(n, 20)).astype(np.float32) + 5 for n in (300, 40))


def test_the_training_mean_is_subtracted(tmp_path):
    fitted = CentredFeatures(n_bits=8).fit(X)
    centred = StandardScaler(with_std=False).fit(X).transform(new)
    np.testing.assert_allclose(fitted.embed(new), centred, atol=1e-6)  # older versions round the mean elsewhere
    np.testing.assert_array_equal(fitted.transform(new), new > X.mean(axis=0))
    assert list(fitted.get_feature_names_out()) == [f"centredfeatures{i}" for i in range(20)]
    fitted.save(tmp_path / "file")
    np.testing.assert_array_equal(HashingMethod.load(tmp_path / "file").embed(new), fitted.embed(new))


def test_lsh_comes_close_to_the_angles_of_the_embedding():
    embedding = CentredFeatures().fit(X).embed(new)
    angles = np.arccos(np.clip(1 - cdist(embedding, embedding, "cosine"), -1, 1)) / np.pi
    codes = np.hstack([LSH(256, seed).fit(X).transform(new) for seed in range(20)])
    differing = cdist(codes, codes, "hamming")  # 5,120 bits: a standard deviation is at most .007
    assert np.abs(differing - angles).max() < 0.035
