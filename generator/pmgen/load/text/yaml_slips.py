"""Lines that are no YAML, and what they were meant to be: a key without its colon, a
parameter in the braces of another language.

A parser notices such a line late, often at the next one. Here the line itself is found,
and written as it was meant, so that the rest of the file can still be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.diagnostics.source import SourceFile, Span
from pmgen.load.text.characters import Typed
from pmgen.load.text.yaml_events import first_error

_ABOVE = 8  # lines above the parser's mark in which slips are looked for
_LOOKED, _DEPTHS = 40, 3  # lines above, and their depths, that a line may have
_SHOWN = 4  # further lines of one kind that are marked
_MOST = 20  # slips of one file that are mended
_EFFORT = 500_000  # letters of one file that are parsed to try what was meant
_KEY = r"(?P<before>\s*(?:- )?)(?P<key>[A-Za-z_]\w*)"
_REST = r"(?P<rest>[^\s#:=].*)"
# A key and its value that YAML takes for one: `conv1:{op`.
TORN = re.compile(r"\w+:[{\[]")
# `$wide ? 64 : 32`
_QUESTION = re.compile(r"[$(][^{},:?]*\?[^{},:?]*: *([\w$]+)")
_BRACES = re.compile(r"\$\{\s*(\w+)\s*\}|\{\{\s*\$?(\w+)\s*\}\}")


@dataclass(frozen=True)
class LineSlip:
    """What is wrong in one line, from `start` to `end` counted from 0, and the line as
    it was meant. Where that is longer, letters from `grown` on stand further right."""

    kind: str
    number: int
    start: int
    end: int
    message: str
    help: str
    line: str
    grown: tuple[int, int] = (0, 0)


def _braces(number: int, line: str) -> LineSlip | None:
    found = _BRACES.search(line)
    if found is None:
        return None
    return LineSlip(
        "braces",
        number,
        found.start(),
        found.end(),
        f"`{found[0]}` is no YAML",
        f"a parameter is written `${found[1] or found[2]}`",
        # As long as before, so that every letter of the line keeps its column.
        _BRACES.sub(lambda m: f"${m[1] or m[2]}".ljust(len(m[0])), line),
    )


def _choice(number: int, line: str) -> LineSlip | None:
    found = _QUESTION.search(line)
    if found is None:
        return None
    return LineSlip(
        "choice",
        number,
        found.start(),
        found.end(),
        f"an expression does not choose: `{found[0].strip()}`",
        "let `when` decide whether a layer is there, or hand the value over as a "
        "parameter",
        # One of the two values, in as many letters, so that the rest can be read.
        line[: found.start()] + found[1].rjust(len(found[0])) + line[found.end() :],
    )


def _line_slip(
    kind: str, pattern: str, message: str
) -> Callable[[int, str], LineSlip | None]:
    """A finder for lines of this pattern, whose `rest` is meant as the key's value."""
    compiled = re.compile(pattern)

    def find(number: int, line: str) -> LineSlip | None:
        found = compiled.fullmatch(line)
        if found is None:
            return None
        parts = found.groupdict()
        head = f"{parts['before']}{parts['key']}"
        rest = (parts.get("rest") or "").rstrip()
        meant = f"{head}{': ' if rest else ':'}{rest}"
        old = found.start("rest") if rest else len(line)
        end = found.end("key") if not rest else len(line.rstrip())
        return LineSlip(
            kind,
            number,
            found.start("key"),
            end,
            message.format(key=parts["key"]),
            f"write `{meant.strip().removeprefix('- ')}`",
            meant,
            (old, len(head) + 2 - old) if rest else (0, 0),
        )

    return find


_no_colon = _line_slip("colon", rf"{_KEY}\s*(?:#.*)?", "`{key}` has no `:`")
_no_space = _line_slip(
    "space", rf"{_KEY}:{_REST}", "no space behind the `:` of `{key}`"
)
_equals = _line_slip(
    "equals", rf"{_KEY}\s*=\s*{_REST}", "`=` does not give `{key}` its value"
)
_no_colon_before_value = _line_slip("colon", rf"{_KEY}\s+{_REST}", "`{key}` has no `:`")
_FINDERS = (_choice, _braces, _no_colon, _no_space, _equals, _no_colon_before_value)


