"""A sound recipe with everything filled in that it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmruntime.recipe.definition import (
    CHOICES,
    DEFAULTS,
    SECTIONS,
    SETTINGS,
    Arguments,
)


def resolved(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Every key of KEYS with its value as plain data, lists for tuples.

    An optimizer or schedule becomes {name: {argument: value}}. `recipe` must be one in
    which `mistakes` finds none.
    """
    found: dict[str, Any] = {}
    for key, table in CHOICES.items():
        name, given = chosen(recipe.get(key)) or (DEFAULTS[key], None)
        found[key] = {name: filled(table[name].arguments, given)}
    for key, section in SECTIONS.items():
        found[key] = filled(section.arguments, recipe.get(key))
    return found | filled(SETTINGS, recipe)


def warmup_left(recipe: Mapping[str, Any], epochs: int) -> int | None:
    """The epochs of warm-up that fit into so many of a resolved recipe, at least one
    being left for the schedule; None where its own warm-up fits."""
    [arguments] = recipe["schedule"].values()
    return None if arguments["warmup_epochs"] < epochs else max(epochs - 1, 0)


def chosen(value: object) -> tuple[str, Any] | None:
    """The name in `Adam` or {Adam: {beta1: 0.8}}, and its arguments or None; None for a
    value of another form."""
    if isinstance(value, str):
        return value, None
    if isinstance(value, dict) and len(value) == 1:
        [(name, given)] = value.items()
        return name, given
    return None


def filled(
    arguments: Arguments, given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Every argument with the value given or its default."""
    given = given or {}
    return {n: _copy(given.get(n, arg.default)) for n, arg in arguments.items()}


def _copy(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return list(value)
    return dict(value) if isinstance(value, dict) else value
