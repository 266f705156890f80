"""A list where names are needed, as other tools have it: read by the names in it."""

from __future__ import annotations

from collections.abc import Iterable

from pmgen.load.tree import Entry, Mapping, Node, Scalar, Sequence
from pmgen.parse.structure.nodes import (
    as_typed,
    is_empty,
    joined,
    layer_name,
    made_up,
    names_op,
    word,
)

NAME = "name"  # what other tools call a layer's name


def by_name(node: Sequence, *, stem: str | None = None) -> Mapping | None:
    """The items as entries of a mapping; None where one of them is no mapping. An item
    without a name gets one, of its op or of `stem`."""
    entries: dict[str, Entry] = {}
    for item in node.items:
        entry = _entry(item, entries, stem)
        if entry is None:
            return None
        if entry.name in entries:
            fresh = made_up(layer_name(entry.name, entries), entry.key.span)
            entry = Entry(fresh, entry.value)
        entries[entry.name] = entry
    return Mapping(tuple(entries.values()), node.span) if entries else None


def list_help(mapping: Mapping) -> str:
    """How the first of the items is written by its name."""
    first = mapping.entries[0]
    way = f"write `{first.name}: {as_typed(first.value)}`, without `-`"
    return f"{way}, and the others alike" if len(mapping) > 1 else way


def _entry(item: Node, taken: Iterable[str], stem: str | None) -> Entry | None:
    if isinstance(item, Scalar) and word(item) is not None and stem is None:
        name = made_up(layer_name(item.text, taken), item.span)
        op = Entry(made_up("op", item.span), item)
        return Entry(name, Mapping((op,), item.span))
    if isinstance(item, Sequence) and stem is not None:
        return Entry(made_up(layer_name(stem, taken), item.span), item)
    if not isinstance(item, Mapping):
        return None
    if not item.entries:  # the identity, as a branch
        if not stem:
            return None
        return Entry(made_up(layer_name(stem, taken), item.span), item)
    given = item.get(NAME)
    if given is not None and isinstance(given.value, Scalar):
        rest = [e for e in item if e is not given]
        key = made_up(given.value.text, given.value.span)
        return Entry(key, joined(rest, item.span))
    if names_op(item) and not is_empty(item.entries[0].value):
        text = next(word(e.value) for e in item if e.name == "op") or ""
        key = made_up(layer_name(stem or text, taken), item.span)
        return Entry(key, item)
    first, *rest = item.entries
    if rest and is_empty(first.value):  # `- conv1:` with its lines not indented
        return Entry(first.key, joined(rest, item.span))
    if stem is not None and (rest or _is_path(item)):
        return Entry(made_up(layer_name(stem, taken), item.span), item)
    return first if not rest else None


def _is_path(item: Mapping) -> bool:
    """True for the layers of a branch that has no name."""
    return all(isinstance(e.value, Mapping) and names_op(e.value) for e in item)
