"""The smallest edit that would make a shape fit, for the help of an error."""

from __future__ import annotations

from pmgen.expressions import NoValue
from pmgen.graph import Node
from pmgen.ops.definition import Shape, ShapeIssue, both, is_size

_LARGEST = 32


def padding_that_gives(node: Node, wanted: Shape) -> str | None:
    """`padding: 2` keeps 28 x 28 ...: the padding with which the node's output has
    the height and width of `wanted`; None where no padding does.
    """
    if node.op.arg("padding") is None or node.op.arg("kernel_size") is None:
        return None
    if len(wanted) != 3 or node.args["padding"] in ("SAME", "VALID"):
        return None
    if node.shape[1:] == wanted[1:]:
        return None  # it is the channels that differ
    high, wide = both(node.args["kernel_size"])
    # More padding than window would only add a border that nothing looks at.
    for padding in range(min(_LARGEST, max(high, wide))):
        try:
            shape = node.op.infer({**node.args, "padding": padding}, node.in_shapes)
        except (ShapeIssue, NoValue):
            continue
        if shape[1:] == wanted[1:]:
            return _padding_help(node, padding, shape)
    return None


def _padding_help(node: Node, padding: int, shape: Shape) -> str:
    height, width = both(node.args["kernel_size"])
    stride = node.args.get("stride")
    step = both(node.args["kernel_size"] if stride is None else stride)[0]
    kept = shape[1:] == node.in_shapes[0][1:]
    return (
        f"`padding: {padding}` {'keeps' if kept else 'gives'} {_size(shape)} for a "
        f"{height} x {width} window with stride {step}"
    )


def _size(shape: Shape) -> str:
    return " x ".join(str(size) if is_size(size) else "?" for size in shape[1:])
