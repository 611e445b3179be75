"""The estimators with a network: known answers, the hand-over of the weak network, edge cases, pictures."""

import itertools
import warnings

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.utils.estimator_checks import parametrize_with_checks
from torch import nn

from wshash.errors import InputError
from wshash.hashing import DRSCH, DSH, ITQ, KSH, WDHT, DeepBit, HashingMethod, JointHash, WeakPretraining
from wshash.hashing.losses import drsch_loss, dsh_loss
from wshash.hashing.network import HashNetwork
from wshash.hashing.training import TrainingWarning
from wshash.study.grid.methods import TABLE2
from wshash.tags.similarity import TagSimilarity
from wshash.vision import backbones
from wshash.vision.features import extract_features, fit_square

pytestmark = pytest.mark.filterwarnings("ignore::wshash.hashing.training.TrainingWarning")  # most are kept short
SMALL = {"hidden": 32, "batch_size": 64, "epochs": 15, "min_steps": 0, "learning_rate": 3e-3}


def clusters(n=300, c=4, d=20, spread=0.5, seed=0):
    """Rows around c centres, and the one label each."""
    rng = np.random.default_rng(seed)
    label = rng.integers(c, size=n)
    centres = np.random.default_rng(99).normal(size=(c, d))
    X = centres[label] + spread * rng.normal(size=(n, d))
    return X.astype(np.float32), np.eye(c, dtype=bool)[label]


def tags(y, seed=None):
    """A picture's tag is its label; every tenth picture has none."""
    B = y.astype(np.float32)
    B[::10] = 0
    similarity = TagSimilarity(B, np.eye(y.shape[1]))
    return similarity if seed is None else similarity.permuted(seed)


def precision(codes, y, R=20):
    """Mean over the rows of the relevant share of the R nearest other rows, ties by random order."""
    distance = (codes[:, None] != codes[None]).sum(axis=2) + np.random.default_rng(0).random((len(y), len(y)))
    np.fill_diagonal(distance, np.inf)
    nearest = distance.argsort(axis=1)[:, :R]
    relevant = y.astype(int) @ y.T.astype(int) > 0
    return np.take_along_axis(relevant, nearest, axis=1).mean()


def needles(seed):
    """Clusters in 10 of 63 dimensions, noise in the others: features alone tell the three apart badly."""
    X, y = clusters(600, c=3, d=10, spread=0.7, seed=seed)
    noise = np.random.default_rng(seed + 1).normal(size=(600, 53))
    return np.hstack([X, noise.astype(np.float32)]), y


@pytest.fixture(scope="module")
def noisy():
    return needles(1)


@pytest.fixture(scope="module")
def weak(noisy):
    X, y = noisy
    return WeakPretraining(n_bits=16, threshold=0.5, **SMALL).fit(X, tags(y))


@pytest.mark.parametrize("method", [DSH, DRSCH])
def test_separable_clusters_are_solved(method):
    X, y = clusters()
    model = method(n_bits=12, **SMALL).fit(X, y)
    assert precision(model.transform(X), y) > 0.98
    held_out, truth = clusters(seed=5)
    assert precision(model.transform(held_out), truth) > 0.95
    assert model.history_["loss"][-1] < model.history_["loss"][0]
    assert len(model.history_["loss"]) == 15


def test_weak_pretraining_learns_from_tags_and_not_from_shuffled_ones(noisy, weak):
    X, y = noisy
    placebo = WeakPretraining(n_bits=16, threshold=0.5, **SMALL).fit(X, tags(y, seed=0))
    other, truth = needles(7)
    learnt, shuffled = (precision(model.transform(other), truth) for model in (weak, placebo))
    assert learnt > 0.8  # chance is a third
    assert shuffled < learnt - 0.2
    assert weak.threshold_ == 0.5
    assert weak.share_similar_ == pytest.approx(1 / 3, abs=0.05)


def test_weak_outputs(noisy, weak):
    X, _ = noisy
    f = weak.embed(X)
    assert f.dtype == np.float32 and f.min() >= 0 and f.max() <= 1
    np.testing.assert_array_equal(weak.transform(X), f >= 0.5)
    W = weak.network_.trunk[0]
    z = (X - X.mean(0)) / X.std(0) @ W.weight.detach().numpy().T + W.bias.detach().numpy()
    np.testing.assert_allclose(weak.trunk_features(X), np.maximum(z, 0), rtol=1e-3, atol=1e-4)


