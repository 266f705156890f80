"""One hostile input put to the compiler, and what must hold whatever it is."""

from __future__ import annotations

import ast
import json
import resource
import time
from pathlib import Path

from pmgen.compile import compile_spec
from pmgen.diagnostics import Diagnostic, Diagnostics
from pmgen.recipe import parse_recipe
from pmgen.render import render_json, render_text
from pmgen.source import Span

MOST_SECONDS = 2.0
MOST_MEMORY = 300 * 2**20


def hold(data: bytes, kind: str, folder: Path) -> bool:
    """Compile `data` as a spec or a recipe; True where it is accepted.

    AssertionError where a refusal has no place inside its file, or where it took more
    than 2 seconds of this process or 300 MB more than any input before it. Whatever
    else is raised is a crash of the compiler.
    """
    path = folder / "net.yaml"
    path.write_bytes(data)
    memory = _peak()
    start = time.process_time()
    found = _recipe(path) if kind == "recipe" else _spec(path)
    text = render_text(found) + render_json(found)
    seconds = time.process_time() - start
    assert seconds < MOST_SECONDS, f"{seconds:.1f} s"
    assert _peak() - memory < MOST_MEMORY, f"{(_peak() - memory) >> 20} MB"
    assert "Traceback" not in text or b"Traceback" in data
    for item in found:
        assert item.message
        for span in (item.span, *(label.span for label in item.related)):
            assert inside(span), (item.code, item.message, span)
    return not found


def _spec(path: Path) -> list[Diagnostic]:
    result = compile_spec(path)
    assert result.ok == (result.code is not None), "refused without a word"
    if result.code is not None:
        ast.parse(result.code)
    return result.diagnostics.ordered()


def _recipe(path: Path) -> list[Diagnostic]:
    diagnostics = Diagnostics()
    recipe = parse_recipe(path, diagnostics)
    assert diagnostics.failed == (recipe is None), "refused without a word"
    if recipe is not None:
        json.dumps(recipe)
    return diagnostics.ordered()


def inside(span: Span) -> bool:
    """Whether a span lies in its file; a file that cannot be read has one place."""
    lines = span.file.lines
    return (
        1 <= span.line <= span.end_line <= len(lines)
        and 1 <= span.column <= len(lines[span.line - 1]) + 1
        and (span.line, span.column) <= (span.end_line, span.end_column)
    )


def _peak() -> int:
    """The most memory that this process ever held, in bytes (Linux counts KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
