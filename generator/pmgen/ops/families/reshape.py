"""Ops that move, pad, resize or drop values and learn nothing."""

from __future__ import annotations

from pmgen.ops.definition import (
    ArgDef,
    Args,
    Dim,
    OpDef,
    Shape,
    ShapeIssue,
    as_pair,
    equal_groups,
    is_size,
    known,
    need_image,
    product,
)
from pmgen.ops.kinds import (
    any_integer,
    edges,
    integer,
    number,
    one_of,
    pair,
    size_pair,
    truth,
)


def _flatten(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    rank = len(inputs[0]) + 1
    start, stop = args["start_axis"], args["stop_axis"]
    if not 1 <= start < rank:
        raise ShapeIssue(
            "PM301",
            f"`start_axis` is {start}, but the input has axes 1 to {rank - 1} "
            "besides the batch",
            arg="start_axis",
        )
    if not (-rank <= stop < rank and stop % rank >= start):
        raise ShapeIssue(
            "PM301", f"`stop_axis` is {stop}, before `start_axis`", arg="stop_axis"
        )
    dims, stop = inputs[0], stop % rank
    shape = (*dims[: start - 1], product(dims[start - 1 : stop]), *dims[stop:])
    if len(shape) not in (1, 3):
        raise ShapeIssue(
            "PM306",
            "only whole images [N, C, H, W] and features [N, features] can go on",
            arg="start_axis" if start != 1 else "stop_axis",
            help="`op: Flatten` alone makes features of an image",
        )
    return shape


def _pad(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    channels, height, width = need_image(inputs, "Pad2D")
    padding = args["padding"]
    left, right, top, bottom = padding if isinstance(padding, tuple) else (padding,) * 4
    sizes: list[Dim] = []
    for size, before, after in ((height, top, bottom), (width, left, right)):
        if args["mode"] == "reflect" and known(size, before, after):
            assert is_size(size)
            if max(before, after) >= size:
                raise ShapeIssue(
                    "PM302",
                    f"`reflect` can pad {size} values by at most {size - 1}",
                    arg="padding",
                )
        out = size + before + after
        if is_size(out) and out < 1:
            raise ShapeIssue("PM302", "nothing is left of the image", arg="padding")
        sizes.append(out)
    return (channels, *sizes)


def _upsample(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    channels, height, width = need_image(inputs, "Upsample")
    size, factor = args["size"], args["scale_factor"]
    if (size is None) == (factor is None):
        raise ShapeIssue(
            "PM301",
            "`Upsample` takes either `size` or `scale_factor`",
            help="write `scale_factor: 2` to double height and width",
        )
    if args["align_corners"] and args["mode"] not in ("bilinear", "bicubic"):
        raise ShapeIssue(
            "PM301",
            f"`align_corners` has no meaning for `{args['mode']}`",
            arg="align_corners",
            help="take `mode: bilinear`",
        )
    if size is not None:
        return (channels, size[0], size[1])
    if args["mode"] == "area":
        raise ShapeIssue(
            "PM301",
            "`area` needs the `size` that comes out",
            arg="mode",
            help="write `size: [height, width]`, or take `mode: bilinear`",
        )
    across = as_pair(factor)
    return (channels, height * across[0], width * across[1])


OPS = (
    OpDef(
        "Flatten",
        "An image becomes features.",
        args=(
            ArgDef(
                "start_axis",
                integer(1),
                "First axis to join, N being 0.",
                1,
                fixed=True,
            ),
            ArgDef("stop_axis", any_integer(), "Last axis to join.", -1, fixed=True),
        ),
        infer=_flatten,
        layer="nn.Flatten",
    ),
    OpDef(
        "Dropout",
        "Sets values to zero at random in training.",
        args=(
            ArgDef(
                "p", number(0, 1), "Share of values that are dropped.", 0.5, free=True
            ),
            ArgDef(
                "mode",
                one_of("upscale_in_train", "downscale_in_infer"),
                "Where the scale is made up for.",
                "upscale_in_train",
            ),
        ),
        layer="nn.Dropout",
        positional=("p",),
    ),
    OpDef(
        "ChannelShuffle",
        "Mixes channels of different groups.",
        args=(ArgDef("groups", integer(1), "Groups of channels."),),
        infer=equal_groups("ChannelShuffle", "groups"),
        layer="nn.ChannelShuffle",
        positional=("groups",),
    ),
    OpDef(
        "Pad2D",
        "Pads or crops the edges of an image.",
        args=(
            ArgDef("padding", edges(), "Columns and rows to add."),
            ArgDef(
                "mode",
                one_of("constant", "reflect", "replicate", "circular"),
                "What the new values are.",
                "constant",
            ),
            ArgDef("value", number(), "The constant.", 0.0),
        ),
        infer=_pad,
        layer="nn.Pad2D",
        positional=("padding",),
    ),
    OpDef(
        "Upsample",
        "Enlarges an image.",
        args=(
            ArgDef("size", size_pair(1), "Height and width that come out.", None),
            ArgDef("scale_factor", pair(1), "Times as high and wide.", None),
            ArgDef(
                "mode",
                one_of("nearest", "bilinear", "bicubic", "area"),
                "How values between are found.",
                "nearest",
            ),
            ArgDef("align_corners", truth(), "Corners keep their place.", False),
        ),
        infer=_upsample,
        layer="nn.Upsample",
    ),
    OpDef("Identity", "Passes its input on.", layer="nn.Identity"),
)
