"""Groups of commands whose modules are imported when a command is called."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import click

from pmruntime.cli.ending import ended
from pmruntime.suggest import did_you_mean


class OnDemand(click.Group):
    """A group defined by a table: command -> (module, function).

    `sections` are the headings of its help, each with its commands; without them, all
    stand under one. Its `main` ends as `pmruntime.cli.ending` says.
    """

    def __init__(
        self,
        *args: Any,
        table: Mapping[str, tuple[str, str]],
        sections: Mapping[str, Sequence[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        self.sections = sections or {"Commands": tuple(table)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported; None where the table lacks it."""
        if cmd_name not in self.table:
            return None
        module, function = self.table[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), function)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The words that are left for the command. Raises UsageError."""
        if not ctx.resilient_parsing:
            _refuse_empty(args)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the first argument names. Raises UsageError."""
        name = args[0]
        if name not in self.table and name[:1] != "-" and not ctx.resilient_parsing:
            help = self.help_for(name)
            ctx.fail(f"no such command `{name}`" + (f"\n  {help}" if help else ""))
        return super().resolve_command(ctx, args)

    def help_for(self, name: str) -> str | None:
        """What a word that is no command may mean."""
        return did_you_mean(name, self.table)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """The commands under the headings of `sections`."""
        width = formatter.width - 6 - max(map(len, self.table))
        for title, names in self.sections.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(n, c.get_short_help_str(width)) for n, c in found if c is not None]
            with formatter.section(title):
                formatter.write_dl(rows)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line; exits, unless `standalone_mode` is off."""
        words = list(sys.argv[1:] if args is None else args)
        run = partial(super().main, words, prog_name, complete_var, False, **extra)
        if not standalone_mode:
            return run()
        status: object = None
        with ended(debug="--debug" in words):
            status = run()
        sys.exit(status if isinstance(status, int) else 0)


def _refuse_empty(words: Sequence[str]) -> None:
    """Raise UsageError where an argument is empty.

    It comes from a shell variable that nothing set, and as a path it would mean the
    working folder.
    """
    for before, word in zip(["", *words], words, strict=False):
        option = word[:-1] if word.startswith("--") and word.endswith("=") else before
        if not word or option is not before:
            place = f"after `{option}` " if option.startswith("-") else ""
            raise click.UsageError(
                f"an argument {place}is empty; is a variable of the shell not set?"
            )
