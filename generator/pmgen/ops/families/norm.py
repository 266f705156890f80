"""Normalisation."""

from __future__ import annotations

from collections.abc import Mapping

from pmgen.ops.definition import (
    ArgDef,
    Args,
    OpDef,
    Shape,
    Weights,
    WholeImage,
    equal_groups,
    is_size,
    keeps_image,
    product,
    with_bias,
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


def _per_channel(
    args: Args, inputs: tuple[Shape, ...], output: Shape
) -> Mapping[str, tuple[int, ...]]:
    channels = inputs[0][0]
    assert is_size(channels)
    return with_bias(args, (channels,), channels)


def _per_value(
    args: Args, inputs: tuple[Shape, ...], output: Shape
) -> Mapping[str, tuple[int, ...]]:
    total = product(inputs[0])
    assert is_size(total)
    return with_bias(args, (total,), total)


def _running_statistics(args: Args, inputs: tuple[Shape, ...]) -> int:
    channels = inputs[0][0]
    assert is_size(channels)
    return 2 * channels


def _one_channel(args: Args, shape: Shape) -> Shape:
    return (1, *shape[1:])


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
        infer=keeps_image("BatchNorm2D"),
        layer="nn.BatchNorm2D",
        positional=("num_features",),
        inferred={"num_features": lambda shape: shape[0]},
        averages=_one_channel,
        weights=Weights(_per_channel),
        buffers=_running_statistics,
        group="normalisation",
    ),
    OpDef(
        "InstanceNorm2D",
        "Normalisation of each channel of each image by itself.",
        args=(_EPSILON,),
        infer=keeps_image("InstanceNorm2D"),
        layer="nn.InstanceNorm2D",
        positional=("num_features",),
        inferred={"num_features": lambda shape: shape[0]},
        averages=_one_channel,
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
        averages=lambda args, shape: (shape[0] // args["num_groups"], *shape[1:]),
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
        averages=lambda args, shape: shape,
        weights=Weights(_per_value),
        window=WholeImage(),
        group="normalisation",
    ),
    OpDef(
        "LayerNorm2D",
        "Normalisation over the channels at each place of an image.",
        args=(_SMALL_EPSILON, _BIAS),
        infer=keeps_image("LayerNorm2D"),
        layer="LayerNorm2D",
        own_class=_LAYER_NORM_2D,
        positional=("normalized_shape",),
        inferred={"normalized_shape": lambda shape: shape[0]},
        averages=lambda args, shape: (shape[0], 1, 1),
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
        infer=keeps_image("LocalResponseNorm"),
        layer="nn.LocalResponseNorm",
        positional=("size",),
        group="normalisation",
    ),
)
