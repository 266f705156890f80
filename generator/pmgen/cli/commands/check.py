"""`pmgen check`: the diagnostics of specs and recipes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from pmruntime.problems import UserError

from pmgen.catalogue import find_recipe, find_spec, recipe_names, trusted_folder
from pmgen.cli.common import (
    compiled,
    format_option,
    network_options,
    report,
    root_option,
    settings_from,
    specs_argument,
    strict_option,
)
from pmgen.compile import Compiled
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.recipe.keys import concerns_recipe, is_recipe, is_spec
from pmgen.settings import Settings

_STDIN = Path("<stdin>")
_MOST = 2**22  # bytes of standard input: the reader refuses a fourth of it
_LARGEST = 2**20  # bytes of a spec; more are not read
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class _Given:
    """A file to check. `root` is what it may reach, None for the usual folder; `data`
    is what standard input held."""

    path: Path
    root: Path | None
    is_recipe: bool
    data: bytes | None = None

    def checked(self, settings: Settings, for_recipe: tuple[str, ...]) -> Compiled:
        """The file compiled, or read as a recipe."""
        if not self.is_recipe:
            return compiled(str(self.path), self.root, settings, data=self.data)
        from pmgen.recipe.parse import parse_recipe

        diagnostics = Diagnostics()
        parse_recipe(self.path, diagnostics, for_recipe, data=self.data)
        return Compiled(path=self.path, diagnostics=diagnostics)


@click.command(short_help="Show every mistake of specs and recipes.")
@specs_argument
@format_option
@strict_option
@network_options()
@root_option
def check(
    specs: tuple[str, ...],
    style: str,
    strict: bool,
    pairs: tuple[str, ...],
    input_text: str | None,
    root: Path | None,
) -> int:
    """Check each SPEC and show every mistake at its line. Writes nothing.

    SPEC is a YAML file, a name of the catalogue, a folder for all specs and recipes
    inside, or `-` for standard input. A recipe is checked as a recipe. Specs of a
    folder may extend and use all of it.
    """
    files = {g.path: g for spec in specs for g in _given(spec, root)}
    some_recipe = any(given.is_recipe for given in files.values())
    for_recipe = tuple(p for p in pairs if some_recipe and concerns_recipe(p))
    settings = settings_from(tuple(p for p in pairs if p not in for_recipe), input_text)
    results = [given.checked(settings, for_recipe) for given in files.values()]

    def root_of(path: Path) -> Path:
        return files[path].root or trusted_folder(path)

    sound = report(results, style=style, root_of=root_of, strict=strict)
    if sound and style == "text":
        for result in results:
            graph = result.graph
            if graph is None:
                click.echo(f"{result.path.stem}: a sound recipe")
            else:
                name = graph.spec.name.text
                click.echo(f"{name}: sound, {graph.params:,} parameters")
    return 0 if sound else 1


def _given(spec: str, root: Path | None) -> Iterator[_Given]:
    """The files that an argument means. Raises UserError."""
    path = Path(spec)
    if spec == "-":
        data = sys.stdin.buffer.read(_MOST)
        text = data.decode("utf-8", errors="replace")
        yield _Given(_STDIN, root, is_recipe(text), data)
    elif path.is_dir():
        yield from _inside(path, root)
    elif not path.exists() and spec in recipe_names():
        yield _Given(find_recipe(spec), root, True)
    else:
        path = find_spec(spec)
        yield _Given(path, root, is_recipe(_text(path)))


def _inside(folder: Path, root: Path | None) -> Iterator[_Given]:
    """The specs and recipes in a folder and below, but for hidden folders."""
    around = root or trusted_folder(folder / "any.yaml")
    found = False
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            text = _text(path) if path.suffix in _ENDINGS else ""
            if is_recipe(text) or is_spec(text):
                found = True
                yield _Given(path, around, is_recipe(text))
    if not found:
        raise UserError(f"there is no spec and no recipe in the folder `{folder}`")


def _text(path: Path) -> str:
    """What a file holds; what cannot be read, or is larger than any spec, is reported
    with its place later."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
