"""One node read as another kind: an op where layers belong, a list where names do,
arguments in a mapping of their own. Each says so to the slips of the file."""

from __future__ import annotations

from collections.abc import Iterable

from pmgen.language.arguments import argument_kinds
from pmgen.language.keys import AFTER_KEYS, LAYER_KEYS
from pmgen.load.tree import Entry, Mapping, Node, Scalar
from pmgen.load.tree import Sequence as List
from pmgen.ops import OPS
from pmgen.parse.structure.lists import list_help
from pmgen.parse.structure.nodes import as_typed, joined, layer_name, made_up, word
from pmgen.parse.structure.slips import Slips

# What other tools call the arguments as a whole.
_ARGUMENTS = ("args", "arguments", "kwargs", "params", "parameters", "attrs", "config")


def bare_op(slips: Slips, entry: Entry, node: Scalar) -> Mapping:
    """`relu: ReLU`: the layer of that op."""
    slips.add(
        "bare op",
        "PM106",
        f"layer `{entry.name}` is a mapping of names to values, but this is text",
        node.span,
        f"write `{entry.name}: {{op: {node.text}}}`",
    )
    return Mapping((Entry(made_up("op", node.span), node),), node.span)


def as_named(slips: Slips, node: List, what: str, mapping: Mapping | None) -> Node:
    """The list by its names, reported; the list itself where it has none."""
    if mapping is None:
        return node
    are = "are" if what.startswith("the ") else "is"
    slips.add(
        "list",
        "PM106",
        f"{what} {are} a mapping of names to values, but this is a list",
        node.span,
        list_help(mapping),
    )
    return mapping


def wrapped(slips: Slips, node: Mapping, what: str) -> Mapping:
    """One op where layers belong, as the one layer."""
    op = next(e for e in node if e.name == "op")
    name = layer_name(word(op.value) or "", ())
    owner = what.removeprefix("branch ").strip("`")
    slips.add(
        f"one op {what.split()[0] if ' ' in what else what}",
        "PM106",
        f"{what} holds layers by their names, but this is one op",
        op.key.span,
        f"name the layer: `{owner}: {{{name}: {as_typed(node)}}}`",
    )
    layer = Entry(made_up(name, op.key.span), node)
    return Mapping((layer,), node.span)


def one_op(
    slips: Slips, node: Mapping, keys: Iterable[str], what: str, home: str = "layers"
) -> Mapping:
    """One op where sections belong, as the one layer of `home`."""
    keys = [key for key in keys if key not in AFTER_KEYS]
    inside = [e for e in node if e.name not in keys]
    kept = [e for e in node if e.name in keys]
    op = next(e for e in inside if e.name == "op")
    name = layer_name(word(op.value) or "", ())
    layer = joined(inside, node.span)
    slips.add(
        f"one op {home}",
        "PM106",
        f"{what} holds layers by their names, but this is one op",
        op.key.span,
        f"write `{home}: {{{name}: {as_typed(layer)}}}`",
    )
    series = Mapping((Entry(made_up(name, op.key.span), layer),), layer.span)
    return node.with_entries([*kept, Entry(made_up(home, op.key.span), series)])


def doubled(slips: Slips, entry: Entry, what: str) -> None:
    """Say that `layers` stands in `layers`."""
    slips.add(
        "doubled",
        "PM107",
        f"{what} holds layers by their names, without `layers` again",
        entry.key.span,
        "leave `layers:` out, and dedent what stands below it",
    )


def named_form(slips: Slips, entry: Entry, after: list[Entry]) -> Entry:
    """A form that stands where a layer's name belongs, as a layer."""
    at = entry.key.span
    slips.add(
        "nameless form",
        "PM107",
        f"`{entry.name}` stands where the name of a layer belongs",
        at,
        f"give it a name: a line `block:` above, and `{entry.name}` indented below",
    )
    return Entry(made_up("block", at), joined([entry, *after], at))


def spread(slips: Slips, entry: Entry, layer: Mapping) -> list[Entry]:
    """The entry of an op's layer; where it holds the arguments, those in its place."""
    inner = entry.value
    op = next((word(e.value) for e in layer if e.name == "op"), None) or ""
    known = argument_kinds(OPS[op]) if op in OPS else {}
    if not isinstance(inner, Mapping) or entry.name in (*LAYER_KEYS, *known):
        return [entry]
    arguments = any(e.name in known for e in inner) or entry.name in _ARGUMENTS
    if not inner.entries or not arguments:
        return [entry]
    kept = [e for e in layer if e is not entry]
    flat = Mapping((*kept, *inner.entries), layer.span)
    slips.add(
        "arguments",
        "PM107",
        f"the arguments of `{op}` stand beside `op`, not under `{entry.name}`",
        entry.key.span,
        f"write `{as_typed(flat)}`",
    )
    written = {e.name for e in kept}
    return [e for e in inner if e.name not in written]
