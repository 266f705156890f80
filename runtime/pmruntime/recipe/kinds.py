"""The kinds of value that only recipes have."""

from __future__ import annotations

from typing import Any

from pmruntime.kinds import Kind, any_of, is_list, list_of, number

_POSITIVE = number(0, open_minimum=True)


def one_integer_of(*options: int) -> Kind:
    """One of a few whole numbers."""
    return Kind(
        "one of " + ", ".join(map(str, options)),
        lambda value: type(value) is int and value in options,
        {"type": "integer", "enum": list(options)},
    )


def span() -> Kind:
    """[low, high]: two numbers above 0, in order."""
    return Kind(
        "a list [low, high] of two numbers above 0, in order",
        lambda value: is_list(value, _POSITIVE, 2) and value[0] <= value[1],
        list_of(_POSITIVE.schema, 2),  # a schema cannot say that they are in order
    )


def class_weights() -> Kind:
    """`none`, `balanced`, or a list of at least two numbers above 0."""
    named = ("none", "balanced")

    def fits(value: Any) -> bool:
        if isinstance(value, str):
            return value in named
        return is_list(value, _POSITIVE) and len(value) >= 2

    one_each = {**list_of(_POSITIVE.schema), "minItems": 2}
    return Kind(
        "none, balanced, or a list of numbers above 0, one a class",
        fits,
        any_of({"enum": list(named)}, one_each),
    )


def names() -> Kind:
    """A list of texts, none empty."""
    return Kind(
        "a list of names",
        lambda value: isinstance(value, list | tuple) and all(map(_is_name, value)),
        list_of({"type": "string", "minLength": 1}),
    )


def factors() -> Kind:
    """A mapping of texts, none empty, to numbers above 0."""

    def fits(value: Any) -> bool:
        if not isinstance(value, dict) or not all(map(_is_name, value)):
            return False
        return is_list([*value.values()], _POSITIVE)

    each = {"propertyNames": {"minLength": 1}, "additionalProperties": _POSITIVE.schema}
    return Kind(
        "a mapping of names to numbers above 0", fits, {"type": "object", **each}
    )


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""
