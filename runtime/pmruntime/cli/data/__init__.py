"""`data`: the group of the commands for folders of images. None needs Paddle."""

from __future__ import annotations

import click

from pmruntime.cli.on_demand import OnDemand

# command -> (module, function)
_COMMANDS = {
    "prepare": ("pmruntime.cli.data.prepare", "prepare_command"),
    "check": ("pmruntime.cli.data.check", "check_command"),
    "show": ("pmruntime.cli.data.show", "show_command"),
    "synth": ("pmruntime.cli.data.synth", "synth_command"),
}


@click.group("data", cls=OnDemand, table=_COMMANDS)
def data_command() -> None:
    """Prepare, check and show a folder of images.

    Known are iChallenge-PM's folders (PALM-Training400, PALM-Validation400), tables
    (train.csv and val.csv), one folder per class (train/<class>, val/<class>), and
    MNIST's IDX files.
    """
