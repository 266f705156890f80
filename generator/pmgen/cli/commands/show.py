"""`pmgen show`: every layer with its shape and its cost."""

from __future__ import annotations

from pathlib import Path

import click

from pmgen.cli.common import (
    compiled,
    network_options,
    report,
    root_option,
    settings_from,
)
from pmgen.cli.completion import complete_spec


@click.command(short_help="Show every layer with its shape and cost.")
@click.argument("spec", metavar="SPEC", shell_complete=complete_spec)
@click.option(
    "--format",
    "style",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
)
@click.option(
    "--depth",
    type=click.IntRange(0),
    help="Open blocks this many levels deep.  [default: all]",
)
@network_options()
@root_option
def show(
    spec: str,
    style: str,
    depth: int | None,
    pairs: tuple[str, ...],
    input_text: str | None,
    root: Path | None,
) -> int:
    """Show every layer of SPEC: output shape, parameters, MACs, activation memory,
    receptive field, line. No tensor is made and Paddle is not needed.

    MACs are the multiply-accumulates of convolutions and linear layers for one image.
    Memory is what the outputs take in float32 for one image. `sees` is how many pixels
    of the input one value depends on.
    """
    result = compiled(spec, root, settings_from(pairs, input_text))
    if not report([result]):
        return 1
    assert result.graph is not None
    if style == "json":
        from pmgen.show.data import as_json

        click.echo(as_json(result.graph), nl=False)
        return 0
    from pmgen.cli.tables import console
    from pmgen.show.table import as_markdown, print_table

    if style == "markdown":
        click.echo(as_markdown(result.graph, depth), nl=False)
    else:
        print_table(result.graph, console(), depth)
    return 0
