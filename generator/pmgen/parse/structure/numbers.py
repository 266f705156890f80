"""`from: -1`: a layer by its number, as other tools count them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pmgen.language.spec import WHAT_COMES_IN
from pmgen.load.tree import Entry, Mapping, Node, Scalar
from pmgen.load.tree import Sequence as List
from pmgen.parse.structure.nodes import made_up
from pmgen.parse.structure.slips import Slips

_NUMBER = re.compile(r"-?[0-9]{1,4}")


def by_place(slips: Slips, layer: Entry, before: Sequence[Entry]) -> Entry:
    """The layer with numbers in its `from` as the names of layers `before` it."""
    mapping = layer.value
    given = mapping.get("from") if isinstance(mapping, Mapping) else None
    if given is None or not isinstance(mapping, Mapping):
        return layer
    alone = not isinstance(given.value, List)
    nodes = given.value.items if isinstance(given.value, List) else (given.value,)
    named = [_named(slips, node, before, alone) for node in nodes]
    if all(new is old for new, old in zip(named, nodes, strict=True)):
        return layer
    value = named[0] if alone else List(tuple(named), given.value.span)
    new = Entry(given.key, value)
    entries = [new if entry is given else entry for entry in mapping]
    return Entry(layer.key, mapping.with_entries(entries))


def _named(slips: Slips, node: Node, before: Sequence[Entry], alone: bool) -> Node:
    if not isinstance(node, Scalar) or not _NUMBER.fullmatch(node.text):
        return node
    number = int(node.text)
    names = [WHAT_COMES_IN, *(entry.name for entry in before)]
    index = number if number < 0 else number + 1
    if not -len(names) <= index < len(names):
        return node
    name = names[index]
    help_text = f"write `{name}`"
    if number == -1 and alone:
        help_text = "leave `from` out for the layer before"
    slips.add(
        "number",
        "PM106",
        f"`from` names layers; none is called by its number, `{node.text}`",
        node.span,
        help_text,
    )
    return made_up(name, node.span)
