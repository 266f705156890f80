"""`pmgen` called as in a shell, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from pmgen.cli import main


@dataclass
class Done:
    """How a command ended."""

    status: int
    out: str
    err: str


class Shell:
    """Runs commands in a folder of its own, in this process."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def __call__(self, *words: object) -> Done:
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        shown = self.capsys.readouterr()
        assert "Traceback" not in shown.err + shown.out
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, shown.out, shown.err)
