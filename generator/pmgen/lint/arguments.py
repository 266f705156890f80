"""Arguments whose values are valid, and probably not meant."""

from __future__ import annotations

import math
from collections.abc import Iterator

from pmgen.expand.graph import Initial, Node
from pmgen.lint.findings import Finding
from pmgen.lint.network import Network, fan_in
from pmgen.ops import USUAL_INITIALIZER
from pmgen.ops.definition import Trait, WholeImage, as_pair
from pmgen.ops.windows import pads

_AXES = ("height", "width")
# Squares of how many times larger values may become in one layer: where the spread of
# the weights is written down, and where it is what the initializer has by itself.
_GROWTH, _GROWTH_BY_DEFAULT = 64, 8


def windows(network: Network) -> Iterator[Finding]:
    """Strides, paddings and dilations that do not suit their window."""
    for node in network.nodes:
        if node.op.window is None or isinstance(node.op.window, WholeImage):
            continue
        yield from _stride(node)
        yield from _padding(node)
        yield from _dilation(node)


def _extents(node: Node) -> tuple[tuple[int, int], ...]:
    assert callable(node.op.window)
    return node.op.window(node.args)


def _stride(node: Node) -> Iterator[Finding]:
    """A window of 1 leaves pixels out on purpose; a larger one was to see all."""
    for axis, (extent, stride) in zip(_AXES, _extents(node), strict=True):
        if 1 < extent < stride:
            missed = stride - extent
            yield Finding(
                code="PM607",
                message=f"the stride is {stride}, but the window {extent}, so "
                f"{missed} of {stride} pixels in {axis} are never seen",
                span=node.given.get("stride", node.span),
                help=f"a stride of at most {extent}, or a window of at least {stride}",
                allow=node.allow,
            )
            return


def _padding(node: Node) -> Iterator[Finding]:
    padding = node.args.get("padding")
    if padding is None or isinstance(padding, str):
        return
    for (extent, _), border in zip(_extents(node), pads(padding), strict=True):
        if max(border) >= extent:
            fits = (
                f"`padding: {extent // 2}` keeps the size at stride 1"
                if extent % 2 and extent > 1
                else f"a padding of at most {extent - 1}"
            )
            yield Finding(
                code="PM608",
                message=f"the padding is {max(border)} and the window {extent}: some "
                "values are made of padding alone",
                span=node.given.get("padding", node.span),
                help="leave `padding` out" if extent == 1 else fits,
                allow=node.allow,
            )
            return


def _dilation(node: Node) -> Iterator[Finding]:
    dilation = max(as_pair(node.args.get("dilation", 1)))
    if dilation > 1 and max(as_pair(node.args["kernel_size"])) == 1:
        yield Finding(
            code="PM609",
            message=f"`dilation: {dilation}` changes nothing: a window of 1 has one "
            "point",
            span=node.given.get("dilation", node.span),
            help="leave `dilation` out, or take a larger `kernel_size`",
            allow=node.allow,
        )


def values(network: Network) -> Iterator[Finding]:
    """Dropouts, norms and momenta that take away what there is to learn."""
    for node in network.nodes:
        yield from _dropout(node)
        yield from _single_value(node)
        yield from _momentum(node)


def _dropout(node: Node) -> Iterator[Finding]:
    if Trait.DROPS in node.op.traits and node.args["p"] == 1:
        yield Finding(
            code="PM610",
            message=f"`{node.op.name}` drops every value",
            span=node.given.get("p", node.span),
            help="`p` is the share of values that are dropped, not of those kept",
            allow=node.allow,
        )


def _single_value(node: Node) -> Iterator[Finding]:
    if node.op.averages is None or node.op.buffers is not None:
        return  # running statistics are of all images
    if all(size == 1 for size in node.op.averages(node.args, node.in_shapes[0])):
        yield Finding(
            code="PM612",
            message=f"`{node.op.name}` takes the mean of a single value from that "
            "value, so it gives zero whatever comes in",
            span=node.span,
            help="normalise before the image is one pixel, or over more channels",
            allow=node.allow,
        )


def _momentum(node: Node) -> Iterator[Finding]:
    momentum, span = node.args.get("momentum"), node.given.get("momentum")
    if node.op.buffers is None or span is None or momentum is None:
        return
    if 0 < momentum < 0.5:
        yield Finding(
            code="PM613",
            message=f"`momentum: {momentum:g}` keeps {momentum:.0%} of the running "
            "statistics at each batch; elsewhere it is the share of the new batch",
            span=span,
            help=f"`momentum: {1 - momentum:g}` keeps the rest",
            allow=node.allow,
        )


def initial_weights(network: Network) -> Iterator[Finding]:
    """Initial weights that are all the same, or far too large."""
    for node in network.nodes:
        start = node.initial.get("weight")
        if start is None or start.op.moments is None or node.op.macs is None:
            continue
        mean, spread = start.op.moments(start.args)
        if spread == 0:
            if not _may_be_equal(node, mean, network):
                yield _equal(node, start)
            continue
        own = all(start.args[arg.name] == arg.default for arg in start.op.args)
        growth = fan_in(node) * (mean**2 + spread**2)
        if growth > (_GROWTH_BY_DEFAULT if own else _GROWTH):
            yield _large(node, start, growth, spread)


def _may_be_equal(node: Node, value: float, network: Network) -> bool:
    """A channel by itself has nothing to be told from, and zeros suit a layer whose
    output is added to something, or is the network's: what comes in tells its weights
    apart."""
    channels = node.in_shapes[0][0]
    alone = node.shape[0] == 1 or channels == node.args.get("groups", 1)
    taker = network.taker(node)
    ends = node.index in network.ends or (taker is not None and taker.op.many_inputs)
    return alone or (value == 0 and ends)


def _equal(node: Node, start: Initial) -> Finding:
    return Finding(
        code="PM603",
        message="every weight starts at one value, so all channels compute the same",
        span=start.span,
        help=f"`init: {{weight: {USUAL_INITIALIZER}}}`, or leave `init` out",
        allow=node.allow,
    )


def _large(node: Node, start: Initial, growth: float, spread: float) -> Finding:
    fan = fan_in(node)
    return Finding(
        code="PM603",
        message=f"`{start.op.name}` spreads these weights by {spread:.3g}, which makes "
        f"values {math.sqrt(growth):.0f} times as large",
        span=start.span,
        label=f"each value is a sum of {fan:,}",
        help=f"`init: {{weight: {USUAL_INITIALIZER}}}`, or a spread of about "
        f"{math.sqrt(2 / fan):.2g}",
        allow=node.allow,
    )
