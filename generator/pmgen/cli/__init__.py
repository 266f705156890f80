"""The command line: arguments, exit codes, printing. No logic, and no heavy import.

Exit status: 0 sound; 1 the spec is wrong, or `--check` found drift, or work failed;
2 the command line is wrong.
"""

from __future__ import annotations

import sys
from typing import Any

import click
from pmruntime.cli.ending import ended, print_error
from pmruntime.cli.on_demand import OnDemand
from pmruntime.problems import UserError

from pmgen import __version__

# command -> (module, function): a command's module is imported when it is called
_COMMANDS = {
    "new": ("pmgen.cli.commands.new", "new"),
    "check": ("pmgen.cli.commands.check", "check"),
    "show": ("pmgen.cli.commands.show", "show"),
    "build": ("pmgen.cli.commands.build", "build"),
    "list": ("pmgen.cli.commands.listing", "list_specs"),
    "explain": ("pmgen.cli.commands.explain", "explain"),
    "schema": ("pmgen.cli.commands.schema", "schema"),
    "train": ("pmgen.cli.commands.train", "train"),
    "data": ("pmgen.cli.handover", "data"),
    "weights": ("pmgen.cli.commands.weights", "weights"),
    "eval": ("pmgen.cli.handover", "evaluate"),
    "predict": ("pmgen.cli.handover", "predict"),
    "export": ("pmgen.cli.handover", "export"),
}
# what a person does -> the commands for it
_SECTIONS = {
    "Design a network": ("new", "check", "show", "build", "list", "explain", "schema"),
    "Train it": ("train", "data", "weights"),
    "Use it": ("eval", "predict", "export"),
}


class _Commands(OnDemand):
    def help_for(self, name: str) -> str | None:
        """A network in the place of a command is common: its command was left out."""
        from pathlib import Path

        from pmgen.catalogue import names

        if name in names() or Path(name).suffix in (".yaml", ".yml"):
            return f"it is a spec: `pmgen show {name}`, `pmgen build {name}`"
        return super().help_for(name) or "`pmgen --help` lists them"


@click.group(
    cls=_Commands,
    table=_COMMANDS,
    sections=_SECTIONS,
    context_settings={"help_option_names": ["--help", "-h"]},
)
@click.version_option(__version__, prog_name="pmgen")
@click.option("--debug", is_flag=True, help="Show the traceback of a failure.")
def cli(debug: bool) -> None:
    """Write a convolutional network once, as a short YAML spec.

    It is checked before any tensor exists, compiled to a readable PaddlePaddle class,
    and trained by a shared runtime. Start with: pmgen build lenet
    """
    # `--debug` is read by main(), which has to know it before anything can fail.


def main(args: list[str] | None = None) -> Any:
    """The entry point `pmgen`. Never lets a traceback through, unless `--debug`."""
    argv = sys.argv[1:] if args is None else args
    debug = "--debug" in argv
    try:
        with ended(debug=debug):
            status = cli.main(args=argv, prog_name="pmgen", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except UserError as error:
        if debug:
            raise
        print_error(str(error))
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        print_error(
            f"this should not have happened ({type(error).__name__}: {error})\n"
            "  please report it with the spec; --debug before the command shows where"
        )
        sys.exit(1)
