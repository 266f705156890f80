"""The kinds of value that an argument takes: one check each, used for literals and
for evaluated expressions, its words for the reference, and the same as JSON Schema for
editors. A test holds the schema of every kind to its check."""

from __future__ import annotations

from typing import Any

from pmruntime.recipe.kinds import (
    Json,
    Kind,
    any_of,
    integer,
    list_of,
    number,
    one_of,
    size_pair,
    truth,
)

__all__ = [
    "Json",
    "Kind",
    "any_integer",
    "any_of",
    "edges",
    "integer",
    "list_of",
    "nonzero",
    "number",
    "one_of",
    "padding",
    "pair",
    "size_pair",
    "truth",
]


def _is_int(value: Any) -> bool:
    return type(value) is int


def _whole(minimum: int | None = None) -> Json:
    return {"type": "integer"} | ({} if minimum is None else {"minimum": minimum})


def any_integer() -> Kind:
    """A whole number of either sign."""
    words = "a whole number"
    return Kind(words, lambda value: None if _is_int(value) else words, _whole())


def pair(minimum: int = 0) -> Kind:
    """One whole number for both axes, or `[height, width]`."""
    words = f"a whole number from {minimum} up, or a list [height, width] of two"

    def check(value: Any) -> str | None:
        items = value if isinstance(value, tuple) else (value,)
        fits = len(items) == 2 or not isinstance(value, tuple)
        fits = fits and all(_is_int(item) and item >= minimum for item in items)
        return None if fits else words

    return Kind(words, check, any_of(_whole(minimum), list_of(_whole(minimum), 2)))


def padding() -> Kind:
    """Paddle's padding for a window that slides over an image."""
    words = (
        "a whole number from 0 up, [height, width], [top, bottom, left, right], "
        "SAME or VALID"
    )
    named = ("SAME", "VALID")

    def check(value: Any) -> str | None:
        if isinstance(value, str):
            return None if value in named else words
        items = value if isinstance(value, tuple) else (value,)
        fits = len(items) in (2, 4) or not isinstance(value, tuple)
        fits = fits and all(_is_int(item) and item >= 0 for item in items)
        return None if fits else words

    sizes = any_of(_whole(0), list_of(_whole(0), 2), list_of(_whole(0), 4))
    return Kind(words, check, any_of({"enum": list(named)}, *sizes["anyOf"]))


def edges() -> Kind:
    """Padding of an image's edges; a negative number crops."""
    words = "a whole number, or a list [left, right, top, bottom] of four"

    def check(value: Any) -> str | None:
        items = value if isinstance(value, tuple) else (value,)
        fits = len(items) == 4 or not isinstance(value, tuple)
        return None if fits and all(map(_is_int, items)) else words

    return Kind(words, check, any_of(_whole(), list_of(_whole(), 4)))


def nonzero() -> Kind:
    """A number other than 0."""
    words = "a number other than 0"
    plain = number()
    return Kind(
        words,
        lambda value: words if plain.check(value) or not value else None,
        {**plain.schema, "not": {"const": 0}},
    )
