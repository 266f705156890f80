"""The smallest edit that would make a shape fit, and the layers that shrank it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pmgen.expand.graph import INPUT, Node
from pmgen.expressions.expression import NoValue
from pmgen.ops.definition import OpDef, Shape, ShapeIssue, both, is_size

_LARGEST = {"padding": 32, "stride": 8, "kernel_size": 15}
# What is changed with a light hand first; `""` is what sets channels.
_KINDS = ("padding", "stride", "", "kernel_size")
_TRIED = 256  # the largest value that is tried, however large the one that is written
_LONGEST = 12  # layers back from the mistake that an edit is looked for in
_LISTED = 6


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


def edit_that_gives(
    chain: Sequence[Node], wanted: Shape, *, channels: bool
) -> tuple[Node, str, int] | None:
    """(node, argument, value): the one change to a node of the chain after which it
    ends in `wanted`; its channels count where `channels`. None where none does.
    """
    recent = chain[-_LONGEST:]
    for name in _KINDS:
        for position in reversed(range(len(recent))):
            node = recent[position]
            for arg, value in _values(node.op, node.args, name, wanted):
                end = _end_with(recent[position:], arg, value)
                if end is None or len(end) != len(wanted):
                    continue
                if end[1:] == wanted[1:] and (not channels or end[0] == wanted[0]):
                    return node, arg, value
    return None


def weight(arg: str) -> int:
    """How late an edit of that argument is thought of: the lower, the likelier."""
    return _KINDS.index(arg if arg in _KINDS else "")


def edits_that_fit(
    op: OpDef, args: Mapping[str, Any], shapes: tuple[Shape, ...]
) -> list[str]:
    """The least changes to one argument with which the op takes what arrives."""
    found = []
    for name in ("padding", "kernel_size"):
        for arg, value in _values(op, args, name, ()):
            try:
                op.infer({**args, arg: value}, shapes)
            except (ShapeIssue, NoValue):
                continue
            found.append(f"`{arg}: {value}`")
            break
    return found


def edit_before(
    chain: Sequence[Node], op: OpDef, args: Mapping[str, Any]
) -> tuple[Node, str, int] | None:
    """The change to the nearest node before the op with which the op fits."""
    recent = chain[-_LONGEST:]
    for position in reversed(range(len(recent))):
        node = recent[position]
        for name in ("padding", "stride"):
            for arg, value in _values(node.op, node.args, name, ()):
                end = _end_with(recent[position:], arg, value)
                try:
                    if end is not None:
                        op.infer(args, (end,))
                        return node, arg, value
                except (ShapeIssue, NoValue):
                    continue
    return None


def in_words(node: Node, arg: str, value: int, wanted: Shape) -> str:
    """An edit as help: what it keeps or gives."""
    if arg not in _LARGEST:
        return f"`{arg}: {value}` gives {value} channels"
    verb = "keeps" if node.in_shapes[0][1:] == wanted[1:] else "gives"
    words = f"`{arg}: {value}` {verb} {size(wanted)}"
    alone = _end_with([node], arg, value)
    if arg != "padding" or alone is None or alone[1:] != wanted[1:]:
        return words
    high, wide = both(node.args["kernel_size"])
    stride = node.args.get("stride")
    step = both(node.args["kernel_size"] if stride is None else stride)[0]
    return f"{words} for a {high} x {wide} window with stride {step}"


def size(shape: Shape) -> str:
    """Height and width: `28 x 28`."""
    return " x ".join(str(size) if is_size(size) else "?" for size in shape[1:])


def _values(
    op: OpDef, args: Mapping[str, Any], name: str, wanted: Shape
) -> Iterator[tuple[str, int]]:
    """Other values for an argument, the nearest first; `""` is what sets channels."""
    if not name:
        free = (arg.name for arg in op.args if arg.free and is_size(args[arg.name]))
        if is_size(wanted[0]):
            yield from ((arg, wanted[0]) for arg in free)
        return
    if op.arg(name) is None or isinstance(args[name], str):
        return
    most = _LARGEST[name]
    if name == "padding":
        if op.arg("kernel_size") is None:
            return
        # More padding than window would only add a border that nothing looks at, and
        # a pool's window must hold something of the image wherever it stands.
        window = min(both(args["kernel_size"]))
        room = window if op.weights else window // 2 + 1
        yield from ((name, value) for value in range(min(most, room)))
        return
    now = args["kernel_size"] if args[name] is None else args[name]
    most = max(most, min(max(both(now)), _TRIED))
    # A pool over single pixels would do nothing.
    least = 2 if name == "kernel_size" and op.weights is None else 1
    others = (value for value in range(least, most + 1) if value != now)
    yield from ((name, v) for v in sorted(others, key=lambda v: abs(v - both(now)[0])))


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
