"""Ops and what goes with them: arguments, `norm`, `act`, `init`, `defaults`."""

from __future__ import annotations

from collections.abc import Mapping

from pmgen.language.keys import AFTER_KEYS, LAYER_KEYS
from pmgen.ops import ACTIVATIONS, INITIALIZERS, NORMS, OPS
from pmgen.ops.definition import OpDef
from pmgen.ops.kinds import Json, any_of
from pmgen.schema.parts import (
    NULL,
    argument,
    closed,
    described,
    one_word,
    or_null,
    ref,
)

_NONE = ("none", "Takes away what `defaults` set.")


def arguments(op: OpDef, *, loose: bool = False) -> dict[str, Json]:
    """An op's arguments by reference; `loose` lets `null` stand for each."""
    found = {arg.name: ref(f"{op.name}.{arg.name}") for arg in op.args}
    return {name: or_null(s) for name, s in found.items()} if loose else found


def required(op: OpDef) -> list[str]:
    """The arguments that must be given."""
    return [arg.name for arg in op.args if arg.required]


def call(found: Mapping[str, OpDef], *more: tuple[str, str]) -> Json:
    """A name, or one name with its arguments."""
    bare = [op for op in found.values() if not required(op)]
    named = {
        op.name: described(
            closed(arguments(op), required=required(op))
            if required(op)
            else any_of(closed(arguments(op)), NULL),
            op.doc,
        )
        for op in found.values()
    }
    return any_of(
        one_word(bare, *more), closed(named, minProperties=1, maxProperties=1)
    )


def init(op: OpDef) -> Json | None:
    """What `init` of an op takes, or None where it takes none."""
    if op.weights is None or not op.weights.names or op.arg("init"):
        return None
    names = dict.fromkeys(op.weights.names, ref("initializer"))
    return described(closed(names), LAYER_KEYS["init"].doc)


def defaults(*, loose: bool = False) -> Json:
    """The section `defaults`: arguments by op, and what stands behind each."""
    after = {key: described(ref(key), known.doc) for key, known in AFTER_KEYS.items()}
    found = {}
    for op in OPS.values():
        starts = init(op)
        properties = {**({} if starts is None else {"init": starts}), **after}
        if loose:
            properties = {key: or_null(schema) for key, schema in properties.items()}
        section = closed({**properties, **arguments(op, loose=loose)})
        found[op.name] = described(or_null(section) if loose else section, op.doc)
    return closed(found)


def gives_required() -> Json:
    """`defaults` that give an argument which a layer must have."""
    return any_of(
        *(
            {
                "required": [op.name],
                "properties": {
                    op.name: any_of(*({"required": [name]} for name in required(op)))
                },
            }
            for op in OPS.values()
            if required(op)
        )
    )


def definitions() -> dict[str, Json]:
    """The definitions that the functions here refer to."""
    return {
        **{
            f"{op.name}.{arg.name}": argument(arg, open=True)
            for op in (*OPS.values(), *INITIALIZERS.values())
            for arg in op.args
        },
        **{
            f"arguments {op.name}": closed(arguments(op))
            for op in OPS.values()
            if not op.many_inputs  # these do not repeat, so they have no `first`
        },
        "norm": call(NORMS, _NONE),
        "act": any_of(
            *call(ACTIVATIONS, _NONE)["anyOf"],
            described(
                {"type": "string", "pattern": r"^\$"},
                "The activation that a parameter names.",
            ),
        ),
        "initializer": call(INITIALIZERS),
        "defaults": defaults(),
        "partial defaults": defaults(loose=True),
    }
