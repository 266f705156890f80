"""`pmgen list`: what the catalogue has."""

from __future__ import annotations

import sys

import click
from rich import box
from rich.console import Console
from rich.table import Table

from pmgen.catalogue import names, recipe_names
from pmgen.cli.common import compiled
from pmgen.ops.definition import show_shape


@click.command("list")
def list_specs() -> int:
    """List the networks and recipes that come with pmgen."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in ("spec", "input", "output"):
        table.add_column(heading, no_wrap=True)
    for heading in ("parameters", "MACs"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("source")
    for name in names():
        graph = compiled(name, None).graph
        if graph is None:
            table.add_row(name, "-", "-", "-", "-", "does not compile")
            continue
        table.add_row(
            name,
            show_shape(graph.input),
            show_shape(graph.output),
            f"{graph.params:,}",
            "?" if graph.macs is None else f"{graph.macs:,}",
            graph.spec.source or "",
        )
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(table)
    console.print(f"recipes for training: {', '.join(recipe_names())}")
    return 0
