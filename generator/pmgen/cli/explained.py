"""The long form of a diagnostic code: what it means, a spec that has it, and the output
of compiling that spec. `pmgen explain` and docs/errors.md show it.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill, indent

from pmgen.compile import compile_spec
from pmgen.diagnostics.codes import DEFINITIONS, Code
from pmgen.diagnostics.diagnostic import Diagnostic, Diagnostics
from pmgen.diagnostics.render import render_text
from pmgen.recipe.keys import is_recipe
from pmgen.recipe.parse import parse_recipe

_WIDTH = 88


@dataclass(frozen=True)
class Explanation:
    """A code with its example's files, by name, and with what `pmgen check` prints."""

    definition: Code
    files: dict[str, str]
    output: str

    def as_text(self) -> str:
        """For a terminal."""
        parts = [
            fill(f"{self.definition.code}: {self.definition.meaning}", _WIDTH),
            fill(self.definition.more, _WIDTH),
            *(f"{name}:\n\n{indent(t, '    ')}" for name, t in self.files.items()),
            f"$ pmgen check {self.definition.file}\n\n{indent(self.output, '    ')}",
        ]
        return "\n\n".join(part.rstrip() for part in parts) + "\n"

    def as_markdown(self) -> str:
        """For the page of all codes, below a heading of its own."""
        parts = [f"{self.definition.meaning} {self.definition.more}"]
        for name, text in self.files.items():
            parts.append(f"`{name}`:\n\n```yaml\n{text}```")
        parts.append(f"```text\n{self.output}```")
        return "\n\n".join(parts) + "\n"


def explain(code: str) -> Explanation:
    """The explanation of a known code. Raises KeyError for another."""
    item = DEFINITIONS[code]
    files = {item.file: item.example, **item.beside}
    return Explanation(item, files, render_text(diagnostics_of(item)))


def diagnostics_of(item: Code) -> list[Diagnostic]:
    """What is wrong with the example of a code, compiled in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        # One folder deeper, so that a path that leaves it finds no other files.
        place = Path(folder) / "specs"
        place.mkdir()
        for name, text in {item.file: item.example, **item.beside}.items():
            (place / name).write_text(text, encoding="utf-8", newline="\n")
        path = place / item.file
        if not is_recipe(item.example):
            return compile_spec(path).diagnostics.ordered()
        diagnostics = Diagnostics()
        parse_recipe(path, diagnostics)
        return diagnostics.ordered()
