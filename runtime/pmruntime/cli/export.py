"""`export`: a run becomes a folder that needs neither pmgen nor its training."""

from __future__ import annotations

from pathlib import Path

import click

from pmruntime.cli.common import (
    PATH,
    computing,
    debug_option,
    run_argument,
    threads_option,
    weights_option,
)


@click.command(
    "export", short_help="Write a trained network as ONNX, or for Paddle Inference."
)
@run_argument
@click.option(
    "--format",
    "form",
    required=True,
    type=click.Choice(["onnx", "paddle"]),
    help="For ONNX Runtime, or for Paddle Inference.",
)
@click.option(
    "--out",
    required=True,
    type=PATH,
    metavar="FOLDER",
    help="A new folder; nothing is written anywhere else.",
)
@weights_option
@click.option("--force", is_flag=True, help="Replace an earlier export in FOLDER.")
@threads_option
@debug_option
def export_command(
    run: Path,
    form: str,
    out: Path,
    weights: str,
    force: bool,
    threads: int | None,
    debug: bool,
) -> None:
    """Write a trained network for use without pmgen, and check it.

    The exported network is run, and its outputs are compared with the checkpoint's. An
    export that differs is not written.
    """
    with computing(debug, threads):
        from pmruntime.export import export_run

        record = export_run(run, out, form, weights=weights, force=force)
        check = record["check"]
        batches = " and ".join(map(str, check["batches"]))
        click.echo(
            f"{record['model']} ({weights} weights) as {', '.join(record['files'])} in "
            f"`{out}`\nlargest difference from the checkpoint: "
            f"{check['difference']:.1e} of {check['allowed']:.1e} allowed, in batches "
            f"of {batches}"
        )
