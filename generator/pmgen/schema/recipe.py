"""The schema of recipes."""

from __future__ import annotations

from collections.abc import Mapping

from pmgen.language.keys import LANGUAGE_VERSION
from pmgen.ops.definition import OpDef
from pmgen.ops.kinds import Json, any_of
from pmgen.recipe.definition import CHOICES, DEFAULTS, HEAD, SECTIONS, SETTINGS
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
    sections = {name: _arguments(op) for name, op in SECTIONS.items()}
    settings = {arg.name: argument(arg, open=False) for arg in SETTINGS}
    return closed({**head, **sections, **settings}, required=["pmgen"])


def _choice(name: str, table: Mapping[str, OpDef], doc: str) -> Json:
    named = {op.name: _arguments(op) for op in table.values()}
    return described(
        {
            "default": DEFAULTS[name],
            "anyOf": [
                one_word(table.values()),
                closed(named, minProperties=1, maxProperties=1),
            ],
        },
        f"{doc} Left out: {DEFAULTS[name]}.",
    )


def _arguments(op: OpDef) -> Json:
    found = {arg.name: argument(arg, open=False) for arg in op.args}
    return described(any_of(closed(found), NULL), op.doc)
