"""The tutorial's LeNet in the form that the compiler emits: a fixture, not a test."""

import paddle
import paddle.nn.functional as F
from paddle import nn
from pmruntime.checks import checked

__all__ = ["LeNet"]


class LeNet(nn.Layer):
    input_shape = (1, 28, 28)

    def __init__(self, num_classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2D(1, 6, 5)
        self.pool1 = nn.MaxPool2D(2, 2)
        self.conv2 = nn.Conv2D(6, 16, 5)
        self.pool2 = nn.MaxPool2D(2, 2)
        self.conv3 = nn.Conv2D(16, 120, 4)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(120, 64)
        self.fc2 = nn.Linear(64, num_classes)

    @checked
    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        x = F.sigmoid(self.conv1(x))
        x = self.pool1(x)
        x = F.sigmoid(self.conv2(x))
        x = self.pool2(x)
        x = F.sigmoid(self.conv3(x))
        x = self.flatten(x)
        x = F.sigmoid(self.fc1(x))
        return self.fc2(x)

    def shapes(self) -> dict[str, tuple[object, ...]]:
        return {
            "input": ((1, 28, 28), "lenet.yaml:4"),
            "conv1": ((6, 24, 24), "lenet.yaml:7"),
            "pool1": ((6, 12, 12), "lenet.yaml:8"),
            "conv2": ((16, 8, 8), "lenet.yaml:9"),
            "pool2": ((16, 4, 4), "lenet.yaml:10"),
            "conv3": ((120, 1, 1), "lenet.yaml:11"),
            "flatten": ((120,), "lenet.yaml:12"),
            "fc1": ((64,), "lenet.yaml:13"),
        }
