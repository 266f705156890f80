"""The command line: arguments, exit codes, printing. Commands are loaded on demand.

Exit status: 0 done, 1 a problem that the message explains, 2 a wrong command line,
130 stopped with Ctrl-C.
"""

from __future__ import annotations

import importlib
import os

import click

from pmruntime import __version__

_PROGRAM = os.environ.get("PMRUNTIME_PROG", "python -m pmruntime")
# command -> (module, function): a command's module is imported when it is called
_COMMANDS = {
    "train": ("pmruntime.cli.train", "train_command"),
    "eval": ("pmruntime.cli.evaluate", "eval_command"),
    "weights": ("pmruntime.cli.weights", "weights_command"),
}


class _OnDemand(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, function = _COMMANDS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), function)
        return command


@click.group(cls=_OnDemand, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Train, measure, explain and use networks that pmgen generated."""


def main() -> None:
    """Run the command line under the name that the user typed (PMRUNTIME_PROG)."""
    cli(prog_name=_PROGRAM)
