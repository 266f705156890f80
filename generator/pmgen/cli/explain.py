"""`pmgen explain`: what a diagnostic code means."""

from __future__ import annotations

import click

from pmgen.codes import CODES
from pmgen.suggest import did_you_mean


@click.command()
@click.argument("code", metavar="CODE")
def explain(code: str) -> int:
    """Say what a diagnostic code such as PM303 means."""
    text = CODES.get(code.upper())
    if text is None:
        near = did_you_mean(code.upper(), CODES)
        raise click.UsageError(
            f"there is no code {code}" + (f"; {near}" if near else "")
        )
    click.echo(f"{code.upper()}: {text}")
    return 0
