"""Variants that are no other network than their base, or cannot be told from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from pmgen.diagnostics.source import Span
from pmgen.expand.graph import Graph
from pmgen.lint.findings import Finding
from pmgen.load.tree import Mapping, Node, Plain, Scalar, Sources

# What a variant can say without being another network.
_BESIDE = ("pmgen", "model", "source", "extends", "use", "expect", "allow")
_Values: TypeAlias = "Plain | tuple[object, ...]"


def variants(graph: Graph, sources: Sources) -> Iterator[Finding]:
    """What is wrong between a variant and the file that it extends."""
    own, base = sources.own, sources.base
    extends = own.get("extends") if own is not None else None
    if own is None or base is None or extends is None:
        return
    place = extends.value.span
    yield from _name(own, base, place)
    if _values(sources.tree) == _values(base):
        yield Finding(
            code="PM620",
            message="nothing that this variant says changes its base",
            span=place,
            help="name the layers and parameters that are to differ; `pmgen show` has "
            "those of the base",
        )
    elif base.get("expect") is not None and own.get("expect") is None:
        yield Finding(
            code="PM622",
            message="the figures that the base expects are those of another network, "
            "and this variant has none of its own",
            span=place,
            help=f"`expect: {{params: {graph.params}}}` holds what it is now; "
            "`expect: null` says that there are none",
        )


def _name(own: Mapping, base: Mapping, place: Span) -> Iterator[Finding]:
    theirs, ours = base.get("model"), own.get("model")
    if theirs is None or not isinstance(theirs.value, Scalar):
        return
    if own.get("source") is not None or own.get("expect") is not None:
        return  # it says what it is, as one of a family that shares a name
    name = theirs.value.text
    if ours is None or (isinstance(ours.value, Scalar) and ours.value.text == name):
        yield Finding(
            code="PM621",
            message=f"nothing tells this variant from its base, whose name is `{name}` "
            "too",
            span=place if ours is None else ours.value.span,
            help=f"give it one of its own: `model: {name}Variant`",
        )


def _values(tree: Node) -> _Values:
    """What a tree says, in its order, without where it stands; of a whole file without
    what makes no other network."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Mapping):
        inside = [e for e in tree if not (e.name in _BESIDE and _is_file(tree))]
        return tuple((entry.name, _values(entry.value)) for entry in inside)
    return tuple(_values(item) for item in tree.items)


def _is_file(tree: Mapping) -> bool:
    return tree.get("pmgen") is not None or tree.get("model") is not None
