"""The keys of a recipe's file: those of the runtime's tables, and the file's own."""

from __future__ import annotations

import re

from pmruntime.recipe.definition import KEYS as SETTABLE

from pmgen.language.keys import SPEC_KEYS, VERSION_KEYS, Key, Keys

HEAD: Keys = {
    **VERSION_KEYS,
    "recipe": Key("A name for the recipe. Left out: the file's.", "text"),
    "optimizer": Key("How weights follow their gradients.", "choice"),
    "schedule": Key("How the learning rate goes over the epochs.", "choice"),
}
KEYS = tuple(dict.fromkeys((*HEAD, *SETTABLE)))
_TOP_KEY = re.compile(r"^(\w+)[ \t]*:", re.MULTILINE)


def is_recipe(text: str) -> bool:
    """Whether a file is meant as a recipe: by its keys, which are those of a recipe
    more than those of a spec. It need not be sound."""
    keys = set(_TOP_KEY.findall(text)) - {"pmgen"}
    return len(keys & set(KEYS)) > len(keys & set(SPEC_KEYS))


def is_spec(text: str) -> bool:
    """Whether a file is meant as a network: neither a recipe nor blocks alone, which
    are checked where they are used, nor YAML of others."""
    keys = set(_TOP_KEY.findall(text))
    return bool(keys & {"model", "layers", "extends"}) and not is_recipe(text)


def concerns_recipe(pair: str) -> bool:
    """Whether a `name=value` of the command line means the recipe, not the model."""
    return pair.partition("=")[0].partition(".")[0] in SETTABLE
