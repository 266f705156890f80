"""The command line: arguments, exit codes, printing. Commands are loaded on demand.

Exit status: 0 done, 1 a problem that the message explains, 2 a wrong command line,
130 stopped with Ctrl-C.
"""

from __future__ import annotations

import os

import click

from pmruntime import __version__
from pmruntime.cli.on_demand import OnDemand

_PROGRAM = os.environ.get("PMRUNTIME_PROG", "python -m pmruntime")
# command -> (module, function): a command's module is imported when it is called
_COMMANDS = {
    "train": ("pmruntime.cli.train", "train_command"),
    "eval": ("pmruntime.cli.evaluate", "eval_command"),
    "predict": ("pmruntime.cli.predict", "predict_command"),
    "export": ("pmruntime.cli.export", "export_command"),
    "data": ("pmruntime.cli.data", "data_command"),
    "weights": ("pmruntime.cli.weights", "weights_command"),
}


@click.group(
    cls=OnDemand,
    table=_COMMANDS,
    context_settings={"help_option_names": ["--help", "-h"]},
)
@click.version_option(__version__)
def cli() -> None:
    """Train, measure, explain and use networks that pmgen generated."""


def main() -> None:
    """Run the command line under the name that the user typed (PMRUNTIME_PROG)."""
    cli(prog_name=_PROGRAM)