def test_quantile_sets_the_threshold():
    X, y = clusters(c=5)
    graded = TagSimilarity(
        y.astype(np.float32), np.linspace(0, 1, 25).reshape(5, 5) + np.linspace(0, 1, 25).reshape(5, 5).T
    )
    model = WeakPretraining(n_bits=8, quantile=0.7, **(SMALL | {"epochs": 1})).fit(X, graded)
    assert 0.2 < model.share_similar_ <= 0.3


def test_a_pair_at_the_threshold_is_not_similar():
    B = np.array([[1, 0], [0, 1], [0.5, 0.5], [0, 0]], np.float32)[np.arange(300) % 4]
    similarity = TagSimilarity(B, np.eye(2))  # 1, .5 or 0
    model = WeakPretraining(n_bits=8, threshold=0.5, **(SMALL | {"epochs": 0})).fit(clusters()[0], similarity)
    equal = B @ B.T > 0.5  # the same one tag
    known = np.ix_(similarity.known, similarity.known)
    assert model.share_similar_ == pytest.approx(equal[known].mean(), abs=0.01)
    drawn = similarity.pairs(*similarity.random_pairs(200_000, seed=0))
    assert model.share_similar_ == (drawn > 0.5).mean()
    f = torch.rand(40, 8, generator=torch.Generator().manual_seed(0))
    rows = torch.arange(20, 60)
    expected = 0.0
    for alike, push in ((True, lambda d: d), (False, lambda d: max(0.0, 1 - d))):
        costs = [
            push((f[i] - f[j]).norm().item())
            for i, j in itertools.combinations(range(40), 2)
            if similarity.known[[20 + i, 20 + j]].all() and equal[20 + i, 20 + j] == alike
        ]
        expected += np.mean(costs)
    loss = model._loss_of(model.network_, None, similarity, 0)
    assert loss(f, rows, None).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("method", [DSH, DRSCH])
def test_hand_over(method, noisy, weak):
    X, y = noisy
    options = SMALL | {"epochs": 0}
    whole = method(n_bits=16, start=weak, start_layers="all", **options).fit(X, y)
    np.testing.assert_array_equal(whole.transform(X), weak.transform(X))
    trunk = method(n_bits=16, start=weak, start_layers="trunk", **options).fit(X, y)
    drawn = method(n_bits=16, **options).fit(X, y)
    for started in (whole, trunk):
        for name in ("trunk.0.weight", "trunk.0.bias", "mean", "scale"):
            assert torch.equal(started.network_.state_dict()[name], weak.network_.state_dict()[name])
    # The hash layer is that of the same seed without a start, rescaled; the weak one came from another
    # stream.
    towards = torch.nn.functional.cosine_similarity
    torch.testing.assert_close(towards(trunk.network_.hash.weight, drawn.network_.hash.weight), torch.ones(16))
    assert towards(weak.network_.hash.weight, drawn.network_.hash.weight).abs().max() < 0.9


def test_a_start_survives_cloning_and_is_left_as_it_was(noisy, weak):
    X, y = noisy
    before = weak.transform(X)
    backbone = "vgg16"  # of no account with features
    model = clone(DSH(n_bits=16, start=weak, backbone=backbone, **(SMALL | {"epochs": 2}))).fit(X, y)
    assert model.start is weak
    np.testing.assert_array_equal(weak.transform(X), before)


def test_a_start_that_does_not_fit_is_refused(noisy, weak):
    X, y = noisy
    for options, data, message in [
        ({"hidden": 8}, X, "hidden=32"),
        ({"n_bits": 8, "start_layers": "all"}, X, "16 bits, this method 8"),
        ({}, X[:, 1:], "63 features, X has 62"),
        ({"start": "weak"}, X, "fitted WeakPretraining"),
    ]:
        with pytest.raises(InputError, match=message):
            DSH(**({"n_bits": 16, "start": weak} | SMALL | options)).fit(data, y)
    with pytest.raises(ValueError, match="not fitted"):
        DSH(n_bits=16, start=WeakPretraining(n_bits=16, hidden=32), **SMALL).fit(X, y)


@pytest.fixture(scope="module")
def digits():
    X, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))
    return X[order], y[order]


