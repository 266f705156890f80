"""What nothing reads is not computed: a `when` may leave out the one layer that did.

The layer stays in `__init__`, since its parameters are part of the network.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from textwrap import dedent


def without_unread(forward: Sequence[str]) -> tuple[str, ...]:
    """The lines of a `forward` without assignments of variables that nothing reads, and
    without conditions that nothing is left under."""
    lines = tuple(forward)
    while True:
        body = ast.parse(dedent("\n".join(lines))).body
        names = (node for part in body for node in ast.walk(part))
        read = {
            node.id
            for node in names
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        }
        gone = {
            number
            for part in _unread(body, read)
            for number in _lines_of(part, above=lines[: part.lineno - 1])
        }
        if not gone:
            return lines
        lines = tuple(line for n, line in enumerate(lines, 1) if n not in gone)


def _unread(body: list[ast.stmt], read: set[str]) -> Iterator[ast.stmt]:
    for part in body:
        if isinstance(part, ast.If):
            inner = list(_unread(part.body, read))
            yield from [part] if len(inner) == len(part.body) else inner
        elif isinstance(part, ast.Assign):
            (target,) = part.targets
            if isinstance(target, ast.Name) and target.id not in read:
                yield part


def _lines_of(part: ast.stmt, above: Sequence[str]) -> range:
    """Its lines, with a comment above it."""
    comment = bool(above) and above[-1].lstrip().startswith("#")
    return range(part.lineno - comment, (part.end_lineno or part.lineno) + 1)
