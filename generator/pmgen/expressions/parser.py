"""Text -> expression, by our own small parser: nothing is ever evaluated as code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pmruntime.suggest import did_you_mean

from pmgen.expressions.expression import (
    Apply,
    Binary,
    Const,
    Expr,
    Name,
    Unary,
)
from pmgen.expressions.functions import FUNCTIONS
from pmgen.expressions.mistakes import explain, repaired
from pmgen.expressions.operators import COMPARISONS
from pmgen.expressions.printer import PRECEDENCE

MAX_EXPRESSION = 200
MAX_NESTING = 20

ONLY = "an expression has whole numbers and `$names`, + - * // % and parentheses"
CLOSE = "write the `)` that closes it"

_TOKEN = re.compile(
    r"\s*(?:(?P<int>[0-9]+)|(?P<name>\$[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<op>//|==|!=|<=|>=|[-+*%<>()/$,]))"
)


class ExpressionError(ValueError):
    """The text is no expression; `start` and `end` are offsets into it, and `help` says
    how this mistake is mended."""

    def __init__(self, message: str, start: int, end: int, help: str) -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.help = message, start, end, help


def parse_expression(text: str) -> Expr:
    """Read an expression. Raises ExpressionError with the offsets of the mistake."""
    if len(text) > MAX_EXPRESSION:
        message = f"an expression of more than {MAX_EXPRESSION} characters"
        raise ExpressionError(message, 0, len(text), "let parameters stand for parts")
    try:
        return _Parser(text).parse()
    except ExpressionError as error:
        found = explain(text, error.start, is_expression)
        if found is None:
            meant = repaired(text, is_expression)
            error.help = f"write `{meant}`" if meant else error.help
            raise
        raise ExpressionError(
            found.message, found.start, found.end, found.help
        ) from None


def is_expression(text: str) -> bool:
    """True for a text that can be read."""
    try:
        return len(text) <= MAX_EXPRESSION and bool(_Parser(text).parse())
    except ExpressionError:
        return False


def as_meant(text: str) -> str | None:
    """A text in the words of another language as an expression; None where it cannot
    be one."""
    return text if is_expression(text) else repaired(text, is_expression)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokenize())
        self.at = 0
        self.depth = 0

    def _tokenize(self) -> Iterator[tuple[str, str, int, int]]:
        position = 0
        end = len(self.text.rstrip())
        while position < end:
            match = _TOKEN.match(self.text, position)
            if match is None or match.end() > end:
                start = (
                    position
                    + len(self.text[position:])
                    - len(self.text[position:].lstrip())
                )
                raise ExpressionError(
                    f"`{self.text[start]}` has no meaning in an expression",
                    start,
                    start + 1,
                    ONLY,
                )
            kind = match.lastgroup or ""
            yield kind, match[kind], match.start(kind), match.end(kind)
            position = match.end()

    def parse(self) -> Expr:
        if not self.tokens:
            end = max(1, len(self.text))
            raise ExpressionError("an empty expression", 0, end, "write a value")
        result = self._binary(0)
        if self.at < len(self.tokens):
            _, token, start, end = self.tokens[self.at]
            closes = token == ")"
            raise ExpressionError(
                "this `)` closes nothing"
                if closes
                else f"`{token}` is not expected here",
                start,
                end,
                "leave it out" if closes else ONLY,
            )
        return result

    def _peek(self) -> str:
        if self.at >= len(self.tokens):
            return ""
        kind, token, _, _ = self.tokens[self.at]
        return token if kind in ("op", "word") else ""

    def _binary(self, floor: int) -> Expr:
        left = self._unary()
        while True:
            op = self._peek()
            if op == "/":
                _, _, start, end = self.tokens[self.at]
                raise ExpressionError(
                    "`/` would not give a whole number", start, end, "write `//`"
                )
            level = PRECEDENCE.get(op, 0)
            if level <= floor or op in ("not", "neg"):
                return left
            self.at += 1
            left = Binary(op, left, self._binary(level))
            if op in COMPARISONS and self._peek() in COMPARISONS:
                _, _, start, end = self.tokens[self.at]
                raise ExpressionError(
                    "comparisons do not chain",
                    start,
                    end,
                    "join two of them: `1 < $a and $a < 9`",
                )

    def _unary(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ExpressionError(
                f"nested deeper than {MAX_NESTING} levels",
                0,
                len(self.text),
                "leave parentheses out that change nothing",
            )
        try:
            op = self._peek()
            if op == "-":
                self.at += 1
                operand = self._unary()
                if isinstance(operand, Const):
                    return Const(-operand.value)  # type: ignore[operator]
                return Unary("-", operand)
            if op == "not":
                self.at += 1
                return Unary("not", self._binary(PRECEDENCE["not"]))
            return self._atom()
        finally:
            self.depth -= 1

    def _atom(self) -> Expr:
        if self.at >= len(self.tokens):
            end = len(self.text)
            raise ExpressionError(
                "the expression ends too early", end - 1, end, "write a value there"
            )
        kind, token, start, end = self.tokens[self.at]
        self.at += 1
        if kind == "int":
            if len(token) > 15:
                raise ExpressionError(
                    "a number of more than 15 digits",
                    start,
                    end,
                    "no size is that large",
                )
            return Const(int(token))
        if kind == "name":
            return Name(token[1:])
        if kind == "word" and token in ("true", "false"):
            return Const(token == "true")
        if token == "(":
            inner = self._binary(0)
            if self._peek() != ")":
                raise ExpressionError("this `(` is never closed", start, end, CLOSE)
            self.at += 1
            return inner
        if kind == "word" and self._peek() == "(":
            return self._function(token, start, end)
        if kind == "word":
            raise ExpressionError(
                f"`{token}` is no number",
                start,
                end,
                f"a parameter is written `${token}`, and declared under `params`",
            )
        raise ExpressionError(f"`{token}` is not expected here", start, end, ONLY)

    def _function(self, name: str, start: int, end: int) -> Expr:
        """A function's arguments; its name has been read."""
        function = FUNCTIONS.get(name)
        if function is None:
            known = ", ".join(f"`{item}`" for item in FUNCTIONS)
            near = did_you_mean(name, FUNCTIONS) or f"there are {known}"
            raise ExpressionError(f"there is no function `{name}`", start, end, near)
        args: list[Expr] = []
        after = self.tokens[self.at + 1 : self.at + 2]
        if after and after[0][1] == ")":
            self.at += 1  # no arguments
        while self._peek() == "," or (not args and self._peek() != ")"):
            self.at += 1  # the parenthesis or the comma
            args.append(self._binary(0))
        if self._peek() != ")":
            raise ExpressionError(f"this `{name}(` is never closed", start, end, CLOSE)
        self.at += 1
        least, most = function.arguments
        if not least <= len(args) <= most:
            takes = str(least) if least == most else f"{least} or {most}"
            raise ExpressionError(
                f"`{name}` takes {takes} values, not {len(args)}",
                start,
                end,
                f"as in `{function.usage}`",
            )
        return Apply(name, tuple(args))
