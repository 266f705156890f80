"""`data synth`: drawn images, where the real ones are not at hand."""

from __future__ import annotations

from pathlib import Path

import click

from pmruntime.cli.common import PATH, debug_option, problems_explained


@click.command("synth")
@click.option("--out", required=True, type=PATH, metavar="DIR")
@click.option("--train", type=click.IntRange(1), default=60, show_default=True)
@click.option("--val", type=click.IntRange(1), default=30, show_default=True)
@click.option(
    "--size",
    type=click.IntRange(32, 4096),
    default=224,
    show_default=True,
    help="Pixels of a side.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@debug_option
def synth_command(
    out: Path, train: int, val: int, size: int, seed: int, debug: bool
) -> None:
    """Draw fundus images into DIR, in the layout of iChallenge-PM.

    For a first try without the download. They are drawings: a network that tells them
    apart knows nothing of eyes.
    """
    with problems_explained(debug):
        from pmruntime.data.prepare.synth import synthesise
        from pmruntime.runs.progress import progress_bar

        with progress_bar("drawing") as progress:
            synthesise(
                out, train=train, val=val, size=size, seed=seed, progress=progress
            )
        click.echo(
            f"drew {train:,} images to train on and {val:,} to validate on into `{out}`"
        )
        click.echo(
            "They are drawings: what a network learns from them is not about eyes."
        )
