"""The tutorial's LeNet in the form that the compiler emits: a fixture, not a test."""

import paddle
import paddle.nn.functional as F
from paddle import nn
from pmruntime.checks import check_shape

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

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        check_shape(x, (None, 1, 28, 28), "input", "lenet.yaml:4")
        x = F.sigmoid(self.conv1(x))
        check_shape(x, (None, 6, 24, 24), "conv1", "lenet.yaml:7")
        x = self.pool1(x)
        check_shape(x, (None, 6, 12, 12), "pool1", "lenet.yaml:8")
        x = F.sigmoid(self.conv2(x))
        check_shape(x, (None, 16, 8, 8), "conv2", "lenet.yaml:9")
        x = self.pool2(x)
        check_shape(x, (None, 16, 4, 4), "pool2", "lenet.yaml:10")
        x = F.sigmoid(self.conv3(x))
        check_shape(x, (None, 120, 1, 1), "conv3", "lenet.yaml:11")
        x = self.flatten(x)
        check_shape(x, (None, 120), "flatten", "lenet.yaml:12")
        x = F.sigmoid(self.fc1(x))
        check_shape(x, (None, 64), "fc1", "lenet.yaml:13")
        x = self.fc2(x)
        return x
