"""Diagnostics call a file by its path inside the trusted folder. A program that reads
them wants the path from where it runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pmgen.diagnostics.diagnostic import Diagnostic, Label
from pmgen.diagnostics.source import SourceFile, Span


def relocated(item: Diagnostic, spec: Path, folder: Path) -> Diagnostic:
    """The diagnostic with its files called by their paths from the working folder,
    absolute for those outside of it; `/` separates folders on every system.

    `spec` is the file that was checked and `folder` the trusted one.
    """

    def place(file: SourceFile) -> str:
        return _place(file.name, spec, folder)

    return replace(
        item,
        span=_moved(item.span, place),
        related=tuple(Label(_moved(r.span, place), r.text) for r in item.related),
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


def _moved(span: Span, place: Callable[[SourceFile], str]) -> Span:
    return replace(span, file=SourceFile(place(span.file), span.file.text))
