"""Text -> the events of YAML, the same from libyaml and from PyYAML's own parser.

What is accepted, and which mistake is met first, must not depend on what is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import yaml


class PythonLoader(yaml.SafeLoader):
    """PyYAML's own parser, taking tabs between words where libyaml and YAML do."""

    def scan_to_next_token(self) -> None:
        """Skip spaces and comments, and tabs that indent nothing."""
        super().scan_to_next_token()
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()

    def scan_plain_spaces(self, indent: int, start_mark: Any) -> list[str] | None:
        """The blanks in an unquoted text; those around the end of a line are none."""
        first = self.line
        blanks = super().scan_plain_spaces(indent, start_mark) or []
        while self.peek() == "\t" and (self.line == first or self.column >= indent):
            line = self.line
            self.forward()
            more = super().scan_plain_spaces(indent, start_mark)
            if more is None:  # a document ends here
                return None
            if self.line > line:
                blanks = more if line == first else blanks + more
            elif line == first:
                blanks += ["\t", *more]
        return blanks

    def parse_flow_mapping_value(self) -> Any:
        """A value; one that is left out stands at the next token, as in libyaml."""
        event = super().parse_flow_mapping_value()  # type: ignore[no-untyped-call]
        if event.start_mark is event.end_mark:
            token = self.peek_token()  # type: ignore[no-untyped-call]
            event.start_mark = event.end_mark = token.start_mark
        return event


# libyaml, where PyYAML was built with it, reads the same events ten times faster.
LOADER: Any = getattr(yaml, "CSafeLoader", PythonLoader)


def events(text: str) -> Iterator[Any]:
    """Event by event, up to the first mistake. Raises yaml.YAMLError there.

    A parser reads ahead of its events, by up to 1,024 letters behind a bracket that may
    begin a key, and has its own limits: libyaml gives up at 1,000 levels since 0.2.6.
    The events before a mistake are yielded nevertheless, so that our limits come first,
    and mistakes in the order of the text.
    """
    seen = 0
    try:
        for event in yaml.parse(text, Loader=LOADER):
            seen += 1
            yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            yield from _read_ahead(text[: mark.index], seen)
        raise


def _read_ahead(text: str, seen: int) -> Iterator[Any]:
    """The events of the text before a mistake, after those already yielded."""
    parsed: Any = yaml.parse(text, Loader=LOADER)
    with suppress(yaml.YAMLError):
        for event in islice(parsed, seen, None):
            # This text's end is not the file's: what touches it is no fact.
            if event.end_mark.index >= len(text):
                break
            yield event


def first_error(text: str) -> Any:
    """The mark of the first mistake in the text; None where it is YAML."""
    try:
        for _ in yaml.parse(text, Loader=LOADER):
            pass
    except yaml.MarkedYAMLError as error:
        return error.problem_mark or error.context_mark
    except yaml.YAMLError:
        return None
    return None
