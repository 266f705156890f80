"""What must hold for every input: an answer, at a place in the file, soon."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pmgen.compile import compile_spec
from pmgen.diagnostics.diagnostic import Diagnostic, Diagnostics
from pmgen.diagnostics.render import render_json, render_text
from pmgen.diagnostics.source import Span
from pmgen.recipe.keys import is_recipe
from pmgen.recipe.parse import parse_recipe

from tests.fuzz.inputs import Input
from tests.support.paths import ROOT

MOST_SECONDS = 2.0  # of one input, by the processor's time: the machine may be busy
HANGS_AFTER = 20.0
MOST_GROWTH = 300 * 2**20


class Broken(AssertionError):
    """The property does not hold."""


class _Hangs(BaseException):
    """Raised by the timer; no handler of the compiler's takes it for its own."""


@dataclass(frozen=True)
class Found:
    """What became of an input: its codes, none where it is sound, and its seconds."""

    codes: tuple[str, ...]
    seconds: float


def prepare(folder: Path) -> Path:
    """A copy of `specs/` in `folder`, among whose files the inputs are laid."""
    target = folder / "specs"
    shutil.copytree(ROOT / "specs", target)
    return target


def check(given: Input, specs: Path) -> Found:
    """Check one input as `pmgen check` does. Raises Broken where the property fails."""
    path = specs / given.folder / "fuzzed.yaml"
    path.write_bytes(given.data)
    start = time.process_time()
    try:
        with _limit(HANGS_AFTER):
            items = _diagnostics(path, specs)
            text, as_json = render_text(items), render_json(items)
    except _Hangs:
        raise Broken(f"no answer within {HANGS_AFTER} s") from None
    except Broken:
        raise
    except Exception as error:
        raise Broken(f"{type(error).__name__}: {error}") from error
    seconds = time.process_time() - start
    if seconds > MOST_SECONDS:
        raise Broken(f"took {seconds:.2f} s")
    _rendered(items, text, as_json)
    for item in items:
        for span in (item.span, *(label.span for label in item.related)):
            _inside(span, item)
    return Found(tuple(sorted({item.code for item in items})), seconds)


def _diagnostics(path: Path, root: Path) -> list[Diagnostic]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        text = ""
    if is_recipe(text):
        diagnostics = Diagnostics()
        recipe = parse_recipe(path, diagnostics)
        if (recipe is None) != diagnostics.failed:
            raise Broken("a recipe is refused without a diagnostic, or the reverse")
        return diagnostics.ordered()
    result = compile_spec(path, root=root)
    if (result.code is None) == result.ok:
        raise Broken("a spec is refused without a diagnostic, or the reverse")
    if result.code is not None:
        compile(result.code, "fuzzed.py", "exec")  # to its syntax alone; nothing runs
    return result.diagnostics.ordered()


def _rendered(items: list[Diagnostic], text: str, as_json: str) -> None:
    if len(json.loads(as_json)) != len(items):
        raise Broken("the JSON has not every diagnostic")
    if text.count("[PM") < len(items):
        raise Broken("the text has not every diagnostic")
    text.encode("utf-8")
    as_json.encode("utf-8")


def _inside(span: Span, item: Diagnostic) -> None:
    lines = span.file.lines
    place = f"{item.code} at {span.line}:{span.column} to "
    place += f"{span.end_line}:{span.end_column}"
    if not 1 <= span.line <= len(lines):
        raise Broken(f"{place}: there are {len(lines)} lines")
    width = len(span.file.line(span.line))
    if not 1 <= span.column <= width + 1:
        raise Broken(f"{place}: the line has {width} columns")
    if (span.end_line, span.end_column) < (span.line, span.column):
        raise Broken(f"{place}: the end is before the start")
    if span.end_line > len(lines):
        raise Broken(f"{place}: the end is behind the {len(lines)} lines")


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise _Hangs

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def peak_memory() -> int:
    """The most memory that this process has held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
