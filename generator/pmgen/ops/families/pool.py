"""Pooling."""

from __future__ import annotations

from typing import Any

from pmgen.ops.definition import (
    ArgDef,
    Args,
    OpDef,
    Shape,
    ShapeIssue,
    WholeImage,
    as_pair,
    known,
    need_image,
)
from pmgen.ops.kinds import integer, padding, pair, truth
from pmgen.ops.windows import extent, pads, slide

_SHARED = (
    ArgDef("kernel_size", pair(1), "Height and width of the window."),
    ArgDef(
        "stride", pair(1), "Step of the window; the window's size if left out.", None
    ),
    ArgDef("padding", padding(), "Border around the image.", 0),
    ArgDef("ceil_mode", truth(), "Keep a last window that is cut off.", False),
)


def _stride(args: Args) -> Any:
    return args["kernel_size"] if args["stride"] is None else args["stride"]


def _check_border(name: str, args: Args) -> None:
    """A window that lies in the border alone has no largest value and no mean; Paddle
    would give the least float, or NaN."""
    if isinstance(args["padding"], str):
        return
    for window, border in zip(
        as_pair(args["kernel_size"]), pads(args["padding"]), strict=True
    ):
        if known(window, *border) and max(border) >= window:
            raise ShapeIssue(
                "PM302",
                f"a window of `{name}` is {window}, so one would lie in the border of "
                f"{max(border)} alone",
                arg="padding",
                help=f"`padding: {window // 2}` would fit"
                if window > 1
                else "leave `padding` out",
            )


def _pool(name: str, doc: str, *more: ArgDef) -> OpDef:
    def shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
        channels, height, width = need_image(inputs, name)
        if args["ceil_mode"] and isinstance(args["padding"], str):
            raise ShapeIssue(
                "PM301",
                f"`{args['padding']}` says already what becomes of a last window that "
                "is cut off",
                arg="ceil_mode",
                help="leave `ceil_mode` out, or give the padding as a number",
            )
        _check_border(name, args)
        return (channels, *slide(name, (height, width), args, _stride(args)))

    return OpDef(
        name,
        doc,
        args=(*_SHARED, *more),
        infer=shape,
        layer=f"nn.{name}",
        positional=("kernel_size",),
        window=lambda args: extent(args, _stride(args)),
        group="pooling",
    )


def _adaptive(name: str, doc: str) -> OpDef:
    def shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
        channels, _, _ = need_image(inputs, name)
        return (channels, *as_pair(args["output_size"]))

    return OpDef(
        name,
        doc,
        args=(ArgDef("output_size", pair(1), "Height and width that come out."),),
        infer=shape,
        layer=f"nn.{name}",
        positional=("output_size",),
        window=WholeImage(),
        group="pooling",
    )


OPS = (
    _pool("MaxPool2D", "The largest value in each window."),
    _pool(
        "AvgPool2D",
        "The mean of each window.",
        ArgDef("exclusive", truth(), "Leave the padding out of the mean.", True),
        ArgDef("divisor_override", integer(1), "Divide by this instead.", None),
    ),
    _adaptive("AdaptiveAvgPool2D", "The mean over a grid of the given size."),
    _adaptive("AdaptiveMaxPool2D", "The largest value over a grid of the given size."),
)
