"""How a network is trained: optimizer, schedule, images, augmentation, loss, settings.

The compiler reads recipes as YAML and shows their mistakes at line and column; the
runtime takes the resolved form as JSON and checks it again, since it can be called
without the compiler. Both check by the tables and rules of this package, which imports
nothing heavy:

    {"name": "digits", "optimizer": {"Adam": {"learning_rate": 0.003}},
     "schedule": {"Cosine": {"warmup_epochs": 1}}, "epochs": 5, "batch_size": 10,
     "augment": {"flip_horizontal": 0.5}}

An optimizer or schedule without arguments may be a name alone: "schedule": "Constant".
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pmruntime.recipe.definition import OPTIMIZERS
    from pmruntime.recipe.parse import parse_recipe, parse_recipe_json, with_epochs
    from pmruntime.recipe.recipe import Recipe

# name -> its module, imported when the name is first asked for: `pmgen check` of a spec
# needs the kinds of values alone
_HOMES = {
    "OPTIMIZERS": "definition",
    "Recipe": "recipe",
    "parse_recipe": "parse",
    "parse_recipe_json": "parse",
    "with_epochs": "parse",
}
__all__ = [
    "OPTIMIZERS",
    "Recipe",
    "parse_recipe",
    "parse_recipe_json",
    "with_epochs",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
