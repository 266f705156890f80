"""`pmgen schema`: specs and recipes as JSON Schema, for editors."""

from __future__ import annotations

from pathlib import Path

import click

from pmgen.cli.common import refusal_explained
from pmgen.emit.files import write_generated
from pmgen.schema import SCHEMAS, schema_text


@click.command(short_help="Print the JSON Schema of specs or recipes.")
@click.argument(
    "name",
    type=click.Choice(SCHEMAS),
    default=SCHEMAS[0],
    metavar=f"[{'|'.join(SCHEMAS)}]",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write.  [default: print it]",
)
@click.option(
    "--force", is_flag=True, help="Overwrite a file that pmgen did not write."
)
def schema(name: str, out: Path | None, force: bool) -> int:
    """Print the JSON Schema of specs, or of recipes, for editors.

    They complete and explain keys, ops and arguments by it.
    """
    text = schema_text(name)
    if out is None:
        click.echo(text, nl=False)
        return 0
    with refusal_explained(out):
        written = write_generated(out, text, force=force)
    click.echo(f"{'wrote' if written else 'unchanged:'} {out}")
    return 0
