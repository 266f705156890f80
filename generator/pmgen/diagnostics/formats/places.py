"""Diagnostics call a file by its path inside the trusted folder. A program that reads
them wants the path from where it runs."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from pmgen.diagnostics.diagnostic import Diagnostic, Label
from pmgen.diagnostics.source import SourceFile, Span


def relocated(item: Diagnostic, spec: Path, folder: Path) -> Diagnostic:
    """The diagnostic with its files called by their paths from the working folder,
    absolute for those outside of it; `/` separates folders on every system.

    `spec` is the file that was checked and `folder` the trusted one.
    """

    files: dict[str, SourceFile] = {}  # one for all its spans, which are shown together

    def moved(span: Span) -> Span:
        name = _place(span.file.name, spec, folder)
        file = files.setdefault(name, SourceFile(name, span.file.text))
        return replace(span, file=file)

    return replace(
        item,
        span=moved(item.span),
        related=tuple(Label(moved(r.span), r.text) for r in item.related),
    )


def _place(name: str, spec: Path, folder: Path) -> str:
    path = folder / name
    if not path.exists():
        if name != spec.name:
            return name  # no file: what was typed after `--set`
        path = spec
    here = Path.cwd()
    whole = Path(os.path.abspath(path))  # a link stays what the user called it
    inside = whole.is_relative_to(here)
    return (whole.relative_to(here) if inside else whole).as_posix()
