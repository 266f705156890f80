"""Tables of networks, as `pmgen build` and `pmgen list` print them."""

from __future__ import annotations

import sys

from rich import box
from rich.console import Console
from rich.table import Table

from pmgen.expand.graph import Graph
from pmgen.ops.definition import show_shape


def console() -> Console:
    """The terminal; a file or a pipe takes lines of 120 characters."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 120)


def network_table(first: str, last: str) -> Table:
    """An empty table with a column before and one behind those of `figures`."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in (first, "input", "output"):
        table.add_column(heading, no_wrap=True)
    for heading in ("parameters", "MACs"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(last)
    return table


def figures(graph: Graph) -> tuple[str, str, str, str]:
    """Shapes of the input and the output, parameters, MACs."""
    macs = "?" if graph.macs is None else f"{graph.macs:,}"
    return show_shape(graph.input), show_shape(graph.output), f"{graph.params:,}", macs
