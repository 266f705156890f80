"""What a node looks like, and nodes made of other nodes. The places stay those of what
was typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pmgen.diagnostics.source import Span
from pmgen.language.keys import FORM_KEYS
from pmgen.load.tree import Entry, Mapping, Node, Scalar
from pmgen.load.tree import Sequence as List

_LONGEST = 90  # of a line that a help proposes


def is_empty(node: Node) -> bool:
    """True for a key without a value."""
    return isinstance(node, Scalar) and node.value is None


def word(node: Node | None) -> str | None:
    """The text of a scalar that is text."""
    text = node.value if isinstance(node, Scalar) else None
    return text if isinstance(text, str) else None


def names_op(mapping: Mapping) -> bool:
    """True where `op` is a word, as in a layer. A layer may be called `op` itself."""
    entry = mapping.get("op")
    return entry is not None and word(entry.value) is not None


def is_layer(node: Node) -> bool:
    """True for a mapping that is a whole layer: it has an op or a form."""
    return isinstance(node, Mapping) and (
        names_op(node)
        or any(
            e.name in FORM_KEYS
            and isinstance(e.value, Mapping)
            and not is_layer(e.value)
            for e in node
        )
    )


def holds_layers(node: Node) -> bool:
    """True for a mapping of names to layers."""
    return isinstance(node, Mapping) and any(is_layer(e.value) for e in node)


def joined(entries: Sequence[Entry], around: Span) -> Mapping:
    """The entries as one mapping, from the first to the last."""
    if not entries:
        return Mapping((), around)
    first, last = entries[0].key.span, entries[-1].value.span
    span = Span(first.file, first.line, first.column, last.end_line, last.end_column)
    return Mapping(tuple(entries), span)


def made_up(text: str, span: Span) -> Scalar:
    """A word that stands nowhere, at the place that it is needed for."""
    return Scalar(text, text, span)


def layer_name(op: str, taken: Iterable[str]) -> str:
    """A name for a layer without one: `conv2d`, then `conv2d_2`."""
    stem = "".join(c for c in op.lower() if c.isalnum()) or "layer"
    taken, number, name = set(taken), 1, stem
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name


def as_typed(node: Node) -> str:
    """The node on one line, in the words of the file, its end left out where it is
    long."""
    text = _flow(node)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip(', ')}, ...}}"


def _flow(node: Node) -> str:
    if isinstance(node, Mapping):
        return f"{{{', '.join(f'{e.name}: {_flow(e.value)}' for e in node)}}}"
    if isinstance(node, List):
        return f"[{', '.join(map(_flow, node.items))}]"
    return node.text
