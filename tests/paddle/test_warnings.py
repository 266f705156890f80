"""What warnings say of a network is so in Paddle."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import paddle
import pytest
from paddle import nn
from pmgen.compile import compile_spec
from pmgen.ops import OPS
from pmgen.ops.definition import ShapeIssue

from tests.support.networks import judge

pytestmark = pytest.mark.paddle


def built(tmp_path: Path, layers: str, code: str, size: str = "[4, 12, 12]") -> Any:
    """The network of these layers, which gets this warning and no other."""
    path = tmp_path / "net.yaml"
    path.write_text(f"pmgen: 1\nmodel: Net\ninput: {size}\nlayers:\n{layers}")
    result = compile_spec(path)
    assert [item.code for item in result.diagnostics.ordered()] == [code]
    return judge.build(result, tmp_path)


def images(height: int = 12, seed: int = 0) -> paddle.Tensor:
    return judge.random_images((4, height, height), batch=3, seed=seed)


@pytest.mark.parametrize(
    "norm", ["BatchNorm2D", "InstanceNorm2D", "{GroupNorm: {num_groups: 8}}"]
)
def test_a_bias_before_a_norm_has_no_effect(norm: str, tmp_path: Path) -> None:
    layers = f"  c: {{op: Conv2D, out_channels: 8, kernel_size: 3, norm: {norm}}}\n"
    net = built(tmp_path, layers, "PM606")
    before = net(images()).numpy()
    net.c.bias.set_value(paddle.linspace(-3, 3, 8))
    np.testing.assert_allclose(net(images()).numpy(), before, atol=1e-4)


def test_two_linear_maps_are_one(tmp_path: Path) -> None:
    layers = (
        "  a: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: 1}\n"
        "  b: {op: Conv2D, out_channels: 8, kernel_size: 1}\n"
    )
    net = built(tmp_path, layers, "PM604")
    x, y = images(), images(seed=1)
    none = net(x * 0)
    apart, together = net(x) + net(y) - none, net(x + y)
    np.testing.assert_allclose(apart.numpy(), together.numpy(), atol=1e-4)


def test_a_dilation_of_one_point_changes_nothing(tmp_path: Path) -> None:
    layers = "  c: {op: Conv2D, out_channels: 8, kernel_size: 1, dilation: 3}\n"
    net = built(tmp_path, layers, "PM609")
    plain = nn.Conv2D(4, 8, 1)
    plain.set_state_dict(net.c.state_dict())
    np.testing.assert_array_equal(net(images()).numpy(), plain(images()).numpy())


def test_a_border_of_padding_alone_holds_the_bias(tmp_path: Path) -> None:
    layers = "  c: {op: Conv2D, out_channels: 8, kernel_size: 3, padding: 3}\n"
    net = built(tmp_path, layers, "PM608")
    net.c.bias.set_value(paddle.arange(8).astype("float32"))
    for edge in (net(images())[:, :, 0], net(images())[:, :, :, -1]):
        wanted = np.broadcast_to(np.arange(8)[:, None], edge.shape)
        np.testing.assert_array_equal(edge.numpy(), wanted)


def test_pixels_between_windows_are_not_seen(tmp_path: Path) -> None:
    layers = "  c: {op: Conv2D, out_channels: 8, kernel_size: 2, stride: 3}\n"
    net = built(tmp_path, layers, "PM607")
    other = images()
    other[:, :, 2::3] = 100.0
    other[:, :, :, 2::3] = -100.0
    np.testing.assert_array_equal(net(images()).numpy(), net(other).numpy())


@pytest.mark.parametrize("norm", ["InstanceNorm2D", "GroupNorm, num_groups: 4"])
def test_a_norm_of_one_value_gives_zero(norm: str, tmp_path: Path) -> None:
    layers = (
        "  pool: {op: AdaptiveAvgPool2D, output_size: 1}\n"
        f"  norm: {{op: {norm}}}\n  flatten: {{op: Flatten}}\n"
    )
    net = built(tmp_path, layers, "PM612")
    np.testing.assert_allclose(net(images()).numpy(), 0.0, atol=1e-4)


def test_sizes_between_the_multiples_do_not_fit(tmp_path: Path) -> None:
    layers = (
        "  c: {op: Conv2D, out_channels: 4, kernel_size: 3, padding: 1, act: ReLU}\n"
        "  d: {op: MaxPool2D, kernel_size: 4}\n"
        "  u: {op: Upsample, scale_factor: 4}\n"
        "  j: {op: Concat, from: [c, u]}\n"
    )
    net = built(tmp_path, layers, "PM625", "[4, any, any]")
    assert net(images(64)).shape == [3, 8, 64, 64]
    for height in (65, 66, 67):
        with pytest.raises(ValueError, match=r"(?i)shape|dimension"):
            net(images(height))


@pytest.mark.parametrize("name", ["MaxPool2D", "AvgPool2D"])
def test_windows_wholly_outside_are_those_that_paddle_has_no_value_for(
    name: str,
) -> None:
    """Each pool is refused exactly where Paddle gives NaN or the least float."""
    outside = 0
    op = OPS[name]
    shifted = paddle.arange(1, 82).astype("float32").reshape([1, 1, 9, 9])
    for size, kernel, stride, padding in product(
        range(4, 8), range(1, 4), range(1, 5), range(2)
    ):
        if padding >= kernel:
            continue
        given = {"kernel_size": kernel, "stride": stride, "padding": padding}
        args = {arg.name: arg.default for arg in op.args}
        args |= given | {"ceil_mode": True}
        image = shifted[:, :, :size, :size]
        found = getattr(nn, name)(**given, ceil_mode=True)(image).numpy()
        empty = not (np.isfinite(found).all() and found.min() > 0)
        try:
            shape = op.infer(args, ((1, size, size),))
        except ShapeIssue:
            assert empty, given
            outside += 1
        else:
            assert not empty, (size, given)
            assert shape == tuple(found.shape[1:])
    assert outside >= 10
