"""ModulePlan -> text. The templates lay out; they decide nothing."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pmgen.plan.plans import ModulePlan

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # the output is Python; all text in it is a literal already
    )


def emit_module(plan: ModulePlan) -> str:
    """The text of the generated file. It is parsed again before it is given out."""
    text = _environment().get_template("module.py.j2").render(plan=plan)
    ast.parse(text)
    return text
