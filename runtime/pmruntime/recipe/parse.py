"""A recipe from plain data, every value checked."""

from __future__ import annotations

import json
from typing import Any

from pmruntime.problems import UserError, unknown
from pmruntime.recipe.definition import OPTIMIZERS, SCHEDULES, SECTIONS, SETTINGS, Table
from pmruntime.recipe.kinds import Arg
from pmruntime.recipe.recipe import Choice, Recipe, defaults

_CHOICES = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}
_KEYS = ("name", *_CHOICES, *SECTIONS, *SETTINGS)


def parse_recipe_json(text: str) -> Recipe:
    """A recipe from JSON text. Raises UserError for what is wrong with it."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UserError(f"the recipe is not JSON: {error}") from error
    return parse_recipe(value)


def parse_recipe(value: object) -> Recipe:
    """A recipe from a plain mapping; every key is optional, unknown ones are errors."""
    if not isinstance(value, dict):
        raise UserError("a recipe is a mapping of `optimizer`, `epochs`, ...")
    found: dict[str, Any] = {}
    for key, given in value.items():
        if key not in _KEYS:
            raise unknown("key of a recipe", str(key), _KEYS)
        if key == "name":
            if not isinstance(given, str):
                raise UserError(f"`name` of a recipe must be text, not {given!r}")
            found[key] = given
        elif key in _CHOICES:
            found[key] = _choice(key, given, _CHOICES[key])
        elif key in SECTIONS:
            found[key] = _arguments(key, given, SECTIONS[key])
        else:
            found[key] = _checked(key, given, SETTINGS[key])
    recipe = Recipe(**found)
    warmup = recipe.schedule.arguments["warmup_epochs"]
    if warmup >= recipe.epochs:
        raise UserError(
            f"`warmup_epochs: {warmup}` leaves nothing of {recipe.epochs} epochs to "
            "train",
            "choose fewer warm-up epochs, or more epochs",
        )
    if recipe.images["color"] == "GRAY":
        recipe.preprocessing(None)  # refuses a normalisation for three channels
    return recipe


def _choice(what: str, value: object, table: dict[str, Table]) -> Choice:
    """`Adam` or {Adam: {learning_rate: 0.003}}, the table's defaults filled in."""
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, dict) or len(value) != 1:
        raise UserError(
            f"`{what}` of a recipe is one name, or one name with its arguments",
            f'for example {{"{what}": {{"{next(iter(table))}": {{}}}}}}',
        )
    [(name, given)] = value.items()
    if name not in table:
        raise unknown(what, str(name), table)
    return Choice(name, _arguments(name, given, table[name]))


def _arguments(name: str, given: object, table: Table) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise UserError(f"the arguments of `{name}` must be a mapping")
    found = defaults(table)
    for key, value in given.items():
        if key not in table:
            raise unknown(f"argument of `{name}`", str(key), table)
        found[key] = _checked(key, value, table[key])
    return found


def _checked(name: str, value: object, arg: Arg) -> Any:
    if not arg.kind.fits(value):
        raise UserError(f"`{name}` must be {arg.kind.words}, not {value!r}")
    return list(value) if isinstance(value, tuple) else value


def with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """The same recipe over another number of epochs, checked again."""
    return parse_recipe({**recipe.as_json(), "epochs": epochs})
