"""Layers and the forms that hold them.

They are defined twice. In a spec that stands alone each layer is complete. In a variant
it may say only what it changes, and `null` takes away; where `defaults` give an
argument that a layer must have, the layer may leave it out. A schema cannot see from
inside a layer which of these holds, so the top of the file chooses between the two
families.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pmgen.language.keys import (
    BLOCK_KEYS,
    BRANCH_KEYS,
    FLOW_KEYS,
    FORM_KEYS,
    HEAD_KEYS,
    LAYER_KEYS,
    PLACE_KEYS,
    RESIDUAL_KEYS,
    Key,
    Keys,
)
from pmgen.language.spec import Shortcut
from pmgen.language.types import PARAM_TYPES
from pmgen.ops import MERGES, OPS
from pmgen.ops.definition import OpDef
from pmgen.ops.kinds import Json, Kind, any_of
from pmgen.schema.calls import arguments, init, required
from pmgen.schema.parts import closed, described, one_word, opened, or_null, ref

_LAYER_NAME: Json = {"type": "string"}
# Every key that some layer has beside arguments and forms; those in _BY_OP are for ops
# and blocks alone, or differ from op to op.
_AROUND = (*LAYER_KEYS, *PLACE_KEYS, *HEAD_KEYS)
_BY_OP = ("init", "first")


@dataclass(frozen=True)
class Family:
    """The definitions of forms. `loose`: what a variant may leave out or take away."""

    loose: bool

    def name(self, form: str) -> str:
        """What a definition of this family is called."""
        return f"partial {form}" if self.loose else form

    def ref(self, form: str) -> Json:
        """A reference to a definition of this family."""
        return ref(self.name(form))

    def nullable(self, schema: Json) -> Json:
        """The schema; in a variant `null` too, which takes a key of the base away."""
        return or_null(schema) if self.loose else schema

    def key(self, key: Key) -> Json:
        """What stands at a key."""
        if isinstance(key.value, Kind):
            schema = opened(key.value) if key.open else key.value.schema
        else:
            schema = self._form(key.value)
        return described(self.nullable(schema), key.doc)

    def keys(self, found: Keys) -> dict[str, Json]:
        """What stands at several keys."""
        return {name: self.key(key) for name, key in found.items()}

    def _form(self, form: str) -> Json:
        if form in _OF_FAMILY or form == "defaults":
            return self.ref(form)
        return _FORMS.get(form) or ref(form)

    def definitions(self) -> dict[str, Json]:
        """Every form of this family."""
        found = {
            "layers": self._named(self.ref("layer"), ref("layer name")),
            "layer": self._layer({}),
            "heads": self._named(self.ref("head"), ref("layer name")),
            "head": self._layer(HEAD_KEYS, () if self.loose else ("from",)),
            "block call": self._call_of_block(),
            "inline": self._inline(),
            "branches": self._named(self.ref("layers"), ref("plain name"))
            | ({} if self.loose else {"minProperties": 2}),
            "residual": closed(
                self.keys(RESIDUAL_KEYS), required=() if self.loose else ("body",)
            ),
            "shortcut": any_of(
                {"enum": [word.value for word in Shortcut]}, self.ref("layers")
            ),
            "blocks": self._named(self.ref("block"), ref("class name")),
            "block": closed(self.keys(BLOCK_KEYS), **self.one_form()),
            "params": self._named(_default(), ref("parameter name")),
            "signature": self._named(
                any_of(_types(), ref("value")), ref("parameter name")
            ),
            **{f"op {op.name}": self._op(op) for op in OPS.values()},
        }
        assert set(found) >= _OF_FAMILY
        return {self.name(name): schema for name, schema in found.items()}

    def one_form(self) -> Json:
        """Exactly one of the forms, with what belongs to `branches`."""
        if self.loose:
            return {}
        return {
            "oneOf": [{"required": [key]} for key in FORM_KEYS],
            "dependencies": {"branches": ["merge"]}
            | {key: ["branches"] for key in BRANCH_KEYS},
        }

    def _named(self, item: Json, name: Json) -> Json:
        return {
            "type": "object",
            "propertyNames": name,
            "additionalProperties": self.nullable(item),
        }

    def _layer(self, extra: Keys, required: Iterable[str] = ()) -> Json:
        """An op or block, or a form inline. What they share stands here, and which keys
        of the rest are not for this place; what differs depends on `op`."""
        around = {k: v for k, v in LAYER_KEYS.items() if k not in _BY_OP}
        here = {**around, **(PLACE_KEYS if self.loose else {}), **extra}
        ops = [
            {
                "if": {"properties": {"op": _exactly(name)}},
                "then": self.ref(f"op {name}"),
            }
            for name in OPS
        ]
        other = {"properties": {"op": {"not": {"enum": list(OPS)}}}}
        of_block = {"if": other, "then": self.ref("block call")}
        return {
            "type": "object",
            "properties": {
                **dict.fromkeys((*PLACE_KEYS, *HEAD_KEYS), False),
                **self.keys(here),
            },
            "if": {"required": ["op"]},
            "then": {"allOf": [*ops, of_block]},
            "else": self.ref("inline"),
            **({"required": list(required)} if required else {}),
        }

    def _op(self, op: OpDef) -> Json:
        """What an op adds to the keys of every layer: its arguments."""
        without = {"repeat", "first"} if op.many_inputs else set()
        starts = init(op)
        properties = arguments(op, loose=self.loose)
        if op.many_inputs:
            properties["from"] = self._from_several()
        else:
            properties["first"] = self._first(ref(f"arguments {op.name}"))
            properties["from"] = self._from_one()
        if starts is None:
            without.add("init")
        else:
            properties["init"] = self.nullable(starts)
        kept = [key for key in _AROUND if key not in without]
        needed = [*required(op), *(["from"] if op.many_inputs else [])]
        return {
            "description": op.doc,
            "properties": properties,
            "propertyNames": {"enum": [*(arg.name for arg in op.args), *kept]},
            **({"required": needed} if needed and not self.loose else {}),
            **self._first_needs_repeat(),
        }

    def _call_of_block(self) -> Json:
        """A block's parameters are its own: any name, and any plain value."""
        known = dict.fromkeys((key for key in _AROUND if key != "init"), True)
        return {
            "properties": {
                **known,
                "first": self._first(self._named_values()),
                "from": self._from_one(),
                "init": False,
            },
            "additionalProperties": self._value(),
            **self._first_needs_repeat(),
        }

    def _inline(self) -> Json:
        around = [key for key in _AROUND if key not in ("op", "init", "first")]
        properties: dict[str, Any] = {
            **dict.fromkeys(around, True),
            **self.keys({**FORM_KEYS, **BRANCH_KEYS}),
        }
        if not self.loose:
            return closed(properties, **self.one_form())
        # a layer of the base, whatever that is, with some of its arguments changed
        initial = any_of(ref("value"), {"type": "object"})
        return {
            "properties": {
                **properties,
                "first": self._first(self._named_values()),
                "init": or_null(described(initial, LAYER_KEYS["init"].doc)),
            },
            "additionalProperties": self._value(),
        }

    def _named_values(self) -> Json:
        return {"type": "object", "additionalProperties": self._value()}

    def _value(self) -> Json:
        return self.nullable(ref("value"))

    def _first(self, schema: Json) -> Json:
        return described(self.nullable(schema), LAYER_KEYS["first"].doc)

    def _from_one(self) -> Json:
        one = any_of(_LAYER_NAME, {**_list_of_layers(1), "maxItems": 1})
        return described(self.nullable(one), FLOW_KEYS["from"].doc)

    def _from_several(self) -> Json:
        """What joins has two inputs at least; one alone would pass on unchanged."""
        return described(self.nullable(_list_of_layers(2)), FLOW_KEYS["from"].doc)

    def _first_needs_repeat(self) -> Json:
        return {} if self.loose else {"dependencies": {"first": ["repeat"]}}


