"""Diagnostics for programs: JSON for editors, SARIF and annotations for CI."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pmgen.diagnostics.diagnostic import Diagnostic
from pmgen.diagnostics.formats.github import render_github
from pmgen.diagnostics.formats.places import relocated
from pmgen.diagnostics.formats.sarif import render_sarif
from pmgen.diagnostics.render import render_json

__all__ = ["FORMATS", "relocated"]

# `--format` -> what writes it; each ends in a line break, or is empty
FORMATS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "json": render_json,
    "sarif": render_sarif,
    "github": render_github,
}
