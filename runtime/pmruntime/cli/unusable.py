"""A command in the place of one whose module cannot be imported."""

from __future__ import annotations

import click

from pmruntime.cli.common import problems_explained
from pmruntime.machine.extras import extra_missing
from pmruntime.problems import first_line


def unusable(name: str, error: Exception) -> click.Command:
    """A command that says why it cannot be used, whatever it is asked."""
    problem = extra_missing(error) or error

    @click.command(
        name,
        short_help=f"({first_line(problem)})",
        context_settings={"ignore_unknown_options": True},
        add_help_option=False,
    )
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def command(arguments: tuple[str, ...]) -> None:
        with problems_explained("--debug" in arguments):
            raise error

    return command
