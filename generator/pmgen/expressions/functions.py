"""The functions of expressions: what a size needs beyond arithmetic.

Each gives a whole number. `max` and `min` are Python's own in generated code, which
imports the others from `pmruntime.sizes`, as this module does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pmruntime.sizes import divisible, scaled


@dataclass(frozen=True)
class Function:
    """A function: how many arguments it takes, its value, what it is for.

    `helper` says that generated code imports it. Only arguments whose position is in
    `fractions` may be floats. `commutes` where the order of the arguments is nothing.
    """

    arguments: tuple[int, int]
    value: Callable[..., int]
    usage: str
    doc: str
    helper: bool = False
    fractions: tuple[int, ...] = ()
    commutes: bool = False


FUNCTIONS = {
    "max": Function((2, 2), max, "max(a, b)", "The larger of two.", commutes=True),
    "min": Function((2, 2), min, "min(a, b)", "The smaller of two.", commutes=True),
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
