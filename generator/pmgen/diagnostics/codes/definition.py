"""What a diagnostic code is: a sentence, the long form, and a spec that has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent

WARNINGS = "PM6"  # what the codes of warnings begin with


@dataclass(frozen=True)
class Code:
    """`example` is a file that gets this code and no other; `beside` are the files
    that it extends or uses, by name. A test holds the example to its code."""

    code: str
    meaning: str
    more: str
    example: str
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """What the example is called."""
        first = "warns" if self.is_warning else "wrong"
        return f"{first}_{self.code.lower()}.yaml"

    @property
    def is_warning(self) -> bool:
        """True for what may be meant, and is built."""
        return self.code.startswith(WARNINGS)


def text(example: str) -> str:
    """An example as it stands in its file: without the indentation of the source."""
    return dedent(example).lstrip("\n")


def paragraph(more: str) -> str:
    """A long form on one line, however the source breaks it."""
    return " ".join(more.split())
