"""Labels that are one class to a person and two to a program: `0` and `0.0`, `A` and
`a`, an accent as one character or as two."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import isfinite


def written_alike(name: str) -> str:
    """What is equal for names that nobody means to tell apart: the same text in other
    characters or with other blanks, the same number in other digits."""
    seen = (c for c in name if unicodedata.category(c) != "Cf")  # Cf has no width
    text = " ".join(unicodedata.normalize("NFKC", "".join(seen)).split())
    number = number_in(text)
    return text if number is None else repr(number + 0.0)  # -0.0 is 0.0


def number_in(label: str) -> float | None:
    """The finite number that a label is, None for other text."""
    try:
        number = float(label)
    except ValueError:
        return None
    # Python takes 1_0 for 10; in a label it is a name.
    return number if isfinite(number) and "_" not in label else None


def spellings(by_split: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """Pairs of labels that are spellings of one class; `by_split` are those in use.

    Labels that differ in capitals alone are two classes where every split has both, as
    letters of handwriting are; elsewhere one of the splits spells the other's label.
    """
    labels = {split: set(found) for split, found in by_split.items()}
    everywhere = set.intersection(*labels.values()) if labels else set()
    groups: dict[str, list[str]] = defaultdict(list)
    for label in sorted({name for found in labels.values() for name in found}):
        groups[written_alike(label).casefold()].append(label)
    return [
        (first, other)
        for first, *others in groups.values()
        for other in others
        if written_alike(first) == written_alike(other)
        or not everywhere.issuperset((first, other))
    ]
