"""Convolutions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmgen.ops.definition import (
    ArgDef,
    Args,
    Dim,
    OpDef,
    Shape,
    ShapeIssue,
    Weights,
    as_pair,
    divisor_near,
    is_size,
    known,
    need_image,
    product,
    with_bias,
)
from pmgen.ops.kinds import integer, padding, pair, truth
from pmgen.ops.windows import extent, pads, slide

_OUT = ArgDef("out_channels", integer(1), "Channels that come out.", free=True)
_KERNEL = ArgDef("kernel_size", pair(1), "Height and width of the window.")
_STRIDE = ArgDef("stride", pair(1), "Step of the window.", 1)
_DILATION = ArgDef("dilation", pair(1), "Spacing of the window's points.", 1)
_GROUPS = ArgDef(
    "groups",
    integer(1),
    "Groups of channels that do not see each other; equal to the incoming channels "
    "for a depthwise convolution.",
    1,
)
_BIAS = ArgDef("bias", truth(), "Whether a bias is learned.", True)


def _check_groups(args: Args, in_channels: Dim) -> None:
    groups, out = args["groups"], args["out_channels"]
    for count, what in ((in_channels, "incoming"), (out, "outgoing")):
        if known(groups, count) and is_size(count) and count % groups:
            raise ShapeIssue(
                "PM305",
                f"{count} {what} channels cannot be divided into {groups} groups",
                arg="groups",
                help=_groups_help(groups, in_channels, out),
            )


def _groups_help(groups: int, in_channels: Dim, out: Dim) -> str:
    if not is_size(in_channels) or not is_size(out):
        return f"`groups` must divide both {in_channels} and {out}"
    fits = divisor_near(groups, in_channels, out)
    counts = f"{out}" if in_channels == out else f"both {in_channels} and {out}"
    return f"`groups: {fits}` divides {counts}"


def _conv_shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    channels, height, width = need_image(inputs, "Conv2D")
    _check_groups(args, channels)
    sizes = slide("Conv2D", (height, width), args, args["stride"])
    return (args["out_channels"], *sizes)


def _weights(args: Args, first: Dim, second: Dim) -> Mapping[str, tuple[int, ...]]:
    """Of a kernel between `first` channels and the groups of `second` ones."""
    assert is_size(first)
    assert is_size(second)
    weight = (first, second // args["groups"], *as_pair(args["kernel_size"]))
    return with_bias(args, weight, args["out_channels"])


def _macs(args: Args, channels: Dim, points: Shape) -> int | None:
    """Of a kernel that joins a group of `channels` at each of the `points`."""
    per_point = channels // args["groups"]
    total = product((per_point, *as_pair(args["kernel_size"]), *points))
    return total if is_size(total) else None


def _transpose_shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    channels, height, width = need_image(inputs, "Conv2DTranspose")
    _check_groups(args, channels)
    sizes: list[Dim] = []
    for axis, size in enumerate((height, width)):
        kernel = as_pair(args["kernel_size"])[axis]
        stride = as_pair(args["stride"])[axis]
        dilation = as_pair(args["dilation"])[axis]
        extra = as_pair(args["output_padding"])[axis]
        before, after = pads(args["padding"])[axis]
        if known(extra, stride) and 0 < extra >= stride:
            raise ShapeIssue(
                "PM301",
                f"`output_padding` is {extra}, but must be less than the stride, "
                f"which is {stride}",
                arg="output_padding",
                help="it chooses between the sizes that one stride joins",
            )
        out = (size - 1) * stride - before - after + dilation * (kernel - 1) + 1 + extra
        if is_size(out) and out < 1:
            raise ShapeIssue(
                "PM302",
                f"nothing is left of the image: the padding takes {before + after} "
                f"of {out + before + after}",
                arg="padding",
            )
        sizes.append(out)
    return (args["out_channels"], *sizes)


def _convolution(name: str, doc: str, *own: ArgDef, **more: Any) -> OpDef:
    """`own` are the arguments that other convolutions lack."""
    return OpDef(
        name,
        doc,
        args=(_OUT, _KERNEL, _STRIDE, *own, _DILATION, _GROUPS, _BIAS),
        layer=f"nn.{name}",
        positional=("in_channels", "out_channels", "kernel_size"),
        inferred={"in_channels": lambda shape: shape[0]},
        group="convolution",
        **more,
    )


PROJECTION = "Conv2D"  # what changes channels and size alone, by a window of 1
OPS = (
    _convolution(
        "Conv2D",
        "A convolution over an image.",
        ArgDef("padding", padding(), "Zeros around the image.", 0),
        infer=_conv_shape,
        weights=Weights(
            lambda args, inputs, _: _weights(args, args["out_channels"], inputs[0][0])
        ),
        macs=lambda args, inputs, output: _macs(args, inputs[0][0], output),
        window=lambda args: extent(args, args["stride"]),
    ),
    _convolution(
        "Conv2DTranspose",
        "A transposed convolution: enlarges an image.",
        ArgDef("padding", pair(0), "Rows and columns cut off the result.", 0),
        ArgDef("output_padding", pair(0), "Rows and columns added at the end.", 0),
        infer=_transpose_shape,
        weights=Weights(
            lambda args, inputs, _: _weights(args, inputs[0][0], args["out_channels"])
        ),
        macs=lambda args, inputs, _: _macs(args, args["out_channels"], inputs[0]),
    ),
)
