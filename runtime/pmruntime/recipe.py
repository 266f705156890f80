"""How a network is trained: optimizer, schedule, epochs, batch size.

The compiler reads recipes as YAML and reports their mistakes at line and column; the
runtime takes the resolved form as JSON and checks it again, since it can be called
without the compiler:

    {"name": "digits", "optimizer": {"Adam": {"learning_rate": 0.003}},
     "schedule": {"Cosine": {"warmup_epochs": 1}}, "epochs": 5, "batch_size": 10}

An optimizer or schedule without arguments may be a name alone: "schedule": "Constant".
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pmruntime.problems import UserError, unknown

# Names and defaults are Paddle's own (paddle.optimizer.*), but for weight_decay, whose
# None is written 0.0 here.
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "SGD": {"learning_rate": 0.001, "weight_decay": 0.0},
    "Momentum": {
        "learning_rate": 0.001,
        "momentum": 0.9,
        "use_nesterov": False,
        "weight_decay": 0.0,
    },
    "Adam": {
        "learning_rate": 0.001,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "weight_decay": 0.0,
    },
    "AdamW": {
        "learning_rate": 0.001,
        "beta1": 0.9,
        "beta2": 0.999,
        "epsilon": 1e-8,
        "weight_decay": 0.01,
    },
}
SCHEDULES: dict[str, dict[str, Any]] = {
    "Constant": {},
    "Cosine": {"warmup_epochs": 0},
    "Step": {"step_epochs": 10, "gamma": 0.1},
}
# argument -> (lowest, highest, whether the lowest itself is excluded)
_RANGES: dict[str, tuple[float, float, bool]] = {
    "learning_rate": (0.0, math.inf, True),
    "weight_decay": (0.0, math.inf, False),
    "momentum": (0.0, 1.0, False),
    "beta1": (0.0, 1.0, False),
    "beta2": (0.0, 1.0, False),
    "epsilon": (0.0, math.inf, True),
    "warmup_epochs": (0, math.inf, False),
    "step_epochs": (0, math.inf, True),
    "gamma": (0.0, 1.0, True),
    "epochs": (0, math.inf, True),
    "batch_size": (0, math.inf, True),
}


@dataclass(frozen=True)
class Choice:
    """A name out of a table, with all its arguments."""

    name: str
    arguments: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """{name: {argument: value}}."""
        return {self.name: dict(self.arguments)}


@dataclass(frozen=True)
class Recipe:
    """A resolved recipe. Its default is the tutorial's, which is slow but its own."""

    name: str = "default"
    optimizer: Choice = field(
        default_factory=lambda: Choice("Momentum", OPTIMIZERS["Momentum"])
    )
    schedule: Choice = field(default_factory=lambda: Choice("Constant", {}))
    epochs: int = 5
    batch_size: int = 10

    def as_json(self) -> dict[str, Any]:
        """The form that `parse_recipe` reads back into an equal recipe."""
        return {
            "name": self.name,
            "optimizer": self.optimizer.as_json(),
            "schedule": self.schedule.as_json(),
            "epochs": self.epochs,
            "batch_size": self.batch_size,
        }

    def with_epochs(self, epochs: int) -> Recipe:
        """The same recipe over another number of epochs, checked again."""
        return parse_recipe(replace(self, epochs=epochs).as_json())


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
    default = Recipe()
    for key in value:
        if key not in default.as_json():
            raise unknown("key of a recipe", str(key), default.as_json())
    name = value.get("name", default.name)
    if not isinstance(name, str):
        raise UserError(f"`name` of a recipe must be text, not {name!r}")
    optimizer, schedule = default.optimizer, default.schedule
    if "optimizer" in value:
        optimizer = _parse_choice("optimizer", value["optimizer"], OPTIMIZERS)
    if "schedule" in value:
        schedule = _parse_choice("schedule", value["schedule"], SCHEDULES)
    epochs = _number("epochs", value.get("epochs", default.epochs), 1)
    batch_size = _number("batch_size", value.get("batch_size", default.batch_size), 1)
    warmup = schedule.arguments.get("warmup_epochs", 0)
    if warmup >= epochs:
        raise UserError(
            f"`warmup_epochs: {warmup}` leaves nothing of {epochs} epochs to train",
            "choose fewer warm-up epochs, or more epochs",
        )
    return Recipe(name, optimizer, schedule, int(epochs), int(batch_size))


def _parse_choice(what: str, value: object, table: dict[str, dict[str, Any]]) -> Choice:
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
    if not isinstance(given, dict):
        raise UserError(f"the arguments of `{name}` must be a mapping")
    arguments = dict(table[name])
    for key, argument in given.items():
        if key not in arguments:
            raise unknown(f"argument of `{name}`", str(key), arguments)
        arguments[key] = _number(key, argument, arguments[key])
    return Choice(name, arguments)


def _number(name: str, value: object, like: object) -> Any:
    """`value`, checked to be of the kind of `like` and inside the argument's range."""
    if isinstance(like, bool):
        if not isinstance(value, bool):
            raise UserError(f"`{name}` must be true or false, not {value!r}")
        return value
    kinds = (int,) if isinstance(like, int) else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        kind = "a whole number" if kinds == (int,) else "a number"
        raise UserError(f"`{name}` must be {kind}, not {value!r}")
    low, high, above = _RANGES[name]
    if not math.isfinite(value) or not low <= value <= high or (above and value == low):
        bound = f"above {low:g}" if above else f"at least {low:g}"
        upper = "" if high == math.inf else f" and at most {high:g}"
        raise UserError(f"`{name}` must be {bound}{upper}, not {value!r}")
    return value
