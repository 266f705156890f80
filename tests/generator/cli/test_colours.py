"""Colours in a terminal, and nothing but text where nobody wants them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

pty = pytest.importorskip("pty")
WRONG = "pmgen: 1\nmodel: Net\ninput: [3, 8, 8]\nlayers: {a: {op: Conv2d}}\n"


def in_a_terminal(words: str, folder: Path, environment: dict[str, str]) -> str:
    """What a command writes into a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(folder)
        kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
        command = [sys.executable, "-m", "pmgen", *words.split()]
        os.execve(sys.executable, command, {**kept, "TERM": "xterm", **environment})
    found = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # how Linux ends it
            break
        if not piece:
            break
        found += piece
    os.waitpid(child, 0)
    os.close(terminal)
    return found.decode()


@pytest.mark.parametrize("words", ["show lenet", "check wrong.yaml", "chek"])
def test_colours(tmp_path: Path, words: str) -> None:
    (tmp_path / "wrong.yaml").write_text(WRONG)
    assert "\x1b[" in in_a_terminal(words, tmp_path, {})
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        shown = in_a_terminal(words, tmp_path, environment)
        assert len(shown) > 20
        assert "\x1b" not in shown
