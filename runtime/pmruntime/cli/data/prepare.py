"""`data prepare`: from the challenge's archives to a folder that is ready."""

from __future__ import annotations

from pathlib import Path

import click

from pmruntime.cli.common import PATH, debug_option, problems_explained
from pmruntime.cli.data.check import print_report
from pmruntime.problems import UserError
from pmruntime.recipe.images import RESIZES


@click.command("prepare")
@click.argument(
    "archives", nargs=-1, required=True, type=PATH, metavar="ARCHIVES...|DIR"
)
@click.option("--out", type=PATH, metavar="DIR")
@click.option(
    "--size",
    default="224x224",
    show_default=True,
    metavar="HxW",
    help="Size of the decoded images that are kept.",
)
@click.option(
    "--resize", type=click.Choice(list(RESIZES)), default="linear", show_default=True
)
@click.option("--no-cache", is_flag=True, help="Keep no decoded images.")
@click.option(
    "--max-size",
    type=click.IntRange(min=1),
    show_default="20 GiB",
    metavar="BYTES",
    help="What all archives together may unpack to.",
)
@click.option("--force", is_flag=True, help="Replace what prepare wrote before.")
@debug_option
def prepare_command(
    archives: tuple[Path, ...],
    out: Path | None,
    size: str,
    resize: str,
    no_cache: bool,
    max_size: int | None,
    force: bool,
    debug: bool,
) -> None:
    """Unpack iChallenge-PM's ARCHIVES into DIR and decode all images once.

    The archives are training.zip, validation.zip and valid_gt.zip, as downloaded. With
    a folder of images instead, only the decoding is done.
    """
    if out is None and (len(archives) != 1 or not archives[0].is_dir()):
        raise click.UsageError("--out DIR is needed")
    with problems_explained(debug):
        from pmruntime.data.folders.image_folder import build_cache
        from pmruntime.data.inspect.check import check_folder
        from pmruntime.data.preprocessing import Preprocessing
        from pmruntime.runs.progress import progress_bar

        wanted = Preprocessing(_size(size), resize)
        if out is not None:
            _unpack(archives, out, max_size, force=force)
        folder = archives[0] if out is None else out
        with progress_bar("checking images") as progress:
            report = check_folder(folder, progress=progress)
        print_report(report)
        if not report.sound:
            raise SystemExit(1)
        if not no_cache:
            with progress_bar("decoding images") as progress:
                files = build_cache(folder, wanted, progress=progress)
            for file in files:
                click.echo(f"decoded images kept in {file}")


def _unpack(
    archives: tuple[Path, ...], out: Path, max_size: int | None, *, force: bool
) -> None:
    from pmruntime.data.prepare.archives import MAX_TOTAL, prepare
    from pmruntime.runs.progress import progress_bar

    limit = max_size or MAX_TOTAL
    with progress_bar("unpacking") as progress:
        made = prepare(archives, out, force=force, max_bytes=limit, progress=progress)
    for name, count in sorted(made.images.items()):
        click.echo(f"{name}: {count:,} images")
    if made.skipped:
        click.echo(f"{made.skipped:,} other entries left out")


def _size(text: str) -> tuple[int, int]:
    height, _, width = text.partition("x")
    if height.isdecimal() and width.isdecimal() and int(height) and int(width):
        return int(height), int(width)
    raise UserError(f"`--size {text}`: write height and width, as in 224x224")
