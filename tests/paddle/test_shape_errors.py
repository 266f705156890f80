"""A tensor of the wrong shape is named where it arrives, and exports stay open in N."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import paddle
import pytest
from paddle.static import InputSpec
from pmgen.compile import compile_spec
from pmruntime.checks import ShapeError

from tests.support.networks import judge
from tests.support.paths import SPECS

pytestmark = pytest.mark.paddle

BOTH = pytest.mark.parametrize(
    "standalone", [False, True], ids=["shared", "standalone"]
)


def _net(name: str, folder: Path, *, standalone: bool) -> tuple[Any, type[Exception]]:
    """A network of the catalogue, and the ShapeError that its file raises."""
    path = SPECS / f"{name}.yaml"
    compiled = compile_spec(path, root=SPECS, standalone=standalone)
    assert compiled.code is not None
    assert ("pmruntime" in compiled.code) is not standalone
    module = judge.load_module(compiled.code, folder)
    (title,) = module.__all__
    error = module.ShapeError if standalone else ShapeError
    return getattr(module, title)(), error


@BOTH
@pytest.mark.parametrize(
    "sizes", [(3, 28, 28), (1, 32, 32), (1, 28)], ids=["channels", "size", "axes"]
)
def test_a_wrong_input_is_named(
    sizes: tuple[int, ...], standalone: bool, tmp_path: Path
) -> None:
    net, error = _net("lenet", tmp_path, standalone=standalone)
    images = judge.random_images(sizes, batch=5)
    with pytest.raises(error) as caught:
        net(images)
    message = str(caught.value)
    line = _line_of("lenet", "input:")
    assert message.startswith(f"input (lenet.yaml:{line}): expected ")
    wanted, got = message.split("expected ")[1].split(", got ")
    assert _numbers(wanted) == [1, 28, 28]
    assert _numbers(got) == [5, *sizes]


@BOTH
def test_a_layer_that_was_changed_by_hand_is_named(
    standalone: bool, tmp_path: Path
) -> None:
    net, error = _net("lenet", tmp_path, standalone=standalone)
    net.conv2 = paddle.nn.Conv2D(6, 17, 5)
    line = _line_of("lenet", "  conv2:")
    with pytest.raises(error, match=rf"^conv2 \(lenet\.yaml:{line}\): ") as caught:
        net(judge.random_images((1, 28, 28), batch=2))
    wanted, got = str(caught.value).split("expected ")[1].split(", got ")
    assert _numbers(wanted) == [16, 8, 8]
    assert _numbers(got) == [2, 17, 8, 8]


def _line_of(spec: str, start: str) -> int:
    text = (SPECS / f"{spec}.yaml").read_text(encoding="utf-8")
    lines = text.splitlines()
    return next(i for i, line in enumerate(lines, 1) if line.startswith(start))


def _numbers(text: str) -> list[int]:
    return [int(digits) for digits in re.findall(r"\d+", text)]


@BOTH
@pytest.mark.parametrize("name", ["lenet", "resnet18", "googlenet_paper"])
def test_an_export_runs_with_any_batch(
    name: str, standalone: bool, tmp_path: Path
) -> None:
    net, _ = _net(name, tmp_path, standalone=standalone)
    net.eval()
    sizes = type(net).input_shape
    path = str(tmp_path / "exported")
    paddle.jit.save(net, path, input_spec=[InputSpec([None, *sizes], "float32")])
    loaded = paddle.jit.load(path)
    loaded.eval()
    for batch in (1, 3):
        images = judge.random_images(sizes, batch)
        with paddle.no_grad():
            wanted, got = net(images), loaded(images)
        assert got.shape == wanted.shape
        assert float((got - wanted).abs().max().item()) <= 1e-5
