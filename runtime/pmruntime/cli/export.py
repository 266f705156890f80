"""`export`: a trained run for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from pmruntime.cli.common import debug_option, problems_explained, weights_option
from pmruntime.cpu import apply_cpu_settings, import_paddle


@click.command("export")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.option(
    "--format",
    "form",
    required=True,
    type=click.Choice(["onnx", "paddle"]),
    help="ONNX, or Paddle's own form for Paddle Inference.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the export.  [default: RUN-FORMAT, beside the run]",
)
@weights_option
@debug_option
@click.option("--force", is_flag=True, help="Replace an earlier export.")
def export_command(
    run: Path, form: str, out: Path | None, weights: str, debug: bool, force: bool
) -> None:
    """Write a run's network and its preprocessing, and try what was written."""
    with problems_explained(debug):
        apply_cpu_settings(None)
        import_paddle()
        from pmruntime.export import export
        from pmruntime.trained import load_run

        target = out or run.with_name(f"{run.name}-{form}")
        difference = export(load_run(run, weights, "cpu"), target, form, force=force)
        click.echo(
            f"wrote `{target}`; its logits differ from the network's by at most "
            f"{difference:.2g}"
        )
