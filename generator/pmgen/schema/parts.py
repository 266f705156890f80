"""What all schemas are built of: references, expressions, values, names.

Draft 7, which is what the YAML language server of editors knows best.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping

from pmruntime.kinds import Json, Kind, any_of
from pmruntime.recipe.definition import Argument, Configurable

from pmgen.diagnostics.codes import DEFINITIONS
from pmgen.language.keys import BODY_KEYS, LAYER_KEYS, PLACE_KEYS
from pmgen.language.names import (
    CLASS_ATTRIBUTES,
    LAYER_ATTRIBUTES,
    MAX_NAME,
    MODULE_NAMES,
)
from pmgen.ops.definition import REQUIRED, ArgDef, OpDef

NULL: Json = {"type": "null"}
_PLAIN: Json = {"type": ["string", "number", "boolean"]}
_SIGNS = "-+*/%<>=!(),\\s"
# Text with a `$name`, or digits without a letter: what the parser reads as arithmetic.
EXPRESSION = rf"^([{_SIGNS}\w$]*\$[{_SIGNS}\w$]*|[{_SIGNS}_]*[0-9][{_SIGNS}_0-9]*)$"
_NAME = "[A-Za-z][A-Za-z0-9_]*"


def ref(name: str) -> Json:
    """A reference to a definition of the same schema."""
    return {"$ref": f"#/definitions/{name}"}


def or_null(schema: Json) -> Json:
    """The schema, or nothing: in a variant that takes a key of the base away."""
    return {"anyOf": [schema, NULL]}


def described(schema: Json, doc: str) -> Json:
    """The schema with words for the editor to show."""
    return {"description": doc, **schema}


def closed(
    properties: Mapping[str, Json], *, required: Iterable[str] = (), **more: object
) -> Json:
    """A mapping that has these keys and no others."""
    needed = {"required": list(required)} if required else {}
    return {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
        **needed,
        **more,
    }


def one_word(found: Iterable[OpDef | Configurable], *more: tuple[str, str]) -> Json:
    """One of these names, each with its description; `more` are further words."""
    words = [*((item.name, item.doc) for item in found), *more]
    return {
        "enum": [word for word, _ in words],
        "enumDescriptions": [doc for _, doc in words],
    }


def argument(arg: ArgDef | Argument, *, open: bool) -> Json:
    """One argument; with `open` an expression may stand for its value."""
    words = f"{arg.kind.words[0].upper()}{arg.kind.words[1:]}"
    parts = [arg.doc, f"{words}."]
    schema = opened(arg.kind) if open else arg.kind.schema
    if arg.default is REQUIRED:
        parts.append("Required.")
    elif arg.default is not None:
        value = list(arg.default) if isinstance(arg.default, tuple) else arg.default
        shown = str(value).lower() if isinstance(value, bool) else value
        parts.append(f"Left out: {shown}.")
        schema = {"default": value, **schema}
    return described(schema, " ".join(parts))


def opened(kind: Kind) -> Json:
    """A kind for whose value, or for the parts of whose list, expressions may stand."""
    return any_of(*_opened(kind.schema), ref("expression"))


def _opened(schema: Json) -> list[Json]:
    if "anyOf" in schema:
        return [part for inner in schema["anyOf"] for part in _opened(inner)]
    if schema.get("type") == "array":
        items = any_of(*_opened(schema["items"]), ref("expression"))
        return [{**schema, "items": items}]
    return [schema]


def codes_allowed() -> Json:
    """The code of a warning, or several, each with what it means."""
    found = [item for item in DEFINITIONS.values() if item.is_warning]
    one = {
        "enum": [item.code for item in found],
        "enumDescriptions": [item.meaning for item in found],
    }
    return any_of(one, {"type": "array", "items": one})


def shared() -> dict[str, Json]:
    """Definitions that any schema of specs may refer to."""
    return {
        "expression": {
            "type": "string",
            "pattern": EXPRESSION,
            "patternErrorMessage": "neither a value that fits nor an expression over "
            "`$names`",
        },
        "codes": codes_allowed(),
        "value": any_of(_PLAIN, {"type": "array", "items": _PLAIN}),
        "layer name": _name(LAYER_ATTRIBUTES | CLASS_ATTRIBUTES | MODULE_NAMES),
        "parameter name": _name(
            CLASS_ATTRIBUTES | MODULE_NAMES | {*LAYER_KEYS, *BODY_KEYS, *PLACE_KEYS}
        ),
        "class name": {**_name(MODULE_NAMES), "pattern": "^[A-Z][A-Za-z0-9_]*$"},
        "plain name": _name(()),
    }


def _name(reserved: Iterable[str]) -> Json:
    """A name of the generated class. Builtins are left to the compiler: which there
    are depends on the version of Python."""
    return {
        "type": "string",
        "pattern": f"^{_NAME}$",
        "maxLength": MAX_NAME,
        "not": {"enum": sorted({*reserved, *keyword.kwlist})},
    }
