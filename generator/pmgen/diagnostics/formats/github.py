"""Diagnostics as workflow commands, which GitHub shows at the lines of a change."""

from __future__ import annotations

from collections.abc import Sequence

from pmgen.diagnostics.diagnostic import Diagnostic

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def render_github(diagnostics: Sequence[Diagnostic]) -> str:
    """One line for each diagnostic: `::error file=...,line=...::message`."""
    return "".join(f"{_annotation(item)}\n" for item in diagnostics)


def _annotation(item: Diagnostic) -> str:
    span = item.span
    properties: dict[str, object] = {"file": span.file.name, "line": span.line}
    one_line = span.line == span.end_line
    if one_line:  # GitHub takes columns within one line only
        properties["col"] = span.column
    properties["endLine"] = span.end_line
    if one_line:
        properties["endColumn"] = span.end_column
    properties["title"] = item.code
    listed = ",".join(
        f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in properties.items()
    )
    return f"::{item.severity} {listed}::{_escaped(_message(item), _DATA)}"


def _message(item: Diagnostic) -> str:
    facts = [f"{r.span.place}: {r.text}" for r in item.related]
    facts += item.notes
    lines = [item.message, *(f"note: {fact}" for fact in facts)]
    lines += [f"help: {item.help}"] if item.help else []
    return "\n".join(_harmless(line) for line in lines)


def _harmless(text: str) -> str:
    """The text without what a terminal that shows the log could obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _escaped(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(char, char) for char in text)
