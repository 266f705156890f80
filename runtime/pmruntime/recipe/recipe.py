"""`Recipe`: what the training loop reads, made of plain data that is checked first."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pmruntime.problems import UserError
from pmruntime.recipe.definition import CHOICES
from pmruntime.recipe.mistakes import WrongValue, mistakes
from pmruntime.recipe.resolve import resolved, warmup_left


@dataclass(frozen=True)
class Choice:
    """A name out of a table, with all its arguments."""

    name: str
    arguments: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """{name: {argument: value}}."""
        return {self.name: dict(self.arguments)}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A resolved recipe; `parse_recipe` makes it.

    `batch_size` images make a batch, whatever the number of processes; the gradients of
    `accumulate` batches make one step. docs/recipes.md describes every entry.
    """

    name: str
    optimizer: Choice
    schedule: Choice
    images: Mapping[str, Any]
    augment: Mapping[str, Any]
    loss: Mapping[str, Any]
    epochs: int
    batch_size: int
    accumulate: int
    clip_norm: float
    decay_all: bool
    ema: float
    validate_every: int
    early_stopping: int
    select: str
    views: int
    amp: str
    sync_batch_norm: bool
    freeze: Sequence[str]
    learning_rates: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """The form that `parse_recipe` reads back into an equal recipe."""
        result = {}
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, Choice):
                value = value.as_json()
            elif isinstance(value, Mapping):
                value = dict(value)
            result[entry.name] = value
        return result


def parse_recipe_json(text: str) -> Recipe:
    """A recipe from JSON text. Raises UserError for what is wrong with it."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UserError(f"the recipe is not JSON: {error}") from error
    return parse_recipe(value)


def parse_recipe(value: object) -> Recipe:
    """A recipe from a plain mapping, in which every key is optional; what an empty one
    gives is the tutorial's, slow as it is.

    Raises UserError for the first mistake, an unknown key among them.
    """
    if not isinstance(value, dict):
        raise UserError("a recipe is a mapping of `optimizer`, `epochs`, ...")
    given = dict(value)
    name = given.pop("name", "default")
    if not isinstance(name, str):
        raise UserError(f"`name` of a recipe must be text, not {name!r}")
    for mistake in mistakes(given):
        if not (isinstance(mistake, WrongValue) and mistake.left_out):
            raise UserError(mistake.message, mistake.help)
    found: dict[str, Any] = resolved(given)
    for key in CHOICES:
        [(choice, arguments)] = found[key].items()
        found[key] = Choice(choice, arguments)
    return Recipe(name=name, **found)


def with_epochs(recipe: Recipe, epochs: int) -> Recipe:
    """The same recipe over another number of epochs, its warm-up cut to fit."""
    value = {**recipe.as_json(), "epochs": epochs}
    left = warmup_left(value, epochs)
    if left is not None:
        [arguments] = value["schedule"].values()
        arguments["warmup_epochs"] = left
    return parse_recipe(value)
