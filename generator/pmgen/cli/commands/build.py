"""`pmgen build`: specs to classes."""

from __future__ import annotations

from pathlib import Path

import click
from pmruntime.problems import UserError

from pmgen.catalogue import spec_paths, trusted_folder
from pmgen.cli.common import (
    FOLDER,
    compiled,
    format_option,
    generated_file,
    network_options,
    report,
    root_option,
    settings_from,
    write,
)
from pmgen.cli.completion import complete_spec
from pmgen.cli.tables import console, figures, print_networks
from pmgen.compile import Compiled, collector_off
from pmgen.emit.files import drift, is_current
from pmgen.settings import Settings
from pmgen.show.table import print_table


@click.command(short_help="Compile specs to Paddle classes.")
@click.argument("specs", nargs=-1, metavar="SPEC...", shell_complete=complete_spec)
@click.option("--all", "whole", is_flag=True, help="Every network of the catalogue.")
@click.option(
    "-o",
    "--out",
    type=FOLDER,
    default=Path("generated"),
    show_default=True,
    help="Folder for the generated files.",
)
@click.option(
    "--check",
    "only_check",
    is_flag=True,
    help="Write nothing; show what differs and exit 1 where anything does.",
)
@click.option(
    "--standalone",
    is_flag=True,
    help="Code that needs only paddle, its shape checks included.",
)
@click.option("--force", is_flag=True, help="Overwrite files that pmgen did not write.")
@click.option("-q", "--quiet", is_flag=True, help="Print no table.")
@format_option
@network_options()
@root_option
def build(
    specs: tuple[str, ...],
    whole: bool,
    out: Path,
    only_check: bool,
    standalone: bool,
    force: bool,
    quiet: bool,
    style: str,
    pairs: tuple[str, ...],
    input_text: str | None,
    root: Path | None,
) -> int:
    """Compile each SPEC to a readable Paddle class, in a file of its own.

    SPEC is a YAML file, or a name of the catalogue such as vgg16 (see `pmgen list`).
    Nothing is written while any of them has a mistake. What --set or --input changes
    gets a file of its own, named after it.
    """
    if whole == bool(specs):
        raise click.UsageError("name a SPEC, or give --all for the whole catalogue")
    if out.suffix == ".py":
        raise click.UsageError(
            f"`--out` names a folder, and `{out}` looks like a file; "
            "the file is named after its spec"
        )
    specs = specs or tuple(str(path) for path in spec_paths())
    settings = settings_from(pairs, input_text)
    with collector_off():
        results = [compiled(s, root, settings, standalone=standalone) for s in specs]
    if not report(results, style=style, root_of=lambda p: root or trusted_folder(p)):
        return 1
    targets = _targets(results, out, settings)
    if only_check:
        return _check(results, targets, beside=style != "text")
    built = zip(results, targets, strict=True)
    written = [write(result, target, force=force) for result, target in built]
    if style == "text":
        _print_notes(results)
    if not quiet and style == "text":
        _print(results, targets, written)
    return 0


def _targets(results: list[Compiled], out: Path, settings: Settings) -> list[Path]:
    files = [out / generated_file(result.path, settings) for result in results]
    targets: dict[Path, Path] = {}
    for result, target in zip(results, files, strict=True):
        if target in targets and targets[target] != result.path:
            raise UserError(
                f"`{targets[target]}` and `{result.path}` would both become "
                f"`{target}`; build them into two folders"
            )
        targets[target] = result.path
    return files


def _check(results: list[Compiled], targets: list[Path], *, beside: bool) -> int:
    """Print what differs; with `beside` to stderr, since a program reads stdout."""
    stale = 0
    for result, target in zip(results, targets, strict=True):
        assert result.code is not None
        if not is_current(target, result.code):
            stale += 1
            click.echo(drift(target, result.code), nl=False, err=beside)
    if stale:
        click.echo(
            f"{stale} of {len(results)} files differ from their specs; "
            "`pmgen build` without --check writes them",
            err=True,
        )
    return 1 if stale else 0


def _print_notes(results: list[Compiled]) -> None:
    """Notes on the code on stderr, each once: several specs may share a block."""
    notes = (note for result in results for note in result.notes)
    for text in dict.fromkeys(f"{note.span.place}: {note.text}" for note in notes):
        click.echo(f"note: {text}", err=True)


def _print(results: list[Compiled], targets: list[Path], written: list[bool]) -> None:
    terminal = console()
    if len(results) == 1:
        graph = results[0].graph
        assert graph is not None
        print_table(graph, terminal, depth=0)
        terminal.print(f"{'wrote' if written[0] else 'unchanged:'} {targets[0]}")
        return
    rows = []
    for result, target, new in zip(results, targets, written, strict=True):
        graph = result.graph
        assert graph is not None
        file = f"{target}{'' if new else ' (unchanged)'}"
        rows.append((graph.spec.name.text, *figures(graph), file))
    print_networks(terminal, "model", "file", rows)
