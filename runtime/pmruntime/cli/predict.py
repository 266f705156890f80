"""`predict`: image files in, classes out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pmruntime.cli.common import (
    FILE,
    PATH,
    computing,
    computing_options,
    run_argument,
    weights_option,
)
from pmruntime.problems import UserError

if TYPE_CHECKING:
    from pmruntime.inference.predict import Prediction
    from pmruntime.runs.trained import TrainedRun

_FEW_CLASSES = 5  # so many fit as columns of their own
_MANY_IMAGES = 32  # with more, a bar shows how far it is


@click.command("predict", short_help="Classify images with a trained network.")
@run_argument
@click.argument("images", type=PATH, nargs=-1, required=True, metavar="IMAGES...")
@weights_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    help="What is printed (default: table, or by the suffix of -o).",
)
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="FILE",
    help="Write JSON or CSV to a file instead.",
)
@click.option(
    "--submission",
    type=FILE,
    metavar="FILE",
    help="Also write the PALM challenge's classification_results.csv.",
)
@computing_options
def predict_command(
    run: Path,
    images: tuple[Path, ...],
    weights: str,
    form: str | None,
    output: Path | None,
    submission: Path | None,
    device: str,
    threads: int | None,
    debug: bool,
) -> None:
    """Classify images: files, and folders with all of their image files.

    An image that cannot be used is named, the others are classified, and the exit
    status is 1.
    """
    form = _format(form, output)
    with computing(debug, threads):
        from pmruntime.files import write_atomic
        from pmruntime.inference import prediction_files
        from pmruntime.inference.predict import image_files
        from pmruntime.runs.trained import load_run

        files = image_files(images)
        _check_writable([path for path in (output, submission) if path], files)
        if submission is not None:
            prediction_files.check_submittable(files)
        bad: list[Path] = []
        loaded = load_run(run, weights, device)
        predictions = list(_with_progress(loaded, files, bad))
        if predictions and submission is not None:
            write_atomic(submission, prediction_files.as_submission(predictions))
        if form == "table":
            _print_table(loaded, predictions)
        else:
            as_bytes = getattr(prediction_files, f"as_{form}")
            if output is None:
                click.echo(as_bytes(predictions), nl=False)
            elif predictions:
                write_atomic(output, as_bytes(predictions))
        if bad:
            raise UserError(
                f"{len(bad)} of {len(files)} images could not be used (named above)",
                "the others are classified; no row stands for a bad image",
            )


def _format(form: str | None, output: Path | None) -> str:
    """What to write. Raises UsageError where `-o` leaves it open."""
    if output is None:
        return form or "table"
    form = form or output.suffix.lower().removeprefix(".")
    if form not in ("json", "csv"):
        raise click.UsageError("-o writes JSON or CSV: say --format json or csv")
    return form


def _check_writable(outputs: list[Path], images: list[Path]) -> None:
    """Raise UserError before hours of work, not after them."""
    taken = {image.resolve() for image in images}
    for path in outputs:
        if not path.resolve().parent.is_dir():
            raise UserError(f"cannot write `{path}`: there is no such folder")
        if path.resolve() in taken:
            raise UserError(f"`{path}` is one of the images: it would be lost")
    if len({path.resolve() for path in outputs}) < len(outputs):
        raise UserError("`-o` and `--submission` are the same file")


def _with_progress(
    run: TrainedRun, files: list[Path], bad: list[Path]
) -> Iterator[Prediction]:
    """Predictions, with a bar in a terminal; bad images are printed as they occur."""
    from pmruntime.inference.predict import predict
    from pmruntime.runs.progress import progress_bar

    many = len(files) > _MANY_IMAGES
    with progress_bar("images") if many else nullcontext() as progress:
        good = 0

        def step() -> None:
            if progress is not None:
                progress(good + len(bad), len(files))

        def on_bad(path: Path, reason: str) -> None:
            bad.append(path)
            step()
            # Not through rich, which would break long names into lines.
            click.echo(f"{_shown(path)}: {reason}", err=True)

        for prediction in predict(run, files, on_bad):
            good += 1
            step()
            yield prediction


def _print_table(run: TrainedRun, predictions: list[Prediction]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not predictions:
        return
    names = predictions[0].class_names
    few = names if len(names) <= _FEW_CLASSES else ()
    table = Table(title=f"{run.record['model']}, {run.weights} weights")
    table.add_column("file", overflow="fold")
    table.add_column("class", overflow="fold")
    table.add_column("probability", justify="right")
    for name in few:
        table.add_column(Text(_shown(name)), justify="right")
    for p in predictions:
        table.add_row(
            Text(_shown(p.path)),
            Text(_shown(p.class_name)),
            f"{p.probability:.4f}",
            *(f"{value:.4f}" for value in p.probabilities[: len(few)]),
        )
    # In a file or a pipe no line is broken: there is no width to keep to.
    console = Console() if sys.stdout.isatty() else Console(width=1000)
    console.print(table)


def _shown(name: Path | str) -> str:
    """A name that cannot move the cursor: what is not printable is escaped."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode()
        for char in str(name)
    )
