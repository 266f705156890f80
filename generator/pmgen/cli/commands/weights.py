"""`pmgen weights import`: build the spec's class, then hand over to the runtime."""

from __future__ import annotations

from pathlib import Path

import click

from pmgen.cli.common import (
    compiled,
    generated_option,
    network_options,
    report,
    root_option,
    settings_from,
    write_into,
)
from pmgen.cli.handover import PASS_ON, run_runtime


@click.group()
def weights() -> None:
    """Use weights of elsewhere: .pdparams, .pth and safetensors."""


@weights.command("import", context_settings=PASS_ON, add_help_option=False)
@click.argument("spec", metavar="SPEC", required=False)
@generated_option
@network_options
@root_option
@click.option("-h", "--help", "wants_help", is_flag=True)
@click.argument("runtime", nargs=-1, type=click.UNPROCESSED)
def import_(
    spec: str | None,
    generated: Path,
    pairs: tuple[str, ...],
    input_text: str | None,
    root: Path | None,
    wants_help: bool,
    runtime: tuple[str, ...],
) -> int:
    """Match FILE to the network of SPEC and write safetensors; run nothing of it."""
    if wants_help:
        click.echo(_HELP)
        return run_runtime(["weights", "import", "--help"])
    if spec is None:
        raise click.UsageError("name a SPEC and a FILE of weights")
    settings = settings_from(pairs, input_text)
    result = compiled(spec, root, settings)
    if not report([result]):
        return 1
    target = write_into(generated, result, settings)
    return run_runtime(["weights", "import", str(target), *runtime])


_HELP = """\
Usage: pmgen weights import SPEC FILE -o OUT.safetensors [OPTIONS]

  Match FILE to the network of SPEC (a file, or a name of the catalogue).

Options of the compiler:
  --set NAME=VALUE     another value for a parameter of the model
  --input CxHxW        another input
  --generated DIR      folder for the generated class  [default: generated]
  --root DIR           folder that `extends` and `use` may reach

The runtime takes the rest:
"""
