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


def assigned(expr: Expr, room: int, before: int) -> list[str]:
    """The expression as lines for a place without brackets, behind `before`
    characters: in brackets of its own, or broken at those at its beginning or end."""
    if isinstance(expr, (Const, Name)):
        text = show(expr)
        fits = len(_INDENT) + len(text) <= room
        return ["(", _INDENT + text, ")"] if fits else [text]
    leaves = list(_leaves("", expr, 0))
    (lead, first, floor), (_, last, least) = leaves[0], leaves[-1]
    pieces = 1 if isinstance(expr, Apply) else len(list(_pieces(expr)))
    ends = isinstance(last, Apply) or _in_brackets(last, least)
    if pieces <= 2 and (ends or (not lead and _in_brackets(first, floor))):
        lines = _at_brackets(leaves, room, before)
        if all(len(line) <= room for line in (" " * before + lines[0], *lines[1:])):
            return lines
    inner = broken(expr, room - len(_INDENT))
    return ["(", *(_INDENT + line for line in inner), ")"]


def _in_brackets(expr: Expr, floor: int) -> bool:
    return not isinstance(expr, (Const, Name, Apply)) and _level(expr) < floor


def _leaves(lead: str, expr: Expr, floor: int) -> Iterator[tuple[str, Expr, int]]:
    """What an expression consists of between operators outside brackets."""
    if isinstance(expr, (Const, Name, Apply)) or _level(expr) < floor:
        yield lead, expr, floor
        return
    for index, (between, part, least) in enumerate(_pieces(expr)):
        yield from _leaves(between if index else lead + between, part, least)


def _at_brackets(
    leaves: list[tuple[str, Expr, int]], room: int, before: int
) -> list[str]:
    """The leaves in a line; brackets are broken where the line does not reach the next
    ones. The first line stands behind `before` characters."""
    lines = [" " * before]
    for index, (lead, leaf, floor) in enumerate(leaves):
        opens = isinstance(leaf, Apply) or _in_brackets(leaf, floor)
        text = lead + show(leaf, floor)
        reach = len(lines[-1]) + len(text)
        for between, part, least in leaves[index + 1 :]:
            reach += len(between)
            if isinstance(part, Apply) or _in_brackets(part, least):
                reach += show(part, least).index("(") + 1
                break
            reach += len(show(part, least))
        if opens and reach > room:
            head, *rest = broken(leaf, room, floor, before=room)
            lines = [*lines[:-1], lines[-1] + lead + head, *rest]
        else:
            lines[-1] += text
    return [lines[0][before:], *lines[1:]]


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
