"""The schema of recipes."""

from __future__ import annotations

from collections.abc import Mapping

from pmruntime.kinds import Json, any_of
from pmruntime.recipe.definition import (
    CHOICES,
    DEFAULTS,
    SECTIONS,
    SETTINGS,
    Configurable,
)

from pmgen.language.keys import LANGUAGE_VERSION
from pmgen.recipe.keys import HEAD
from pmgen.schema.parts import NULL, argument, closed, described, one_word


def recipe() -> Json:
    """How a network is trained. Values are plain: recipes have no expressions."""
    forms: dict[str, Json] = {
        "version": {"const": LANGUAGE_VERSION},
        "text": {"type": ["string", "number", "boolean"]},
    }
    head = {
        name: _choice(name, CHOICES[name], key.doc)
        if name in CHOICES
        else described(forms[str(key.value)], key.doc)
        for name, key in HEAD.items()
    }
    sections = {name: _arguments(section) for name, section in SECTIONS.items()}
    settings = {arg.name: argument(arg, open=False) for arg in SETTINGS.values()}
    return closed({**head, **sections, **settings}, required=["pmgen"])


def _choice(key: str, table: Mapping[str, Configurable], doc: str) -> Json:
    named = {name: _arguments(choice) for name, choice in table.items()}
    return described(
        {
            "default": DEFAULTS[key],
            "anyOf": [
                one_word(table.values()),
                closed(named, minProperties=1, maxProperties=1),
            ],
        },
        f"{doc} Left out: {DEFAULTS[key]}.",
    )


def _arguments(owner: Configurable) -> Json:
    found = {arg.name: argument(arg, open=False) for arg in owner.arguments.values()}
    return described(any_of(closed(found), NULL), owner.doc)
