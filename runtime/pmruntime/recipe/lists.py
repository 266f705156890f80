"""The kinds of value of a recipe that are lists or mappings.

A tuple fits where a list does, so that a recipe may be written in Python too.
"""

from __future__ import annotations

from typing import Any

from pmruntime.recipe.kinds import Kind, any_of, integer, kind, list_of, number

_POSITIVE = number(0, open_minimum=True)


def span() -> Kind:
    """[low, high]: two numbers above 0, in order."""
    return kind(
        "a list [low, high] of two numbers above 0, in order",
        lambda value: _is_list(value, _POSITIVE, 2) and value[0] <= value[1],
        list_of(_POSITIVE.schema, 2),  # a schema cannot say that they are in order
    )


def size_pair(minimum: int = 0) -> Kind:
    """[height, width], where one number for both would not do."""
    item = integer(minimum)
    return kind(
        f"a list [height, width] of two whole numbers from {minimum} up",
        lambda value: _is_list(value, item, 2),
        list_of(item.schema, 2),
    )


def class_weights() -> Kind:
    """`none`, `balanced`, or a list of at least two numbers above 0."""
    named = ("none", "balanced")

    def fits(value: Any) -> bool:
        if isinstance(value, str):
            return value in named
        return _is_list(value, _POSITIVE) and len(value) >= 2

    one_each = {**list_of(_POSITIVE.schema), "minItems": 2}
    return kind(
        "none, balanced, or a list of numbers above 0, one a class",
        fits,
        any_of({"enum": list(named)}, one_each),
    )


def names() -> Kind:
    """A list of texts, none empty."""
    return kind(
        "a list of names",
        lambda value: isinstance(value, list | tuple) and all(map(_is_name, value)),
        list_of({"type": "string", "minLength": 1}),
    )


def factors() -> Kind:
    """A mapping of texts, none empty, to numbers above 0."""

    def fits(value: Any) -> bool:
        if not isinstance(value, dict) or not all(map(_is_name, value)):
            return False
        return _is_list([*value.values()], _POSITIVE)

    each = {"propertyNames": {"minLength": 1}, "additionalProperties": _POSITIVE.schema}
    return kind(
        "a mapping of names to numbers above 0", fits, {"type": "object", **each}
    )


def _is_list(value: Any, item: Kind, length: int | None = None) -> bool:
    if not isinstance(value, list | tuple) or length not in (None, len(value)):
        return False
    return all(item.check(part) is None for part in value)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""
