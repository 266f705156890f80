"""The catalogue's classes against `paddle.vision.models`: same weights, same bits.

Weights are copied in the order of registration, so this holds the order as well: what
Paddle's constructors learned can be carried over tensor by tensor.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import paddle
from paddle.vision import models
from pmgen.compile import compile_spec
from pmgen.settings import Settings

from tests.support.networks import judge
from tests.support.networks.paddle_lines import code_lines
from tests.support.paths import SPECS

FOLDER = SPECS / "paddle"
# What a family needs at least: where its last stage still sees more than a pixel, or
# the one size that its first Linear takes. Families are what their names begin with.
_SIZES = {"alexnet": 224, "googlenet": 224, "inception": 107, "lenet": 28}
_OTHERS = 64
_BATCH = 2
_FACTORS = {
    "mobilenet_v1": (0.25, 0.5, 0.75),
    "mobilenet_v2": (0.25, 0.5, 0.75, 1.4),
    "mobilenet_v3_small": (0.5, 0.75, 1.25),
    "mobilenet_v3_large": (0.5, 0.75, 1.25),
}


@dataclass(frozen=True)
class Case:
    """A constructor of Paddle's: a spec's name, and the width factor if it has one."""

    name: str
    scale: float = 1.0

    @property
    def title(self) -> str:
        """What the case is called in tables and tests."""
        return self.name if self.scale == 1.0 else f"{self.name} x{self.scale:g}"

    @property
    def size(self) -> int:
        """Height and width of the images that it is measured on."""
        found = (size for name, size in _SIZES.items() if self.name.startswith(name))
        return next(found, _OTHERS)

    def settings(self, size: int | None = None) -> Settings:
        """What `--set` and `--input` say for it; `size` where not the spec's own."""
        params = {} if self.scale == 1.0 else {"scale": self.scale}
        channels = 1 if self.name == "lenet" else 3
        return Settings(params, size and (channels, size, size))

    def paddle(self) -> Any:
        """Paddle's own network."""
        arguments: dict[str, Any] = {}
        if self.name.endswith("_bn"):
            arguments = {"batch_norm": True}
        if self.scale != 1.0:
            arguments = {"scale": self.scale}
        return self.constructor(**arguments)

    @property
    def constructor(self) -> Any:
        """What makes Paddle's own network."""
        name = {"lenet": "LeNet"}.get(self.name, self.name.removesuffix("_bn"))
        return getattr(models, name)


def cases() -> list[Case]:
    """Every spec of the folder `paddle`, and some width factors."""
    names = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    factors = [
        Case(name, factor) for name in names for factor in _FACTORS.get(name, ())
    ]
    return sorted([*map(Case, names), *factors], key=lambda case: case.title)


def family_lines() -> dict[str, dict[str, Any]]:
    """Paddle's files: the lines of code of each, and the specs of its networks."""
    found: dict[str, dict[str, Any]] = {}
    for case in cases():
        make = case.constructor
        family = make.__module__.rpartition(".")[2]
        lines = code_lines(make)
        row = found.setdefault(family, {"lines": lines, "specs": []})
        if case.name not in row["specs"]:
            row["specs"].append(case.name)
    return dict(sorted(found.items()))


@dataclass(frozen=True)
class Equality:
    """What agrees to the bit. `statistics` is None where there are none to keep."""

    evaluation: bool
    training: bool
    gradients: bool
    statistics: bool | None

    @property
    def whole(self) -> bool:
        """True where everything agrees."""
        return all(getattr(self, part.name) is not False for part in fields(self))


