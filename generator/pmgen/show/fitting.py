"""A table that fits its terminal: whole columns are left out, never half a number."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table
from rich.text import Text

_GAP = 3  # between two columns
_NARROWEST = 16  # what a column of words may be broken to


def fitting_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[Text]],
    width: int,
    *,
    words: str,
    right: Sequence[str],
    foregone: Sequence[str],
) -> Table:
    """A table for a terminal of `width` characters.

    The column `words` may be broken into lines, those of `right` are numbers. Where not
    all have room, the columns of `foregone` are left out, the first of them first.
    """
    lines = [[len(heading) for heading in headings]]
    lines += [[len(cell) for cell in row] for row in rows]
    widths = [max(column) for column in zip(*lines, strict=True)]
    shown = list(range(len(headings)))
    needed = [
        min(wide, _NARROWEST) if heading == words else wide
        for heading, wide in zip(headings, widths, strict=True)
    ]
    for name in foregone:
        if sum(needed[i] for i in shown) + _GAP * (len(shown) - 1) <= width:
            break
        shown = [i for i in shown if headings[i] != name]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    is_broken = sum(widths[i] for i in shown) + _GAP * (len(shown) - 1) > width
    for i in shown:
        # Older releases of rich add the padding to a least width: only where it counts.
        least = needed[i] if is_broken and headings[i] == words else None
        table.add_column(
            headings[i],
            justify="right" if headings[i] in right else "left",
            no_wrap=headings[i] != words,
            min_width=least,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*(row[i] for i in shown))
    return table
