"""Diagnostics as text in the manner of rustc, and as JSON for editors."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pmgen.diagnostics.diagnostic import MAX_ERRORS, Diagnostic
from pmgen.diagnostics.source import Span

# style name -> ANSI codes; used only where the stream is a terminal
_ANSI = {
    "error": "1;31",
    "warning": "1;33",
    "gutter": "1;34",
    "bold": "1",
    "related": "1;34",
}
_TAB = "    "
# A line of source is cut to this many letters around its mark, a text in the middle.
_LINE = 200
_BEFORE = 60
_TEXT = 400


def render_text(
    diagnostics: Sequence[Diagnostic],
    *,
    color: bool = False,
    stopped: bool | None = None,
) -> str:
    """All diagnostics as one text that ends with a line of count. `stopped` says
    whether there may be more; left out, as many as one search finds are those of one.
    """
    paint = _painter(color)
    parts = [_render_one(item, paint) for item in diagnostics]
    errors = sum(item.severity == "error" for item in diagnostics)
    warnings = len(parts) - errors
    counts = [_count(errors, "error")] if errors or not warnings else []
    counts += [_count(warnings, "warning")] if warnings else []
    if stopped is None:
        stopped = errors == MAX_ERRORS
    more = f"; the search in one spec stops at {MAX_ERRORS}" if stopped else ""
    parts.append(f"{' and '.join(counts)} found{more}\n")
    return "\n".join(parts)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def render_json(diagnostics: Sequence[Diagnostic]) -> str:
    """A JSON array: path, line, column, end, severity, code, message, label, help,
    notes, related."""
    return json.dumps([_as_json(item) for item in diagnostics], indent=2) + "\n"


def _as_json(item: Diagnostic) -> dict[str, Any]:
    return {
        **_position(item.span),
        "severity": item.severity,
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
    marks = [(span, item.label, "^", item.severity)]
    marks += [(r.span, r.text, "-", "related") for r in here]
    marks.sort(key=lambda mark: (mark[0].line, mark[0].column))
    width = len(str(max(mark[0].line for mark in marks)))
    bar = paint("gutter", " " * width + " |")

    head = paint(item.severity, f"{item.severity}[{item.code}]")
    out = [head + paint("bold", f": {_short(item.message)}")]
    cuts = _cuts(marks)
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
            text = _visible(cuts[mark.line].of(span.file.line(mark.line)))
            number = paint("gutter", f"{mark.line:>{width}} |")
            out.append(f"{number} {text}".rstrip())
        under = _underline(mark, cuts[mark.line], sign, label)
        out.append(f"{bar} {under[0]}{paint(style, under[1])}")
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
    return f"{lead} {_short(text)}"


@dataclass(frozen=True)
class _Cut:
    """The letters `start` to `end` of a line, which are those that are shown."""

    start: int
    end: int

    def of(self, line: str) -> str:
        """The line as it is shown, with dots where something is left out."""
        before = "..." if self.start else ""
        return before + line[self.start : self.end] + "..." * (self.end < len(line))


def _cuts(marks: Sequence[tuple[Span, str, str, str]]) -> dict[int, _Cut]:
    """What is shown of each line: around the error where it stands on that line."""
    cuts: dict[int, _Cut] = {}
    for span, _, sign, _ in marks:
        if span.line not in cuts or sign == "^":
            whole = len(span.file.line(span.line)) <= _LINE
            start = 0 if whole else max(0, span.column - 1 - _BEFORE)
            cuts[span.line] = _Cut(start, start + _LINE)
    return cuts


def _underline(span: Span, cut: _Cut, sign: str, label: str) -> tuple[str, str]:
    """The spaces before the marks, and the marks with their label."""
    line = span.file.line(span.line)
    start = min(max(span.column - 1, cut.start), cut.end)
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    end = min(end, cut.end)
    indent = (3 if cut.start else 0) + _columns(line[cut.start : start])
    marks = sign * max(1, _columns(line[start:end]))
    return " " * indent, marks + (f" {_short(label)}" if label else "")


def _short(text: str) -> str:
    """The text made visible, its middle left out where it is endless."""
    if len(text) > _TEXT:
        text = f"{text[: _TEXT // 2]} ... {text[-_TEXT // 2 :]}"
    return _visible(text)


def _columns(text: str) -> int:
    """How many terminal columns the text takes: tabs expanded, wide letters double."""
    total = 0
    for char in _visible(text):
        if unicodedata.category(char) in ("Mn", "Me"):
            continue  # it stands on the letter before
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
