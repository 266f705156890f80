"""The types of a block's parameters, and what values each takes."""

from __future__ import annotations

from typing import Any

from pmgen.ops import NAMED_ACTIVATIONS
from pmgen.ops.kinds import Kind, any_integer, list_of, number, truth


def _is_integers(value: Any) -> bool:
    return isinstance(value, tuple) and all(type(item) is int for item in value)


def _is_activation(value: Any) -> bool:
    return value in NAMED_ACTIVATIONS or value == NO_ACTIVATION


ACTIVATION = "activation"
LIST = "ints"
NO_ACTIVATION = "none"
# The name in the language -> its kind, and its annotation in Python.
PARAM_TYPES: dict[str, Kind] = {
    "int": any_integer(),
    "float": number(),
    "bool": truth(),
    "str": Kind("text", lambda value: isinstance(value, str), {"type": "string"}),
    LIST: Kind("a list of whole numbers", _is_integers, list_of(any_integer().schema)),
    ACTIVATION: Kind(
        "an activation that needs no arguments, or none",
        _is_activation,
        {"enum": [*NAMED_ACTIVATIONS, NO_ACTIVATION]},
        NAMED_ACTIVATIONS,
    ),
}
ANNOTATIONS = {
    "int": "int",
    "float": "float",
    "bool": "bool",
    "str": "str",
    LIST: "tuple[int, ...]",
    ACTIVATION: "type[nn.Layer]",
}


def type_of(value: Any) -> str:
    """The type that a default value implies."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, tuple):
        return LIST
    return ACTIVATION if _is_activation(value) else "str"