def measure(case: Case, folder: Path) -> Equality:
    """Ours and Paddle's with the same weights, on the same images. Raises
    AssertionError where their tensors are not of the same shapes in the same order."""
    ours, theirs, images = pair(case, folder)
    ours.eval()
    theirs.eval()
    with paddle.no_grad():
        evaluation = _agree(_outputs(ours, images), _outputs(theirs, images))
    before = [tensor.numpy() for tensor in _statistics(ours)]
    training = _agree(_trained(ours, images), _trained(theirs, images))
    learned = [net.parameters() for net in (ours, theirs)]
    gradients = _agree(*([p.grad for p in _trainable(ps)] for ps in learned))
    assert any(bool(p.grad.abs().max() > 0) for p in _trainable(learned[0]))
    after = _statistics(ours)
    moved = all((b != a.numpy()).any() for b, a in zip(before, after, strict=True))
    statistics = moved and _agree(after, _statistics(theirs)) if before else None
    return Equality(evaluation, training, gradients, statistics)


def pair(case: Case, folder: Path) -> tuple[Any, Any, paddle.Tensor]:
    """Ours with Paddle's weights, Paddle's, and images."""
    compiled = compile_spec(
        FOLDER / f"{case.name}.yaml", settings=case.settings(case.size)
    )
    ours = judge.build(compiled, folder)
    paddle.seed(1)
    theirs = case.paddle()
    shake(theirs, _images(ours, case, seed=4))
    mine, given = list(ours.state_dict().values()), list(theirs.state_dict().values())
    assert [tensor.shape for tensor in mine] == [tensor.shape for tensor in given]
    for own, other in zip(mine, given, strict=True):
        own.set_value(other)
    return ours, theirs, _images(ours, case, seed=2)


def shake(net: Any, images: paddle.Tensor) -> None:
    """Give scales, shifts and statistics other values than ones and zeros, as at the
    start: two of them in the wrong place would not show. Statistics become those of
    some images, or else a deep network's output would hardly depend on its input."""
    random = np.random.default_rng(0)
    for name, tensor in net.state_dict().items():
        if len(tensor.shape) == 1:
            noise = random.uniform(0.5, 1.5, tensor.shape).astype("float32")
            noise -= 1.0 if name.endswith("bias") else 0.0
            tensor.set_value(paddle.to_tensor(noise))
    kept = [layer for layer in net.sublayers() if hasattr(layer, "_momentum")]
    momenta = [layer._momentum for layer in kept]
    for layer in kept:
        layer._momentum = 0.0
    net.train()
    with paddle.no_grad():
        net(images)
    for layer, momentum in zip(kept, momenta, strict=True):
        layer._momentum = momentum


def _images(net: Any, case: Case, seed: int) -> paddle.Tensor:
    sizes = (net.input_shape[0], case.size, case.size)
    return judge.random_images(sizes, batch=_BATCH, seed=seed)


def _outputs(net: Any, images: paddle.Tensor) -> tuple[paddle.Tensor, ...]:
    found = net(images)
    several = found if isinstance(found, tuple) else (found,)
    assert all(bool(paddle.isfinite(output).all()) for output in several)
    assert all(float(output.std().item()) > 0 for output in several)
    return several


def _trained(net: Any, images: paddle.Tensor) -> tuple[paddle.Tensor, ...]:
    """The outputs in training, with their gradients worked out."""
    net.train()
    paddle.seed(3)  # both drop the same values
    outputs = _outputs(net, images)
    judge.backward(judge.Run(outputs, {}))
    return outputs


def _trainable(parameters: Any) -> Iterator[Any]:
    return (p for p in parameters if not p.stop_gradient)


def _statistics(net: Any) -> list[paddle.Tensor]:
    """Running means and variances; Paddle counts them as parameters."""
    return [tensor for tensor in net.parameters() if tensor.stop_gradient]


def _agree(mine: Any, given: Any) -> bool:
    pairs = zip(list(mine), list(given), strict=True)
    return all(same_bits(own, other) for own, other in pairs)


def same_bits(a: paddle.Tensor | None, b: paddle.Tensor | None) -> bool:
    """True where two tensors hold the same bits, or both are absent."""
    if a is None or b is None:
        return a is b
    return bool((a.numpy().view("uint32") == b.numpy().view("uint32")).all())
