"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping

from pmgen.ops.definition import (
    ArgDef,
    Args,
    OpDef,
    Shape,
    ShapeIssue,
    Weights,
    WholeImage,
    is_size,
    show_shape,
    with_bias,
)
from pmgen.ops.kinds import integer, truth


def _linear_shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    if len(inputs[0]) != 1:
        raise ShapeIssue(
            "PM306",
            f"`Linear` takes [N, features], but {show_shape(inputs[0])} arrives",
            help="put `flatten: {op: Flatten}` before it",
        )
    return (args["out_features"],)


def _linear_weights(
    args: Args, inputs: tuple[Shape, ...], output: Shape
) -> Mapping[str, tuple[int, ...]]:
    features = inputs[0][0]
    assert is_size(features)
    return with_bias(args, (features, args["out_features"]), args["out_features"])


def _linear_macs(args: Args, inputs: tuple[Shape, ...], output: Shape) -> int:
    features = inputs[0][0]
    assert is_size(features)
    return int(features * args["out_features"])


OPS = (
    OpDef(
        "Linear",
        "A fully connected layer over features.",
        args=(
            ArgDef("out_features", integer(1), "Features that come out.", free=True),
            ArgDef("bias", truth(), "Whether a bias is learned.", True),
        ),
        infer=_linear_shape,
        layer="nn.Linear",
        positional=("in_features", "out_features"),
        inferred={"in_features": lambda shape: shape[0]},
        weights=Weights(_linear_weights),
        macs=_linear_macs,
        window=WholeImage(),
        group="linear",
    ),
)
