"""`predict`: image files in, classes and probabilities out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from pmruntime.cli.common import computing_options, problems_explained, weights_option
from pmruntime.cpu import apply_cpu_settings, import_paddle
from pmruntime.files import write_atomic
from pmruntime.problems import UserError

if TYPE_CHECKING:
    from pmruntime.predict import Prediction, Unreadable


@click.command("predict")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@click.argument(
    "images",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
    metavar="IMAGES...",
)
@computing_options
@weights_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write JSON or CSV into this file.",
)
@click.option(
    "--submission",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the PALM challenge's table (classification_results.csv) too.",
)
def predict_command(
    run: Path,
    images: tuple[Path, ...],
    weights: str,
    form: str,
    out: Path | None,
    submission: Path | None,
    device: str,
    threads: int | None,
    debug: bool,
) -> None:
    """Classify image files, and the image files in folders, with a trained run."""
    if out is not None and form == "table":
        raise click.UsageError("-o takes --format json or csv")
    with problems_explained(debug):
        apply_cpu_settings(threads)
        import_paddle()
        from pmruntime.predict import (
            Prediction,
            Unreadable,
            as_csv,
            as_submission,
            expanded,
            predict,
        )
        from pmruntime.trained import load_run

        trained = load_run(run, weights, device)
        files = list(expanded(images))
        if not files:
            raise UserError("there is no image file in what was given")
        found = list(
            track(
                predict(trained, files),
                total=len(files),
                console=Console(stderr=True),
                transient=True,
                disable=len(files) < 100 or not Console(stderr=True).is_terminal,
            )
        )
        good = [item for item in found if isinstance(item, Prediction)]
        bad = [item for item in found if isinstance(item, Unreadable)]
        names = trained.class_names
        if form == "table":
            _print_table(good, names)
        else:
            text = (
                as_csv(good, names)
                if form == "csv"
                else json.dumps([p.as_json(names) for p in good], indent=2) + "\n"
            )
            if out is None:
                click.echo(text, nl=False)
            else:
                write_atomic(out, text.encode())
        if submission is not None:
            write_atomic(submission, as_submission(good, names).encode())
        if bad:
            raise _bad_files(bad)


def _print_table(predictions: list[Prediction], class_names: tuple[str, ...]) -> None:
    table = Table()
    table.add_column("file", overflow="fold")
    table.add_column("class")
    shown = class_names if len(class_names) <= 5 else ()
    for name in shown or ("probability",):
        table.add_column(f"p({name})" if shown else name, justify="right")
    for p in predictions:
        chances = p.probabilities if shown else (p.probabilities[p.label],)
        row = [str(p.path), p.class_name, *(f"{chance:.4f}" for chance in chances)]
        table.add_row(*map(escape, row))
    Console().print(table)


def _bad_files(bad: list[Unreadable]) -> UserError:
    lines = "; ".join(f"`{item.path}`: {item.reason}" for item in bad)
    many = f"{len(bad)} files" if len(bad) > 1 else "one file"
    return UserError(
        f"{many} could not be classified: {lines}",
        "replace them, or leave them out; all others were classified",
    )
