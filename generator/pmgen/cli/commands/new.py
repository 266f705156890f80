"""`pmgen new`: a spec of the catalogue to start from."""

from __future__ import annotations

from pathlib import Path

import click
from pmruntime.problems import UserError

from pmgen.catalogue import SCHEMA_FOLDER, catalogue, find_spec
from pmgen.cli.common import FOLDER, compiled, refusal_explained
from pmgen.cli.completion import complete_spec
from pmgen.emit.files import write_atomic, write_generated
from pmgen.schema import schema_text


@click.command(short_help="Copy a network of the catalogue, to edit it.")
@click.argument("name", metavar="NAME", shell_complete=complete_spec)
@click.option(
    "-o",
    "--out",
    type=FOLDER,
    default=Path("specs"),
    show_default=True,
    help="Folder to copy to.",
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
def new(name: str, out: Path, force: bool) -> int:
    """Copy the catalogue's spec NAME, with the files that it extends, to edit it.

    A variant extends such a copy: paths in a spec stay in its own folder. The schema
    that the spec names in its first line, for the editor, goes with it.
    """
    path = find_spec(name)
    if not path.resolve().is_relative_to(catalogue()):
        raise UserError(f"`{name}` is a file already; give a name of `pmgen list`")
    graph = compiled(name, None).graph
    assert graph is not None  # the catalogue compiles; a test checks that
    files = {out / file.name: file.text for file in graph.spec.files}
    there = [target for target, text in files.items() if not _same(target, text)]
    if there and not force:
        listed = ", ".join(f"`{target}`" for target in there)
        raise UserError(f"{listed} is there already; move it away, or use --force")
    schema = out / SCHEMA_FOLDER / "spec.json"
    with refusal_explained(schema):
        if write_generated(schema, schema_text("spec"), force=force):
            click.echo(f"wrote {schema}")
    for target, text in files.items():
        with refusal_explained(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(target, text)
        click.echo(f"wrote {target}")
    own = out / graph.spec.files[0].name
    if not all(target.is_relative_to(own.parent) for target in files):
        click.echo(f"it reaches out of its folder: `pmgen build {own} --root {out}`")
    return 0


def _same(target: Path, text: str) -> bool:
    """True where writing the text would lose nothing."""
    return not target.exists() or target.read_bytes() == text.encode()
