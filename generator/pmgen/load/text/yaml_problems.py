"""The problems that a YAML parser finds, in words that help the author of the text.

libyaml and PyYAML's own parser word the same mistake differently; here they agree.
"""

from __future__ import annotations

import re

# a pattern of the parsers' words -> message, label of where it began, help
_PROBLEMS: tuple[tuple[str, str, str | None, str], ...] = (
    (
        r"expected ',' or '[]}]'",
        "a `,` or the closing bracket is missing before this",
        "opened here",
        "close what the bracket opened, or put a comma between two entries",
    ),
    (
        r"did not find expected key|expected <block end>"
        r"|did not find expected '-' indicator",
        "this line does not fit the lines above it",
        None,
        "entries of one mapping begin in one column: check the indentation",
    ),
    (
        r"mapping values are not allowed",
        "a `:` is not expected here",
        None,
        "check the indentation, put a space behind the `:` of the line before, or "
        "quote a text that holds `: `",
    ),
    (
        r"could not find expected ':'|did not find expected ':'",
        "a key without `:` and a value",
        None,
        "write `name: value`",
    ),
    (
        r"unexpected end of stream|found unexpected document (separator|indicator)",
        "the text ends inside quotes",
        "opened here",
        "close the quotes",
    ),
    (
        r"did not find expected node content|expected the node content",
        "a value is missing here",
        None,
        "write a value, or take the bracket or comma before it away",
    ),
)


def explain(problem: str, char: str) -> tuple[str, str | None, str | None]:
    """(message, label of where it began, help) for a parser's `problem` at `char`."""
    if char == "\t":
        return "a tab cannot indent", None, "indent with spaces"
    if "cannot start any token" in problem:
        quoted = f"quote a text that begins with `{char}`"
        return f"a value cannot begin with `{char}`", None, quoted
    for pattern, message, label, help_text in _PROBLEMS:
        if re.search(pattern, problem):
            return message, label, help_text
    return f"not YAML: {problem}", None, None
