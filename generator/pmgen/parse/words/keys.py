"""Keys by the words of other tools."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from typing import TypeAlias

from pmruntime.suggest import did_you_mean

from pmgen.ops.synonyms.arguments import ARGUMENTS, LEFT_OUT, TOP_NOTES
from pmgen.ops.synonyms.meaning import Meaning, first_known, folded
from pmgen.parse.words.named import same

# folded word of another tool -> the names that it may stand for
Words: TypeAlias = "Map[str, tuple[str, ...]]"


def key_help(
    name: str, known: Iterable[str], words: Words, written: Iterable[str] = ()
) -> str | None:
    """Help for a key that is not known: what another tool's word means comes first,
    unless that is among those `written` already."""
    known = list(known)
    free = set(known) - set(written)
    meant = same(name, known) or first_known(name, words, free)
    if meant is not None:
        return f"did you mean `{meant}`?"
    reasons = LEFT_OUT if words is ARGUMENTS else TOP_NOTES
    return reasons.get(folded(name)) or did_you_mean(name, known)


def named_help(name: str, known: Iterable[str], words: Map[str, Meaning]) -> str | None:
    """Help for a name that is none of the few that are known, by other tools' words
    first."""
    known = list(known)
    meaning = words.get(folded(name))
    if meaning is not None and meaning.name is None:
        return meaning.note
    if meaning is not None and meaning.name in known:
        return f"did you mean `{meaning.name}`?"
    return did_you_mean(name, known)
