"""The kinds of value in a recipe: each checks one and says what it wanted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """Words for a message, and the check: True where the value fits."""

    words: str
    fits: Callable[[Any], bool]


@dataclass(frozen=True)
class Arg:
    """One entry of a recipe: what it accepts, what it is if left out."""

    kind: Kind
    default: Any


def integer(low: int) -> Kind:
    """A whole number of at least `low`."""
    return Kind(
        f"a whole number of at least {low}",
        lambda value: type(value) is int and value >= low,
    )


def number(
    low: float, high: float = math.inf, *, above: bool = False, below: bool = False
) -> Kind:
    """A number from `low` to `high`; `above` and `below` leave out the bound itself."""
    words = f"a number {'above' if above else 'of at least'} {low:g}"
    if math.isfinite(high):
        words += f" and {'below' if below else 'at most'} {high:g}"

    def fits(value: Any) -> bool:
        if type(value) not in (int, float) or not math.isfinite(value):
            return False
        inside = low <= value <= high
        return inside and not (above and value == low) and not (below and value == high)

    return Kind(words, fits)


def truth() -> Kind:
    """True or false."""
    return Kind("true or false", lambda value: type(value) is bool)


def one_of(*options: str | int) -> Kind:
    """One of a few words or numbers."""
    words = "one of " + ", ".join(map(str, options))
    return Kind(words, lambda value: type(value) in (str, int) and value in options)


def span(low: float) -> Kind:
    """A list [low, high] of two numbers above `low`, in order."""
    item = number(low, above=True)

    def fits(value: Any) -> bool:
        return (
            isinstance(value, (list, tuple))
            and len(value) == 2
            and all(map(item.fits, value))
            and value[0] <= value[1]
        )

    return Kind(f"a list [low, high] of two numbers above {low:g}", fits)


def size() -> Kind:
    """None, or a list [height, width] of two positive integers."""

    def fits(value: Any) -> bool:
        pair = isinstance(value, (list, tuple)) and len(value) == 2
        return value is None or (pair and all(map(integer(1).fits, value)))

    return Kind("a list [height, width] of two whole numbers", fits)


def class_weights() -> Kind:
    """`none`, `balanced`, or a list of numbers above 0."""
    item = number(0, above=True)

    def fits(value: Any) -> bool:
        if isinstance(value, (list, tuple)):
            return len(value) >= 2 and all(map(item.fits, value))
        return isinstance(value, str) and value in ("none", "balanced")

    return Kind("none, balanced, or a list of numbers above 0, one a class", fits)


def names() -> Kind:
    """A list of texts, none empty."""

    def fits(value: Any) -> bool:
        return isinstance(value, (list, tuple)) and all(map(_is_name, value))

    return Kind("a list of names", fits)


def factors() -> Kind:
    """A mapping of texts, none empty, to numbers above 0."""
    item = number(0, above=True)

    def fits(value: Any) -> bool:
        if not isinstance(value, dict):
            return False
        return all(map(_is_name, value)) and all(map(item.fits, value.values()))

    return Kind("a mapping of names to numbers above 0", fits)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value != ""
