"""Every diagnostic code with its meaning: the one list behind the docs and the checks.

PM1xx reading, PM2xx names, PM3xx values and shapes, PM4xx expectations,
PM5xx recipes. A code never changes its meaning once it is released.
"""

from __future__ import annotations

from pmgen.diagnostics.codes import expectations, names, reading, recipes, shapes
from pmgen.diagnostics.codes.definition import Code

DEFINITIONS: dict[str, Code] = {
    item.code: item
    for family in (reading, names, shapes, expectations, recipes)
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
}

__all__ = ["CODES", "DEFINITIONS", "FAMILIES", "Code"]
