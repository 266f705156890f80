"""ResNet-18 and VGG16 of PyTorch's own layers, named as torchvision names them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import torch
from torch import nn


class BasicBlock(nn.Module):
    """torchvision.models.resnet.BasicBlock."""

    def __init__(self, incoming: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(incoming, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = None
        if stride != 1 or incoming != width:
            self.downsample = nn.Sequential(
                nn.Conv2d(incoming, width, 1, stride, bias=False),
                nn.BatchNorm2d(width),
            )

    def forward(self, x: Any) -> Any:
        """The block on a batch."""
        side = x if self.downsample is None else self.downsample(x)
        x = self.relu(self.bn1(self.conv1(x)))
        return self.relu(self.bn2(self.conv2(x)) + side)


def resnet18(classes: int) -> nn.Module:
    """torchvision.models.resnet18."""
    parts: list[tuple[str, nn.Module]] = [
        ("conv1", nn.Conv2d(3, 64, 7, 2, 3, bias=False)),
        ("bn1", nn.BatchNorm2d(64)),
        ("relu", nn.ReLU()),
        ("maxpool", nn.MaxPool2d(3, 2, 1)),
    ]
    incoming = 64
    for number, width in enumerate((64, 128, 256, 512), 1):
        first = BasicBlock(incoming, width, 1 if number == 1 else 2)
        second = BasicBlock(width, width, 1)
        parts.append((f"layer{number}", nn.Sequential(first, second)))
        incoming = width
    parts += [
        ("avgpool", nn.AdaptiveAvgPool2d(1)),
        ("flatten", nn.Flatten()),
        ("fc", nn.Linear(512, classes)),
    ]
    return nn.Sequential(OrderedDict(parts))


def vgg16(classes: int, features: int) -> nn.Module:
    """torchvision.models.vgg16 without its pooling to 7 x 7; `features` come out of the
    last pooling."""
    layers: list[nn.Module] = []
    incoming = 3
    for width, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            layers += [nn.Conv2d(incoming, width, 3, padding=1), nn.ReLU()]
            incoming = width
        layers.append(nn.MaxPool2d(2, 2))
    classifier = nn.Sequential(
        nn.Linear(features, 4096), nn.ReLU(), nn.Dropout(),
        nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(),
        nn.Linear(4096, classes),
    )  # fmt: skip
    parts = [("features", nn.Sequential(*layers)), ("flatten", nn.Flatten())]
    return nn.Sequential(OrderedDict([*parts, ("classifier", classifier)]))


def shaken(net: nn.Module) -> nn.Module:
    """Statistics and shifts that are not all zeros and ones; then ready to infer."""
    torch.manual_seed(0)
    net.train()
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.ndim == 1:
                parameter.uniform_(0.2, 0.6)
        for _ in range(3):
            net(torch.randn(4, 3, 64, 64) if hasattr(net, "fc") else _small())
    return net.eval()


def _small() -> Any:
    return torch.randn(4, 3, 32, 32)
