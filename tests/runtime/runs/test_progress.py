"""How far something is, in a terminal and in a file."""

from __future__ import annotations

import io

import pytest
from pmruntime.runs import progress
from pmruntime.runs.progress import counted
from rich.console import Console


def counting(terminal: bool) -> str:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=100)
    with counted(console, "Net[1]", 64) as advance:
        advance(32)
        advance(32)
    return out.getvalue()


def test_counting_shows_a_bar_or_is_silent_while_it_is_quick() -> None:
    assert "64/64" in counting(terminal=True)
    assert counting(terminal=False) == ""
    with counted(None, "nobody watches", 64) as advance:
        advance(64)


def test_counting_speaks_where_it_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    lines = counting(terminal=False).splitlines()
    assert lines == ["Net[1]: 32/64 images", "Net[1]: 64/64 images"]