def digits_precision(model, X, y):
    """At 100, of 300 queries in the 1,497 rows that the model is trained on."""
    codes = model.fit(X[300:], y[300:]).transform(X)
    distance = (codes[:300, None] != codes[300:]).sum(axis=2) + np.random.default_rng(0).random((300, 1497))
    return (y[300:][distance.argsort(axis=1)[:, :100]] == y[:300, None]).mean()


@pytest.mark.parametrize("method", [DSH, DRSCH])
def test_default_budgets_do_for_few_rows(method, digits):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = method(n_bits=32)
        assert digits_precision(model, *digits) > 0.96
    assert model.n_steps_ == 11 * len(model.history_["loss"]) and 0 <= model.n_steps_ - method.min_steps < 11


def test_a_short_training_says_so_where_more_would_help(digits):
    options = {"n_bits": 32, "epochs": 15, "min_steps": 0}
    with pytest.warns(TrainingWarning, match="DSH 32 bits: too short a training, 165 steps of the 760"):
        assert digits_precision(DSH(**options), *digits) < 0.8
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert digits_precision(DRSCH(**options), *digits) > 0.96


@pytest.mark.parametrize("method", [DSH, DRSCH, DeepBit, WDHT, WeakPretraining])
def test_the_floor_changes_nothing_for_as_many_pictures_as_mirflickr_has(method):
    tagged = method in (WDHT, WeakPretraining)  # 9,016 of 9,744 training pictures have a known tag
    per_epoch = (9016 if tagged else 9744) // method.batch_size
    assert 0 < method.min_steps <= method.epochs * per_epoch


def test_epochs_that_are_set_are_obeyed():
    X, y = clusters()
    for options, steps in [
        ({"epochs": 2}, 4),
        ({"epochs": 15, "min_steps": 0}, 30),
        ({"epochs": 2, "min_steps": 5}, 6),  # both are set: the floor holds
        ({"min_steps": 5}, 30),
        ({}, 760),
    ]:
        assert DSH(n_bits=4, hidden=8, **options).fit(X, y).n_steps_ == steps


