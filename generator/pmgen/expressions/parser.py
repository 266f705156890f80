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
from pmgen.expressions.operators import COMPARISONS
from pmgen.expressions.printer import PRECEDENCE

MAX_EXPRESSION = 200
MAX_NESTING = 20

_TOKEN = re.compile(
    r"\s*(?:(?P<int>[0-9]+)|(?P<name>\$[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)|(?P<op>//|==|!=|<=|>=|[-+*%<>()/$,]))"
)


class ExpressionError(ValueError):
    """The text is no expression; `start` and `end` are offsets into it."""

    def __init__(self, message: str, start: int, end: int) -> None:
        super().__init__(message)
        self.message, self.start, self.end = message, start, end


def parse_expression(text: str) -> Expr:
    """Read an expression. Raises ExpressionError with the offsets of the mistake."""
    if len(text) > MAX_EXPRESSION:
        raise ExpressionError(
            f"an expression of more than {MAX_EXPRESSION} characters", 0, len(text)
        )
    return _Parser(text).parse()


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
                )
            kind = match.lastgroup or ""
            yield kind, match[kind], match.start(kind), match.end(kind)
            position = match.end()

    def parse(self) -> Expr:
        if not self.tokens:
            raise ExpressionError("an empty expression", 0, max(1, len(self.text)))
        result = self._binary(0)
        if self.at < len(self.tokens):
            _, token, start, end = self.tokens[self.at]
            raise ExpressionError(f"`{token}` is not expected here", start, end)
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
                    "`/` would not give a whole number; write `//`", start, end
                )
            level = PRECEDENCE.get(op, 0)
            if level <= floor or op in ("not", "neg"):
                return left
            self.at += 1
            left = Binary(op, left, self._binary(level))
            if op in COMPARISONS and self._peek() in COMPARISONS:
                _, _, start, end = self.tokens[self.at]
                raise ExpressionError(
                    "comparisons do not chain; join two of them with `and`", start, end
                )

    def _unary(self) -> Expr:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ExpressionError(
                f"nested deeper than {MAX_NESTING} levels", 0, len(self.text)
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
            raise ExpressionError("the expression ends too early", end - 1, end)
        kind, token, start, end = self.tokens[self.at]
        self.at += 1
        if kind == "int":
            if len(token) > 15:
                raise ExpressionError("a number of more than 15 digits", start, end)
            return Const(int(token))
        if kind == "name":
            return Name(token[1:])
        if kind == "word" and token in ("true", "false"):
            return Const(token == "true")
        if token == "(":
            inner = self._binary(0)
            if self._peek() != ")":
                raise ExpressionError("this `(` is never closed", start, end)
            self.at += 1
            return inner
        if kind == "word" and self._peek() == "(":
            return self._function(token, start, end)
        if kind == "word":
            raise ExpressionError(
                f"`{token}` is no number; a parameter is written `${token}`",
                start,
                end,
            )
        raise ExpressionError(f"`{token}` is not expected here", start, end)

    def _function(self, name: str, start: int, end: int) -> Expr:
        """A function's arguments; its name has been read."""
        function = FUNCTIONS.get(name)
        if function is None:
            known = ", ".join(f"`{item}`" for item in FUNCTIONS)
            near = did_you_mean(name, FUNCTIONS) or f"there are {known}"
            raise ExpressionError(f"there is no function `{name}`; {near}", start, end)
        args: list[Expr] = []
        while not args or self._peek() == ",":
            self.at += 1  # the parenthesis or the comma
            args.append(self._binary(0))
        if self._peek() != ")":
            raise ExpressionError(f"this `{name}(` is never closed", start, end)
        self.at += 1
        least, most = function.arguments
        if not least <= len(args) <= most:
            raise ExpressionError(
                f"`{name}` is written `{function.usage}`",
                start,
                end,
            )
        return Apply(name, tuple(args))
