"""What lints find, and what of it is reported: once for each kind, and not what
`allow` permits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pmgen.diagnostics.diagnostic import Diagnostic, Diagnostics, Label
from pmgen.diagnostics.source import Span
from pmgen.language.spec import Ident

_LINES = 8  # that a note lists


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A warning before it is known whether it is given; see `Diagnostic`. `allow` are
    the codes that the layer, and those around it, permit."""

    code: str
    message: str
    span: Span
    label: str = ""
    related: tuple[Label, ...] = ()
    help: str | None = None
    allow: tuple[Ident, ...] = ()


def report(
    findings: Iterable[Finding], allow: Sequence[Ident], diagnostics: Diagnostics
) -> set[Span]:
    """Report the findings that are not allowed. Returns the places of the codes that
    allowed one; `allow` are those of the whole spec.

    What is said in the same words at many places of a file is said at the first, with
    a note of the others.
    """
    used: set[Span] = set()
    groups: dict[tuple[str, str, str], dict[Span, Finding]] = {}
    for found in findings:
        permits = [i.span for i in (*found.allow, *allow) if i.text == found.code]
        used.update(permits)
        if not permits:
            kind = (found.code, found.message, found.span.file.name)
            groups.setdefault(kind, {}).setdefault(found.span, found)
    for group in groups.values():
        first, *others = sorted(group, key=lambda span: (span.line, span.column))
        item = group[first]
        diagnostics.warn(
            Diagnostic(
                item.code,
                item.message,
                item.span,
                item.label,
                item.related,
                _others(others),
                item.help,
            )
        )
    return used


def _others(spans: list[Span]) -> tuple[str, ...]:
    """A note of the further lines that a warning holds for."""
    lines = [str(line) for line in dict.fromkeys(span.line for span in spans)]
    if not lines:
        return ()
    more = len(lines) - _LINES
    if more > 1:
        return (f"the same in lines {', '.join(lines[:_LINES])} and {more} more",)
    if len(lines) == 1:
        return (f"the same in line {lines[0]}",)
    return (f"the same in lines {', '.join(lines[:-1])} and {lines[-1]}",)
