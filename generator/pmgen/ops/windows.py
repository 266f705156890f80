"""The arithmetic of a window that slides over an image: convolution and pooling."""

from __future__ import annotations

from typing import Any

from pmgen.ops.definition import Args, Dim, Extents, ShapeIssue, as_pair, is_size, known

_AXES = ("height", "width")


def pads(padding: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Padding before and after, for height and for width, from Paddle's forms."""
    if isinstance(padding, tuple) and len(padding) == 4:
        return (padding[0], padding[1]), (padding[2], padding[3])
    height, width = as_pair(padding)
    return (height, height), (width, width)


def slide(op: str, sizes: tuple[Dim, Dim], args: Args, stride: Any) -> tuple[Dim, Dim]:
    """The (H, W) after a window slid over an image of `sizes`.

    Raises ShapeIssue where the window is larger than the padded image.
    """
    windows = extent(args, stride)
    height, width = (
        _slide_axis(op, axis, sizes[axis], windows[axis], args) for axis in (0, 1)
    )
    return height, width


def _slide_axis(
    op: str, axis: int, size: Dim, window: tuple[Any, Any], args: Args
) -> Dim:
    (extent, stride), padding = window, args["padding"]
    if padding == "SAME":
        dilation = as_pair(args.get("dilation", 1))[axis]
        if known(dilation) and dilation != 1:
            raise ShapeIssue(
                "PM301",
                "Paddle ignores `dilation` under `SAME`",
                arg="dilation",
                help="give the padding as a number, half of `dilation * (kernel - 1)`",
            )
        covered: Dim = (size + stride - 1) // stride
        return covered
    before, after = (0, 0) if padding == "VALID" else pads(padding)[axis]
    room: Dim = size + before + after - extent
    if is_size(room) and is_size(size) and room < 0:
        raise ShapeIssue(
            "PM302",
            f"the window of `{op}` is {extent} in {_AXES[axis]}, "
            f"but only {size + before + after} arrive"
            + (f" ({size} and padding)" if before + after else ""),
            arg="kernel_size",
            help="take a smaller `kernel_size` or more `padding`, or shrink the image "
            "less before",
        )
    ceil_mode = args.get("ceil_mode")
    steps: Dim = (room + stride - 1) // stride if ceil_mode else room // stride
    beyond = steps * stride - size - before  # where the last window begins
    if ceil_mode and is_size(beyond) and beyond >= 0:
        raise ShapeIssue(
            "PM302",
            f"with `ceil_mode` the last window of `{op}` begins behind the image: "
            f"it lies wholly outside in {_AXES[axis]}",
            arg="ceil_mode",
            help="leave `ceil_mode` out: no pixel is lost by it here",
        )
    return steps + 1


def extent(args: Args, stride: Any) -> Extents:
    """(extent, stride) for height and for width: what the receptive field grows by."""
    kernel, step = as_pair(args["kernel_size"]), as_pair(stride)
    dilation = as_pair(args.get("dilation", 1))
    return (
        (dilation[0] * (kernel[0] - 1) + 1, step[0]),
        (dilation[1] * (kernel[1] - 1) + 1, step[1]),
    )
