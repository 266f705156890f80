"""Characters that only look like YAML's own: full-width punctuation, spaces of other
widths, curly quotes. An input method types them, and so do texts copied from a page.

The text is read as it was meant, so that the rest of the file is still checked; places
are told in the text as it is.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.diagnostics.source import LINE_BREAK, SourceFile, Span

_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SPACES = dict.fromkeys(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000",
    " ",
)
_QUOTES = {
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u300c\u300d", '"'),
    **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
}
_OTHERS = {
    "\u3001": ",",
    "\u3010": "[",
    "\u3011": "]",
    "\u3014": "[",
    "\u3015": "]",
    "\u2212": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2010": "-",
    "\u2011": "-",
    "\u2236": ":",
    "\ufe55": ":",
    "\ufe50": ",",
}
MEANT = {**_FULL_WIDTH, **_SPACES, **_QUOTES, **_OTHERS}
# Characters of no width: nothing stands for them.
_ALL = MEANT | dict.fromkeys("\u200b\u2060\ufeff", "")
_FOUND = re.compile(f"[{re.escape(''.join(_ALL))}]")
# Two that belong together are one mistake.
_PAIRS = dict(zip("]})", "[{(", strict=True))

# Keys whose value is the author's own text or a path: nothing in it is YAML's.
_TEXT_KEYS = "source|doc|extends|use|recipe"
_BLANK = rf"[\s{''.join(_SPACES)}]"
# What begins where a value may: quotes, a comment, the text under such a key.
_OWN_TEXT = re.compile(
    rf"""(?:^|(?<=[\s\[{{,:{"".join(_SPACES)}\uff0c\uff1a\uff5b\uff3b]))(?:
        "(?:\\.|[^"\\])*"
      | '(?:''|[^'])*'
      | \#[^\n]*
    )
    | ^(?P<indent>[ ]*)(?:{_TEXT_KEYS})[ ]*:(?=\s)[^\n]*
        (?:\n(?:[ ]*(?=\n)|(?P=indent)[ ]+[^\n]*))*
    | [{{,]{_BLANK}*(?:{_TEXT_KEYS})[ ]*:(?=\s)[^,}}\n]*
    """,
    re.VERBOSE | re.MULTILINE,
)
_SHOWN = 3  # further places of one character


@dataclass(frozen=True)
class Typed:
    """A file's text as it was meant. `shifts` tell for a line, counted from 1, from
    which column on it has letters more or less than the file."""

    text: str
    shifts: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)

    def column(self, line: int, column: int) -> int:
        """The file's column of a column of `text`, both counted from 1."""
        return column - sum(n for at, n in self.shifts.get(line, ()) if column > at)


def as_meant(file: SourceFile, diagnostics: Diagnostics) -> Typed:
    """The file's text with every such character as it was meant. Each kind of them is
    reported once, where it first stands outside quotes, comments and texts of the
    author's own."""
    text = file.text
    if text.isascii() or not _FOUND.search(text):
        return Typed(text)
    kinds: dict[str, list[tuple[str, Span]]] = {}
    pieces: list[str] = []
    shifts: dict[int, list[tuple[int, int]]] = {}
    starts = [0, *(match.end() for match in LINE_BREAK.finditer(text))]
    done = shift = line = 0
    for match in _outside(text):
        at, char = match.start(), match.group()
        if bisect_right(starts, at) != line:
            line, shift = bisect_right(starts, at), 0
        column = at - starts[line - 1] + 1
        span = Span(file, line, column, line, column + 1)
        meant = _ALL[char]
        kinds.setdefault(_PAIRS.get(meant, meant), []).append((char, span))
        if meant == ":" and text[at + 1 : at + 2].strip():
            meant = ": "  # who types it wide needs no space behind it
        pieces += [text[done:at], meant]
        done = at + 1
        if len(meant) != 1:
            shifts.setdefault(line, []).append(
                (column + shift + min(len(meant) - 1, 0), len(meant) - 1)
            )
            shift += len(meant) - 1
    for found in kinds.values():
        _report(found, diagnostics)
    return Typed("".join([*pieces, text[done:]]), shifts)


def _outside(text: str) -> Iterator[re.Match[str]]:
    """Every such character that is not in a text of the author's own."""
    at = 0
    for own in _OWN_TEXT.finditer(text):
        yield from _FOUND.finditer(text, at, own.start())
        at = own.end()
    yield from _FOUND.finditer(text, at)


def _report(found: Sequence[tuple[str, Span]], diagnostics: Diagnostics) -> None:
    (char, span), *others = found
    meant = _ALL[char]
    point = f"U+{ord(char):04X} ({unicodedata.name(char, 'unnamed').lower()})"
    if not meant:
        message, help_text = f"the unseen character {point}", "delete it"
    elif meant == " ":
        message = f"the character {point} is no space"
        help_text = "type an ordinary space"
    elif not others:
        message = f"`{char}` is {point}, not `{meant}`"
        help_text = f"did you mean `{meant}`?"
    else:
        message = f"`{char}` is {point}, not `{meant}`"
        signs = dict.fromkeys(f"`{_ALL[other]}`" for other, _ in found)
        help_text = f"write {' and '.join(signs)}"
    if others:
        count = "both" if len(found) == 2 else f"all {len(found)}"
        help_text += f" in {count} places"
    diagnostics.error(
        "PM113",
        message,
        span,
        related=[Label(other, "here too") for _, other in others[:_SHOWN]],
        help=help_text,
    )