@dataclass
class Meant:
    """A file with the lines in which slips were found as they were meant. `typed` is
    its text with every character as it was meant: lines are found in that."""

    file: SourceFile
    typed: Typed
    slips: dict[int, LineSlip] = field(default_factory=dict)
    tried: int = 0  # letters

    @cached_property
    def read(self) -> SourceFile:
        """The file as `typed`, with as many lines."""
        return SourceFile(self.file.name, self.typed.text)

    def report(self, diagnostics: Diagnostics) -> None:
        """One error for each kind of slip, at its first line."""
        kinds: dict[str, list[LineSlip]] = {}
        for _, slip in sorted(self.slips.items()):
            if not slip.message:
                continue  # it was moved with the line above it
            kinds.setdefault(slip.kind, []).append(slip)
        for first, *others in kinds.values():
            diagnostics.error(
                "PM101",
                first.message,
                self._span(first),
                related=[Label(self._span(s), "the same") for s in others[:_SHOWN]],
                help=first.help,
            )

    def _span(self, slip: LineSlip) -> Span:
        line = slip.number
        start, end = (self.typed.column(line, c + 1) for c in (slip.start, slip.end))
        return Span(self.file, line, start, line, end)

    @property
    def text(self) -> str:
        """The file's text with these lines replaced."""
        return self._with(())

    def column(self, line: int, column: int) -> int:
        """The column in the file of one in the text."""
        slip = self.slips.get(line)
        start, more = slip.grown if slip else (0, 0)
        if column - 1 - more >= start:
            column -= more
        return self.typed.column(line, column)

    def slips_at(self, number: int, stopped: int) -> list[LineSlip]:
        """The slips at line `number` and just above it: the nearest with which the
        parser comes further than to line `stopped`, where it gave up, or several where
        it takes them all."""
        lines = [n for n in range(number, 0, -1) if not self.read.blank[n - 1]]
        found = [s for n in lines[: _ABOVE + 1] for s in self._found(n)]
        alone = [[slip] for slip in found]
        together = [found[:count] for count in range(2, len(found) + 1)]
        moved = list(self._moved(number)) if lines[:1] == [number] else []
        for slips in (*alone, *together, *moved):
            if len(self.slips) + len(slips) <= _MOST and self._helps(slips, stopped):
                return slips
        return []

    def braces_at(self, number: int) -> list[LineSlip]:
        """`{{ width }}` in this line, which YAML takes for a key."""
        slip = _braces(number, self.read.line(number))
        return [] if slip is None or number in self.slips else [slip]

    def torn_at(self, number: int) -> list[LineSlip]:
        """A line whose key and value YAML takes for one word."""
        slip = _no_space(number, self.read.line(number))
        return [] if slip is None or number in self.slips else [slip]

    def _found(self, number: int) -> list[LineSlip]:
        if number in self.slips:
            return []
        line = self.read.line(number)
        for find in _FINDERS:
            slip = find(number, line)
            if slip is not None:
                bare = slip.line.endswith(":") and not self._opens(number)
                # Without lines below it the key has no value, which would be a mistake
                # of its own.
                return [replace(slip, line="")] if bare else [slip]
        return []

    def _moved(self, number: int) -> Iterator[list[LineSlip]]:
        """The line, and what is below it, as deep as a line above it."""
        own = _indent(self.read.line(number))
        seen: list[int] = []
        for above in range(number - 1, max(0, number - _LOOKED), -1):
            depth = _indent(self.read.line(above))
            if self.read.blank[above - 1] or depth in (own, *seen):
                continue
            seen.append(depth)
            if len(seen) > _DEPTHS:
                return
            yield [
                self._at_depth(line, depth - own, above if line == number else None)
                for line in self._block(number, depth)
            ]

    def _block(self, number: int, depth: int) -> Iterator[int]:
        """The numbers of the line and of those behind it that move with it: as deep or
        deeper, and not yet as deep as the line is to be."""
        own = _indent(self.read.line(number))
        most = depth if depth > own else 10**6
        for line in range(number, len(self.read.lines) + 1):
            if not self.read.blank[line - 1]:
                if not own <= _indent(self.read.line(line)) < most:
                    return
                yield line

    def _at_depth(self, number: int, by: int, above: int | None) -> LineSlip:
        """The line moved by so many columns, which is said where it should begin as
        the line `above`."""
        text = self.read.line(number)
        start = _indent(text)
        message = help_text = ""
        if above is not None:
            message = "this line does not fit the lines above it"
            word = self.read.line(above).split(":")[0].strip()
            help_text = f"begin it in column {start + by + 1}, as `{word}`"
        line = " " * (start + by) + text.lstrip(" ")
        end = len(text.rstrip())
        return LineSlip("depth", number, start, end, message, help_text, line, (0, by))

    def _opens(self, number: int) -> bool:
        """True where the next line is indented deeper."""
        for below in range(number + 1, len(self.read.lines) + 1):
            if not self.read.blank[below - 1]:
                return _indent(self.read.line(below)) > _indent(self.read.line(number))
        return False

    def _helps(self, slips: list[LineSlip], stopped: int) -> bool:
        mended = self._with(slips)
        self.tried += len(mended)
        if self.tried > _EFFORT:
            return False
        mark = first_error(mended)
        return mark is None or mark.line + 1 > stopped

    def _with(self, more: Iterable[LineSlip]) -> str:
        slips = {**self.slips, **{slip.number: slip for slip in more}}
        if not slips:
            return self.read.text
        lines = list(self.read.lines)
        for number, slip in slips.items():
            lines[number - 1] = slip.line
        return "\n".join(lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
