"""Paddle's initializers, which `init:` takes by name."""

from __future__ import annotations

from pmgen.ops.definition import (
    ArgDef,
    Args,
    OpDef,
    Shape,
    ShapeIssue,
    ShapeRule,
    in_order,
    same_shape,
)
from pmgen.ops.kinds import integer, number, one_of

_MEAN = ArgDef("mean", number(), "Mean.", 0.0)
_STD = ArgDef("std", number(0), "Standard deviation.", 1.0)
_FAN_IN = ArgDef("fan_in", number(0, open_minimum=True), "Overrides the fan-in.", None)
_FAN_OUT = ArgDef(
    "fan_out", number(0, open_minimum=True), "Overrides the fan-out.", None
)
_GAIN = ArgDef("gain", number(), "Scale.", 1.0)
_KAIMING = (
    _FAN_IN,
    ArgDef("negative_slope", number(), "Slope of a LeakyReLU behind it.", 0.0),
    ArgDef(
        "nonlinearity",
        one_of("relu", "leaky_relu", "tanh", "sigmoid", "linear"),
        "The activation behind it.",
        "relu",
    ),
)


def _needs_axes(axes: int) -> ShapeRule:
    def rule(args: Args, weights: tuple[Shape, ...]) -> Shape:
        shape = weights[0]
        if len(shape) < axes:
            raise ShapeIssue(
                "PM306",
                f"this initializer needs a weight of {axes} axes, but it has "
                f"{len(shape)}: {list(shape)}",
                help="take `Constant`, `Normal` or `Uniform`",
            )
        groups = args.get("groups", 1)
        if shape[0] % groups:
            raise ShapeIssue(
                "PM305",
                f"{shape[0]} channels cannot be divided into {groups} groups",
                arg="groups",
            )
        return shape

    return rule


def _initializer(
    name: str, doc: str, *args: ArgDef, suits: ShapeRule = same_shape
) -> OpDef:
    """`suits` takes the shape of the weight and raises ShapeIssue where it cannot."""
    return OpDef(
        name,
        doc,
        args=args,
        infer=suits,
        layer=f"nn.initializer.{name}",
        group="initializer",
    )


OPS = (
    _initializer(
        "Constant", "One value.", ArgDef("value", number(), "The value.", 0.0)
    ),
    _initializer("Normal", "Normal distribution.", _MEAN, _STD),
    _initializer(
        "TruncatedNormal",
        "Normal distribution between two bounds.",
        _MEAN,
        _STD,
        ArgDef("a", number(), "Lower bound.", -2.0),
        ArgDef("b", number(), "Upper bound.", 2.0),
    ),
    _initializer(
        "Uniform",
        "Evenly between two bounds.",
        ArgDef("low", number(), "Lower bound.", -1.0),
        ArgDef("high", number(), "Upper bound.", 1.0),
        suits=in_order("low", "high"),
    ),
    _initializer(
        "XavierNormal", "Glorot and Bengio, normal.", _FAN_IN, _FAN_OUT, _GAIN
    ),
    _initializer("XavierUniform", "Glorot and Bengio, even.", _FAN_IN, _FAN_OUT, _GAIN),
    _initializer("KaimingNormal", "He et al., normal.", *_KAIMING),
    _initializer("KaimingUniform", "He et al., even.", *_KAIMING),
    _initializer(
        "Orthogonal", "Orthogonal rows or columns.", _GAIN, suits=_needs_axes(2)
    ),
    _initializer(
        "Dirac",
        "Passes channels through at the start.",
        ArgDef("groups", integer(1), "Groups of channels.", 1),
        suits=_needs_axes(3),
    ),
)
