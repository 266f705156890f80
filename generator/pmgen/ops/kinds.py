"""The kinds of value that an argument takes: one check each, used for literals and
for evaluated expressions, its words for the reference, and the same as JSON Schema for
editors. A test holds the schema of every kind to its check."""

from __future__ import annotations

from typing import Any

from pmruntime.kinds import (
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
    return Kind("a whole number", _is_int, _whole())


def _integers(
    words: str,
    *lengths: int,
    minimum: int | None = None,
    named: tuple[str, ...] = (),
) -> Kind:
    """Lists of whole numbers of one of these lengths; one number alone, or one
    of the words `named`."""

    def fits(value: Any) -> bool:
        if isinstance(value, str):
            return value in named
        items = value if isinstance(value, tuple) else (value,)
        if isinstance(value, tuple) and len(value) not in lengths:
            return False
        return all(map(_is_int, items)) and (minimum is None or min(items) >= minimum)

    item = _whole(minimum)
    schemas = [*([{"enum": list(named)}] if named else []), item]
    schemas += [list_of(item, length) for length in lengths]
    return Kind(words, fits, any_of(*schemas))


def pair(minimum: int = 0) -> Kind:
    """One whole number for both axes, or `[height, width]`."""
    words = f"a whole number from {minimum} up, or a list [height, width] of two"
    return _integers(words, 2, minimum=minimum)


def padding() -> Kind:
    """Paddle's padding for a window that slides over an image."""
    words = (
        "a whole number from 0 up, [height, width], [top, bottom, left, right], "
        "SAME or VALID"
    )
    return _integers(words, 2, 4, minimum=0, named=("SAME", "VALID"))


def edges() -> Kind:
    """Padding of an image's edges; a negative number crops."""
    words = "a whole number, or a list [left, right, top, bottom] of four"
    return _integers(words, 4)


def nonzero() -> Kind:
    """A number other than 0."""
    plain = number()
    return Kind(
        "a number other than 0",
        lambda value: plain.fits(value) and bool(value),
        {**plain.schema, "not": {"const": 0}},
    )
