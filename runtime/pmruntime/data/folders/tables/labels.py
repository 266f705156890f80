"""What a column of labels says: names of classes, numbers of classes, or neither."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pmruntime.data.folders.tables.spelling import number_in

MAX_CLASSES = 10_000


@dataclass(frozen=True)
class LabelColumn:
    """The classes in order, and whether they are numbers, of which labels may be
    written as 1, 01 or, all of them, as 1.0."""

    names: tuple[str, ...]
    numbered: bool

    def name_of(self, label: str) -> str:
        """The class that a label means; not among `names` where it is none."""
        return str(int(float(label))) if self.numbered else label


def read_column(labels: Iterable[str]) -> LabelColumn:
    """The classes of these labels: 0 to the highest number where all are whole numbers
    written alike, else the labels themselves, sorted as text."""
    found = set(labels)
    if found and (all(map(_is_whole, found)) or all(map(_is_whole_float, found))):
        numbers = (int(float(label)) for label in found)
        highest = max(n for n in (0, *numbers) if n < MAX_CLASSES)
        return LabelColumn(tuple(map(str, range(highest + 1))), numbered=True)
    return LabelColumn(tuple(sorted(found - {""})), numbered=False)


def measurement_among(labels: Iterable[str]) -> str | None:
    """A label that shows that the column holds measurements and no classes: all of it
    are numbers, and this one is no whole one. None for classes."""
    found = sorted(set(labels) - {""})
    numbers = [number_in(label) for label in found]
    if None in numbers:
        return None
    return next(
        (label for label, n in zip(found, numbers, strict=True) if n and n % 1), None
    )


def _is_whole(label: str) -> bool:
    return label.isdecimal() and len(label) < 10


def _is_whole_float(label: str) -> bool:
    """As pandas writes whole numbers where a cell of the column was empty."""
    whole, point, rest = label.partition(".")
    return bool(point) and _is_whole(whole) and rest.strip("0") == ""
