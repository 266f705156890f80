"""`pmgen list`: what the catalogue has."""

from __future__ import annotations

import click

from pmgen.catalogue import recipe_names
from pmgen.cli.figures import figures_of_all
from pmgen.cli.tables import console, print_networks


@click.command("list", short_help="List the networks and recipes of the catalogue.")
def list_specs() -> int:
    """List the networks and recipes that come with pmgen."""
    terminal = console()
    rows = [(name, *figures) for name, figures in figures_of_all().items()]
    print_networks(terminal, "spec", "source", rows)
    terminal.print(f"recipes for training: {', '.join(recipe_names())}")
    return 0
