"""Integer expressions over `$names`: folded and evaluated.

The same tree serves twice. With numbers for its names it has a value; with some names
left open it stays an expression, simplified, and becomes the text of generated code
(`expression_text`): `$width * 4` is 256 in the table and `width * 4` in the class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pmgen.expressions.functions import FUNCTIONS, HELPERS

MAX_VALUE = 2**53
# Names, numbers and operators of one expression. A size that `any` leaves open grows
# with every layer, and what grows without end would end the recursion over it.
MAX_WEIGHT = 200

Value: TypeAlias = "int | float | bool | str | tuple[int, ...]"


class NoValue(ValueError):
    """The expression has no value: a division by zero or a number out of range."""


class Expr:
    """An expression. Arithmetic on expressions builds and folds expressions."""

    weight = 1

    def __add__(self, other: Operand) -> Expr | int:
        return fold("+", self, other)

    def __radd__(self, other: Operand) -> Expr | int:
        return fold("+", other, self)

    def __sub__(self, other: Operand) -> Expr | int:
        return fold("-", self, other)

    def __rsub__(self, other: Operand) -> Expr | int:
        return fold("-", other, self)

    def __mul__(self, other: Operand) -> Expr | int:
        return fold("*", self, other)

    def __rmul__(self, other: Operand) -> Expr | int:
        return fold("*", other, self)

    def __floordiv__(self, other: Operand) -> Expr | int:
        return fold("//", self, other)

    def __rfloordiv__(self, other: Operand) -> Expr | int:
        return fold("//", other, self)

    def __mod__(self, other: Operand) -> Expr | int:
        return fold("%", self, other)


@dataclass(frozen=True)
class Const(Expr):
    """A literal: a number, a truth value, a text, or a list of integers."""

    value: Value


@dataclass(frozen=True)
class Name(Expr):
    """A parameter, written `$name`."""

    name: str


@dataclass(frozen=True)
class ListName(Name):
    """A parameter that is a list: it can be passed on, but is no size by itself."""


@dataclass(frozen=True)
class Compound(Expr):
    """An expression made of others; its weight is one more than theirs together."""

    weight: int = field(init=False, compare=False, repr=False, default=1)

    def __post_init__(self) -> None:
        weight = 1 + sum(part.weight for part in self._parts)
        object.__setattr__(self, "weight", weight)

    @property
    def _parts(self) -> tuple[Expr, ...]:
        """The expressions directly inside, in the order of the text."""
        raise TypeError(f"{type(self).__name__} does not say what its parts are")


@dataclass(frozen=True)
class Unary(Compound):
    """`-x` or `not x`."""

    op: str
    operand: Expr

    @property
    def _parts(self) -> tuple[Expr, ...]:
        return (self.operand,)


@dataclass(frozen=True)
class Binary(Compound):
    """`left op right`: arithmetic, a comparison, `and` or `or`."""

    op: str
    left: Expr
    right: Expr

    @property
    def _parts(self) -> tuple[Expr, ...]:
        return (self.left, self.right)


@dataclass(frozen=True)
class Choice(Compound):
    """`yes if condition else no`: what is left where `when` decides in a block."""

    condition: Expr
    yes: Expr
    no: Expr

    @property
    def _parts(self) -> tuple[Expr, ...]:
        return (self.condition, self.yes, self.no)


@dataclass(frozen=True)
class Apply(Compound):
    """A function of `functions.py` on its arguments."""

    function: str
    args: tuple[Expr, ...]

    @property
    def _parts(self) -> tuple[Expr, ...]:
        return self.args


def _bounded(expr: Expr) -> Expr:
    """The expression. Raises NoValue where it has grown past the limit."""
    if expr.weight > MAX_WEIGHT:
        raise NoValue(f"its formula has more than {MAX_WEIGHT} parts")
    return expr


Operand: TypeAlias = "Expr | int"

_ARITHMETIC: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
}
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


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


def substitute(expr: Expr, names: Mapping[str, Value | Expr]) -> Expr:
    """The expression with names replaced by values or expressions, and folded.

    Names that are not in `names` stay. Raises NoValue.
    """
    if isinstance(expr, Name):
        found = names.get(expr.name, expr)
        return found if isinstance(found, Expr) else Const(found)
    if isinstance(expr, Unary):
        operand = substitute(expr.operand, names)
        if isinstance(operand, Const):
            if expr.op == "not":
                return Const(not operand.value)
            return Const(-_integer(operand))
        return Unary(expr.op, operand)
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
            values.append(_integer(arg))
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


def as_expr(value: Operand) -> Expr:
    """An int as a literal; an expression as it is."""
    return value if isinstance(value, Expr) else Const(value)


def simplest(expr: Expr) -> Expr | int:
    """A literal integer as an int; any other expression as it is."""
    if isinstance(expr, Const) and type(expr.value) is int:
        return expr.value
    return expr


def choose(condition: Expr, yes: Expr, no: Expr) -> Expr:
    """`yes if condition else no`, folded where the answer is known. Raises NoValue."""
    if isinstance(condition, Const):
        return yes if condition.value else no
    for general, special, op in ((yes, no, "!="), (no, yes, "==")):
        if general == special or _covers(general, special, condition, op):
            return general
    return _bounded(Choice(condition, yes, no))


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


def fold(op: str, left: Operand, right: Operand) -> Expr | int:
    """`left op right`, computed as far as its literals allow. Raises NoValue."""
    a, b = as_expr(left), as_expr(right)
    if op in ("and", "or"):
        return _fold_logic(op, a, b)
    if isinstance(a, Const) and isinstance(b, Const):
        if op in ("==", "!="):
            return Const((a.value == b.value) is (op == "=="))
        x, y = _integer(a), _integer(b)
        if op in COMPARISONS:
            return Const(COMPARISONS[op](x, y))
        if op in ("//", "%") and y == 0:
            raise NoValue("division by zero")
        result = _ARITHMETIC[op](x, y)
        if abs(result) > MAX_VALUE:
            raise NoValue("the number is too large")
        return result
    return simplest(_bounded(_fold_identity(op, a, b)))


def _fold_logic(op: str, a: Expr, b: Expr) -> Expr:
    for known, other in ((a, b), (b, a)):
        if isinstance(known, Const):
            if bool(known.value) == (op == "and"):
                return Const(bool(other.value)) if isinstance(other, Const) else other
            return Const(op == "or")
    return _bounded(Binary(op, a, b))


def _fold_identity(op: str, a: Expr, b: Expr) -> Expr:
    zero, one = Const(0), Const(1)
    if op == "*" and isinstance(a, Const):
        a, b = b, a  # one order, so that equal products compare equal
    if op in COMPARISONS:
        return _fold_comparison(op, a, b)
    if op == "-" and a == b:
        return zero
    if (op in ("+", "-") and b == zero) or (op in ("*", "//") and b == one):
        return a
    if op == "+" and a == zero:
        return b
    if op == "*" and b == zero:
        return zero
    if op in ("+", "-"):
        return _fold_sum(op, a, b)
    if op == "//" and isinstance(a, Binary) and a.op == "*" and a.right == b:
        return a.left  # (x * 2) // 2
    return Binary(op, a, b)


def _fold_comparison(op: str, a: Expr, b: Expr) -> Expr:
    """Known where the sides differ by a number (`c < c + 1`); numbers go right."""
    difference = _fold_sum("-", a, b)
    if isinstance(difference, Const) and type(difference.value) is int:
        return Const(COMPARISONS[op](difference.value, 0))
    if isinstance(a, Const):
        return Binary(_MIRRORED[op], b, a)
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


def _integer(expr: Const) -> int:
    if type(expr.value) is not int:
        value = list(expr.value) if isinstance(expr.value, tuple) else expr.value
        raise NoValue(f"{value!r} is no whole number")
    return expr.value
