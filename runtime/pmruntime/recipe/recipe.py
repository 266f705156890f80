"""`Recipe`: what the training loop reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from pmruntime.recipe.definition import CHOICES, DEFAULTS, SECTIONS, SETTINGS
from pmruntime.recipe.resolve import filled


@dataclass(frozen=True)
class Choice:
    """A name out of a table, with all its arguments."""

    name: str
    arguments: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """{name: {argument: value}}."""
        return {self.name: dict(self.arguments)}


def _usual(key: str) -> Choice:
    name = DEFAULTS[key]
    return Choice(name, filled(CHOICES[key][name].arguments))


def _section(key: str) -> dict[str, Any]:
    return filled(SECTIONS[key].arguments)


@dataclass(frozen=True)
class Recipe:
    """A resolved recipe. The default is the tutorial's, slow as it is.

    `batch_size` images make a batch, whatever the number of processes; the gradients of
    `accumulate` batches make one step. docs/recipes.md describes every entry.
    """

    name: str = "default"
    optimizer: Choice = field(default_factory=lambda: _usual("optimizer"))
    schedule: Choice = field(default_factory=lambda: _usual("schedule"))
    images: Mapping[str, Any] = field(default_factory=lambda: _section("images"))
    augment: Mapping[str, Any] = field(default_factory=lambda: _section("augment"))
    loss: Mapping[str, Any] = field(default_factory=lambda: _section("loss"))
    epochs: int = SETTINGS["epochs"].default
    batch_size: int = SETTINGS["batch_size"].default
    accumulate: int = SETTINGS["accumulate"].default
    clip_norm: float = SETTINGS["clip_norm"].default
    decay_all: bool = SETTINGS["decay_all"].default
    ema: float = SETTINGS["ema"].default
    validate_every: int = SETTINGS["validate_every"].default
    early_stopping: int = SETTINGS["early_stopping"].default
    select: str = SETTINGS["select"].default
    views: int = SETTINGS["views"].default
    amp: str = SETTINGS["amp"].default
    sync_batch_norm: bool = SETTINGS["sync_batch_norm"].default
    freeze: Sequence[str] = field(default_factory=list)
    learning_rates: Mapping[str, float] = field(default_factory=dict)

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
