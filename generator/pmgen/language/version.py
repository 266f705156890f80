"""`pmgen: 1`, with which every file begins."""

from __future__ import annotations

from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.diagnostics.source import Span
from pmgen.language.keys import LANGUAGE_VERSION
from pmgen.load.tree import Mapping, Scalar


def check_version(tree: Mapping, diagnostics: Diagnostics) -> None:
    """Add an error where a file names no version of the language, or another one."""
    entry = tree.get("pmgen")
    value = entry.value if entry else None
    number = value.value if isinstance(value, Scalar) else None
    if type(number) is not int or number != LANGUAGE_VERSION:
        diagnostics.error(
            "PM109",
            "the language version is missing"
            if value is None
            else "this language version is not known",
            Span(tree.span.file, 1, 1, 1, 1) if value is None else value.span,
            help=f"begin the file with `pmgen: {LANGUAGE_VERSION}`",
        )