@pytest.mark.parametrize("method", [DSH, DRSCH, DeepBit])
def test_same_seed_same_codes(method):
    X, y = clusters()
    options = {"n_bits": 12, "epochs": 2, "batch_size": 64}
    first, second = (method(**options).fit(X, y).embed(X) for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert method(**options, random_state=1).fit(X, y).embed(X).tobytes() != first.tobytes()


@pytest.mark.parametrize("method", [DSH, DRSCH, DeepBit, WeakPretraining])
def test_save_and_load(method, tmp_path, noisy, weak):
    X, y = noisy
    if method is WeakPretraining:
        model = weak
    elif method is DeepBit:
        model = DeepBit(n_bits=16, epochs=1).fit(X)
    else:
        model = method(n_bits=16, start=weak, **(SMALL | {"epochs": 1})).fit(X, y)
    model.save(tmp_path / "model.safetensors")
    again = HashingMethod.load(tmp_path / "model.safetensors")
    assert type(again) is method
    assert again.embed(X).tobytes() == model.embed(X).tobytes()
    assert again.history_ == model.history_
    if method is DRSCH:
        assert torch.equal(again.network_.weights, model.network_.weights)


def test_networks_that_do_not_fit_are_refused(noisy, weak, tmp_path):
    X, y = noisy
    path = tmp_path / "m"
    model = DSH(n_bits=16, start=weak, **(SMALL | {"epochs": 0})).fit(X, y)
    layer, wider = model.network_.hash, nn.Linear(32, 17)
    model.network_.hash = wider
    for change in ({"hidden": 31}, {"n_bits": 17, "hidden": 32}, {"n_bits": 16}):
        model.set_params(**change).save(path)
        if change.get("n_bits") == 17:
            DSH.load(path)  # all in it fits again
            continue
        with pytest.raises(InputError, match="not a saved"):
            DSH.load(path)
    model.network_.hash = layer
    model.save(path)
    DSH.load(path)
    nn.init.constant_(layer.bias, torch.nan)
    model.save(path)
    with pytest.raises(InputError, match="a row of zeros becomes"):
        DSH.load(path)


def test_drsch_weights_order_the_bits():
    X, y = clusters()
    model = DRSCH(n_bits=12, **SMALL).fit(X, y)
    weights = model.network_.weights.detach().numpy()
    assert weights.shape == (12,) and np.ptp(weights) > 0


def test_deepbit_evens_its_bits_and_halves_the_binarising_loss():
    rng = np.random.default_rng(0)
    X = (rng.normal(size=(500, 20)) @ rng.normal(size=(20, 20)) + 5).astype(np.float32)
    start = DeepBit(n_bits=8, epochs=0).fit(X)
    model = DeepBit(n_bits=8, epochs=40, learning_rate=1e-2).fit(X)
    cut = [np.square(m.embed(X) - m.transform(X)).sum(axis=1).mean() for m in (start, model)]
    assert cut[1] < cut[0] / 2
    assert np.abs(model.transform(X).mean(axis=0) - 0.5).max() < 0.1


def test_deepbits_noise_stands_in_for_the_four_rotations():
    X, _ = clusters()
    model = DeepBit(n_bits=8, noise=(0.1, 0.7), loss_weights=(0.0, 0.0, 1.0), epochs=0).fit(X)
    x, network = torch.from_numpy(X[:50]), model.network_
    f, scale = network(x), torch.from_numpy(X.std(axis=0))
    noise = torch.randn(4, 50, 20, generator=torch.Generator().manual_seed(3))
    turned = [network(x + size * e * scale) for size, e in zip((0.7, 0.1, 0.1, 0.7), noise, strict=True)]  # -10 to 10°
    C = [np.exp(-((angle / 5) ** 2) / 2) for angle in (-10, -5, 5, 10)]
    expected = sum(c * ((f >= 0.5).float() - t).square().sum(dim=1).mean() for c, t in zip(C, turned, strict=True))
    torch.testing.assert_close(model._loss_of(network, None, None, 3)(f, None, x), expected)


@pytest.mark.parametrize("method", [DSH, DRSCH])
def test_one_labelled_class_collapses_and_says_so(method):
    X, _ = clusters()
    with pytest.warns(TrainingWarning, match="collapsed|dead"):
        method(n_bits=4, **SMALL).fit(X, np.ones((300, 1), dtype=bool))


@pytest.mark.parametrize("method", [DSH, DRSCH])
def test_no_similar_pair_trains(method):
    X, _ = clusters(n=64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TrainingWarning)
        model = method(n_bits=8, **(SMALL | {"epochs": 2})).fit(X, np.eye(64, dtype=bool))
    assert np.isfinite(model.embed(X)).all()


def test_rows_without_known_tags_are_not_trained_on():
    X, y = clusters()
    y[:200] = False
    similarity = TagSimilarity(y.astype(np.float32), np.eye(4))
    options = {"n_bits": 8, "threshold": 0.5, **SMALL, "epochs": 2}
    model = WeakPretraining(**options).fit(X, similarity)
    # The order of their rows matters to nothing but the order of the others' numbers.
    shuffled = X.copy()
    shuffled[:200] = X[:200][::-1]
    again = WeakPretraining(**options).fit(shuffled, similarity)
    np.testing.assert_allclose(again.embed(X), model.embed(X), atol=1e-4)


@pytest.mark.parametrize("threshold", [-1.0, 2.0])
def test_a_threshold_that_separates_nothing_is_refused(threshold):
    X, y = clusters()
    with pytest.raises(InputError, match="choose one between"):
        WeakPretraining(n_bits=8, threshold=threshold).fit(X, tags(y))


def test_similarity_must_be_of_the_rows():
    X, y = clusters()
    with pytest.raises(InputError, match="299 pictures, X has 300"):
        WeakPretraining(n_bits=8).fit(X, tags(y[1:]))
    with pytest.raises(InputError, match="TagSimilarity"):
        WeakPretraining(n_bits=8).fit(X, y)


def test_validation_loss_is_recorded(noisy):
    X, y = noisy
    for model, target in [(DSH(8, **SMALL), y), (WeakPretraining(8, threshold=0.5, **SMALL), tags(y))]:
        half = target if isinstance(target, TagSimilarity) else target[:100]
        part = X if isinstance(target, TagSimilarity) else X[:100]
        model.set_params(epochs=3).fit(X, target, validation=(part, half))
        assert len(model.history_["validation_loss"]) == 3


@parametrize_with_checks(
    [method(n_bits=2, hidden=4, epochs=2, batch_size=16) for method in (DSH, DRSCH, DeepBit, WDHT)]
)
def test_scikit_learn_conventions(estimator, check):
    check(estimator)


@pytest.fixture
def tiny_backbone(monkeypatch):
    def load(name, weights=None):
        torch.manual_seed(0)
        lower = nn.Sequential(nn.Conv2d(3, 4, 3, stride=4), nn.BatchNorm2d(4), nn.ReLU()).eval()
        upper = nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
        return backbones.Backbone(name, lower, upper, 6, (4, 8, 8), 32, (127.0,) * 3, (128.0,) * 3)

    monkeypatch.setattr(backbones, "load_backbone", load)
    return load


PICTURES = np.random.default_rng(0).integers(0, 256, (8, 40, 32, 3)).astype(np.uint8)
LABELS = np.eye(2, dtype=bool)[[0, 1] * 4]


def given(depth, load=None):
    """The pictures, or the maps that the last stage of the tiny backbone sees of them."""
    return list(PICTURES) if depth == "full" else extract_features(PICTURES, load("tiny"), workers=0, maps=True)


@pytest.mark.parametrize("depth", ["stage", "full"])
@pytest.mark.parametrize("method", [DSH, DRSCH, DeepBit, WDHT])
def test_the_backbone_is_trained_as_deep_as_asked(method, depth, tiny_backbone, tmp_path):
    if method is DeepBit and depth == "stage":
        with pytest.raises(InputError, match="maps cannot be rotated"):
            DeepBit(depth="stage").fit(given(depth, tiny_backbone), LABELS)
        return
    X = given(depth, tiny_backbone)
    model = method(n_bits=4, hidden=8, epochs=2, batch_size=4, depth=depth, backbone="tiny")
    fresh = dict(model.set_params(epochs=0).fit(X, LABELS).network_.state_dict())
    fresh = {name: value.clone() for name, value in fresh.items()}
    trained = model.set_params(epochs=2).fit(X, LABELS).network_.state_dict()
    moved = {name for name in fresh if not torch.equal(fresh[name], trained[name])}
    upper, lower = {"stage": ("backbone.1.0", None), "full": ("backbone.module.1.0", "backbone.module.0.0")}[depth]
    assert f"{upper}.weight" in moved
    assert depth == "stage" or f"{lower}.weight" in moved
    assert not any("running" in name for name in moved)  # statistics of the pre-training are kept
    codes = model.transform(X)
    assert codes.shape == (8, 4) and codes.dtype == np.uint8
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(HashingMethod.load(tmp_path / "model").transform(X), codes)


def test_the_last_stage_on_maps_begins_where_the_pictures_do(tiny_backbone):
    """Not trained yet, both depths make the same features of a picture, and the same codes of equal hash layers."""
    options = {"n_bits": 4, "hidden": 8, "epochs": 0, "backbone": "tiny"}
    whole, last = (DSH(depth=d, **options).fit(given(d, tiny_backbone), LABELS) for d in ("full", "stage"))
    np.testing.assert_allclose(
        last.embed(given("stage", tiny_backbone)), whole.embed(given("full")), rtol=0.02, atol=0.02
    )  # maps are kept in half precision
    with pytest.raises(InputError, match="X has 5 columns; the maps of tiny have 256"):
        DSH(depth="stage", **options).fit(np.eye(5), LABELS[:5])


def test_both_at_once_trains_the_last_stage_and_keeps_its_directions(tiny_backbone, tmp_path):
    X, tags = given("stage", tiny_backbone), np.eye(4)[[0, 1, 0, 1, 2, 3, 2, 3]]
    options = {"n_bits": 3, "hidden": 8, "batch_size": 4, "depth": "stage", "backbone": "tiny"}
    features = extract_features(PICTURES, tiny_backbone("tiny"), workers=0)
    start = JointHash(epochs=0, **options).fit(X, LABELS, tags)
    before = start._untrained(X.astype(np.float32))
    np.testing.assert_allclose(before, features, rtol=0.02, atol=0.02)  # maps are kept in half precision
    z = before @ start.directions_
    assert (start.transform(X) == ITQ(n_bits=3).fit(z).transform(z)).mean() > 0.9  # its first codes are CCA-ITQ's
    fitted = JointHash(epochs=3, **options).fit(X, LABELS, tags)
    before, after = start.network_.backbone, fitted.network_.backbone
    assert torch.equal(before.before[1][0].weight, after.before[1][0].weight)
    assert not torch.equal(before.backbone[1][0].weight, after.backbone[1][0].weight)
    fitted.save(tmp_path / "model")
    assert HashingMethod.load(tmp_path / "model").embed(X).tobytes() == fitted.embed(X).tobytes()
    with pytest.raises(InputError, match="depth='full'"):
        JointHash(depth="full").fit(list(PICTURES), LABELS)


def test_the_paper_preset_goes_from_weak_to_supervised(tiny_backbone):
    preset = TABLE2 | {"epochs": 2, "batch_size": 4, "backbone": "tiny", "hidden": 8}
    weak = WeakPretraining(n_bits=4, threshold=0.5, **preset)
    weak.fit(PICTURES, TagSimilarity(LABELS.astype(np.float32), np.eye(2)))
    model = DSH(n_bits=4, start=weak, start_layers="all", **(preset | {"epochs": 0})).fit(PICTURES, LABELS)
    np.testing.assert_array_equal(model.transform(PICTURES), weak.transform(PICTURES))
    with pytest.raises(InputError, match="depth='full'"):
        DSH(n_bits=4, hidden=8, start=weak).fit(np.eye(4), LABELS[:4])
    ksh = KSH(n_bits=4, n_anchors=6, start=weak)  # sees the pictures through the network
    trunk = KSH(n_bits=4, n_anchors=6).fit(weak.trunk_features(PICTURES), LABELS)
    np.testing.assert_allclose(ksh.fit(PICTURES, LABELS).embed(PICTURES), trunk.embed(weak.trunk_features(PICTURES)))
    with pytest.raises(InputError, match="at least 2 to train on"):
        ksh.fit(PICTURES[:1], LABELS[:1])
    both = ksh.set_params(start_layer="concat").fit(PICTURES, LABELS)._represent(PICTURES)
    features = weak.features(PICTURES)
    np.testing.assert_allclose(both[:, :6], features / ksh.scales_[0], rtol=1e-5)


def test_the_paper_preset_trains_the_whole_of_vgg16(monkeypatch):
    load = backbones.load_backbone

    def drawn(name, weights=None):  # its ImageNet weights are a download
        torch.manual_seed(0)
        return load(name, "random")

    monkeypatch.setattr(backbones, "load_backbone", drawn)
    preset = TABLE2 | {"epochs": 1, "batch_size": 4}
    similarity = TagSimilarity(LABELS[:4].astype(np.float32), np.eye(2))
    weak = WeakPretraining(n_bits=8, threshold=0.5, **preset).fit(PICTURES[:4], similarity)
    model = DSH(n_bits=8, start=weak, **preset).fit(PICTURES[:4], LABELS[:4])
    before, after = (m.network_.state_dict() for m in (weak, model))
    moved = [name for name in before if not torch.equal(before[name], after[name])]
    assert {"backbone.module.0.0.weight", "backbone.module.1.2.3.weight", "hash.weight"} <= set(moved)
    assert model._image_size == 120 and before["hash.weight"].shape == (8, 4096)
    assert model.transform(PICTURES).shape == (8, 8)


def test_wrong_pictures_are_refused(tiny_backbone):
    bad = [np.eye(4, dtype=np.float32), PICTURES[:, :, :, :1], PICTURES[:, :, :, 0], PICTURES.astype(np.float32)]
    for X, message in [
        *((X, "uint8 pictures") for X in bad),
        (PICTURES[:1], "at least 2"),
        (3, "sequence of pictures"),
    ]:
        with pytest.raises(InputError, match=message):
            DSH(n_bits=4, depth="full", backbone="tiny").fit(X, LABELS)
    with pytest.raises(InputError, match="depth='half'"):
        DSH(n_bits=4, depth="half").fit(PICTURES, LABELS)


def test_layers_are_drawn_from_the_seed_the_weak_network_from_another_stream():
    X, y = clusters()
    seeds = np.random.RandomState(5).randint(2**31, size=2)
    state = torch.get_rng_state()
    for model, target, seed, activation in [
        (DSH, y, seeds[0], "none"),
        (WeakPretraining, tags(y), seeds[1], "sigmoid"),
    ]:
        fitted = model(n_bits=6, random_state=5, hidden=8, epochs=0).fit(X, target)
        assert torch.equal(torch.get_rng_state(), state)
        with torch.random.fork_rng():
            torch.manual_seed(int(seed))
            drawn = HashNetwork(20, 6, 8, activation)
        assert torch.equal(fitted.network_.hash.weight, drawn.hash.weight)
        assert torch.equal(fitted.network_.trunk[0].weight, drawn.trunk[0].weight)


def test_statistics_come_from_2048_rows_at_the_most():
    model, many = DSH(), torch.arange(3000.0)[:, None]
    sample = model._sample(many, 3)[:, 0]
    assert len(sample) == 2048 and (sample.diff() > 0).all() and len(model._sample(many[:2048], 3)) == 2048
    assert torch.equal(sample, model._sample(many, 3)[:, 0]) and not torch.equal(sample, model._sample(many, 4)[:, 0])
    assert model._sample(many[:2049], 3).shape == (2048, 1)


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (DSH(n_bits=6), lambda f, s, w: dsh_loss(f, s, 12.0, 0.01)),
        (DSH(n_bits=6, margin=3.0, alpha=0.2), lambda f, s, w: dsh_loss(f, s, 3.0, 0.2)),
        (DRSCH(n_bits=6, n_triplets=None), lambda f, s, w: drsch_loss(f, w, s, 3.0, 0.001)),
        (DRSCH(n_bits=6, n_triplets=None, margin=2.0, laplacian=0.3), lambda f, s, w: drsch_loss(f, w, s, 2.0, 0.3)),
        (
            DRSCH(n_bits=6, n_triplets=50),
            lambda f, s, w: drsch_loss(f, w, s, 3.0, 0.001, 50, torch.Generator().manual_seed(7)),
        ),
    ],
)
def test_the_loss_of_a_batch_is_that_of_its_labels(method, expected):
    X, y = clusters()
    fitted = method.set_params(hidden=8, epochs=0).fit(X, y)
    f, rows = torch.randn(30, 6, generator=torch.Generator().manual_seed(0)), torch.arange(40, 10, -1)
    if isinstance(method, DRSCH):
        torch.nn.init.normal_(fitted.network_.weights, 1, 0.1, torch.Generator().manual_seed(1))
    alike = torch.from_numpy(y[rows].astype(int) @ y[rows].astype(int).T > 0)
    found = fitted._loss_of(fitted.network_, None, y, 7)(f, rows, None)
    torch.testing.assert_close(found, expected(f, alike, getattr(fitted.network_, "weights", None)))


