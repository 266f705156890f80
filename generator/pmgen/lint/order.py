"""Ops that make no sense behind each other, or at the end of a network."""

from __future__ import annotations

from collections.abc import Iterator

from pmgen.diagnostics.diagnostic import Label
from pmgen.expand.graph import Node
from pmgen.lint.findings import Finding
from pmgen.lint.network import Network, fan_in
from pmgen.ops import USUAL_ACTIVATION
from pmgen.ops.definition import Trait, as_pair, is_size


def outputs(network: Network) -> Iterator[Finding]:
    """Outputs that are no logits: probabilities, or dropped at random."""
    for end, last in network.outputs():
        if last is not None and Trait.PROBABILITIES in last.op.traits:
            yield Finding(
                code="PM601",
                message=f"the output is `{last.op.name}` of the logits, and the loss "
                "does that itself",
                span=last.span,
                help=_without(last),
                allow=last.allow,
            )
        if Trait.DROPS in end.op.traits and end.args["p"] > 0:
            yield Finding(
                code="PM611",
                message="the output itself is dropped: a class whose logit is set to "
                "zero cannot be told from others",
                span=end.span,
                help="put it before the layer that gives the logits, or leave it out",
                allow=end.allow,
            )


def _without(node: Node) -> str:
    what = "`act`" if node.role == "act" else "the layer"
    return (
        f"leave {what} out: the network gives logits, and `pmgen predict` turns them "
        "into probabilities"
    )


def linear_maps(network: Network) -> Iterator[Finding]:
    """Two linear maps with nothing between them, which are one.

    Where the values between are fewer than on both sides, or a window is taken apart
    into one for each axis or for each channel, the pair is cheaper than the one map,
    and meant.
    """
    for node in network.nodes:
        if not _whole_map(node):
            continue
        first = network.sole_source(node)
        if first is None or not _whole_map(first) or _saves(first, node):
            continue
        yield Finding(
            code="PM604",
            message="two linear maps with nothing between are one linear map",
            span=node.span,
            related=(Label(first.span, "the first"),),
            help=f"put an activation behind the first, as in `act: {USUAL_ACTIVATION}`",
            allow=(*node.allow, *first.allow),
        )


def _whole_map(node: Node) -> bool:
    """True for an op that multiplies all channels with weights."""
    high, wide = as_pair(node.args.get("kernel_size", 1))
    square = (high == 1) == (wide == 1)
    return node.op.macs is not None and node.args.get("groups", 1) == 1 and square


def _saves(first: Node, second: Node) -> bool:
    between, comes_in, comes_out = (
        first.shape[0],
        first.in_shapes[0][0],
        second.shape[0],
    )
    if between != second.in_shapes[0][0]:
        return True  # flattened between: an image, whose places share the weights
    assert is_size(between)
    assert is_size(comes_in)
    assert is_size(comes_out)
    if _is_point(first) or _is_point(second):
        bias = comes_out if second.args.get("bias") else 0
        return between < min(fan_in(first), (second.params - bias) // between)
    return between < min(comes_in, comes_out)


def _is_point(node: Node) -> bool:
    high, wide = as_pair(node.args.get("kernel_size", 1))
    return bool(high == wide == 1)


def activations(network: Network) -> Iterator[Finding]:
    """Activations of what an activation gave."""
    for node in network.nodes:
        if not _is_activation(node):
            continue
        first = network.source(node)
        if first is None or not _is_activation(first):
            continue
        yield Finding(
            code="PM605",
            message=f"`{node.op.name}` right behind `{first.op.name}`, without a layer "
            "between",
            span=node.span,
            related=(Label(first.span, "the first"),)
            if first.span != node.span
            else (),
            help="keep one of the two",
            allow=(*node.allow, *first.allow),
        )


def _is_activation(node: Node) -> bool:
    """Those that join values, such as a gate by one half, are a layer of their own."""
    return node.op.group == "activation" and node.shape == node.in_shapes[0]


def biases(network: Network) -> Iterator[Finding]:
    """Biases that the norm behind takes away with the mean of their channel. One of a
    block is told where it is so in every use."""
    biased = [n for n in network.nodes if n.op.macs is not None and n.args.get("bias")]
    norms = {node.index: _centring(node, network) for node in biased}
    needed = {node.span for node in biased if norms[node.index] is None}
    for node in biased:
        norm = norms[node.index]
        if norm is None or node.span in needed:
            continue
        yield Finding(
            code="PM606",
            message=f"the bias has no effect: `{norm.op.name}` behind it takes the "
            "mean of each channel away",
            span=node.given.get("bias", node.span),
            related=(Label(norm.span, "the norm"),),
            help=f"`bias: false`, or for all layers `defaults: {{{node.op.name}: "
            "{bias: false}}`",
            allow=(*node.allow, *norm.allow),
        )


def _centring(node: Node, network: Network) -> Node | None:
    """The norm behind a node that subtracts the mean of each channel of an image."""
    norm = network.taker(node)
    if norm is None or norm.op.averages is None or len(norm.in_shapes[0]) != 3:
        return None
    channels = norm.op.averages(norm.args, norm.in_shapes[0])[0]
    return norm if channels == 1 else None
