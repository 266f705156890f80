"""The kinds of value that an argument takes: the check of one, its words for people,
and the same as JSON Schema for editors. A test compares each schema with its check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from sys import float_info
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
_LARGEST = float_info.max


@dataclass(frozen=True)
class Kind:
    """A kind of value: in words, which the docs show too, and which values fit.

    `schema` is the JSON Schema of the plain values that fit, lists for tuples.
    `options` are the words that fit, where there are only so many.
    """

    words: str
    fits: Callable[[Any], bool]
    schema: Json
    options: tuple[str, ...] = ()

    def check(self, value: Any) -> str | None:
        """What is needed, where the value does not fit; else None."""
        return None if self.fits(value) else self.words


def list_of(item: Json, *lengths: int) -> Json:
    """The schema of a list of one of these lengths, of any length if none is given."""
    schemas: list[Json] = [
        {"type": "array", "items": item, "minItems": n, "maxItems": n} for n in lengths
    ]
    return any_of(*schemas) if schemas else {"type": "array", "items": item}


def any_of(*schemas: Json) -> Json:
    """The schema of what fits one of these."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def integer(minimum: int = 0) -> Kind:
    """A whole number of at least `minimum`."""
    return Kind(
        f"a whole number from {minimum} up",
        lambda value: type(value) is int and value >= minimum,
        {"type": "integer", "minimum": minimum},
    )


def number(
    minimum: float = -inf,
    maximum: float = inf,
    *,
    open_minimum: bool = False,
    open_maximum: bool = False,
) -> Kind:
    """A number between `minimum` and `maximum`; `open_minimum` and `open_maximum`
    leave out the bound itself."""
    words = "a number"
    if isfinite(maximum):
        words = f"a number {'above' if open_minimum else 'from'} {minimum:g}"
        words += f" {'to below' if open_maximum else 'to'} {maximum:g}"
    elif isfinite(minimum):
        words = f"a number {'above' if open_minimum else 'from'} {minimum:g}"
        words += "" if open_minimum else " up"

    def fits(value: Any) -> bool:
        # What fits a float: neither infinite nor an integer beyond its range.
        if type(value) not in (int, float) or not abs(value) <= _LARGEST:
            return False
        above: bool = minimum < value if open_minimum else minimum <= value
        below: bool = value < maximum if open_maximum else value <= maximum
        return above and below

    schema: Json = {"type": "number"}
    if isfinite(minimum):
        schema["exclusiveMinimum" if open_minimum else "minimum"] = minimum
    if isfinite(maximum):
        schema["exclusiveMaximum" if open_maximum else "maximum"] = maximum
    return Kind(words, fits, schema)


def truth() -> Kind:
    """True or false."""
    return Kind(
        "true or false", lambda value: isinstance(value, bool), {"type": "boolean"}
    )


def one_of(*options: str) -> Kind:
    """One of a few words."""
    return Kind(
        "one of " + ", ".join(options),
        lambda value: isinstance(value, str) and value in options,
        {"enum": list(options)},
        options,
    )


def size_pair(minimum: int = 0) -> Kind:
    """[height, width], where one number for both would not do."""
    item = integer(minimum)
    return Kind(
        f"a list [height, width] of two whole numbers from {minimum} up",
        lambda value: is_list(value, item, 2),
        list_of(item.schema, 2),
    )


def is_list(value: Any, item: Kind, length: int | None = None) -> bool:
    """True for a list or tuple of values that fit, of that length if one is given."""
    if not isinstance(value, list | tuple) or length not in (None, len(value)):
        return False
    return all(item.fits(part) for part in value)
