"""An expression as the text of generated code, over several lines where it is long."""

from __future__ import annotations

from collections.abc import Iterator

from pmgen.expressions.expression import (
    Apply,
    Binary,
    Choice,
    Const,
    Expr,
    Name,
    Unary,
    Value,
)
from pmgen.expressions.operators import COMPARISONS

PRECEDENCE = {
    "or": 1, "and": 2, "not": 3,
    **dict.fromkeys(COMPARISONS, 4),
    "+": 5, "-": 5, "*": 6, "//": 6, "%": 6, "neg": 7,
}  # fmt: skip
_INDENT = "    "


def show(expr: Expr | Value, floor: int = 0) -> str:
    """The expression as Python text; names without `$`. In parentheses where it binds
    less than `floor`."""
    if not isinstance(expr, Expr):
        expr = Const(expr)
    if isinstance(expr, Const):
        value = list(expr.value) if isinstance(expr.value, tuple) else expr.value
        return repr(value)
    if isinstance(expr, Name):
        return expr.name
    if isinstance(expr, Apply):
        return f"{expr.function}({', '.join(show(arg) for arg in expr.args)})"
    text = "".join(f"{lead}{show(part, least)}" for lead, part, least in _pieces(expr))
    return f"({text})" if _level(expr) < floor else text


def broken(
    expr: Expr, room: int, floor: int = 0, *, before: int = 0, after: int = 0
) -> list[str]:
    """The expression as lines of at most `room` characters where its names allow,
    broken before operators as formatters do, for a place inside brackets.

    `before` characters stand in front of the first line, `after` behind the last.
    """
    text = show(expr, floor)
    if before + len(text) + after <= room or isinstance(expr, (Const, Name)):
        return [text]
    if isinstance(expr, Apply):
        return [f"{expr.function}(", *_arguments(expr, room - len(_INDENT)), ")"]
    if _level(expr) < floor:
        inner = broken(expr, room - len(_INDENT))
        return ["(", *(_INDENT + line for line in inner), ")"]
    found: list[str] = []
    pieces = list(_pieces(expr))
    for index, (lead, part, least) in enumerate(pieces):
        lead = lead.lstrip()
        first = before if index == 0 else 0
        last = after if index == len(pieces) - 1 else 0
        lines = broken(part, room, least, before=first + len(lead), after=last)
        found += [lead + lines[0], *lines[1:]]
    return found


def _arguments(expr: Apply, room: int) -> Iterator[str]:
    """What stands between the brackets of a function, all in a line if they fit."""
    together = ", ".join(show(arg) for arg in expr.args)
    if len(together) <= room:
        yield _INDENT + together
        return
    for arg in expr.args:
        *lines, last = broken(arg, room, after=1)
        yield from (_INDENT + line for line in lines)
        yield f"{_INDENT}{last},"


def _level(expr: Expr) -> int:
    """How closely an expression binds."""
    if isinstance(expr, Unary):
        return PRECEDENCE["not" if expr.op == "not" else "neg"]
    return PRECEDENCE[expr.op] if isinstance(expr, Binary) else 0


def _pieces(expr: Expr) -> Iterator[tuple[str, Expr, int]]:
    """The operands of an expression, each with the text before it and how closely it
    must bind to go without parentheses."""
    if isinstance(expr, Unary):
        yield "not " if expr.op == "not" else "-", expr.operand, _level(expr)
    elif isinstance(expr, Choice):
        yield "", expr.yes, 1
        yield " if ", expr.condition, 1
        yield " else ", expr.no, 1
    elif isinstance(expr, Binary):
        # Left-associative: the right side of an equal level needs its parentheses.
        # Comparisons do not chain here as they would in Python, so neither side may.
        level = PRECEDENCE[expr.op]
        chains = isinstance(expr.left, Binary) and PRECEDENCE[expr.left.op] == level
        if chains and expr.op not in COMPARISONS:
            yield from _pieces(expr.left)
        else:
            closer = expr.op in COMPARISONS
            yield "", expr.left, _apart(expr, expr.left, level + closer)
        yield f" {expr.op} ", expr.right, _apart(expr, expr.right, level + 1)
    else:
        raise TypeError(f"not an expression: {expr!r}")


def _apart(expr: Binary, operand: Expr, level: int) -> int:
    """Readers need not know that `and` binds closer than `or`."""
    joined = isinstance(operand, Binary) and operand.op == "and"
    return PRECEDENCE["and"] + 1 if joined and expr.op == "or" else level
