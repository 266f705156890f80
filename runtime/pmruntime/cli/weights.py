"""`weights import`: weights of another source, written for a generated network."""

from __future__ import annotations

from pathlib import Path

import click

from pmruntime.cli.common import PATH, arguments_option, computing, debug_option
from pmruntime.cli.on_demand import OnDemand
from pmruntime.problems import UserError


@click.group(
    "weights",
    cls=OnDemand,
    table={"import": ("pmruntime.cli.weights", "import_command")},
)
def weights_command() -> None:
    """Use weights of elsewhere: .pdparams, .pth and safetensors."""


@click.command("import", short_help="Write weights of elsewhere for a network.")
@click.argument("generated", type=PATH, metavar="GENERATED.py")
@click.argument("file", type=PATH, metavar="FILE")
@click.option(
    "-o", "--out", required=True, type=PATH, help="The safetensors file to write."
)
@click.option(
    "--skip-classifier",
    is_flag=True,
    help="Leave the last layers at their initial values where the classes differ.",
)
@click.option(
    "--layout",
    type=click.Choice(["paddle", "torch"]),
    help="Whose Linear weights a safetensors file holds, where it cannot be seen.",
)
@arguments_option
@click.option("-v", "--verbose", is_flag=True, help="List every tensor.")
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@debug_option
def import_command(
    generated: Path,
    file: Path,
    out: Path,
    skip_classifier: bool,
    layout: str | None,
    settings: tuple[str, ...],
    verbose: bool,
    force: bool,
    debug: bool,
) -> None:
    """Read FILE, match it to the network of a generated file, write its weights.

    FILE is Paddle's .pdparams, PyTorch's .pth or safetensors; nothing of it is run.
    """
    with computing(debug):
        from pmruntime.model.loading import (
            build_model,
            load_model_class,
            parse_arguments,
        )
        from pmruntime.model.weights.pretrained import load_pretrained
        from pmruntime.runs.checkpoint import save_weights

        if out.exists() and not force:
            raise UserError(f"`{out}` is there already", "move it away, or use --force")
        model = build_model(load_model_class(generated), parse_arguments(settings))
        report = load_pretrained(
            model, file, skip_classifier=skip_classifier, layout=layout
        )
        origin = {
            "imported_from": file.name,
            "sha256": report.sha256,
            "layout": report.layout,
            "initial": [name for name, _ in report.initial],
        }
        save_weights(out, model, origin)
        lines = "\n".join(report.lines(verbose=verbose))
        click.echo(f"{type(model).__name__}: {lines}")
        click.echo(f"wrote {out}")
