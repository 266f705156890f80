"""What a word of another tool means here, and how the tables of such words are read.

The tables are data alone: that each meaning exists, with such arguments, is held by a
test. Words are looked up without regard to case, `_`, `-`, the module before a `.` and
the brackets of a call: `nn.BatchNorm2d()` is `batchnorm2d`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# A name, alone or as a call: `nn.GroupNorm(4)` is the word GroupNorm and the text `4`.
# The closing bracket is missing where YAML ended the text at a comma.
_CALL = re.compile(r"(?:\w+\.)*(\w+)(?:\((.*?)\)?)?")


@dataclass(frozen=True)
class Choice:
    """One name there, several here: the argument `by` decides, `default` holds where it
    is not given."""

    by: str
    among: Mapping[str, str]
    default: str | None


@dataclass(frozen=True)
class Meaning:
    """A word of another tool in the words of this language.

    `name` is what to write, None where nothing here does the same. `given` are
    arguments that go with it, as text. `renames` are arguments of that tool's word that
    have another name than elsewhere. `note` says what else differs, or what to do
    where there is no such word; `notes` say so of arguments, where they are given.
    `asks` are arguments that must be added, whose values only the author knows: `note`
    says so.
    """

    name: str | None
    given: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    choice: Choice | None = None
    asks: tuple[str, ...] = ()


def folded(word: str) -> str:
    """The word without what tools spell differently."""
    match = _CALL.fullmatch(word.strip())
    name = match[1] if match else word
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def call_of(text: str) -> tuple[str, str] | None:
    """(name, text between the brackets) of `nn.GroupNorm(4)`; None for a plain word."""
    match = _CALL.fullmatch(text.strip())
    if match is None or match[1] == text:
        return None
    return match[1], match[2] or ""


def words(text: str) -> frozenset[str]:
    """The words of a text, folded."""
    return frozenset(folded(word) for word in text.split())


def table(
    names: Mapping[str, str], others: Mapping[str, Meaning]
) -> Mapping[str, Meaning]:
    """Meanings by folded word. `names` are words that say just the same, separated by
    spaces, under the name that they have here."""
    found = {
        word: Meaning(name) for name, text in names.items() for word in words(text)
    }
    return found | {
        word: meaning for text, meaning in others.items() for word in words(text)
    }


def candidates(names: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    """Folded word -> every name that it may stand for, in the order of `names`."""
    found: dict[str, tuple[str, ...]] = {}
    for name, text in names.items():
        for word in words(text):
            found[word] = (*found.get(word, ()), name)
    return found


def first_known(
    word: str, meanings: Mapping[str, tuple[str, ...]], known: Iterable[str]
) -> str | None:
    """The first meaning of the word that is known where it stands, or None."""
    known = set(known)
    return next((n for n in meanings.get(folded(word), ()) if n in known), None)
