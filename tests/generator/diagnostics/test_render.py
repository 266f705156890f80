"""Diagnostics as text: marks under what is meant, and colour on a terminal alone."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

import pytest
from pmgen.cli.common import report
from pmgen.compile import Compiled
from pmgen.diagnostics.diagnostic import Diagnostic, Diagnostics
from pmgen.diagnostics.render import render_text
from pmgen.diagnostics.source import SourceFile, Span

BEFORE = (
    "", "abc", "\t", " \t \t", "申し込み", "e\u0301", "\N{HEAVY BLACK HEART}\ufe0f",
    "\N{GRINNING FACE}", "한글", "ｆｕｌｌ", "\u200b", "a\u0336\u0336b",
)  # fmt: skip


def one(line: str, start: int, end: int) -> Diagnostics:
    diagnostics = Diagnostics()
    span = Span(SourceFile("a.yaml", line), 1, start + 1, 1, end + 1)
    diagnostics.error("PM107", "no such key", span)
    return diagnostics


def width(text: str) -> int:
    """Columns of a text without tabs, by a way of its own."""
    wide = sum(unicodedata.east_asian_width(char) in ("W", "F") for char in text)
    marks = sum(unicodedata.category(char).startswith("M") for char in text)
    return len(text) + wide - marks


@pytest.mark.parametrize("before", BEFORE)
def test_the_mark_stands_under_what_is_meant(before: str) -> None:
    line = f"{before}wrong: 1"
    shown = render_text(one(line, len(before), len(before) + 5).ordered())
    _, _, _, source, mark, *_ = shown.splitlines()
    text = source.removeprefix("1 | ")
    assert width(text[: text.index("wrong")]) == mark.removeprefix("  | ").index("^")
    assert mark.count("^") == len("wrong")


@pytest.mark.parametrize("wide", ["申し込み", "申e\u0301x"])
def test_a_mark_is_as_wide_as_what_it_marks(wide: str) -> None:
    shown = render_text(one(f"{wide}: 1", 0, len(wide)).ordered())
    assert shown.splitlines()[4].count("^") == width(wide)


@pytest.mark.parametrize(
    ("terminal", "no_color", "colored"),
    [(True, "", True), (True, "1", False), (False, "", False)],
)
def test_colour_on_a_terminal_alone(
    terminal: bool,
    no_color: str,
    colored: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert not report(
        [Compiled(path=Path("a.yaml"), diagnostics=one("wrong: 1", 0, 5))]
    )
    assert ("\x1b[" in capsys.readouterr().err) is colored


def test_the_search_has_stopped_only_where_it_has() -> None:
    """405 errors of six specs are all there are, where each is below the limit."""
    file = SourceFile("a.yaml", "\n" * 500)
    many = [
        Diagnostic("PM101", "wrong", Span(file, line, 1, line, 2))
        for line in range(1, 406)
    ]
    assert render_text(many, stopped=False).endswith("\n405 errors found\n")
    ending = "405 errors found; the search in one spec stops at 100\n"
    assert render_text(many, stopped=True).endswith(ending)
    assert render_text(many[:100]).endswith("stops at 100\n")
    assert render_text(many[:99]).endswith("\n99 errors found\n")
