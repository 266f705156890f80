"""`data show`: a contact sheet of a folder of images."""

from __future__ import annotations

from pathlib import Path

import click

from pmruntime.cli.common import PATH, debug_option, images_argument, problems_explained
from pmruntime.files import write_atomic
from pmruntime.problems import UserError


@click.command("show")
@images_argument
@click.option(
    "-o", "--out", required=True, type=PATH, metavar="PNG", help="The file to write."
)
@click.option(
    "--per-class",
    type=click.IntRange(1, 20),
    default=6,
    show_default=True,
    help="Images of each class and split.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@debug_option
def show_command(
    folder: Path, out: Path, per_class: int, seed: int, force: bool, debug: bool
) -> None:
    """Draw some images of each class on one sheet.

    Those for training and those for validation stand side by side.
    """
    with problems_explained(debug):
        from pmruntime.data.folders.kinds import list_images
        from pmruntime.data.inspect.contact_sheet import MAX_CLASSES, contact_sheet
        from pmruntime.machine.opencv import cv2

        _check_out(out, force)
        listing = list_images(folder) if folder.is_dir() else None
        if listing is None or not (listing.train or listing.val):
            raise UserError(
                f"`{folder}` is no folder with labelled images",
                "see `pmgen data --help` for the folders that are read",
            )
        sheet = contact_sheet(listing, per_class, seed)
        encoded, content = cv2.imencode(".png", sheet)
        if not encoded:
            raise UserError("the sheet cannot be encoded as PNG")
        write_atomic(out, content.tobytes())
        shown = min(len(listing.class_names), MAX_CLASSES)
        height, width = sheet.shape[:2]
        click.echo(f"`{out}`: {shown} classes, {width} x {height} pixels")
        if shown < len(listing.class_names):
            click.echo(f"the other {len(listing.class_names) - shown} are left out")


def _check_out(out: Path, force: bool) -> None:
    if out.suffix.lower() != ".png":
        raise UserError(f"`{out}`: the sheet is a PNG", "let the name end in .png")
    if not out.parent.is_dir():
        raise UserError(f"there is no folder `{out.parent}`", "make it first")
    if out.exists() and not force:
        raise UserError(f"`{out}` is there already", "`--force` replaces it")
