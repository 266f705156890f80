"""Integer expressions over `$names`: folded and evaluated.

The same tree serves twice. With numbers for its names it has a value; with some names
left open it stays an expression, simplified, and becomes the text of generated code:
`$width * 4` is 256 in the table and `width * 4` in the class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from pmgen.expressions.canonical import (
    Polynomial,
    atom,
    comparison,
    joined,
    plus,
    text_of,
    times,
)
from pmgen.expressions.functions import FUNCTIONS
from pmgen.expressions.operators import (
    ARITHMETIC,
    COMPARISONS,
    DUAL,
    MIRRORED,
    OPPOSITE,
)

MAX_VALUE = 2**53
# Names, numbers and operators of one expression. A size that `any` leaves open grows
# with every layer, and what grows without end would end the recursion over it.
MAX_WEIGHT = 200

Value: TypeAlias = "int | float | bool | str | tuple[int, ...]"


class NoValue(ValueError):
    """The expression has no value: a division by zero or a number out of range."""


def _operator(op: str, *, swapped: bool = False) -> Callable[[Expr, Operand], Operand]:
    """A method that folds `self op other`, or `other op self`."""

    def method(self: Expr, other: Operand) -> Operand:
        return fold(op, other, self) if swapped else fold(op, self, other)

    return method


class Expr:
    """An expression. Arithmetic on expressions builds and folds expressions.

    Two are equal where their values are, as far as the order of sums and products and
    the side of a comparison go; printed is the order that was written.
    """

    weight = 1

    __add__ = _operator("+")
    __radd__ = _operator("+", swapped=True)
    __sub__ = _operator("-")
    __rsub__ = _operator("-", swapped=True)
    __mul__ = _operator("*")
    __rmul__ = _operator("*", swapped=True)
    __floordiv__ = _operator("//")
    __rfloordiv__ = _operator("//", swapped=True)
    __mod__ = _operator("%")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @cached_property
    def key(self) -> str:
        """What all spellings of the same value share."""
        return text_of(self._terms)

    @cached_property
    def _terms(self) -> Polynomial:
        """The value as a polynomial over what arithmetic does not look into."""
        raise TypeError(f"{type(self).__name__} does not say what it is made of")

    @property
    def _opposite(self) -> str:
        """As a condition, the key of its negation."""
        return f"not {self.key}"


@dataclass(frozen=True, eq=False)
class Const(Expr):
    """A literal: a number, a truth value, a text, or a list of integers."""

    value: Value

    @cached_property
    def _terms(self) -> Polynomial:
        if type(self.value) is int:
            return {(): self.value} if self.value else {}
        return atom(repr(self.value))


@dataclass(frozen=True, eq=False)
class Name(Expr):
    """A parameter, written `$name`."""

    name: str

    @cached_property
    def _terms(self) -> Polynomial:
        return atom(self.name)


@dataclass(frozen=True, eq=False)
class ListName(Name):
    """A parameter that is a list: it can be passed on, but is no size by itself."""

    @cached_property
    def _terms(self) -> Polynomial:
        return atom(f"[{self.name}]")


@dataclass(frozen=True, eq=False)
class Compound(Expr):
    """An expression made of others; its weight is one more than theirs together."""

    weight: int = field(init=False, repr=False, default=1)

    def __post_init__(self) -> None:
        weight = 1 + sum(part.weight for part in self._parts)
        object.__setattr__(self, "weight", weight)

    @property
    def _parts(self) -> tuple[Expr, ...]:
        """The expressions directly inside, in the order of the text."""
        raise TypeError(f"{type(self).__name__} does not say what its parts are")


@dataclass(frozen=True, eq=False)
class Unary(Compound):
    """`-x` or `not x`."""

    op: str
    operand: Expr

    @property
    def _parts(self) -> tuple[Expr, ...]:
        return (self.operand,)

    @cached_property
    def _terms(self) -> Polynomial:
        if self.op == "not":
            return atom(self.operand._opposite)
        return plus({}, self.operand._terms, -1)

    @property
    def _opposite(self) -> str:
        return self.operand.key if self.op == "not" else super()._opposite


@dataclass(frozen=True, eq=False)
class Binary(Compound):
    """`left op right`: arithmetic, a comparison, `and` or `or`."""

    op: str
    left: Expr
    right: Expr

    @property
    def _parts(self) -> tuple[Expr, ...]:
        return (self.left, self.right)

    @cached_property
    def _terms(self) -> Polynomial:
        left, right = self.left._terms, self.right._terms
        if self.op in ("+", "-"):
            return plus(left, right, 1 if self.op == "+" else -1)
        if self.op == "*":
            return times(left, right)
        if self.op in COMPARISONS:
            return atom(comparison(self.op, plus(left, right, -1)))
        if self.op in DUAL:
            return atom(joined(self.op, (part.key for part in _chain(self, self.op))))
        return atom(f"({self.left.key} {self.op} {self.right.key})")

    @property
    def _opposite(self) -> str:
        if self.op in COMPARISONS:
            difference = plus(self.left._terms, self.right._terms, -1)
            return comparison(OPPOSITE[self.op], difference)
        if self.op in DUAL:
            parts = (part._opposite for part in _chain(self, self.op))
            return joined(DUAL[self.op], parts)
        return super()._opposite


@dataclass(frozen=True, eq=False)
class Choice(Compound):
    """`yes if condition else no`: what is left where `when` decides in a block."""

    condition: Expr
    yes: Expr
    no: Expr

    @property
    def _parts(self) -> tuple[Expr, ...]:
        return (self.condition, self.yes, self.no)

    @cached_property
    def _terms(self) -> Polynomial:
        yes, no = self.yes.key, self.no.key
        ways = ((self.condition.key, yes, no), (self.condition._opposite, no, yes))
        return atom("({1} if {0} else {2})".format(*min(ways)))


@dataclass(frozen=True, eq=False)
class Apply(Compound):
    """A function of `functions.py` on its arguments."""

    function: str
    args: tuple[Expr, ...]

    @property
    def _parts(self) -> tuple[Expr, ...]:
        return self.args

    @cached_property
    def _terms(self) -> Polynomial:
        keys = [arg.key for arg in self.args]
        if FUNCTIONS[self.function].commutes:
            keys.sort()
        return atom(f"{self.function}({', '.join(keys)})")


def _chain(expr: Expr, op: str) -> Iterator[Expr]:
    """What `and`, or `or`, joins."""
    if isinstance(expr, Binary) and expr.op == op:
        yield from _chain(expr.left, op)
        yield from _chain(expr.right, op)
    else:
        yield expr


def bounded(expr: Expr) -> Expr:
    """The expression. Raises NoValue where it has grown past the limit."""
    if expr.weight > MAX_WEIGHT:
        raise NoValue(f"its formula has more than {MAX_WEIGHT} parts")
    return expr


Operand: TypeAlias = "Expr | int"


def names_in(expr: Expr) -> Iterator[str]:
    """Every parameter name that the expression mentions, in order, repeats too."""
    if isinstance(expr, Name):
        yield expr.name
    elif isinstance(expr, Compound):
        for part in expr._parts:
            yield from names_in(part)


def names_in_functions(expr: Expr) -> Iterator[str]:
    """The parameter names inside a function's parentheses."""
    if isinstance(expr, Apply):
        yield from names_in(expr)
    elif isinstance(expr, Compound):
        for part in expr._parts:
            yield from names_in_functions(part)


