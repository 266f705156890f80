"""Diagnostics as text in the manner of rustc, and as JSON for editors."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from pmgen.diagnostics import Diagnostic
from pmgen.source import Span

# style name -> ANSI codes; used only where the stream is a terminal
_ANSI = {"error": "1;31", "gutter": "1;34", "bold": "1", "related": "1;34"}
_TAB = "    "


def render_text(diagnostics: Sequence[Diagnostic], *, color: bool = False) -> str:
    """All diagnostics as one text that ends with a line of count."""
    paint = _painter(color)
    parts = [_render_one(item, paint) for item in diagnostics]
    count = len(parts)
    parts.append(f"{count} error{'s' if count != 1 else ''} found\n")
    return "\n".join(parts)


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    """A JSON array: path, line, column, end, severity, code, message, label, help,
    notes, related."""
    return json.dumps([_as_json(item) for item in diagnostics], indent=2) + "\n"


def _as_json(item: Diagnostic) -> dict[str, Any]:
    return {
        **_position(item.span),
        "severity": "error",
        "code": item.code,
        "message": item.message,
        "label": item.label,
        "help": item.help,
        "notes": list(item.notes),
        "related": [{**_position(r.span), "message": r.text} for r in item.related],
    }


def _position(span: Span) -> dict[str, Any]:
    return {
        "path": span.file.name,
        "line": span.line,
        "column": span.column,
        "end": {"line": span.end_line, "column": span.end_column},
    }


Paint = Callable[[str, str], str]


def _painter(color: bool) -> Paint:
    def paint(style: str, text: str) -> str:
        return f"\x1b[{_ANSI[style]}m{text}\x1b[0m" if color and text else text

    return paint


def _render_one(item: Diagnostic, paint: Paint) -> str:
    span = item.span
    here = [r for r in item.related if r.span.file is span.file]
    elsewhere = [r for r in item.related if r.span.file is not span.file]
    marks = [(span, item.label, "^", "error")]
    marks += [(r.span, r.text, "-", "related") for r in here]
    marks.sort(key=lambda mark: (mark[0].line, mark[0].column))
    width = len(str(max(mark[0].line for mark in marks)))
    bar = paint("gutter", " " * width + " |")

    head = paint("error", f"error[{item.code}]")
    out = [head + paint("bold", f": {_visible(item.message)}")]
    out.append(
        paint("gutter", " " * width + "-->")
        + f" {_visible(span.file.name)}:{span.line}:{span.column}"
    )
    out.append(bar)
    previous: int | None = None
    for mark, label, sign, style in marks:
        if previous is not None and mark.line > previous + 1:
            out.append(paint("gutter", "..."))
        if mark.line != previous:
            text = _visible(span.file.line(mark.line))
            number = paint("gutter", f"{mark.line:>{width}} |")
            out.append(f"{number} {text}".rstrip())
        out.append(f"{bar} {_underline(mark, sign, label, style, paint)}")
        previous = mark.line
    notes = [f"{related.span.place}: {related.text}" for related in elsewhere]
    facts = [("note", note) for note in (*notes, *item.notes)]
    facts += [("help", item.help)] if item.help else []
    if facts:
        out.append(bar)
    out += [_fact(width, kind, text, paint) for kind, text in facts]
    return "\n".join(out) + "\n"


def _fact(width: int, kind: str, text: str, paint: Paint) -> str:
    lead = paint("gutter", " " * width + " =") + " " + paint("bold", f"{kind}:")
    return f"{lead} {_visible(text)}"


def _underline(span: Span, sign: str, label: str, style: str, paint: Paint) -> str:
    line = span.file.line(span.line)
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    indent = _columns(line[:start])
    length = max(1, _columns(line[start:end]))
    marks = paint(style, sign * length + (f" {_visible(label)}" if label else ""))
    return " " * indent + marks


def _columns(text: str) -> int:
    """How many terminal columns the text takes: tabs expanded, wide letters double."""
    total = 0
    for char in _visible(text):
        if unicodedata.combining(char):
            continue
        total += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return total


def _visible(text: str) -> str:
    """The text with tabs expanded and control characters made harmless."""
    text = text.replace("\t", _TAB)
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")
        else char
        for char in text
    )
