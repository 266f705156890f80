"""The kinds of value that an argument takes: one check each, used for literals and
for evaluated expressions, its words for the reference, and the same as JSON Schema for
editors. A test holds the schema of every kind to its check."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of value: its words for the docs, and its check.

    `check(value)` gives None where the value fits, else what was needed. `schema` is
    the JSON Schema of the plain values that fit, lists for tuples. `options` are the
    words that fit, where there are only so many.
    """

    words: str
    check: Callable[[Any], str | None]
    schema: Json
    options: tuple[str, ...] = ()


def _is_int(value: Any) -> bool:
    return type(value) is int


def _whole(minimum: int | None = None) -> Json:
    return {"type": "integer"} | ({} if minimum is None else {"minimum": minimum})


def list_of(item: Json, length: int | None = None) -> Json:
    """The schema of a list of that length, of any length if none is given."""
    lengths = {} if length is None else {"minItems": length, "maxItems": length}
    return {"type": "array", "items": item, **lengths}


def any_of(*schemas: Json) -> Json:
    """The schema of what fits one of these."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def integer(minimum: int = 0) -> Kind:
    """A whole number of at least `minimum`."""
    words = f"a whole number from {minimum} up"

    def check(value: Any) -> str | None:
        return None if _is_int(value) and value >= minimum else words

    return Kind(words, check, _whole(minimum))


def any_integer() -> Kind:
    """A whole number of either sign."""
    words = "a whole number"
    return Kind(words, lambda value: None if _is_int(value) else words, _whole())


def _integers(
    words: str,
    *lengths: int,
    minimum: int | None = None,
    alone: bool = True,
    named: tuple[str, ...] = (),
) -> Kind:
    """Lists of whole numbers of one of these lengths; one number `alone`, or one of the
    words `named`, where they are allowed."""

    def check(value: Any) -> str | None:
        if isinstance(value, str):
            return None if value in named else words
        items = value if isinstance(value, tuple) else (value,)
        fits = len(items) in lengths if isinstance(value, tuple) else alone
        fits = fits and all(map(_is_int, items))
        fits = fits and (minimum is None or min(items) >= minimum)
        return None if fits else words

    item = _whole(minimum)
    schemas = [*([{"enum": list(named)}] if named else []), *([item] if alone else [])]
    schemas += [list_of(item, length) for length in lengths]
    return Kind(words, check, any_of(*schemas))


def pair(minimum: int = 0) -> Kind:
    """One whole number for both axes, or `[height, width]`."""
    words = f"a whole number from {minimum} up, or a list [height, width] of two"
    return _integers(words, 2, minimum=minimum)


def size_pair(minimum: int = 0) -> Kind:
    """`[height, width]`, where Paddle takes no single number."""
    words = f"a list [height, width] of two whole numbers from {minimum} up"
    return _integers(words, 2, minimum=minimum, alone=False)


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


def number(
    minimum: float = -math.inf,
    maximum: float = math.inf,
    *,
    open_minimum: bool = False,
    open_maximum: bool = False,
) -> Kind:
    """A number between `minimum` and `maximum`; `open_minimum` and `open_maximum`
    leave out the bound itself."""
    words = "a number"
    if math.isfinite(maximum):
        words = f"a number {'above' if open_minimum else 'from'} {minimum:g}"
        words += f" {'to below' if open_maximum else 'to'} {maximum:g}"
    elif math.isfinite(minimum):
        words = f"a number {'above' if open_minimum else 'from'} {minimum:g}"
        words += "" if open_minimum else " up"

    def check(value: Any) -> str | None:
        fits = type(value) in (int, float) and math.isfinite(value)
        fits = fits and minimum <= value <= maximum
        fits = fits and not (open_minimum and value == minimum)
        return None if fits and not (open_maximum and value == maximum) else words

    schema: Json = {"type": "number"}
    if math.isfinite(minimum):
        schema["exclusiveMinimum" if open_minimum else "minimum"] = minimum
    if math.isfinite(maximum):
        schema["exclusiveMaximum" if open_maximum else "maximum"] = maximum
    return Kind(words, check, schema)


def nonzero() -> Kind:
    """A number other than 0."""
    words = "a number other than 0"
    plain = number()
    return Kind(
        words,
        lambda value: words if plain.check(value) or not value else None,
        {**plain.schema, "not": {"const": 0}},
    )


def truth() -> Kind:
    """True or false."""
    words = "true or false"
    return Kind(
        words,
        lambda value: None if isinstance(value, bool) else words,
        {"type": "boolean"},
    )


def one_of(*options: str) -> Kind:
    """One of a few words."""
    words = "one of " + ", ".join(options)
    return Kind(
        words,
        lambda value: None if value in options else words,
        {"enum": list(options)},
        options,
    )