def _list_of_layers(minimum: int) -> Json:
    return {"type": "array", "items": _LAYER_NAME, "minItems": minimum}


def _exactly(name: str) -> Json:
    """This name. As `const`, a language server that completes would take the name for
    the beginning of another, and offer the arguments of Conv2DTranspose with Conv2D."""
    return {"type": "string", "pattern": f"^{name}$"}


def _types() -> Json:
    kinds = PARAM_TYPES.items()
    return {
        "enum": [name for name, _ in kinds],
        "enumDescriptions": [f"Must be given: {kind.words}." for _, kind in kinds],
    }


def _default() -> Json:
    """A default that is its type's example: a plain value, but no name of a type."""
    names = {"not": {"enum": list(PARAM_TYPES)}}
    return any_of(
        {"type": ["number", "boolean"]},
        {"type": "string", **names},
        PARAM_TYPES["ints"].schema,
    )


_OF_FAMILY = {
    "layers", "heads", "branches", "residual", "shortcut", "blocks", "params",
    "signature",
}  # fmt: skip
_FORMS: dict[str, Json] = {
    "from": any_of(_LAYER_NAME, _list_of_layers(1)),
    "op": any_of(one_word(OPS.values()), ref("class name")),
    "merge": {
        "enum": list(MERGES),
        "enumDescriptions": [OPS[name].doc for name in MERGES.values()],
    },
    "name": _LAYER_NAME,
    "text": {"type": "string"},
    "class": ref("class name"),
}
