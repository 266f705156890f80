"""A recipe from plain data, every value checked."""

from __future__ import annotations

import json
from typing import Any

from pmruntime.problems import UserError
from pmruntime.recipe.definition import CHOICES
from pmruntime.recipe.mistakes import WrongValue, mistakes
from pmruntime.recipe.recipe import Choice, Recipe
from pmruntime.recipe.resolve import resolved, warmup_left


def parse_recipe_json(text: str) -> Recipe:
    """A recipe from JSON text. Raises UserError for what is wrong with it."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UserError(f"the recipe is not JSON: {error}") from error
    return parse_recipe(value)


def parse_recipe(value: object) -> Recipe:
    """A recipe from a plain mapping, in which every key is optional.

    Raises UserError for the first mistake, an unknown key among them.
    """
    if not isinstance(value, dict):
        raise UserError("a recipe is a mapping of `optimizer`, `epochs`, ...")
    given = dict(value)
    name = given.pop("name", Recipe.name)
    if not isinstance(name, str):
        raise UserError(f"`name` of a recipe must be text, not {name!r}")
    for mistake in mistakes(given):
        if not (isinstance(mistake, WrongValue) and mistake.left_out):
            raise UserError(mistake.message, mistake.help)
    found: dict[str, Any] = resolved(given)
    for key in CHOICES:
        [(choice, arguments)] = found[key].items()
        found[key] = Choice(choice, arguments)
    return Recipe(name, **found)


def with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """The same recipe over another number of epochs, its warm-up cut to fit."""
    value = {**recipe.as_json(), "epochs": epochs}
    left = warmup_left(value, epochs)
    if left is not None:
        [arguments] = value["schedule"].values()
        arguments["warmup_epochs"] = left
    return parse_recipe(value)
