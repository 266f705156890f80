"""The schema of a whole file: a spec, a variant, or blocks that others use."""

from __future__ import annotations

from pmgen.language.keys import (
    EXPECT_KEYS,
    FORM_KEYS,
    LANGUAGE_VERSION,
    LIBRARY_KEYS,
    SPEC_KEYS,
    VERSION_KEYS,
)
from pmgen.ops.kinds import Json, any_of, integer
from pmgen.schema import calls
from pmgen.schema.layers import Family
from pmgen.schema.parts import closed, ref, shared

_STRICT, _LOOSE = Family(loose=False), Family(loose=True)


def spec() -> Json:
    """A network that stands alone, a variant of another, or a file of blocks that
    others `use`: a file with `blocks` that has nothing of a network."""
    alone: Json = {
        "required": ["model", "input"],
        "oneOf": [{"required": [key]} for key in FORM_KEYS],
        "dependencies": _STRICT.one_form()["dependencies"],
    }
    variant = {"required": ["extends"]}
    library = {"required": ["blocks"], "propertyNames": {"enum": list(LIBRARY_KEYS)}}
    giving: Json = {
        "required": ["defaults"],
        "properties": {"defaults": calls.gives_required()},
    }
    names: dict[str, Json] = {
        name: {"description": key.doc} for name, key in SPEC_KEYS.items()
    }
    return {
        **closed(names),
        "allOf": [
            {"if": variant, "else": {"required": list(VERSION_KEYS)}},
            {"if": any_of(variant, library), "else": alone},
            {
                "if": any_of(variant, giving),
                "then": {"properties": _LOOSE.keys(SPEC_KEYS)},
                "else": {"properties": _STRICT.keys(SPEC_KEYS)},
            },
        ],
        "definitions": {
            **shared(),
            **_top(),
            **calls.definitions(),
            **_STRICT.definitions(),
            **_LOOSE.definitions(),
        },
    }


def _top() -> dict[str, Json]:
    """The forms that stand at the top of a file only."""
    size = any_of(integer(1).schema, {"const": "any"})
    known = any_of(integer().schema, {"const": "any"})
    path = {"type": "string", "pattern": r"^[^/~\\][^\\]*$"}
    return {
        "version": {"const": LANGUAGE_VERSION},
        "path": path,
        "paths": any_of(path, {"type": "array", "items": path}),
        "input": {
            "type": "array",
            "items": [integer(1).schema, size, size],
            "minItems": 3,
            "maxItems": 3,
        },
        "count": {"type": "integer"},
        "shape": {"type": "array", "items": known, "minItems": 1},
        "shapes": {"type": "object", "additionalProperties": ref("shape")},
        "expect": closed(_STRICT.keys(EXPECT_KEYS)),
    }
