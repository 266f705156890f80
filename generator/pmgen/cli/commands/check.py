"""`pmgen check`: the diagnostics of specs and recipes."""

from __future__ import annotations

from pathlib import Path

import click

from pmgen.catalogue import find_recipe, recipe_names
from pmgen.cli.common import (
    compiled,
    format_option,
    network_options,
    report,
    root_option,
    settings_from,
    specs_argument,
)
from pmgen.compile import Compiled
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.recipe.keys import concerns_recipe, is_recipe


@click.command(short_help="Show every mistake of specs and recipes.")
@specs_argument
@format_option
@network_options()
@root_option
def check(
    specs: tuple[str, ...],
    style: str,
    pairs: tuple[str, ...],
    input_text: str | None,
    root: Path | None,
) -> int:
    """Check each SPEC and show every mistake at its line. Writes nothing.

    A recipe's file is checked as a recipe.
    """
    files = {spec: _recipe_file(spec) for spec in specs}
    for_recipe = tuple(p for p in pairs if any(files.values()) and concerns_recipe(p))
    settings = settings_from(tuple(p for p in pairs if p not in for_recipe), input_text)
    results = [
        compiled(spec, root, settings) if file is None else _recipe(file, for_recipe)
        for spec, file in files.items()
    ]
    sound = report(results, style=style, root=root)
    if sound and style == "text":
        for result in results:
            graph = result.graph
            if graph is None:
                click.echo(f"{result.path.stem}: a sound recipe")
            else:
                name = graph.spec.name.text
                click.echo(f"{name}: sound, {graph.params:,} parameters")
    return 0 if sound else 1


def _recipe_file(given: str) -> Path | None:
    """The path of a file that is meant as a recipe, or of a shipped one by its name;
    None for any other."""
    path = Path(given)
    if not path.exists() and given in recipe_names():
        return find_recipe(given)
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        return None  # reported with its place where it is read as a spec
    return path if is_recipe(text) else None


def _recipe(path: Path, settings: tuple[str, ...]) -> Compiled:
    from pmgen.recipe.parse import parse_recipe

    diagnostics = Diagnostics()
    parse_recipe(path, diagnostics, settings)
    return Compiled(path=path, diagnostics=diagnostics)
