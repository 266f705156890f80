"""Code expressions and how they fill lines, as formatters leave them: flat where they
fit, else all arguments on a line of their own, else one a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pmgen.expressions.expression import Expr
from pmgen.expressions.printer import assigned, broken, show

WIDTH = 88
_ONE_A_LINE = ("nn.Sequential(", "(")  # a list of layers is read from top to bottom
INDENT = "    "
METHOD_DEPTH = 2  # the body of a method of a class


@dataclass(frozen=True)
class Invoke:
    """`function(arguments)`."""

    function: str
    args: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Keyword:
    """`name=value` in a call."""

    name: str
    value: Code


@dataclass(frozen=True)
class Listing:
    """`[items]`, or `(items)` with round brackets."""

    items: tuple[Code, ...]
    brackets: str = "[]"


@dataclass(frozen=True)
class Formula:
    """An expression over what is open. Equal values are equal code."""

    expr: Expr


@dataclass(frozen=True)
class Many:
    """`*(element for index in range(count))` in a call."""

    element: Code
    index: str
    count: Code


@dataclass(frozen=True)
class Infix:
    """`a + b + c`, of plain operands."""

    operator: str
    operands: tuple[str, ...]


Code: TypeAlias = "str | Formula | Invoke | Keyword | Listing | Many | Infix"


def flat(code: Code) -> str:
    """The code on one line."""
    if isinstance(code, str):
        return code
    if isinstance(code, Formula):
        return show(code.expr)
    if isinstance(code, Keyword):
        return f"{code.name}={flat(code.value)}"
    if isinstance(code, Many):
        return f"*({flat(code.element)} for {code.index} in range({flat(code.count)}))"
    if isinstance(code, Infix):
        return f" {code.operator} ".join(code.operands)
    items = code.args if isinstance(code, Invoke) else code.items
    inner = ", ".join(flat(item) for item in items)
    if isinstance(code, Invoke):
        return f"{code.function}({inner})"
    if code.brackets == "()" and len(items) == 1:
        inner += ","
    return f"{code.brackets[0]}{inner}{code.brackets[1]}"


def lines(code: Code, depth: int, before: str = "", after: str = "") -> list[str]:
    """The code as lines at an indentation of `depth`, between `before` and `after`."""
    lead = INDENT * depth
    one = f"{lead}{before}{flat(code)}{after}"
    if len(one) <= WIDTH or isinstance(code, str):
        return [one]
    if isinstance(code, Formula):
        return _formula_lines(code.expr, depth, before, after)
    if isinstance(code, Keyword):
        return lines(code.value, depth, f"{before}{code.name}=", after)
    if isinstance(code, Many):
        return [
            f"{lead}{before}*(",
            *lines(code.element, depth + 1),
            *lines(Invoke("range", (code.count,)), depth + 1, f"for {code.index} in "),
            f"{lead}){after}",
        ]
    if isinstance(code, Infix):
        return _infix_lines(code, depth, before, after)
    opening = f"{code.function}(" if isinstance(code, Invoke) else code.brackets[0]
    items = code.args if isinstance(code, Invoke) else code.items
    closing = ")" if isinstance(code, Invoke) else code.brackets[1]
    out = [f"{lead}{before}{opening}"]
    together = f"{lead}{INDENT}{', '.join(flat(item) for item in items)}"
    if len(together) <= WIDTH and opening not in _ONE_A_LINE:
        return [*out, together, f"{lead}{closing}{after}"]
    for item in items:
        out += lines(item, depth + 1, after=",")
    out.append(f"{lead}{closing}{after}")
    return out


def _formula_lines(expr: Expr, depth: int, before: str, after: str) -> list[str]:
    """A formula that does not fit a line: in parentheses where nothing else has
    brackets around it."""
    lead = INDENT * depth
    if before.endswith(" "):  # an assignment
        first, *rest = assigned(expr, WIDTH - len(lead), len(before))
    else:
        room = WIDTH - len(lead)
        first, *rest = broken(expr, room, before=len(before), after=len(after))
    found = [f"{lead}{before}{first}", *(lead + line for line in rest)]
    return [*found[:-1], found[-1] + after]


def _infix_lines(code: Infix, depth: int, before: str, after: str) -> list[str]:
    """An operation that does not fit a line: in parentheses behind `=` or `return`,
    an operand a line where it must be."""
    lead, bare = INDENT * depth, not before
    inner = lead if bare else lead + INDENT
    together = inner + flat(code)
    if len(together) <= WIDTH and not bare:
        middle = [together]
    else:
        first, *rest = code.operands
        middle = [inner + first, *(f"{inner}{code.operator} {part}" for part in rest)]
    if bare:
        return [*middle[:-1], middle[-1] + after]
    return [f"{lead}{before}(", *middle, f"{lead}){after}"]


def commented(statements: Sequence[str], comments: Mapping[int, str]) -> list[str]:
    """Statements with comments, which are kept by the last line of each: behind that
    line, or above the statement where the line is full."""
    out: list[str] = []
    for index, line in enumerate(statements):
        comment = comments.get(index)
        out.append(line)
        if comment is None:
            continue
        if len(line) + len(f"  # {comment}") <= WIDTH:
            out[-1] = f"{line}  # {comment}"
        else:
            lead = line[: len(line) - len(line.lstrip())]
            out.insert(last_statement(out), f"{lead}# {comment}")
    return out


def last_statement(statements: Sequence[str]) -> int:
    """The index of the line with which the last statement begins: it is indented as its
    last line is, and does not close a bracket."""
    last = statements[-1]
    depth = len(last) - len(last.lstrip())
    return next(
        index
        for index in range(len(statements) - 1, -1, -1)
        if statements[index][:depth].isspace() and statements[index][depth] not in " )]"
    )


def literal(text: str) -> str:
    """A text as one inert Python literal of printable ASCII, in double quotes where
    that needs no more escapes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = text.encode("unicode_escape").decode("ascii")
    return quote + body.replace(quote, "\\" + quote) + quote
