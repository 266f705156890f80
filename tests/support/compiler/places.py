"""Places: of a tree of YAML, and of a diagnostic in its file."""

from __future__ import annotations

from typing import Any

from pmgen.diagnostics.source import Span


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree, outermost first."""
    found: list[tuple[Any, Any]] = []
    todo = [tree]
    while todo:
        container = todo.pop(0)
        keys = list(container) if isinstance(container, dict) else range(len(container))
        for key in keys:
            found.append((container, key))
            if isinstance(container[key], dict | list):
                todo.append(container[key])
    return found


def inside(span: Span) -> bool:
    """Whether a span lies in its file; a file that cannot be read has one place."""
    lines = span.file.lines
    return (
        1 <= span.line <= span.end_line <= len(lines)
        and 1 <= span.column <= len(lines[span.line - 1]) + 1
        and (span.line, span.column) <= (span.end_line, span.end_column)
    )
