"""Paddle's initializers, which `init:` takes by name."""

from __future__ import annotations

from pmgen.ops.definition import ArgDef, OpDef
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


def _initializer(name: str, doc: str, *args: ArgDef) -> OpDef:
    return OpDef(
        name,
        doc,
        args=args,
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
    ),
    _initializer(
        "XavierNormal", "Glorot and Bengio, normal.", _FAN_IN, _FAN_OUT, _GAIN
    ),
    _initializer("XavierUniform", "Glorot and Bengio, even.", _FAN_IN, _FAN_OUT, _GAIN),
    _initializer("KaimingNormal", "He et al., normal.", *_KAIMING),
    _initializer("KaimingUniform", "He et al., even.", *_KAIMING),
    _initializer("Orthogonal", "Orthogonal rows or columns.", _GAIN),
    _initializer(
        "Dirac",
        "Passes channels through at the start.",
        ArgDef("groups", integer(1), "Groups of channels.", 1),
    ),
)
