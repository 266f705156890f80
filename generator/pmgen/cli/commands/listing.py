"""`pmgen list`: what the catalogue has."""

from __future__ import annotations

import click

from pmgen.catalogue import names, recipe_names
from pmgen.cli.common import compiled
from pmgen.cli.tables import console, figures, network_table


@click.command("list", short_help="List the networks and recipes of the catalogue.")
def list_specs() -> int:
    """List the networks and recipes that come with pmgen."""
    table = network_table("spec", "source")
    for name in names():
        graph = compiled(name, None).graph
        if graph is None:
            table.add_row(name, "-", "-", "-", "-", "does not compile")
        else:
            table.add_row(name, *figures(graph), graph.spec.source or "")
    terminal = console()
    terminal.print(table)
    terminal.print(f"recipes for training: {', '.join(recipe_names())}")
    return 0
