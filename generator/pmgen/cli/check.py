"""`pmgen check`: diagnostics only."""

from __future__ import annotations

from pathlib import Path

import click

from pmgen.cli.common import (
    compiled,
    format_option,
    network_options,
    report,
    root_option,
    settings_from,
    specs_argument,
)


@click.command()
@specs_argument
@format_option
@network_options
@root_option
def check(
    specs: tuple[str, ...],
    style: str,
    pairs: tuple[str, ...],
    input_text: str | None,
    root: Path | None,
) -> int:
    """Check SPEC... and show every mistake at its line. Writes nothing."""
    settings = settings_from(pairs, input_text)
    results = [compiled(spec, root, settings) for spec in specs]
    sound = report(results, style=style, root=root)
    if sound and style == "text":
        for result in results:
            graph = result.graph
            assert graph is not None
            click.echo(f"{graph.spec.name.text}: sound, {graph.params:,} parameters")
    return 0 if sound else 1
