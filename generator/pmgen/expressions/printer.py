"""An expression as the text of generated code."""

from __future__ import annotations

from pmgen.expressions.expression import (
    COMPARISONS,
    Apply,
    Binary,
    Choice,
    Const,
    Expr,
    Name,
    Unary,
    Value,
)

PRECEDENCE = {
    "or": 1, "and": 2, "not": 3,
    **dict.fromkeys(COMPARISONS, 4),
    "+": 5, "-": 5, "*": 6, "//": 6, "%": 6, "neg": 7,
}  # fmt: skip


def show(expr: Expr | Value, floor: int = 0) -> str:
    """The expression as Python text; names without `$`."""
    if not isinstance(expr, Expr):
        expr = Const(expr)
    if isinstance(expr, Const):
        value = list(expr.value) if isinstance(expr.value, tuple) else expr.value
        return repr(value)
    if isinstance(expr, Name):
        return expr.name
    if isinstance(expr, Unary):
        level = PRECEDENCE["not" if expr.op == "not" else "neg"]
        lead = "not " if expr.op == "not" else "-"
        return _wrap(lead + show(expr.operand, level), level, floor)
    if isinstance(expr, Binary):
        level = PRECEDENCE[expr.op]
        # Left-associative: the right side of an equal level needs its parentheses.
        # Comparisons do not chain here as they would in Python, so neither side may.
        left = show(expr.left, level + 1 if expr.op in COMPARISONS else level)
        right = show(expr.right, level + 1)
        if expr.op == "or":  # readers need not know that `and` binds closer
            left, right = _apart(expr.left, left), _apart(expr.right, right)
        return _wrap(f"{left} {expr.op} {right}", level, floor)
    if isinstance(expr, Choice):
        yes, no = show(expr.yes, 1), show(expr.no, 1)
        return _wrap(f"{yes} if {show(expr.condition, 1)} else {no}", 0, floor)
    if isinstance(expr, Apply):
        return f"{expr.function}({', '.join(show(arg) for arg in expr.args)})"
    raise TypeError(f"not an expression: {expr!r}")


def _apart(operand: Expr, text: str) -> str:
    joined = isinstance(operand, Binary) and operand.op == "and"
    return f"({text})" if joined else text


def _wrap(text: str, level: int, floor: int) -> str:
    return f"({text})" if level < floor else text
