"""Names replaced by values or by other expressions: what is left, or the value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pmgen.expressions.expression import (
    MAX_VALUE,
    Apply,
    Binary,
    Choice,
    Const,
    Expr,
    Name,
    NoValue,
    Unary,
    Value,
    as_expr,
    bounded,
    fold,
    integer,
    names_in,
)
from pmgen.expressions.functions import FUNCTIONS, HELPERS
from pmgen.expressions.operators import COMPARISONS, DUAL, MIRRORED, OPPOSITE


def substitute(expr: Expr, names: Mapping[str, Value | Expr]) -> Expr:
    """The expression with names replaced by values or expressions, and folded.

    Names that are not in `names` stay. Raises NoValue.
    """
    if isinstance(expr, Name):
        found = names.get(expr.name, expr)
        return found if isinstance(found, Expr) else Const(found)
    if isinstance(expr, Unary):
        operand = substitute(expr.operand, names)
        if expr.op == "not":
            compares = isinstance(operand, Binary) and operand.op in COMPARISONS
            known = isinstance(operand, Const)
            return opposite(operand) if known or compares else Unary("not", operand)
        if isinstance(operand, Const):
            return Const(-integer(operand))
        return Unary("-", operand)
    if isinstance(expr, Binary):
        left = substitute(expr.left, names)
        right = substitute(expr.right, names)
        return as_expr(fold(expr.op, left, right))
    if isinstance(expr, Choice):
        return choose(
            substitute(expr.condition, names),
            substitute(expr.yes, names),
            substitute(expr.no, names),
        )
    if isinstance(expr, Apply):
        return _apply(expr.function, [substitute(arg, names) for arg in expr.args])
    return expr


def _apply(name: str, args: list[Expr]) -> Expr:
    """A function on its arguments, computed where all are literals. Raises NoValue."""
    function = FUNCTIONS[name]
    values: list[int | float] = []
    for index, arg in enumerate(args):
        if not isinstance(arg, Const):
            return Apply(name, tuple(args))
        if index in function.fractions and type(arg.value) is float:
            values.append(arg.value)
        else:
            values.append(integer(arg))
    if name in HELPERS and (values[-1] <= 0 or values[0] < 0):
        raise NoValue(f"`{name}` takes sizes, and a factor or divisor above 0")
    result = function.value(*values)
    if abs(result) > MAX_VALUE:
        raise NoValue("the number is too large")
    return Const(result)


def evaluate(expr: Expr, names: Mapping[str, Value]) -> Value:
    """The value of an expression whose names all have values. Raises NoValue."""
    if isinstance(expr, Const):
        return expr.value
    result = substitute(expr, names)
    if not isinstance(result, Const):
        raise NoValue(f"`${next(names_in(result))}` has no value")
    return result.value


# How far beyond the other side of a comparison the nearest value lies that fails it.
_BEYOND = {"!=": 0, ">": 0, "<": 0, ">=": -1, "<=": 1}


def choose(condition: Expr, yes: Expr, no: Expr) -> Expr:
    """`yes if condition else no`, folded where the answer is known. Raises NoValue."""
    if isinstance(condition, Const):
        return yes if condition.value else no
    for general, special, op in ((yes, no, "!="), (no, yes, "==")):
        if general == special or _covers(general, special, condition, op):
            return general
    if isinstance(no, Choice) and no.yes == yes:
        either = as_expr(fold("or", condition, no.condition))
        return bounded(Choice(either, yes, no.no))
    if isinstance(yes, Choice) and yes.no == no:
        both = as_expr(fold("and", condition, yes.condition))
        return bounded(Choice(both, yes.yes, no))
    return bounded(Choice(condition, yes, no))


def opposite(condition: Expr) -> Expr:
    """The condition that holds where this one does not."""
    if isinstance(condition, Const):
        return Const(not condition.value)
    if isinstance(condition, Unary) and condition.op == "not":
        return condition.operand
    if isinstance(condition, Binary) and condition.op in OPPOSITE:
        return Binary(OPPOSITE[condition.op], condition.left, condition.right)
    if isinstance(condition, Binary) and condition.op in DUAL:
        sides = opposite(condition.left), opposite(condition.right)
        return Binary(DUAL[condition.op], *sides)
    return Unary("not", condition)


def where(condition: Expr, expr: Expr, side: Callable[[Expr], bool | None]) -> Expr:
    """The expression where the condition holds. `side` decides what this condition
    says nothing about, or gives None. Raises NoValue."""
    if (
        isinstance(condition, Binary)
        and condition.op == "=="
        and isinstance(condition.left, Name)
        and isinstance(condition.right, Const)
    ):
        expr = substitute(expr, {condition.left.name: condition.right})

    def settled(part: Expr) -> Expr:
        if isinstance(part, Choice):
            held = side(part.condition)
            if part.condition == condition or opposite(part.condition) == condition:
                held = part.condition == condition
            if held is not None:
                return settled(part.yes if held else part.no)
        if isinstance(part, Binary):
            left, right = settled(part.left), settled(part.right)
            return as_expr(fold(part.op, left, right))
        return part

    return settled(expr)


def nearly(condition: Expr, yes: Expr, no: Expr) -> Iterator[Expr]:
    """What `yes if condition else no` may be as one formula: the side that is right
    even at the edge of the other. `c * e if e > 1 else c` may be `c * e`, which is
    wrong only for an `e` below 1; that is left to the caller. Raises NoValue."""
    for op, general, special in (("", yes, no), ("not", no, yes)):
        for name, value in _edges(condition, op):
            there = {name: value}
            if substitute(general, there) == substitute(special, there):
                yield general


def _edges(condition: Expr, op: str) -> Iterator[tuple[str, Expr]]:
    """The last values for which a comparison fails, or, with `not`, holds."""
    if not isinstance(condition, Binary) or condition.op not in COMPARISONS:
        return
    sides = (condition.left, condition.right)
    for (name, value), relation in (
        (sides, condition.op),
        (sides[::-1], MIRRORED[condition.op]),
    ):
        step = _BEYOND.get(OPPOSITE[relation] if op else relation)
        if isinstance(name, Name) and step is not None:
            yield name.name, as_expr(fold("+", value, step))


def _covers(general: Expr, special: Expr, condition: Expr, op: str) -> bool:
    """True where `general` is right even for the one value that `special` is for:
    `c * e if e != 1 else c` is `c * e`, and `e if c != e else c` is `e`."""
    if not isinstance(condition, Binary) or condition.op != op:
        return False
    if not isinstance(condition.left, Name):
        return False
    there = {condition.left.name: condition.right}
    try:
        return substitute(general, there) == substitute(special, there)
    except NoValue:
        return False