def as_expr(value: Operand) -> Expr:
    """An int as a literal; an expression as it is."""
    return value if isinstance(value, Expr) else Const(value)


def simplest(expr: Expr) -> Expr | int:
    """A literal integer as an int; any other expression as it is."""
    if isinstance(expr, Const) and type(expr.value) is int:
        return expr.value
    return expr


def fold(op: str, left: Operand, right: Operand) -> Expr | int:
    """`left op right`, computed as far as its literals allow. Raises NoValue."""
    a, b = as_expr(left), as_expr(right)
    if op in ("and", "or"):
        return _fold_logic(op, a, b)
    if isinstance(a, Const) and isinstance(b, Const):
        if op in ("==", "!="):
            return Const((a.value == b.value) is (op == "=="))
        x, y = integer(a), integer(b)
        if op in COMPARISONS:
            return Const(COMPARISONS[op](x, y))
        if op in ("//", "%") and y == 0:
            raise NoValue("division by zero")
        result = ARITHMETIC[op](x, y)
        if abs(result) > MAX_VALUE:
            raise NoValue("the number is too large")
        return result
    return simplest(bounded(_fold_identity(op, a, b)))


def _fold_logic(op: str, a: Expr, b: Expr) -> Expr:
    for known, other in ((a, b), (b, a)):
        if isinstance(known, Const):
            if bool(known.value) == (op == "and"):
                return Const(bool(other.value)) if isinstance(other, Const) else other
            return Const(op == "or")
    return bounded(Binary(op, a, b))


