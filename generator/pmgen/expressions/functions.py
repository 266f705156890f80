"""The functions of expressions: what a size needs beyond arithmetic.

Each gives a whole number. `max` and `min` are Python's own in generated code; the
others stand in `pmruntime.sizes`, which holds the same rules (a test compares the two).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """A function: how many arguments it takes, its value, what it is for.

    `helper` says that generated code imports it. Only arguments whose position is in
    `fractions` may be floats.
    """

    arguments: tuple[int, int]
    value: Callable[..., int]
    usage: str
    doc: str
    helper: bool = False
    fractions: tuple[int, ...] = ()


def divisible(value: float, by: int) -> int:
    """The multiple of `by` nearest to `value`: at least `by` and 90 % of `value`."""
    nearest = max(by, int(value + by / 2) // by * by)
    return nearest + by if nearest < 0.9 * value else nearest


def scaled(value: int, factor: float, by: int | None = None) -> int:
    """`value * factor`, cut to a whole number or, with `by`, made divisible by it."""
    return int(value * factor) if by is None else divisible(value * factor, by)


FUNCTIONS = {
    "max": Function((2, 2), max, "max(a, b)", "The larger of two."),
    "min": Function((2, 2), min, "min(a, b)", "The smaller of two."),
    "divisible": Function(
        (2, 2),
        divisible,
        "divisible(n, by)",
        "The multiple of `by` nearest to `n`: at least `by`, and the next one up where "
        "it would be below 90 % of `n`. So mobile networks round their widths.",
        helper=True,
    ),
    "scaled": Function(
        (2, 3),
        scaled,
        "scaled(n, factor)",
        "`n` times a factor, which may be a `float` parameter, cut to a whole number; "
        "`scaled(n, factor, by)` makes the product divisible by `by` as above.",
        helper=True,
        fractions=(1,),
    ),
}
HELPERS = tuple(name for name, function in FUNCTIONS.items() if function.helper)
