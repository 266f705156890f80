"""How many lines of Python Paddle spends on a family of networks."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def code_lines(make: Callable[..., Any]) -> int:
    """The lines of the file that a constructor stands in which hold code: no blank
    lines, comments, docstrings, imports, and no table of addresses of weights."""
    text = Path(inspect.getsourcefile(make) or "").read_text(encoding="utf-8")
    tree = ast.parse(text)
    left_out = {line for node in _left_out(tree) for line in _lines(node)}
    return sum(
        1
        for number, line in enumerate(text.splitlines(), 1)
        if number not in left_out and line.strip() and not line.strip().startswith("#")
    )


def _left_out(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            yield from filter(_no_code, body)


def _no_code(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.dump(node.test)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, ast.Assign):
        return _named(node) in ("model_urls", "__all__")
    return isinstance(node, ast.Import | ast.ImportFrom)


def _named(node: ast.Assign) -> str:
    target = node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def _lines(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)
