"""Did-you-mean: the nearest known word to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_NEAR = 0.65  # difflib's ratio; below it, a match is similar by chance
_LISTED = 12
_LONGEST = 60  # of a word that could be a mistyped name
_COMPARED = 300  # known words, the last ones: the layers before a mistake come last


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` most likely meant, or None where nothing is near.

    Among `conv1` and `conv2`, none is nearest to `conv9`.
    """
    if len(word) > _LONGEST:
        return None
    by_folded: dict[str, str] = {}
    for item in list(known)[-_COMPARED:]:
        by_folded.setdefault(_fold(item), item)
    folded = _fold(word)
    if folded in by_folded:
        return by_folded[folded]
    for item in by_folded:  # two letters swapped
        if sorted(item) == sorted(folded):
            return by_folded[item]
    matches = get_close_matches(folded, by_folded, n=2, cutoff=_NEAR)
    if not matches:
        longer = [item for item in by_folded if len(folded) > 3 and folded in item]
        return by_folded[longer[0]] if len(longer) == 1 else None
    if len({_without_digits(item) for item in (folded, *matches)}) < len(matches):
        return None
    return by_folded[matches[0]]


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help line: the nearest word, else the whole list where it is short."""
    words = list(known)
    match = nearest(word, words)
    if match is not None:
        return f"did you mean `{match}`?"
    if words and len(words) <= _LISTED:
        return "known here: " + ", ".join(f"`{w}`" for w in words)
    return None


def _fold(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")


def _without_digits(word: str) -> str:
    return "".join(letter for letter in word if not letter.isdigit())
