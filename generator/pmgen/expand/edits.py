"""The smallest edit that would make a shape fit, and the layers that shrank it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from pmgen.expand.graph import INPUT, Node
from pmgen.expressions.expression import NoValue
from pmgen.ops.definition import OpDef, Shape, ShapeIssue, as_pair, is_size

_TRIED = 256  # the largest value that is tried, even where a larger one is written
_LONGEST = 12  # the layers before the mistake in which an edit is looked for
_LISTED = 6


class Change(Enum):
    """What an edit changes, the lightest first: an argument by its name, or the
    channels, whatever the argument is called that sets them."""

    PADDING = "padding"
    STRIDE = "stride"
    CHANNELS = None
    KERNEL_SIZE = "kernel_size"


_LARGEST = {Change.PADDING: 32, Change.STRIDE: 8, Change.KERNEL_SIZE: 15}


@dataclass(frozen=True)
class Edit:
    """One argument of a node set to another value."""

    node: Node
    arg: str
    value: int
    change: Change

    @property
    def text(self) -> str:
        """The edit as it is typed."""
        return f"`{self.arg}: {self.value}`"

    @property
    def weight(self) -> int:
        """The rank of such an edit: the lower, the more likely it is meant."""
        return list(Change).index(self.change)

    def effect(self, wanted: Shape) -> str:
        """What the edit keeps or gives, where the chain then ends in `wanted`."""
        node = self.node
        if self.change is Change.CHANNELS:
            return f"gives {self.value} channels"
        verb = "keeps" if node.in_shapes[0][1:] == wanted[1:] else "gives"
        words = f"{verb} {size(wanted)}"
        if self.change is not Change.PADDING:
            return words
        alone = _end_with([node], self.arg, self.value)
        if alone is None or alone[1:] != wanted[1:]:
            return words
        high, wide = as_pair(node.args["kernel_size"])
        stride = node.args.get("stride")
        step = as_pair(node.args["kernel_size"] if stride is None else stride)[0]
        return f"{words} for a {high} x {wide} window with stride {step}"


def chain_to(nodes: Sequence[Node], end: int, stop: frozenset[int]) -> list[Node]:
    """The nodes that lead to node `end`, first to last, along first inputs; those in
    `stop` are left out."""
    chain: list[Node] = []
    while end != INPUT and end not in stop:
        chain.append(nodes[end])
        end = nodes[end].inputs[0]
    return chain[::-1]


def ancestors(nodes: Sequence[Node], ends: Sequence[int]) -> frozenset[int]:
    """The nodes that the outputs of `ends` depend on, themselves too."""
    found: set[int] = set()
    waiting = [end for end in ends if end != INPUT]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += [i for i in nodes[node].inputs if i != INPUT]
    return frozenset(found)


def how_it_shrank(chain: Sequence[Node]) -> str | None:
    """`conv1` (spec.yaml:5) makes 28 x 28 into 12 x 12, `pool1` (...) into 6 x 6: the
    layers that changed height or width. None where none did."""
    changed = [node for node in chain if _resizes(node)]
    if not changed:
        return None
    first, *rest = changed[-_LISTED:]
    parts = [f"{_who(first)} makes {size(first.in_shapes[0])} into {size(first.shape)}"]
    parts += [f"{_who(node)} into {size(node.shape)}" for node in rest]
    return ", ".join(parts)


def edits_that_give(
    chain: Sequence[Node], wanted: Shape, *, channels: bool
) -> Iterator[Edit]:
    """The edits to a node of the chain after which the chain ends in `wanted`, the
    lightest first; its channels count where `channels`."""
    recent = chain[-_LONGEST:]
    for change in Change:
        for position in reversed(range(len(recent))):
            node = recent[position]
            for arg, value in _values(node.op, node.args, change, wanted):
                end = _end_with(recent[position:], arg, value)
                if end is None or len(end) != len(wanted):
                    continue
                if end[1:] == wanted[1:] and (not channels or end[0] == wanted[0]):
                    yield Edit(node, arg, value, change)


def values_that_fit(
    op: OpDef, args: Mapping[str, Any], shapes: tuple[Shape, ...], change: Change
) -> Iterator[tuple[str, int]]:
    """(argument, value) with which the op takes what arrives, the nearest first."""
    for arg, value in _values(op, args, change, ()):
        try:
            op.infer({**args, arg: value}, shapes)
        except (ShapeIssue, NoValue):
            continue
        yield arg, value


def edits_before(
    chain: Sequence[Node], op: OpDef, args: Mapping[str, Any]
) -> Iterator[Edit]:
    """The edits to nodes before the op with which the op fits, the nearest first."""
    recent = chain[-_LONGEST:]
    for position in reversed(range(len(recent))):
        node = recent[position]
        for change in (Change.PADDING, Change.STRIDE):
            for arg, value in _values(node.op, node.args, change, ()):
                end = _end_with(recent[position:], arg, value)
                try:
                    if end is not None:
                        op.infer(args, (end,))
                except (ShapeIssue, NoValue):
                    continue
                if end is not None:
                    yield Edit(node, arg, value, change)


def size(shape: Shape) -> str:
    """Height and width: `28 x 28`."""
    return " x ".join(str(size) if is_size(size) else "?" for size in shape[1:])


def _values(
    op: OpDef, args: Mapping[str, Any], change: Change, wanted: Shape
) -> Iterator[tuple[str, int]]:
    """(argument, another value for it), the nearest first."""
    name = change.value
    if name is None:
        free = (arg.name for arg in op.args if arg.free and is_size(args[arg.name]))
        if is_size(wanted[0]):
            yield from ((arg, wanted[0]) for arg in free)
        return
    if op.arg(name) is None or isinstance(args[name], str):
        return
    most = _LARGEST[change]
    if change is Change.PADDING:
        if op.arg("kernel_size") is None:
            return
        # More padding than window would only add a border that has no effect, and
        # a pool's window must hold something of the image wherever it stands.
        window = min(as_pair(args["kernel_size"]))
        room = window if op.weights else window // 2 + 1
        yield from ((name, value) for value in range(min(most, room)))
        return
    now = args["kernel_size"] if args[name] is None else args[name]
    most = max(most, min(max(as_pair(now)), _TRIED))
    # A pool over single pixels would do nothing.
    least = 2 if change is Change.KERNEL_SIZE and op.weights is None else 1
    others = (value for value in range(least, most + 1) if value != now)
    yield from (
        (name, v) for v in sorted(others, key=lambda v: abs(v - as_pair(now)[0]))
    )


def _end_with(nodes: Sequence[Node], arg: str, value: int) -> Shape | None:
    """The shape at the end of the nodes, with one argument of the first changed."""
    first, *rest = nodes
    try:
        shape = first.op.infer({**first.args, arg: value}, first.in_shapes)
        before = first.index
        for node in rest:
            at = node.inputs.index(before)
            shapes = (*node.in_shapes[:at], shape, *node.in_shapes[at + 1 :])
            shape = node.op.infer(node.args, shapes)
            before = node.index
    except (ShapeIssue, NoValue):
        return None
    return shape


def _resizes(node: Node) -> bool:
    before, after = node.in_shapes[0], node.shape
    return len(before) == len(after) == 3 and before[1:] != after[1:]


def _who(node: Node) -> str:
    return f"`{node.path}` ({node.span.place})"
