"""The figures under `expect`: counts and shapes that the network must have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pmgen.language.spec import Expectation, Ident
from pmgen.load.tree import Entry, Node, Scalar, Sequence
from pmgen.ops.synonyms.arguments import EXPECTED
from pmgen.parse.context import Context


def parse_expect(
    entry: Entry | None, keys: Iterable[str], context: Context
) -> tuple[Expectation, ...]:
    """Every figure with its place; what is not a figure is reported. `keys` are what
    `expect` may hold."""
    mapping = context.as_mapping(entry.value, "`expect`") if entry else None
    if mapping is None:
        return ()
    context.check_keys(mapping, keys, "`expect`", words=EXPECTED)
    return tuple(figure for item in mapping for figure in _figures(item, context))


def _figures(item: Entry, context: Context) -> Iterator[Expectation]:
    if item.name in ("params", "macs"):
        value = item.value.value if isinstance(item.value, Scalar) else None
        if type(value) is int:
            yield Expectation(item.name, value, item.value.span)
        else:
            context.wrong_kind(
                item.value,
                f"`{item.name}` is a whole number",
                "`pmgen show` has the figure in its last line",
            )
    elif item.name == "output":
        yield from _shape("output", item.value, None, context)
    elif item.name == "shapes":
        for layer in context.as_mapping(item.value, "`shapes`") or ():
            name = Ident(layer.name, layer.key.span)
            yield from _shape("shapes", layer.value, name, context)


def _shape(
    key: str, node: Node, layer: Ident | None, context: Context
) -> Iterator[Expectation]:
    items = node.items if isinstance(node, Sequence) else ()
    sizes = [item.value if isinstance(item, Scalar) else None for item in items]
    if not sizes or any(type(s) is not int and s != "any" for s in sizes):
        context.wrong_kind(
            node,
            "a shape is a list of sizes without N",
            "as in `[64, 28, 28]` for an image, `[10]` for features",
        )
        return
    shape = tuple(s if type(s) is int else None for s in sizes)
    yield Expectation(key, shape, node.span, layer)
