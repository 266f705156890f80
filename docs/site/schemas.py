"""The directive `schema`: a part of a JSON Schema of pmgen as a table.

The schemas are those that `pmgen schema` writes, made from the compiler's definitions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from pmgen.schema.recipe import recipe
from pmgen.schema.spec import spec
from sphinx.util.docutils import SphinxDirective

from docs.markdown import table

_SCHEMAS = {"spec": spec, "recipe": recipe}
_PLAIN = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "nothing",
    "object": "a mapping",
}
# Definitions with a place of their own, on the page or in the reference of specs.
_ELSEWHERE = {
    "act": "[an activation](language.md#activations)",
    "block": "[a block](#a-block)",
    "class name": "a class name",
    "expect": "[figures](#what-is-expected)",
    "expression": "[an expression](language.md#expressions)",
    "head": "[a head](#a-head)",
    "initializer": "[an initializer](language.md#initializers)",
    "layer name": "a name",
    "layers": "[layers](#a-layer) by name",
    "norm": "[a normalisation](language.md#act-and-norm)",
    "parameter name": "a name",
    "path": "a path",
    "plain name": "a name",
    "residual": "[a residual](#a-residual)",
    "value": "a value",
}
# More words than these are counted; the reference of the language has them all.
_MOST_WORDS = 8

Json = Mapping[str, Any]


def setup(app: Any) -> None:
    """Add the directive."""
    app.add_directive("schema", SchemaTable)


class SchemaTable(SphinxDirective):
    """`{schema} spec` is a whole file; a second word is one of its definitions."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The table of a mapping's keys."""
        which, _, name = self.arguments[0].partition(" ")
        schema = _SCHEMAS[which]()
        found = schema["definitions"][name] if name else schema
        rows = _rows(found, schema.get("definitions", {}))
        text = table(("key", "value", "meaning"), rows)
        box = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), ""), 0, box)
        return box.children


def _rows(schema: Json, definitions: Json) -> Iterator[tuple[str, str, str]]:
    """Key, what its value may be, what it means. Keys that are refused are left out."""
    known = {**schema["properties"]}
    for part in schema.get("allOf", ()):
        known.update(part.get("else", {}).get("properties", {}))
    for key, value in known.items():
        if isinstance(value, Mapping):
            yield f"`{key}`", _words(value, definitions), value.get("description", "")


def _words(schema: Json, definitions: Json) -> str:
    """What a value may be, in words."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        return _ELSEWHERE.get(name) or _words(definitions[name], definitions)
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return _choice(schema["enum"])
    if "anyOf" in schema:
        parts = [_words(part, definitions) for part in schema["anyOf"]]
        return " or ".join(dict.fromkeys(parts))
    if schema.get("type") == "array":
        items = schema["items"]
        if isinstance(items, list):
            inner = ", ".join(_words(item, definitions) for item in items)
            return f"a list [{inner}]"
        return f"a list, each {_words(items, definitions)}"
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"names, each with {_words(schema['additionalProperties'], definitions)}"
    if "properties" in schema:
        return "a mapping of " + _choice(schema["properties"])
    return _plain(schema)


def _choice(words: Collection[str]) -> str:
    if len(words) > _MOST_WORDS:
        return f"one of {len(words)} names"
    return ", ".join(f"`{word}`" for word in words)


def _plain(schema: Json) -> str:
    kinds = schema.get("type", "object")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    text = " or ".join(_PLAIN[kind] for kind in kinds)
    if "minimum" in schema:
        text += f" from {schema['minimum']:g}" + ("" if "maximum" in schema else " up")
    if "exclusiveMinimum" in schema:
        text += f" above {schema['exclusiveMinimum']:g}"
    if "maximum" in schema:
        text += f" to {schema['maximum']:g}"
    if "exclusiveMaximum" in schema:
        text += f" to below {schema['exclusiveMaximum']:g}"
    return text
