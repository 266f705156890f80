"""Normalisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pmgen.ops.definition import (
    ArgDef,
    Args,
    OpDef,
    Shape,
    Weights,
    equal_groups,
    is_size,
    need_image,
)
from pmgen.ops.kinds import integer, number, truth

_EPSILON = ArgDef(
    "epsilon", number(0, open_minimum=True), "Added to the variance.", 1e-05, real=True
)
_SMALL_EPSILON = ArgDef(  # Paddle refuses a larger one
    "epsilon", number(0, 0.001, open_minimum=True), "Added to the variance.", 1e-05
)
_MOMENTUM = ArgDef("momentum", number(0, 1), "Weight of the old running value.", 0.9)
_BIAS = ArgDef("bias", truth(), "Whether a shift is learned.", True)


def _keeps_image(name: str) -> Callable[[Args, tuple[Shape, ...]], Shape]:
    def shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
        need_image(inputs, name)
        return inputs[0]

    return shape


def _per_channel(
    args: Args, inputs: tuple[Shape, ...], output: Shape
) -> Mapping[str, tuple[int, ...]]:
    channels = inputs[0][0]
    assert is_size(channels)
    shapes: dict[str, tuple[int, ...]] = {"weight": (channels,)}
    if args["bias"]:
        shapes["bias"] = (channels,)
    return shapes


def _per_value(
    args: Args, inputs: tuple[Shape, ...], output: Shape
) -> Mapping[str, tuple[int, ...]]:
    total = 1
    for size in inputs[0]:
        assert is_size(size)
        total *= size
    shapes: dict[str, tuple[int, ...]] = {"weight": (total,)}
    if args["bias"]:
        shapes["bias"] = (total,)
    return shapes


def _running_statistics(args: Args, inputs: tuple[Shape, ...]) -> int:
    channels = inputs[0][0]
    assert is_size(channels)
    return 2 * channels


_LAYER_NORM_2D = '''\
class LayerNorm2D(nn.LayerNorm):
    """Layer normalisation over the channels at each place of an image."""

    def forward(self, x):
        x = super().forward(paddle.transpose(x, [0, 2, 3, 1]))
        return paddle.transpose(x, [0, 3, 1, 2])'''

OPS = (
    OpDef(
        "BatchNorm2D",
        "Batch normalisation, with running statistics for inference.",
        args=(_MOMENTUM, _EPSILON, _BIAS),
        infer=_keeps_image("BatchNorm2D"),
        layer="nn.BatchNorm2D",
        positional=("num_features",),
        inferred={"num_features": lambda shape: shape[0]},
        weights=Weights(_per_channel),
        buffers=_running_statistics,
        group="normalisation",
    ),
    OpDef(
        "InstanceNorm2D",
        "Normalisation of each channel of each image by itself.",
        args=(_EPSILON,),
        infer=_keeps_image("InstanceNorm2D"),
        layer="nn.InstanceNorm2D",
        positional=("num_features",),
        inferred={"num_features": lambda shape: shape[0]},
        weights=Weights(
            lambda args, inputs, output: _per_channel({"bias": True}, inputs, output),
            names=(),  # its parameters are named scale and bias in Paddle
        ),
        group="normalisation",
    ),
    OpDef(
        "GroupNorm",
        "Normalisation over groups of channels.",
        args=(
            ArgDef("num_groups", integer(1), "Groups of channels."),
            _EPSILON,
            _BIAS,
        ),
        infer=equal_groups("GroupNorm", "num_groups"),
        layer="nn.GroupNorm",
        positional=("num_groups", "num_channels"),
        inferred={"num_channels": lambda shape: shape[0]},
        weights=Weights(_per_channel),
        group="normalisation",
    ),
    OpDef(
        "LayerNorm",
        "Normalisation over all values of a sample.",
        args=(_SMALL_EPSILON, _BIAS),
        layer="nn.LayerNorm",
        positional=("normalized_shape",),
        inferred={
            "normalized_shape": lambda shape: shape if len(shape) > 1 else shape[0]
        },
        weights=Weights(_per_value),
        window="all",
        group="normalisation",
    ),
    OpDef(
        "LayerNorm2D",
        "Normalisation over the channels at each place of an image.",
        args=(_SMALL_EPSILON, _BIAS),
        infer=_keeps_image("LayerNorm2D"),
        layer="LayerNorm2D",
        own_class=_LAYER_NORM_2D,
        positional=("normalized_shape",),
        inferred={"normalized_shape": lambda shape: shape[0]},
        weights=Weights(_per_channel),
        group="normalisation",
    ),
    OpDef(
        "LocalResponseNorm",
        "AlexNet's normalisation across neighbouring channels.",
        args=(
            ArgDef("size", integer(1), "Channels that take part."),
            ArgDef("alpha", number(), "Scale of the sum.", 0.0001),
            ArgDef("beta", number(), "Exponent.", 0.75),
            ArgDef("k", number(), "Added to the sum.", 1.0),
        ),
        infer=_keeps_image("LocalResponseNorm"),
        layer="nn.LocalResponseNorm",
        positional=("size",),
        group="normalisation",
    ),
)
