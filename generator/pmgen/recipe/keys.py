"""The keys of a recipe's file: those of the runtime's tables, and the file's own."""

from __future__ import annotations

from pmruntime.recipe.definition import SECTIONS, SETTINGS

from pmgen.language.keys import VERSION_KEYS, Key, Keys

HEAD: Keys = {
    **VERSION_KEYS,
    "recipe": Key("A name for the recipe. Left out: the file's.", "text"),
    "optimizer": Key("How weights follow their gradients.", "choice"),
    "schedule": Key("How the learning rate goes over the epochs.", "choice"),
}
KEYS = (*HEAD, *SECTIONS, *SETTINGS)
