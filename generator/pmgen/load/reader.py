"""Text -> YAML tree, by YAML 1.2's core rules and within fixed limits.

PyYAML reads YAML 1.1, in which `no` is False, `010` is 8, `1:30` is 90, `1e-3` is
text and the last of two equal keys wins. So only its event stream is used: scalars
are resolved here, equal keys are an error, and nothing but mappings, lists and plain
values gets through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

import yaml
from pmruntime.suggest import nearest

from pmgen.diagnostics.diagnostic import Diagnostics, Label, TooManyErrors
from pmgen.diagnostics.source import SourceFile, Span
from pmgen.load.core_schema import INTEGER, resolve
from pmgen.load.repeated import unique
from pmgen.load.text.characters import as_meant
from pmgen.load.text.foreign import is_foreign
from pmgen.load.text.yaml_events import events
from pmgen.load.text.yaml_problems import explain
from pmgen.load.text.yaml_slips import TORN, LineSlip, Meant
from pmgen.load.tree import Entry, Mapping, Node, Scalar, Sequence, kind_of

MAX_BYTES = 2**20
MAX_DEPTH = 40
MAX_NODES = 200_000
MAX_ALIASES = 1_000
MAX_DIGITS = 15

_CORE_TAGS = "tag:yaml.org,2002:"


class _Refused(Exception):
    """The file cannot be read any further; the reason is already reported."""


class _ReadAgain(Exception):
    """Lines with slips were found, and are to be read as they were meant."""


def read_file(
    path: Path,
    name: str,
    diagnostics: Diagnostics,
    asked_at: Span | None = None,
    hint: Callable[[Path], str | None] | None = None,
    data: bytes | None = None,
) -> Mapping | None:
    """Read and parse one file; `name` is how diagnostics call it.

    `asked_at` is the span that names the file, where one does; `hint` gives the help
    for a file that is missing there, where it knows one. `data` is the content of what
    is no file, such as standard input. None on failure.
    """
    empty = SourceFile(name, "")
    span = asked_at or Span(empty, 1, 1, 1, 1)
    try:
        if data is None:
            data = _content(path)
        if is_foreign(data[:MAX_BYTES], name, asked_at, diagnostics):
            return None
        if len(data) > MAX_BYTES:
            diagnostics.error(
                "PM104",
                f"`{name}` is larger than {MAX_BYTES // 1024} KiB",
                span,
                help="a spec is short; share blocks with `use` or `extends`",
            )
            return None
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        diagnostics.error(
            "PM105",
            f"`{name}` is not UTF-8 text",
            span,
            help="save the file as UTF-8",
        )
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        diagnostics.error(
            "PM105",
            f"cannot read `{name}`: {reason.lower()}",
            span,
            help=(hint(path) if hint and asked_at else None)
            or _other_file(path, asked_at),
        )
        return None
    tree = _sound(name, text)
    return tree or read_text(SourceFile(name, text), diagnostics)


def _content(path: Path) -> bytes:
    """What a file holds, up to one byte more than is allowed. Raises OSError."""
    if path.is_dir():
        raise IsADirectoryError("it is a folder")
    if not path.is_file():
        raise FileNotFoundError("there is no such file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


@lru_cache(maxsize=128)
def _sound(name: str, text: str) -> Mapping | None:
    """The tree of a file without mistakes. It is kept, since a family's specs all read
    the file that they extend; trees cannot be changed."""
    diagnostics = Diagnostics()
    try:
        tree = read_text(SourceFile(name, text), diagnostics)
    except TooManyErrors:  # of this trial, whose errors nobody sees
        return None
    return None if diagnostics.failed else tree


def _other_file(path: Path, asked_at: Span | None) -> str | None:
    """The file that was meant: the one of the nearest name in the folder."""
    asking = Path(asked_at.file.name).name if asked_at else path.name
    try:
        names = sorted(p.name for p in path.parent.glob("*.yaml"))
    except OSError:
        return None
    near = nearest(path.name, [n for n in names if n not in (path.name, asking)])
    return None if near is None else f"did you mean `{near}`?"


def read_text(file: SourceFile, diagnostics: Diagnostics) -> Mapping | None:
    """Parse a text whose top level is a mapping. None on failure."""
    try:
        node = _document(file, diagnostics)
    except _Refused:
        return None
    if not isinstance(node, Mapping):
        empty = node is None or kind_of(node) == "nothing"
        diagnostics.error(
            "PM106",
            "there is nothing in this file"
            if node is None or empty
            else f"a file is a mapping of keys to values, but this is {kind_of(node)}",
            node.span if node is not None else Span(file, 1, 1, 1, 1),
            help="begin with `pmgen: 1`",
        )
        return None
    return node


def _document(file: SourceFile, diagnostics: Diagnostics) -> Node | None:
    """The file's one document, characters and lines with a slip read as meant. Raises
    _Refused."""
    meant = Meant(file, as_meant(file, diagnostics))
    again, node = True, None
    try:
        while again:
            again, node = _read(meant, diagnostics)
    finally:
        meant.report(diagnostics)
    return node


def _read(meant: Meant, diagnostics: Diagnostics) -> tuple[bool, Node | None]:
    """Whether the file is to be read again, and else its document."""
    try:
        return False, _Composer(meant, diagnostics).document()
    except _ReadAgain:
        return True, None


class _Composer:
    """Reads a file as it was meant; its spans are places in the file as it is."""

    def __init__(self, meant: Meant, diagnostics: Diagnostics) -> None:
        self.meant = meant
        self.file = meant.file
        self.diagnostics = diagnostics
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.nodes = 0
        self.aliases = 0
        self.events = self._parse()

    def _parse(self) -> Iterator[Any]:
        try:
            yield from events(self.meant.text)
        except yaml.MarkedYAMLError as error:
            self._not_yaml(error)
        except (yaml.YAMLError, ValueError) as error:
            reason = getattr(error, "reason", None) or "malformed text"
            line, column = self._locate(getattr(error, "position", None))
            span = Span(self.file, line, column, line, column + 1)
            self.diagnostics.error("PM101", f"not YAML: {reason}", span)
            raise _Refused from error

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> NoReturn:
        """What the parser could not read, in words that the two parsers share."""
        at = self._at(error.problem_mark or error.context_mark)
        problem = error.problem or error.context or "malformed text"
        char = self.file.line(at.line)[at.column - 1 : at.column]
        mark = error.problem_mark or error.context_mark
        stopped = mark.line + 1 if mark else at.line
        self._read_again(self.meant.slips_at(at.line, stopped))
        message, label, help_text = explain(problem, char)
        related = []
        start = error.context_mark
        if label and start is not None:
            related = [Label(self._at(start), label)]
        self.diagnostics.error("PM101", message, at, related=related, help=help_text)
        raise _Refused from error

    def _read_again(self, slips: list[LineSlip]) -> None:
        """Begin anew with what these lines were meant to be, where there are any."""
        if slips:
            self.meant.slips |= {slip.number: slip for slip in slips}
            raise _ReadAgain

    def _at(self, mark: Any) -> Span:
        line, column = self._clamp(mark.line + 1, mark.column + 1) if mark else (1, 1)
        return Span(self.file, line, column, line, column + 1)

    def _locate(self, position: object) -> tuple[int, int]:
        before = self.meant.text[:position] if isinstance(position, int) else ""
        lines = SourceFile("", before).lines
        return self._clamp(len(lines), len(lines[-1]) + 1)

    def _clamp(self, line: int, column: int) -> tuple[int, int]:
        """A position inside the file: errors at its end point past the last line."""
        line = max(1, min(line, len(self.file.lines)))
        column = self.meant.column(line, column)
        while line > 1 and self.file.blank[line - 1]:
            line, column = line - 1, 10**9
        return line, max(1, min(column, len(self.file.line(line)) + 1))

    def document(self) -> Node | None:
        node: Node | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    self.diagnostics.error(
                        "PM103", "one file holds one document", self._span(event)
                    )
                    raise _Refused
            elif not isinstance(
                event,
                yaml.StreamStartEvent | yaml.StreamEndEvent | yaml.DocumentEndEvent,
            ):
                node, _ = self._node(event, 0)
        return node

    def _span(self, event: Any, last: Any = None) -> Span:
        """The place of an event, or from it to the end of the event `last`."""
        start, end = event.start_mark, (last or event).end_mark
        line, column = self._clamp(start.line + 1, start.column + 1)
        end_line = end.line + 1
        end_column = self.meant.column(end_line, end.column + 1)
        # A block's end mark stands at the next token: pull it back to its own text.
        while (
            end_line > line and not self.file.line(end_line)[: end_column - 1].strip()
        ):
            end_line -= 1
            end_column = len(self.file.line(end_line)) + 1
        return Span(self.file, line, column, end_line, max(end_column, 1))

    def _node(self, event: Any, depth: int) -> tuple[Node, int]:
        """The node that starts at `event`, with the number of nodes in it."""
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag is not None and not (
            isinstance(event, yaml.ScalarEvent) and event.tag == "!"
        ):
            self.diagnostics.error(
                "PM103",
                "specs use no tags",
                self._span(event),
                help=f"leave out `{event.tag.replace(_CORE_TAGS, '!!')}`: "
                "values are plain",
            )
            raise _Refused
        self._count(event, 1)
        if depth > MAX_DEPTH:
            self.diagnostics.error(
                "PM104", f"nested deeper than {MAX_DEPTH} levels", self._span(event)
            )
            raise _Refused
        node: Node
        size = 1
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node, size = self._sequence(event, depth)
        else:
            node, size = self._mapping(event, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = (node, size)
        return node, size

    def _alias(self, event: Any) -> tuple[Node, int]:
        found = self.anchors.get(event.anchor)
        if found is None:
            self.diagnostics.error(
                "PM101",
                f"the alias `*{event.anchor}` has no anchor before it",
                self._span(event),
            )
            raise _Refused
        self.aliases += 1
        if self.aliases > MAX_ALIASES:
            self.diagnostics.error(
                "PM104", f"more than {MAX_ALIASES} aliases", self._span(event)
            )
            raise _Refused
        # An alias of an alias of an alias grows as a power: count what it stands for.
        self._count(event, found[1])
        return found

    def _count(self, event: Any, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self.diagnostics.error(
                "PM104", f"more than {MAX_NODES} values", self._span(event)
            )
            raise _Refused

    def _sequence(self, start: Any, depth: int) -> tuple[Sequence, int]:
        items: list[Node] = []
        total = 1
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                return Sequence(tuple(items), self._span(start, event)), total
            node, size = self._node(event, depth + 1)
            items.append(node)
            total += size
        raise _Refused

    def _mapping(self, start: Any, depth: int) -> tuple[Mapping, int]:
        entries: list[Entry] = []
        total = 1
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                span = self._span(start, event)
                return Mapping(unique(entries, self.diagnostics), span), total
            key, _ = self._node(event, depth + 1)
            value, size = self._node(next(self.events), depth + 1)
            total += size + 1
            entries.append(Entry(self._key(key), value))
        raise _Refused

    def _key(self, key: Node) -> Scalar:
        if not isinstance(key, Scalar):
            self._read_again(self.meant.braces_at(key.span.line))
            self.diagnostics.error(
                "PM103",
                f"a key is one word, but this is {kind_of(key)}",
                key.span,
                help="write `name: value`",
            )
            raise _Refused
        if key.text == "<<":
            self.diagnostics.error(
                "PM103",
                "specs use no merge keys",
                key.span,
                help="put what layers share under `defaults`, or into a block",
            )
            raise _Refused
        if TORN.match(key.text):
            self._read_again(self.meant.torn_at(key.span.line))
        return key

    def _scalar(self, event: Any) -> Scalar:
        span = self._span(event)
        text: str = event.value
        if event.style or event.tag == "!":  # quoted: text as it stands
            return Scalar(text, text, span)
        if INTEGER.fullmatch(text) and len(text.lstrip("+-")) > MAX_DIGITS:
            self.diagnostics.error(
                "PM104", f"a number of more than {MAX_DIGITS} digits", span
            )
            raise _Refused
        return Scalar(resolve(text), text, span)