def test_beta_is_the_slope_of_drschs_units():
    X, y = clusters()
    steep, flat = (DRSCH(n_bits=6, hidden=8, epochs=0, beta=beta).fit(X, y).embed(X) for beta in (5.0, 1.0))
    np.testing.assert_allclose(np.tanh(5 * np.arctanh(flat.astype(float))), steep, atol=1e-4)


def test_a_start_with_another_backbone_is_refused(tiny_backbone):
    options = {"n_bits": 4, "hidden": 8, "epochs": 0, "batch_size": 4, "depth": "stage"}
    similarity = TagSimilarity(LABELS.astype(np.float32), np.eye(2))
    X = given("stage", tiny_backbone)
    weak = WeakPretraining(threshold=0.5, backbone="tiny", **options).fit(X, similarity)
    with pytest.raises(InputError, match="start has backbone='tiny', this method 'other'"):
        DSH(start=weak, backbone="other", **options).fit(X, LABELS)
    DSH(start=weak, backbone="tiny", **options).fit(X, LABELS)


def test_pictures_are_brought_to_the_size_of_the_network(tiny_backbone):
    similarity = TagSimilarity(LABELS.astype(np.float32), np.eye(2))
    options = {"n_bits": 4, "hidden": 8, "epochs": 1, "batch_size": 4, "depth": "full", "backbone": "tiny"}
    weak = WeakPretraining(threshold=0.5, **options).fit(list(PICTURES), similarity)
    square = np.stack([fit_square(picture, 32) for picture in PICTURES])
    np.testing.assert_array_equal(weak.embed(PICTURES), weak.embed(square))
    np.testing.assert_array_equal(weak.trunk_features(PICTURES), weak.trunk_features(square))
    mixed = [*PICTURES[:4], *(np.repeat(picture, 2, axis=0) for picture in PICTURES[4:])]  # of two sizes
    assert weak.trunk_features(mixed).shape == (8, 8) and len(weak.embed(mixed[:1])) == 1
