"""Every diagnostic code with its meaning: the one list behind the docs and the checks.

PM1xx reading, PM2xx names, PM3xx values and shapes, PM4xx expectations,
PM5xx recipes, PM6xx warnings. A code never changes its meaning once it is released.
"""

from __future__ import annotations

from pmgen.diagnostics.codes import (
    expectations,
    names,
    reading,
    recipes,
    shapes,
    warnings,
    warnings_of_specs,
)
from pmgen.diagnostics.codes.definition import Code

DEFINITIONS: dict[str, Code] = {
    item.code: item
    for family in (
        reading,
        names,
        shapes,
        expectations,
        recipes,
        warnings,
        warnings_of_specs,
    )
    for item in family.CODES
}
CODES: dict[str, str] = {code: item.meaning for code, item in DEFINITIONS.items()}
# The digit behind PM -> what the codes of that family are about.
FAMILIES = {
    "1": "Reading",
    "2": "Names",
    "3": "Values and shapes",
    "4": "Expectations",
    "5": "Recipes",
    "6": "Warnings",
}


def is_warning(code: str) -> bool:
    """True for a known code of what may be meant, and is built."""
    return code in DEFINITIONS and DEFINITIONS[code].is_warning


__all__ = ["CODES", "DEFINITIONS", "FAMILIES", "Code", "is_warning"]
