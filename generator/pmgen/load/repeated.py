"""Keys that stand twice in one mapping: an error, or the lines of several keys that
were not indented below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.diagnostics.source import Span
from pmgen.load.tree import Entry, Mapping, Node, Scalar

_SHOWN = 4  # further places that are marked

_Group: TypeAlias = "tuple[Entry, list[Entry]]"


def unique(entries: Sequence[Entry], diagnostics: Diagnostics) -> tuple[Entry, ...]:
    """The entries, each key once; what stands twice is reported."""
    by_name: dict[str, Entry] = {}
    for entry in entries:
        by_name.setdefault(entry.name, entry)
    if len(by_name) == len(entries):
        return tuple(entries)
    groups = _grouped(entries)
    if groups is not None:
        _report_dedented(groups, diagnostics)
        return tuple(_indented(*group) for group in groups)
    for entry in entries:
        first = by_name[entry.name]
        if entry is not first:
            diagnostics.error(
                "PM102",
                f"`{entry.name}` stands twice in one mapping",
                entry.key.span,
                label="here again",
                related=[Label(first.key.span, "first here")],
                help="keep one of them, or give the second another name",
            )
    return tuple(by_name.values())


def _report_dedented(groups: list[_Group], diagnostics: Diagnostics) -> None:
    (owner, lines), *others = [group for group in groups if group[1]]
    diagnostics.error(
        "PM107",
        f"`{lines[0].name}` stands beside `{owner.name}`, not in it",
        lines[0].key.span,
        related=[Label(more[0].key.span, "the same") for _, more in others[:_SHOWN]],
        help=f"indent the lines of `{owner.name}` deeper than its name",
    )


def _grouped(entries: Sequence[Entry]) -> list[_Group] | None:
    """Keys without a value, each with the plain lines behind it. None where that does
    not explain why keys stand twice."""
    groups: list[_Group] = []
    for entry in entries:
        plain = not isinstance(entry.value, Mapping) and not _is_empty(entry.value)
        if plain and groups and _is_empty(groups[-1][0].value):
            groups[-1][1].append(entry)
        else:
            groups.append((entry, []))
    for names in ([entry for entry, _ in groups], *(lines for _, lines in groups)):
        if len({entry.name for entry in names}) < len(names):
            return None
    return groups


def _indented(entry: Entry, lines: list[Entry]) -> Entry:
    if not lines:
        return entry
    start, end = lines[0].key.span, lines[-1].value.span
    span = Span(start.file, start.line, start.column, end.end_line, end.end_column)
    return Entry(entry.key, Mapping(tuple(lines), span))


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None
