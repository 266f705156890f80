"""Generated networks against Paddle's own: the same weights give the same bits.

Weights are copied in the order of registration, so this also holds the order: a
checkpoint of `paddle.vision.models` can be carried over parameter by parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import judge
import numpy as np
import paddle
import pytest
from pmgen.compile import compile_spec
from pmgen.settings import Settings

pytestmark = pytest.mark.paddle

CLASSES = 1000
# name -> (Paddle's model, an input that is large enough for its last stage)
MODELS: dict[str, tuple[Callable[..., Any], int]] = {
    "vgg16": (paddle.vision.models.vgg16, 224),  # its first Linear fixes the size
    "resnet18": (paddle.vision.models.resnet18, 64),
    "resnet34": (paddle.vision.models.resnet34, 64),
    "resnet50": (paddle.vision.models.resnet50, 64),
    "resnet101": (paddle.vision.models.resnet101, 64),
    "resnet152": (paddle.vision.models.resnet152, 64),
}


def _pair(name: str, folder: Path) -> tuple[Any, Any, paddle.Tensor]:
    """Ours with Paddle's weights, Paddle's, and images."""
    make, size = MODELS[name]
    settings = Settings({"num_classes": CLASSES}, (3, size, size))
    compiled = compile_spec(
        judge.SPECS / f"{name}.yaml", root=judge.SPECS, settings=settings
    )
    ours = judge.build(compiled, folder)
    paddle.seed(1)
    theirs = make(pretrained=False, num_classes=CLASSES)
    _shake(theirs)
    mine, given = list(ours.state_dict().values()), list(theirs.state_dict().values())
    assert [tensor.shape for tensor in mine] == [tensor.shape for tensor in given]
    for own, other in zip(mine, given, strict=True):
        own.set_value(other)
    return ours, theirs, judge.random_images((3, size, size), batch=2, seed=2)


def _shake(net: Any) -> None:
    """Running statistics and shifts that are not all zeros and ones, as at the start:
    two of them in the wrong place would not show."""
    random = np.random.default_rng(0)
    for tensor in net.state_dict().values():
        if len(tensor.shape) == 1:
            noise = random.uniform(0.5, 1.5, tensor.shape).astype("float32")
            tensor.set_value(paddle.to_tensor(noise))


def _statistics(net: Any) -> list[paddle.Tensor]:
    """Running means and variances; Paddle counts them as parameters."""
    return [tensor for tensor in net.parameters() if tensor.stop_gradient]


def _same_bits(a: paddle.Tensor, b: paddle.Tensor) -> bool:
    return bool((a.numpy().view("uint32") == b.numpy().view("uint32")).all())


@pytest.mark.parametrize("name", MODELS)
def test_outputs_are_bit_equal(name: str, tmp_path: Path) -> None:
    ours, theirs, images = _pair(name, tmp_path)
    ours.eval()
    theirs.eval()
    with paddle.no_grad():
        mine, given = ours(images), theirs(images)
    assert bool(paddle.isfinite(given).all())
    assert float(given.std().item()) > 0
    assert _same_bits(mine, given)


def test_resnet50_trains_bit_equal(tmp_path: Path) -> None:
    ours, theirs, images = _pair("resnet50", tmp_path)
    labels = paddle.to_tensor([3, 998])
    before = [tensor.numpy() for tensor in _statistics(ours)]
    for net in (ours, theirs):
        net.train()
        loss = paddle.nn.functional.cross_entropy(net(images), labels)
        loss.backward()
        optimizer = paddle.optimizer.Momentum(1e-3, parameters=net.parameters())
        optimizer.step()
    ours_learn = [p for p in ours.parameters() if not p.stop_gradient]
    theirs_learn = [p for p in theirs.parameters() if not p.stop_gradient]
    for mine, given in zip(ours_learn, theirs_learn, strict=True):
        assert _same_bits(mine.grad, given.grad), mine.name
        assert _same_bits(mine, given), mine.name
    after = _statistics(ours)
    assert len(after) == 2 * 53
    assert all((b != a.numpy()).any() for b, a in zip(before, after, strict=True))
    for mine, given in zip(after, _statistics(theirs), strict=True):
        assert _same_bits(mine, given), mine.name
