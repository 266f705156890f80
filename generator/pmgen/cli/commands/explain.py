"""`pmgen explain`: what a diagnostic code means, with an example."""

from __future__ import annotations

import click
from pmruntime.suggest import did_you_mean

from pmgen.cli.completion import complete_code
from pmgen.cli.explained import explain as explanation_of
from pmgen.diagnostics.codes import CODES, FAMILIES


@click.command(short_help="Say what a code such as PM303 means.")
@click.argument("code", metavar="[CODE]", required=False, shell_complete=complete_code)
def explain(code: str | None) -> int:
    """Say what a diagnostic code such as PM303 means; without one, list them all."""
    if code is None:
        click.echo(_all_codes(), nl=False)
        return 0
    known = code.upper()
    if known not in CODES:
        near = did_you_mean(known, CODES)
        raise click.UsageError(
            f"there is no code {code}; {near or '`pmgen explain` lists them'}"
        )
    click.echo(explanation_of(known).as_text(), nl=False)
    return 0


def _all_codes() -> str:
    parts = []
    for digit, title in FAMILIES.items():
        lines = [f"  {k}  {text}" for k, text in CODES.items() if k[2] == digit]
        parts.append("\n".join((title, *lines)) + "\n")
    return "\n".join(parts)
