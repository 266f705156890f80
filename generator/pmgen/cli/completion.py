"""What a shell completes: names of the catalogue, recipes, codes; files beside them."""

from __future__ import annotations

from collections.abc import Iterable

import click
from click.shell_completion import CompletionItem

from pmgen.catalogue import names, recipe_names


def complete_spec(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Networks of the catalogue that begin so, and files."""
    return [_files(incomplete), *_beginning(names(), incomplete)]


def complete_recipe(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Recipes of the catalogue that begin so, and files."""
    return [_files(incomplete), *_beginning(recipe_names(), incomplete)]


def complete_code(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Codes of diagnostics that begin so, each with its meaning."""
    from pmgen.diagnostics.codes import CODES

    found = _beginning(CODES, incomplete.upper())
    return [CompletionItem(item.value, help=CODES[item.value]) for item in found]


def _beginning(words: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(incomplete)]


def _files(incomplete: str) -> CompletionItem:
    """Files too. It comes first: bash forgets what was found before it."""
    return CompletionItem(incomplete, type="file")
