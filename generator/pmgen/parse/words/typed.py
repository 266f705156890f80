"""What was typed: the text of a node, and whether it stands in braces."""

from __future__ import annotations

from collections.abc import Mapping as Map

from pmgen.diagnostics.source import Span
from pmgen.load.tree import Entry, Mapping, Node


def text_of(node: Node) -> str | None:
    """The node as it stands in the file; None where it takes several lines."""
    span = node.span
    if span.line != span.end_line:
        return None
    return span.file.line(span.line)[span.column - 1 : span.end_column - 1]


def whole(entry: Entry) -> Span:
    """The place of a key with its value; of the key alone where they take several
    lines, since a mark has one."""
    key, value = entry.key.span, entry.value.span
    if key.line != value.end_line:
        return key
    return Span(key.file, key.line, key.column, value.end_line, value.end_column)


def in_braces(mapping: Mapping) -> bool:
    """True for `{a: 1, b: 2}`, false for lines below each other."""
    span = mapping.span
    return span.file.line(span.line)[span.column - 1 : span.column] == "{"


def call_text(name: str, args: Map[str, str]) -> str:
    """`ReLU`, or `{LeakyReLU: {negative_slope: 0.1}}`."""
    return f"{{{name}: {inner_text(args)}}}" if args else name


def inner_text(args: Map[str, str]) -> str:
    """`{mean: 0, std: 0.01}`."""
    listed = ", ".join(f"{key}: {value}" for key, value in args.items())
    return f"{{{listed}}}"
