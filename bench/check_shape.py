"""The cost of the shape checks in the `forward` of a generated network.

    python bench/check_shape.py

Prints nanoseconds of CPU time, the fastest of several rounds: for each of twenty layers
that do nothing, called as they are and with `checked`; for one join, which
`check_layer` compares; and for comparison the forward pass of ResNet-50, which has ten
layers, on one image. Needs Paddle.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paddle
from paddle import nn
from pmruntime.checks import check_layer, checked
from pmruntime.model.loading import load_model_class

RESNET = Path(__file__).resolve().parents[1] / "generated/resnet50.py"
LAYERS = [f"layer{number}" for number in range(20)]
CALLS = 2_000
ROUNDS = 9


class Same(nn.Layer):
    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return x


class Plain(nn.Layer):
    def __init__(self) -> None:
        super().__init__()
        for name in LAYERS:
            self.add_sublayer(name, Same())

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        for name in LAYERS:
            x = getattr(self, name)(x)
        return x

    def shapes(self) -> dict[str, tuple[object, ...]]:
        row = ((64, 56, 56), "net.yaml:20")
        return {"input": row, **dict.fromkeys(LAYERS, row)}


class Checked(Plain):
    forward = checked(Plain.forward)


def nanoseconds(function: Callable[[], Any], calls: int = CALLS) -> float:
    """Nanoseconds per call in the fastest round."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time_ns()
        for _ in range(calls):
            function()
        best = min(best, (time.process_time_ns() - started) / calls)
    return best


def main() -> None:
    image = paddle.zeros([1, 64, 56, 56])
    plain, network = Plain(), Checked()
    unchecked = nanoseconds(lambda: plain(image)) / len(LAYERS)
    checks = nanoseconds(lambda: network(image)) / len(LAYERS)
    join = nanoseconds(lambda: check_layer(network, LAYERS[-1], image))
    model = load_model_class(RESNET)()
    model.eval()
    picture = paddle.zeros([1, 3, 224, 224])
    with paddle.no_grad():
        forward = nanoseconds(lambda: model(picture), calls=1)
    print("what                              ns")
    print(f"{'a layer':22} {unchecked:13,.0f}")
    print(f"{'a layer, checked':22} {checks:13,.0f}")
    print(f"{'the check':22} {checks - unchecked:13,.0f}")
    print(f"{'a join, checked':22} {join:13,.0f}")
    print(f"{'ResNet-50, one image':22} {forward:13,.0f}")


if __name__ == "__main__":
    main()