def _fold_identity(op: str, a: Expr, b: Expr) -> Expr:
    zero, one = Const(0), Const(1)
    if op == "*" and isinstance(a, Const):
        a, b = b, a  # one order, so that equal products compare equal
    if op in COMPARISONS:
        return _fold_comparison(op, a, b)
    if (op in ("+", "-") and b == zero) or (op in ("*", "//") and b == one):
        return a
    if op == "+" and a == zero:
        return b
    if op == "*" and b == zero:
        return zero
    if op in ("+", "-"):
        return _fold_sum(op, a, b)
    if isinstance(a, Binary) and a.op == "*":
        if op == "//" and b in (a.left, a.right):  # (x * 2) // 2
            return a.left if a.right == b else a.right
        if op == "*" and isinstance(a.right, Const) and isinstance(b, Const):
            return as_expr(fold("*", a.left, fold("*", a.right, b)))  # (x * 2) * 3
    return Binary(op, a, b)


def _fold_comparison(op: str, a: Expr, b: Expr) -> Expr:
    """Known where the sides differ by a number (`c < c + 1`); numbers go right."""
    difference = _fold_sum("-", a, b)
    if isinstance(difference, Const) and type(difference.value) is int:
        return Const(COMPARISONS[op](difference.value, 0))
    if isinstance(a, Const):
        return Binary(MIRRORED[op], b, a)
    return Binary(op, a, b)


def _fold_sum(op: str, a: Expr, b: Expr) -> Expr:
    """Sums as terms with counts, so that `c + g - c` is `g` and `c + c` is `c * 2`."""
    terms: dict[Expr, int] = {}
    constant = 0
    for part, sign in ((a, 1), (b, 1 if op == "+" else -1)):
        for term, count in _terms(part):
            if isinstance(term, Const) and type(term.value) is int:
                constant += sign * count * term.value
            else:
                terms[term] = terms.get(term, 0) + sign * count
    terms = {term: count for term, count in terms.items() if count}
    result: Expr | None = None
    for term, count in sorted(terms.items(), key=lambda item: item[1] < 0):
        size = term if abs(count) == 1 else Binary("*", term, Const(abs(count)))
        if result is None:
            result = size if count > 0 else Unary("-", size)
        else:
            result = Binary("+" if count > 0 else "-", result, size)
    if result is None:
        return Const(constant)
    if constant:
        return Binary("+" if constant > 0 else "-", result, Const(abs(constant)))
    return result


def _terms(expr: Expr) -> Iterator[tuple[Expr, int]]:
    if isinstance(expr, Binary) and expr.op in ("+", "-"):
        yield from _terms(expr.left)
        sign = 1 if expr.op == "+" else -1
        for term, count in _terms(expr.right):
            yield term, sign * count
    elif (
        isinstance(expr, Binary)
        and expr.op == "*"
        and isinstance(expr.right, Const)
        and type(expr.right.value) is int
    ):
        yield expr.left, expr.right.value
    else:
        yield expr, 1


def integer(expr: Const) -> int:
    """The whole number that a literal is. Raises NoValue where it is none."""
    if type(expr.value) is not int:
        value = list(expr.value) if isinstance(expr.value, tuple) else expr.value
        raise NoValue(f"{value!r} is no whole number")
    return expr.value
