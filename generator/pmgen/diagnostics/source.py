"""Where a piece of text stands: files and the spans inside them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

# The breaks YAML 1.1 and PyYAML count lines by; str.splitlines() knows more.
LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


@dataclass(frozen=True)
class SourceFile:
    """One text file: its `name` as diagnostics show it, and its `text`."""

    name: str
    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their breaks; line numbers in spans start at 1."""
        return tuple(LINE_BREAK.split(self.text))

    @cached_property
    def blank(self) -> tuple[bool, ...]:
        """For each line, whether nothing but spaces stands on it."""
        return tuple(not line or line.isspace() for line in self.lines)

    def line(self, number: int) -> str:
        """The text of line `number`, counted from 1; empty past the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""


@dataclass(frozen=True)
class Span:
    """A stretch of a file. Lines and columns count from 1; the end is exclusive."""

    file: SourceFile
    line: int
    column: int
    end_line: int
    end_column: int

    def inner(self, start: int, end: int) -> Span:
        """The characters `start` to `end` of a span that lies on one line."""
        if self.line != self.end_line:
            return self
        return Span(
            self.file,
            self.line,
            self.column + start,
            self.line,
            min(self.column + end, self.end_column),
        )

    @property
    def place(self) -> str:
        """`name:line`, as generated code and notes cite it."""
        return f"{self.file.name}:{self.line}"
