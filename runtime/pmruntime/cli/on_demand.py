"""Groups of commands whose modules are imported when a command is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from pmruntime.problems import UserError


class OnDemand(click.Group):
    """A group defined by a table: command -> (module, function)."""

    def __init__(
        self, *args: Any, table: Mapping[str, tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported; None where the table lacks it.

        Where a module lacks a package, its command says so when it is called, and the
        others can be used.
        """
        if cmd_name not in self._table:
            return None
        module, function = self._table[cmd_name]
        try:
            command: click.Command = getattr(importlib.import_module(module), function)
        except (ImportError, UserError) as error:
            from pmruntime.cli.unusable import unusable

            return unusable(cmd_name, error)
        return command
