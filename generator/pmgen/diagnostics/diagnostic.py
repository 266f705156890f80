"""What the compiler has to say to the user: diagnostics and their collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pmgen.diagnostics.codes import CODES, is_warning
from pmgen.diagnostics.source import Span

# More than anyone reads at once, and each costs a search for what was meant.
MAX_ERRORS = 100


class TooManyErrors(Exception):
    """The limit on errors is reached; those that are collected stand."""


@dataclass(frozen=True)
class Label:
    """A second place that matters, with a few words on why."""

    span: Span
    text: str


@dataclass(frozen=True)
class Diagnostic:
    """One mistake: what is wrong (`message`), where (`span`), how to mend it (`help`).
    A warning is one that the network can be built with; its code says which it is.

    `label` stands under the span, `related` shows further places, `notes` say how
    the compiler came there. `code` is a key of `pmgen.diagnostics.codes.CODES`.
    """

    code: str
    message: str
    span: Span
    label: str = ""
    related: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None

    @property
    def severity(self) -> str:
        """`error` or `warning`."""
        return "warning" if is_warning(self.code) else "error"


@dataclass
class Diagnostics:
    """Collects the diagnostics of one compilation; every stage adds to it."""

    items: list[Diagnostic] = field(default_factory=list)
    reported: int = 0  # counts repeats too
    _seen: set[tuple[str, str, int, int]] = field(default_factory=set)

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        label: str = "",
        related: Sequence[Label] = (),
        notes: Sequence[str] = (),
        help: str | None = None,
    ) -> None:
        """Add an error. The same code at the same place is kept once.

        A block that is expanded sixteen times shows its one mistake once. Raises
        TooManyErrors behind the last of MAX_ERRORS.
        """
        if code not in CODES or is_warning(code):
            raise KeyError(f"{code} is not a known code of an error")
        self.reported += 1
        if self.is_reported(code, span):
            return
        self._seen.add(_key(code, span))
        self.items.append(
            Diagnostic(code, message, span, label, tuple(related), tuple(notes), help)
        )
        if self.full:
            raise TooManyErrors

    def warn(self, item: Diagnostic) -> None:
        """Add a warning: what is built stays as it is. Raises KeyError for the code of
        an error."""
        if not is_warning(item.code):
            raise KeyError(f"{item.code} is not a known code of a warning")
        self.items.append(item)

    def is_reported(self, code: str, span: Span) -> bool:
        """True where this code is reported at this place already."""
        return _key(code, span) in self._seen

    @property
    def failed(self) -> bool:
        """True when anything is wrong; warnings do not count."""
        return any(item.severity == "error" for item in self.items)

    @property
    def full(self) -> bool:
        """True where the search stopped at MAX_ERRORS."""
        errors = sum(item.severity == "error" for item in self.items)
        return errors >= MAX_ERRORS

    def ordered(self) -> list[Diagnostic]:
        """The diagnostics file by file in order of first appearance, top to bottom."""
        files: dict[str, int] = {}
        for item in self.items:
            files.setdefault(item.span.file.name, len(files))
        return sorted(
            self.items,
            key=lambda d: (files[d.span.file.name], d.span.line, d.span.column, d.code),
        )


def _key(code: str, span: Span) -> tuple[str, str, int, int]:
    return code, span.file.name, span.line, span.column
