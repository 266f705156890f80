"""`pmgen weights import`: build the spec's class, then hand over to the runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from pmruntime.cli.on_demand import OnDemand
from pmruntime.cli.weights import import_command, weights_command

from pmgen.cli.common import (
    compiled,
    generated_option,
    network_options,
    report,
    root_option,
    settings_from,
    write_into,
)
from pmgen.cli.completion import complete_spec
from pmgen.cli.handover import run_runtime, shared_with, typed

_SHARED = shared_with(import_command, without=("generated", "settings"))
weights = OnDemand(
    weights_command.name,
    table={"import": (__name__, "import_")},
    help=weights_command.help,
)


@click.command("import", short_help=import_command.short_help)
@click.argument("spec", metavar="SPEC", shell_complete=complete_spec)
@network_options()
@generated_option
@root_option
@click.pass_context
def import_(
    ctx: click.Context,
    /,
    spec: str,
    generated: Path,
    pairs: tuple[str, ...],
    input_text: str | None,
    root: Path | None,
    **shared: Any,
) -> int:
    """Match FILE to the network of SPEC, and write its weights as safetensors.

    SPEC is a YAML file or a name of the catalogue. FILE is Paddle's .pdparams,
    PyTorch's .pth or safetensors; nothing of it is run.
    """
    settings = settings_from(pairs, input_text)
    result = compiled(spec, root, settings)
    if not report([result]):
        return 1
    target = write_into(generated, result, settings)
    *options, _, file = typed(ctx, _SHARED)
    return run_runtime(["weights", "import", *options, "--", str(target), file])


import_.params += _SHARED
