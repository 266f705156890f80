"""Networks that Paddle does not ship, against their published code in PyTorch.

Random weights, saved by PyTorch, imported here: the same outputs. This needs
torchvision and timm, which the tests do not install; `pip install torchvision timm`
runs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pmgen.compile import compile_spec
from pmgen.settings import Settings
from pmruntime.model.weights.pretrained import load_pretrained

from tests.support.networks import judge
from tests.support.paths import SPECS

pytestmark = pytest.mark.paddle

SIZE = 64
# spec -> package, its name there
NETWORKS: dict[str, tuple[str, str]] = {
    "se_resnet50": ("timm", "seresnet50"),
    "resnet50_d": ("timm", "resnet50d"),
    "regnet_y_400mf": ("torchvision", "regnet_y_400mf"),
    "efficientnet_b0": ("timm", "efficientnet_b0"),
    "convnext_tiny": ("torchvision", "convnext_tiny"),
    "paddle/mobilenet_v3_large": ("torchvision", "mobilenet_v3_large"),
    "paddle/mobilenet_v3_small": ("torchvision", "mobilenet_v3_small"),
    "paddle/shufflenet_v2_x1_0": ("torchvision", "shufflenet_v2_x1_0"),
    "paddle/densenet121": ("torchvision", "densenet121"),
}


# The paper's own, which timm has in its ports from TensorFlow alone; those pad an image
# by more at its right and bottom than at its left and top.
ARGUMENTS = {"efficientnet_b0": {"bn_eps": 0.001}}


def theirs(package: str, name: str) -> Any:
    if package == "timm":
        timm = pytest.importorskip("timm", reason="timm is not installed")
        return timm.create_model(name, pretrained=False, **ARGUMENTS.get(name, {}))
    found = pytest.importorskip("torchvision", reason="torchvision is not installed")
    return getattr(found.models, name)(weights=None)


def shake(net: Any) -> None:
    """Factors and shifts other than ones and zeros, statistics that suit the images."""
    import torch

    torch.manual_seed(0)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if parameter.ndim == 1:
                low = 0.3 if name.endswith("weight") else -0.3
                parameter.uniform_(low, low + 0.6)
        for module in net.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = None  # the mean over all that was seen
        net.train()
        net(torch.randn(4, 3, SIZE, SIZE))
    net.eval()


def as_convolutions(state: Mapping[str, Any]) -> dict[str, Any]:
    """ConvNeXt's tensors as its paper describes them: what torchvision writes as Linear
    on transposed images are 1 x 1 convolutions, and its factors of channels a depthwise
    one, behind what they scale."""
    factors = {
        name.removesuffix(".layer_scale"): tensor
        for name, tensor in state.items()
        if name.endswith(".layer_scale")
    }
    found: dict[str, Any] = {}
    for name, tensor in state.items():
        if name.endswith(".layer_scale"):
            continue
        inside = name.startswith("features.") and tensor.ndim == 2
        found[name] = tensor[:, :, None, None] if inside else tensor
        path = name.removesuffix(".block.5.bias")
        if path != name:
            found[f"{path}.scale.weight"] = factors.pop(path)[:, None]
    assert not factors
    return found


PREPARED = {"convnext_tiny": as_convolutions}


@pytest.mark.parametrize("spec", NETWORKS)
def test_the_published_network(spec: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    net = theirs(*NETWORKS[spec])
    shake(net)
    path = tmp_path / "weights.pth"
    torch.save(PREPARED.get(spec, dict)(net.state_dict()), path)
    settings = Settings({}, (3, SIZE, SIZE))
    compiled = compile_spec(SPECS / f"{spec}.yaml", settings=settings)
    ours = judge.build(compiled, tmp_path)
    load_pretrained(ours, path)
    ours.eval()
    images = judge.random_images((3, SIZE, SIZE), batch=2)
    with torch.no_grad():
        wanted = net(torch.from_numpy(images.numpy())).numpy()
    assert wanted.std() > 0.05
    found = ours(images).numpy()
    np.testing.assert_allclose(found, wanted, atol=5e-4 * wanted.std(), rtol=1e-3)
