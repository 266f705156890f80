"""What people write in expressions that is none: each mistake with its own words.

The parser only knows where it stopped. Here the text as a whole is looked at: which
operator of another language it holds, and what the author meant by it. A text that is
proposed has been read by the parser before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

_NAME = r"[A-Za-z_]\w*"
_DECIMAL = r"(?<![\w.$])(?:\d+\.\d*|\.\d+|\d+[eE][-+]?\d+)(?![\w.])"
_OPERAND = rf"(?:\${_NAME}|\d+)"
_WORDS = r"(?:and|or|not|if|else|in|is)\b"
_FINEST = 64  # the largest divisor that stands for a decimal

_CHOOSE = (
    "let `when` decide whether a layer is there, or hand the value over as a parameter"
)
_PARAMETERS = "give each number a parameter of its own"
_TRUTHS = "compare whole numbers, or let a `bool` parameter decide by itself"
_FUNCTIONS = {
    "int": "leave it out: every value is a whole number",
    "float": "leave it out: every value is a whole number",
    "round": "leave it out: `//` gives whole numbers",
    "floor": "leave it out: `//` rounds down",
    "ceil": "`($a + $b - 1) // $b` rounds `$a // $b` up",
    "abs": "`max($a, -$a)` is the absolute value",
    "pow": "write the product out: `$a * $a`",
    "sqrt": "give the root as a parameter",
    "log2": "give the number as a parameter",
    "len": _PARAMETERS,
    "sum": "write `+` between the values",
}


@dataclass(frozen=True)
class Mistake:
    """What is wrong from `start` to `end` of a text, and how it is mended."""

    message: str
    start: int
    end: int
    help: str


# pattern, message, help; `{0}` is what matched and `{1}` its first group
_RULES: tuple[tuple[str, str, str], ...] = (
    (
        rf"\$\{{\s*({_NAME})\s*\}}|\$\(\s*({_NAME})\s*\)|\{{\{{\s*\$?({_NAME})\s*\}}\}}",
        "a parameter is written without brackets",
        "put `$` before its name",
    ),
    (r"\*\*|\^", "there is no power `{0}`", "write the product out: `$a * $a`"),
    (r"&&?", "`{0}` is written `and`", "write `and`"),
    (r"\|\|?", "`{0}` is written `or`", "write `or`"),
    (r"!(?!=)|~", "`{0}` is written `not`", "write `not`"),
    (r"\?|\b(?:if|else)\b", "an expression does not choose by `{0}`", _CHOOSE),
    (r"===|!==|<>|=<|=>|[≠≤≥]", "`{0}` is no comparison", "compare by == != < <= > >="),
    (r"\b(?:is|in)\b", "`{0}` is no comparison", "compare by == != < <= > >="),
    (r"(?<![=!<>])=(?!=)", "`=` does not compare", "write `==`"),
    (
        _DECIMAL,
        "`{0}` is no whole number",
        "`scaled(n, factor)` multiplies by a `float` parameter",
    ),
    (
        rf"(\$?{_NAME})\.{_NAME}",
        "`{1}` has no parts: `{0}` names nothing",
        "each value is a parameter of its own",
    ),
    (
        rf"(\$?{_NAME})\s*\[",
        "`{1}` is not taken apart by `[`",
        "pass a list on as a whole, or " + _PARAMETERS,
    ),
    (r"\[", "an expression holds no list", "write the list itself as the value"),
    (r"""'[^']*'?|"[^"]*"?""", "an expression holds no text `{0}`", _TRUTHS),
    (r"\\|÷", "`{0}` does not divide", "write `//`"),
    (
        r"(?<!/)/(?!/)",
        "`/` would not give a whole number",
        "write `//`, which rounds down",
    ),
    (r"[×·∗]", "`{0}` does not multiply", "write `*`"),
    (r"[−–—]", "`{0}` is not the sign on the keyboard", "write `-`"),
    (r"\b(?:True|TRUE)\b", "`{0}` is written `true`", "write `true`"),
    (r"\b(?:False|FALSE)\b", "`{0}` is written `false`", "write `false`"),
    (
        rf"(?<![\w$.])(\d+)\s*(?!{_WORDS})(?=[$A-Za-z_(])",
        "there is no operator behind `{1}`",
        "write `{1} *` for a product",
    ),
    (
        rf"(?:\${_NAME}(?!\w)|\))\s*(?!{_WORDS})(?=[\w$(])",
        "there is no operator behind `{0}`",
        "write + - * // or % between two values",
    ),
    (r"\$(?!\w)|\$(?=\d)", "`$` without a name", "a parameter is `$` and its name"),
    (
        r"(?:[-+*%]|//|\b(?:and|or|not))\s*$",
        "`{0}` has no value behind it",
        "write a value there, or leave `{0}` out",
    ),
    (
        r"(?:^|(?<=\()|(?<=,))\s*(?:[+*%]|//)",
        "`{0}` has no value before it",
        "write a value there, or leave `{0}` out",
    ),
)
_COMPILED = [(re.compile(pattern), message, way) for pattern, message, way in _RULES]
_UNKNOWN_FUNCTION = re.compile(rf"\b({'|'.join(_FUNCTIONS)})\s*\(")


