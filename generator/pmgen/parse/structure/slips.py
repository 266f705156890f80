"""The slips of one file. One misunderstanding often shows in many places, so each kind
is one error: at its first place, with the others marked."""

from __future__ import annotations

from dataclasses import dataclass, field

from pmgen.diagnostics.diagnostic import Diagnostics, Label
from pmgen.diagnostics.source import Span

_SHOWN = 4  # further places of one kind that are marked


@dataclass(frozen=True)
class _Slip:
    code: str
    message: str
    span: Span
    help: str
    label: str


@dataclass
class Slips:
    """What was mended, by its kind, until it is reported."""

    found: dict[str, list[_Slip]] = field(default_factory=dict)

    def add(
        self, kind: str, code: str, message: str, span: Span, help: str, label: str = ""
    ) -> None:
        """One place where a slip of this kind was mended."""
        slip = _Slip(code, message, span, help, label)
        self.found.setdefault(kind, []).append(slip)

    def report(self, diagnostics: Diagnostics) -> None:
        """One error for each kind."""
        for first, *others in self.found.values():
            left = len(others) - _SHOWN
            diagnostics.error(
                first.code,
                first.message,
                first.span,
                label=first.label,
                related=[Label(slip.span, "the same") for slip in others[:_SHOWN]],
                notes=[f"the same in {left} more places"] if left > 0 else (),
                help=first.help,
            )
