"""The command line: arguments, exit codes, printing. No logic, and no heavy import.

Exit status: 0 sound; 1 the spec is wrong, or `--check` found drift, or work failed;
2 the command line is wrong.
"""

from __future__ import annotations

import sys
from typing import Any

import click
from pmruntime.cli.on_demand import OnDemand
from pmruntime.problems import UserError

from pmgen import __version__

# command -> (module, function): a command's module is imported when it is called
_COMMANDS = {
    "build": ("pmgen.cli.commands.build", "build"),
    "check": ("pmgen.cli.commands.check", "check"),
    "show": ("pmgen.cli.commands.show", "show"),
    "list": ("pmgen.cli.commands.listing", "list_specs"),
    "new": ("pmgen.cli.commands.new", "new"),
    "explain": ("pmgen.cli.commands.explain", "explain"),
    "schema": ("pmgen.cli.commands.schema", "schema"),
    "train": ("pmgen.cli.commands.train", "train"),
    "eval": ("pmgen.cli.handover", "evaluate"),
    "predict": ("pmgen.cli.handover", "predict"),
    "export": ("pmgen.cli.handover", "export"),
    "data": ("pmgen.cli.handover", "data"),
    "weights": ("pmgen.cli.commands.weights", "weights"),
}


@click.group(
    cls=OnDemand,
    table=_COMMANDS,
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
        status = cli.main(args=argv, prog_name="pmgen", standalone_mode=False)
        sys.exit(status if isinstance(status, int) else 0)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except UserError as error:
        if debug:
            raise
        click.echo(f"pmgen: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads on, so nothing more may be written
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        click.echo(
            f"pmgen: this should not have happened ({type(error).__name__}: {error}).\n"
            "Please report it with the spec; --debug before the command shows where.",
            err=True,
        )
        sys.exit(1)
