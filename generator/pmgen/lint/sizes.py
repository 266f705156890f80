"""Sizes that are possible and hardly meant: of the input, of tensors, of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from pmgen.expand.graph import BYTES_PER_VALUE, INPUT, Node
from pmgen.expressions.expression import NoValue, as_expr
from pmgen.expressions.substitution import evaluate
from pmgen.lint.findings import Finding
from pmgen.lint.network import Network
from pmgen.ops.definition import OPEN_NAMES, Dim, is_size, show_shape

# What the largest accelerators of today hold. Training keeps three values for each
# parameter at least: itself, its gradient, its momentum.
MEMORY = 80 * 2**30
_VALUES = 3
_COARSE = 8  # pixels of the input, in height and width, for one of the output
_TRIED = range(65, 129)  # sizes for an input that is left open
_MOST_FORMULAS = 50  # over such a size, each of which is worked out for all of these
_MULTIPLES = (2, 4, 8, 16, 32, 64)
_NEVER = 2**20


def input_order(network: Network) -> Iterator[Finding]:
    """Height, width, channels, as other tools and image files have them."""
    sizes = network.graph.input
    channels, height, width = sizes
    if not (is_size(channels) and is_size(height) and is_size(width)):
        return
    colours = width in (3, 4) or (width == 1 and channels == height)
    if colours and min(channels, height) >= 16:
        yield Finding(
            code="PM602",
            message=f"the input has {channels} channels and is {height} x {width}: "
            "channels come first here",
            span=network.graph.spec.input_span,
            help=f"`input: [{width}, {channels}, {height}]`",
        )


def image_output(network: Network) -> Iterator[Finding]:
    """An output that is what a classifier has before it ends: one pixel, or an image
    so small that each of its pixels stands for many of the input."""
    graph = network.graph
    if graph.heads or graph.end == INPUT or len(graph.output) != 3:
        return
    sizes = list(zip(graph.output[1:], graph.input[1:], strict=True))
    single = all(size == 1 for size, _ in sizes)
    coarse = all(
        is_size(size) and is_size(whole) and size * _COARSE <= whole
        for size, whole in sizes
    )
    if single or coarse:
        last = network.nodes[graph.end]
        inside = (n for n in network.nodes if n.path == last.path and n.role == "op")
        end = next(inside, last)  # an `act` may stand far away, among the defaults
        yield Finding(
            code="PM624",
            message=f"the output is an image, {show_shape(graph.output)}, where "
            "`pmgen train` takes features, [N, classes]",
            span=end.span,
            help="flatten it at the end"
            if single
            else "pool it to one pixel, flatten it, and end with a linear layer of the "
            "classes",
            allow=end.allow,
        )


def memory(network: Network) -> Iterator[Finding]:
    """Parameters or activations that no machine holds."""
    graph = network.graph
    trained = graph.params * BYTES_PER_VALUE * _VALUES
    if trained > MEMORY and network.nodes:
        largest = max(network.nodes, key=lambda node: node.params)
        yield Finding(
            code="PM623",
            message=f"{graph.params:,} parameters take {_size(trained)} to train, with "
            "gradients and momentum",
            span=largest.span,
            label=f"{largest.params:,} of them",
            help="look for a size that was mistyped, or pool the image before it is "
            "flattened",
            allow=largest.allow,
        )
        return  # the values of that layer are as many
    counts = [(_values(node), node) for node in network.nodes]
    kept = sum(count for count, _ in counts) * BYTES_PER_VALUE
    if kept > MEMORY:
        count, widest = max(counts, key=lambda pair: pair[0])
        yield Finding(
            code="PM623",
            message=f"the values of one image take {_size(kept)}",
            span=widest.span,
            label=f"{count:,} values",
            help="look for a size that was mistyped, or shrink the image before",
            allow=widest.allow,
        )


def _values(node: Node) -> int:
    return prod(size for size in node.shape if is_size(size))


def _size(count: int) -> str:
    return f"{count / 2**30:,.0f} GiB"


def open_sizes(network: Network) -> Iterator[Finding]:
    """Joins that fit only some of the sizes that `any` in the input admits: the one
    that fits the fewest."""
    if all(is_size(size) for size in network.graph.input):
        return
    values: dict[Dim, list[int]] = {}
    worst: tuple[int, Node, list[int], list[int]] | None = None
    for node in network.nodes:
        for pair in _pairs(node) if node.op.many_inputs else ():
            if len(values) >= _MOST_FORMULAS:
                break  # a network that is made to take time
            a, b = (values.setdefault(dim, _at_all(dim)) for dim in pair)
            step = _step(a, b)
            if step > (worst[0] if worst else 1):
                worst = step, node, a, b
    if worst is not None:
        yield _fits_some(*worst)


def _pairs(node: Node) -> Iterator[tuple[Dim, Dim]]:
    """Heights and widths that have to be equal; an axis of 1 may be stretched."""
    first, *others = node.in_shapes
    for other in others:
        for a, b in zip(first[1:], other[1:], strict=True):
            if a != b and 1 not in (a, b):
                yield a, b


def _at_all(dim: Dim) -> list[int]:
    """A size for each of the sizes of an image that are tried."""
    return [_at(dim, size) for size in _TRIED]


def _at(dim: Dim, size: int) -> int:
    try:
        value = evaluate(as_expr(dim), dict.fromkeys(OPEN_NAMES, size))
    except NoValue:
        return 0
    return value if isinstance(value, int) else 0


def _step(a: list[int], b: list[int]) -> int:
    """The step between the sizes of an image at which two sizes are one: 1 where they
    always are, _NEVER where no step was found."""
    misfits = [size for size, x, y in zip(_TRIED, a, b, strict=True) if x != y]
    for step in (1, *_MULTIPLES):
        if all(size % step for size in misfits):
            return step
    return _NEVER


def _fits_some(step: int, node: Node, a: list[int], b: list[int]) -> Finding:
    fits = f"only multiples of {step} fit" if step < _NEVER else "few of them fit"
    tried = zip(_TRIED, a, b, strict=True)
    size, one, other = next(sizes for sizes in tried if sizes[1] != sizes[2])
    return Finding(
        code="PM625",
        message=f"`any` admits sizes that do not fit here: {fits}",
        span=node.span,
        label=f"of an image of {size} x {size}, {one} and {other} arrive",
        help="give images of such a size; with one under `input` it is checked",
        allow=node.allow,
    )
