"""Did-you-mean: the nearest known word to a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` most likely meant, or None where nothing is near."""
    by_folded: dict[str, str] = {}
    for item in known:
        by_folded.setdefault(_fold(item), item)
    folded = _fold(word)
    if folded in by_folded:
        return by_folded[folded]
    matches = get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help line: the nearest word, else the whole list where it is short."""
    words = list(known)
    match = nearest(word, words)
    if match is not None:
        return f"did you mean `{match}`?"
    if words and len(words) <= 12:
        return "known here: " + ", ".join(f"`{w}`" for w in words)
    return None


def _fold(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "")
