"""Values of a recipe on the command line: `--set epochs=3`, and what is meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import click
from pmruntime.recipe.definition import CHOICES, SECTIONS, SETTINGS
from pmruntime.recipe.resolve import warmup_left

from pmgen.catalogue import find_recipe
from pmgen.cli.common import report, settings_from
from pmgen.compile import Compiled
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.expand.graph import Graph
from pmgen.recipe.keys import concerns_recipe
from pmgen.recipe.meant import SYNONYMS
from pmgen.recipe.parse import parse_recipe
from pmgen.settings import Settings

Pairs = tuple[str, ...]


def split_settings(pairs: Pairs, input_text: str | None) -> tuple[Settings, Pairs]:
    """What `--set` says of the model, and what it says of the recipe."""
    for_recipe = tuple(pair for pair in pairs if concerns_recipe(pair))
    for_model = tuple(pair for pair in pairs if not concerns_recipe(pair))
    settings = settings_from(for_model, input_text)
    return replace(settings, elsewhere=_settable()), for_recipe


def help_for_option(option: str) -> str | None:
    """What to write for `--lr` and other values of a recipe that are no options."""
    meant = _settable().get(option.lstrip("-").replace("-", "_"))
    return meant and f"the recipe has it: write `--set {meant}=...`"


def recipe_for(
    given: str, pairs: Pairs, graph: Graph | None
) -> dict[str, object] | None:
    """The resolved recipe for a network; None after its mistakes are printed.

    Where the command line alone makes the epochs so few that the recipe's warm-up would
    leave nothing of them, the warm-up is cut, and that is said.
    """
    path = find_recipe(given)
    diagnostics = Diagnostics()
    others = tuple(pair for pair in pairs if not pair.startswith("epochs="))
    cut = _cut(parse_recipe(path, Diagnostics(), others, graph), pairs)
    if cut is not None:
        pairs = (*pairs, f"schedule.warmup_epochs={cut}")
    resolved = parse_recipe(path, diagnostics, pairs, graph)
    if not report([Compiled(path=path, diagnostics=diagnostics)]):
        return None
    if cut is not None:
        click.echo(f"note: the warm-up is cut to {cut} epochs", err=True)
    return resolved


def _cut(recipe: dict[str, object] | None, pairs: Pairs) -> int | None:
    """Epochs of warm-up that fit, where those of the recipe do not; else None."""
    epochs = _epochs(pairs)
    if recipe is None or epochs is None:
        return None
    if any(pair.startswith("schedule") for pair in pairs):
        return None  # whoever sets both is told that they do not fit
    return warmup_left(recipe, epochs)


def _epochs(pairs: Pairs) -> int | None:
    """The last `epochs=3`; None where there is none, or it is no number."""
    texts = [p.partition("=")[2] for p in pairs if p.startswith("epochs=")]
    return int(texts[-1]) if texts and texts[-1].isdecimal() else None


@cache
def _settable() -> dict[str, str]:
    """Names that people write for a value of a recipe -> what `--set` calls it."""
    found = dict(_paths())
    meant = {word: found.get(name) for word, name in SYNONYMS.items()}
    return {word: path for word, path in meant.items() if path} | found


def _paths() -> Iterator[tuple[str, str]]:
    for key, choices in CHOICES.items():
        for choice in choices.values():
            yield from ((name, f"{key}.{name}") for name in choice.arguments)
    for key, section in SECTIONS.items():
        yield from ((name, f"{key}.{name}") for name in section.arguments)
    yield from ((key, key) for key in (*CHOICES, *SECTIONS, *SETTINGS))
