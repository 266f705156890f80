"""The cost of one shape check in the `forward` of a generated network.

    python bench/check_shape.py

Prints nanoseconds of CPU time per call, the fastest of several rounds: reading
`x.shape` alone, the check of an image, the check of features; and for comparison the
forward pass of ResNet-50, which makes ten checks, on one image. Needs Paddle.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import paddle
from pmruntime.checks import check_shape
from pmruntime.model.loading import load_model_class

RESNET = Path(__file__).resolve().parents[1] / "generated/resnet50.py"
CALLS = 100_000
ROUNDS = 5


def nanoseconds(function: Callable[[], Any], calls: int = CALLS) -> float:
    """Nanoseconds per call in the fastest round, including those of an empty call."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time_ns()
        for _ in range(calls):
            function()
        best = min(best, (time.process_time_ns() - started) / calls)
    return best


def main() -> None:
    image = paddle.zeros([1, 64, 56, 56])
    features = paddle.zeros([1, 1000])
    where = "resnet50.yaml:20"
    empty = nanoseconds(lambda: None)
    cases: dict[str, Callable[[], Any]] = {
        "x.shape": lambda: image.shape,
        "check_shape, image": lambda: check_shape(
            image, (None, 64, 56, 56), "pool", where
        ),
        "check_shape, features": lambda: check_shape(
            features, (None, 1000), "out", where
        ),
    }
    print("what                         ns/call")
    for name, function in cases.items():
        print(f"{name:22} {nanoseconds(function) - empty:13,.0f}")
    model = load_model_class(RESNET)()
    model.eval()
    picture = paddle.zeros([1, 3, 224, 224])
    with paddle.no_grad():
        forward = nanoseconds(lambda: model(picture), calls=1)
    print(f"{'ResNet-50, one image':22} {forward:13,.0f}")


if __name__ == "__main__":
    main()
