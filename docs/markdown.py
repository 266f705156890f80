"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table. A heading that ends in `:` is aligned to the right."""
    heads = list(headings)
    lines = [_row(head.rstrip(":") for head in heads)]
    lines.append("|" + "|".join("---:" if h.endswith(":") else "---" for h in heads))
    lines[-1] += "|"
    lines += [_row(row) for row in rows]
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