def _product(match: re.Match[str]) -> str:
    """`$w ** 2` as `$w * $w`, for small powers."""
    times = int(match[2])
    return " * ".join([match[1]] * times) if 1 < times < 5 else match[0]


def _by_decimal(match: re.Match[str]) -> str:
    """`$w * 1.5` as `$w * 3 // 2`."""
    value = Fraction(match["a"] or match["b"]).limit_denominator(10**6)
    name = match["n"] or match["m"]
    if value.denominator > _FINEST or value <= 0:
        return match[0]
    times = "" if value.numerator == 1 else f" * {value.numerator}"
    parts = "" if value.denominator == 1 else f" // {value.denominator}"
    return f"{name}{times}{parts}"


_REPAIRS: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (rf"\$\{{\s*({_NAME})\s*\}}", r"$\1"),
    (rf"\$\(\s*({_NAME})\s*\)", r"$\1"),
    (rf"\{{\{{\s*\$?({_NAME})\s*\}}\}}", r"$\1"),
    (r"===", "=="),
    (r"!==|<>|≠", "!="),
    (r"=<|≤", "<="),
    (r"=>|≥", ">="),
    (r"(?<![=!<>])=(?!=)", "=="),
    (r"&&?", " and "),
    (r"\|\|?", " or "),
    (r"!(?!=)|~", "not "),
    (r"\bis not\b", "!="),
    (r"\bis\b", "=="),
    (r"[×·∗]", "*"),
    (r"[−–—]", "-"),
    (r"\\|÷|(?<!/)/(?!/)", "//"),
    (r"\b(?:True|TRUE)\b", "true"),
    (r"\b(?:False|FALSE)\b", "false"),
    (rf"({_OPERAND})\s*(?:\*\*|\^)\s*(\d)(?!\w)", _product),
    (
        rf"(?P<n>\${_NAME})\s*\*\s*(?P<a>{_DECIMAL})"
        rf"|(?P<b>{_DECIMAL})\s*\*\s*(?P<m>\${_NAME})",
        _by_decimal,
    ),
    (r"\b(?:int|float|round|floor)\s*\(([^()]*)\)", r"\1"),
    (rf"(?<![\w$.])(\d+)\s*(?!{_WORDS})(?=[$(])", r"\1 * "),
    (r"\s+", " "),
)


def explain(text: str, stopped: int, reads: Callable[[str], bool]) -> Mistake | None:
    """The first mistake of a text that is no expression, at or before the place where
    the parser `stopped` if there is one; None for one without words of its own.
    `reads` says whether a text is an expression."""
    found = _UNKNOWN_FUNCTION.search(text)
    if found is not None and found.start() <= stopped:
        name = found[1]
        way = _repaired(text, reads) or _FUNCTIONS[name]
        message = f"there is no function `{name}`"
        return Mistake(message, found.start(1), found.end(1), way)
    matches = [
        (match, message, way)
        for pattern, message, way in _COMPILED
        for match in [pattern.search(text)]
        if match is not None
    ]
    if not matches:
        return None
    match, message, way = min(matches, key=lambda item: item[0].start())
    parts = [part.strip() if part else "" for part in (match[0], *match.groups())]
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    return Mistake(
        message.format(*parts),
        start,
        max(start + 1, start + len(parts[0])),
        _repaired(text, reads) or way.format(*parts),
    )


def _repaired(text: str, reads: Callable[[str], bool]) -> str | None:
    """The help that proposes the text without its mistakes, where that is one."""
    mended = repaired(text, reads)
    return f"write `{mended}`" if mended else None


def repaired(text: str, reads: Callable[[str], bool]) -> str | None:
    """The text in the words of this language; None where that is no expression."""
    for pattern, new in _REPAIRS:
        text = re.sub(pattern, new, text)
    text = text.strip()
    text += ")" * (text.count("(") - text.count(")"))
    return text if reads(text) else None
