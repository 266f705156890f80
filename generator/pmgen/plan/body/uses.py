"""What a class may rely on: the places of the network that it serves.

A class is written with names for what is open. Whether something about it is so, as
that a residual has a shortcut, is held against every one of these places.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from pmgen.expand.graph import Graph, Region, ShortcutKind, join
from pmgen.expressions.expression import Const, Expr, ListName, as_expr, fold, names_in
from pmgen.expressions.substitution import opposite, substitute
from pmgen.ops.definition import OPEN_NAMES, Dim, Shape, undecided
from pmgen.plan.body.calls import NotSymbolic


@dataclass(frozen=True)
class Uses:
    """The uses of one class, and the names that it has for what differs there.

    The model's own class has none: it knows its numbers. `assumed` are conditions that
    hold at every use, and on which the class was written. `given` is the condition of
    the layer that is being written: what is said of it concerns the uses that have it.
    """

    graph: Graph
    regions: tuple[Region, ...] = ()
    names: tuple[Mapping[str, Any], ...] = ()
    assumed: list[Expr] = field(default_factory=list)
    given: Expr = field(default_factory=partial(Const, True))

    def where(self, condition: Expr) -> Uses:
        """The uses at which a condition holds."""
        pairs = zip(self.regions, self.names, strict=True)
        kept = [pair for pair in pairs if _holds(condition, pair[1])]
        return replace(
            self,
            regions=tuple(region for region, _ in kept),
            names=tuple(names for _, names in kept),
            given=as_expr(fold("and", self.given, condition)),
        )

    def always(self, condition: Expr) -> bool:
        """True where the condition holds at every use. Raises NoValue."""
        if isinstance(condition, Const):
            return bool(condition.value)
        return bool(self.names) and all(_holds(condition, n) for n in self.names)

    def assume(self, condition: Expr) -> bool:
        """True where the condition holds at every use; the class then relies on it."""
        if not self.always(condition):
            return False
        if not isinstance(condition, Const):
            there = as_expr(fold("or", opposite(self.given), condition))
            self.assumed.append(there)
        return True

    def side(self, condition: Expr) -> bool | None:
        """Whether a condition holds at every use, or at none; the class then relies on
        it. None where that differs."""
        if self.assume(condition):
            return True
        return False if self.assume(opposite(condition)) else None

    def length_of(self, name: ListName) -> int:
        """How many numbers a parameter that is a list has at every use. Raises
        NotSymbolic where that differs."""
        lengths = {len(names[name.name]) for names in self.names}
        if len(lengths) != 1:
            raise NotSymbolic(f"`{name.name}` is a list of different lengths")
        return lengths.pop()

    def shortcuts(self, local: str) -> Iterator[tuple[ShortcutKind, Mapping[str, Any]]]:
        """What is added to the body of the residual at `local`, use by use, with the
        names there; nothing where a `when` leaves the residual out."""
        for region, names in zip(self.regions, self.names, strict=True):
            kind = self.graph.shortcuts.get(join(region.path, local))
            if kind is not None:
                yield kind, names

    def agreed(self, shapes: tuple[Shape, ...]) -> tuple[Shape, ...]:
        """The shapes with one formula for sizes that are one at every use."""
        if not self.regions or len({len(shape) for shape in shapes}) > 1:
            return shapes
        first, *rest = shapes
        return (first, *(tuple(map(self._agreed, first, shape)) for shape in rest))

    def _agreed(self, first: Dim, other: Dim) -> Dim:
        if not undecided(first, other):
            return other
        return first if self.assume(as_expr(fold("==", first, other))) else other


def _holds(condition: Expr, names: Mapping[str, Any]) -> bool:
    value = substitute(condition, names)
    return isinstance(value, Const) and bool(value.value)


def settled_by(condition: Expr, names: Mapping[str, Any]) -> Expr | None:
    """What is left to assume of a condition where these names have these values: None
    where it holds, or is a matter of the sizes that `any` leaves open."""
    left = substitute(condition, names)
    if isinstance(left, Const) and left.value:
        return None
    found = set(names_in(left))
    return None if found and found <= OPEN_NAMES else left
