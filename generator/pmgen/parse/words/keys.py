"""Keys by the words of other tools."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map
from typing import TypeAlias

from pmruntime.suggest import did_you_mean, nearest

from pmgen.load.tree import Entry
from pmgen.ops.synonyms.arguments import ARGUMENTS, LEFT_OUT, TOP_NOTES
from pmgen.ops.synonyms.meaning import Meaning, first_known, folded
from pmgen.parse.words.named import same

# folded word of another tool -> the names that it may stand for
Words: TypeAlias = "Map[str, tuple[str, ...]]"


def key_help(
    entry: Entry, known: Iterable[str], words: Words, beside: Iterable[Entry] = ()
) -> str | None:
    """Help for a key that is not known: what another tool's word means comes first,
    unless that stands `beside` it already."""
    name, known = entry.name, list(known)
    free = set(known) - written_beside(entry, beside)
    meant = same(name, known) or first_known(name, words, free)
    reasons = LEFT_OUT if words is ARGUMENTS else TOP_NOTES
    if meant is None and folded(name) in reasons:
        return reasons[folded(name)]
    near = meant or nearest(name, known) or first_known(name, words, known)
    there = already_there(near, entry, beside)
    if there is None and meant is not None:
        return f"did you mean `{meant}`?"
    return there or did_you_mean(name, known)


def written_beside(entry: Entry, beside: Iterable[Entry]) -> set[str]:
    """The names that stand `beside` an entry. What comes from the base of a variant is
    overridden, and stands elsewhere."""
    file = entry.key.span.file.name
    return {e.name for e in beside if e.key.span.file.name == file}


def already_there(
    meant: str | None, entry: Entry, beside: Iterable[Entry]
) -> str | None:
    """Help for an entry that means a name which stands `beside` it; None where none
    does."""
    if meant is None or meant not in written_beside(entry, beside):
        return None
    return f"`{meant}` is there already: leave one of the two out"


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
