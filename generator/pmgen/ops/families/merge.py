"""Ops that join several inputs; `from: [a, b]` names them, and `merge:` uses them."""

from __future__ import annotations

from pmgen.ops.definition import (
    Args,
    Dim,
    OpDef,
    Shape,
    ShapeIssue,
    ShapeRule,
    parted,
    show_shape,
    undecided,
)


def _concat(args: Args, inputs: tuple[Shape, ...]) -> Shape:
    first = inputs[0]
    total: Dim = first[0]
    rest = list(first[1:])
    for shape in inputs[1:]:
        differ = len(shape) != len(first) or any(
            parted(a, b) for a, b in zip(rest, shape[1:], strict=True)
        )
        if differ:
            listed = ", ".join(show_shape(s) for s in inputs)
            raise ShapeIssue(
                "PM303",
                "what `concat` joins differs outside the channel axis",
                help=f"all of these must have one height and width: {listed}",
            )
        total = total + shape[0]
    return (total, *rest)


def _elementwise(word: str, *, broadcast: bool) -> ShapeRule:
    def shape(args: Args, inputs: tuple[Shape, ...]) -> Shape:
        merged = list(inputs[0])
        for other in inputs[1:]:
            if len(other) != len(merged):
                raise _disagree(word, inputs, broadcast)
            for axis, (a, b) in enumerate(zip(merged, other, strict=True)):
                if a == b:
                    continue
                if broadcast and a == 1:
                    merged[axis] = b
                elif not (broadcast and b == 1) and (parted(a, b) or undecided(a, b)):
                    raise _disagree(word, inputs, broadcast)
        return tuple(merged)

    return shape


def _disagree(word: str, inputs: tuple[Shape, ...], broadcast: bool) -> ShapeIssue:
    listed = " and ".join(show_shape(s) for s in inputs)
    return ShapeIssue(
        "PM304",
        f"`{word}` needs inputs of one shape, but {listed} arrive",
        help="an axis of 1 stretches to the other's size; no other difference fits"
        if broadcast
        else "give them the same channels, height and width",
    )


OPS = (
    OpDef(
        "Concat",
        "Puts inputs behind each other along the channels.",
        infer=_concat,
        function="paddle.concat",
        function_args={"axis": 1},
        many_inputs=True,
        group="merge",
    ),
    OpDef(
        "Add",
        "The sum of inputs of one shape.",
        infer=_elementwise("add", broadcast=False),
        infix="+",
        many_inputs=True,
        group="merge",
    ),
    OpDef(
        "Multiply",
        "The product of inputs; an axis of 1 stretches, as a gate needs.",
        infer=_elementwise("multiply", broadcast=True),
        infix="*",
        many_inputs=True,
        group="merge",
    ),
)

# `merge:` in the language -> the op that does it
MERGES = {"concat": "Concat", "add": "Add", "multiply": "Multiply"}
