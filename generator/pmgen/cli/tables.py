"""Tables of networks, as `pmgen build` and `pmgen list` print them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pmruntime.cli.ending import plain
from rich.console import Console
from rich.text import Text

from pmgen.show.fitting import fitting_table

if TYPE_CHECKING:
    from pmgen.expand.graph import Graph

_PIPE = 120  # characters a line in a file or a pipe


def console() -> Console:
    """The terminal; a file or a pipe takes lines of 120 characters."""
    return Console(
        highlight=False,
        width=None if sys.stdout.isatty() else _PIPE,
        color_system=None if plain() else "auto",
    )


def print_networks(
    terminal: Console, first: str, last: str, rows: Iterable[Sequence[str]]
) -> None:
    """Print a table of networks: the cells of `first`, of `figures`, and of `last`."""
    table = fitting_table(
        [first, "input", "output", "parameters", "MACs", last],
        [[Text(cell) for cell in row] for row in rows],
        terminal.width,
        words=last,
        right=("parameters", "MACs"),
        foregone=(last, "output", "input"),
    )
    terminal.print(table)


def figures(graph: Graph) -> tuple[str, str, str, str]:
    """Shapes of the input and the output, parameters, MACs."""
    from pmgen.ops.definition import show_shape

    macs = "?" if graph.macs is None else f"{graph.macs:,}"
    return show_shape(graph.input), show_shape(graph.output), f"{graph.params:,}", macs
