"""`eval`: a trained run measured again, as a table or JSON, and as a page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pmruntime.cli.common import (
    PATH,
    computing,
    computing_options,
    data_option,
    format_option,
    run_argument,
    weights_option,
)

if TYPE_CHECKING:
    from rich.console import Console

_MANY_CLASSES = 20  # with more, a table is longer than a screen


def _at_most_one(
    ctx: click.Context, parameter: click.Parameter, runs: tuple[Path, ...]
) -> Path | None:
    """The run, where one was given. A second one would take its place unsaid."""
    if len(runs) > 1:
        raise click.UsageError(
            f"--against takes one run, not {len(runs)}: evaluate once for each, with "
            "--out"
        )
    return runs[0] if runs else None


@click.command("eval", short_help="Measure a trained network again.")
@run_argument
@data_option
@weights_option
@click.option(
    "--baseline",
    is_flag=True,
    help="Hold the network against a logistic regression on tiny pictures.",
)
@click.option(
    "--against",
    multiple=True,
    callback=_at_most_one,
    type=PATH,
    metavar="RUN2",
    help="Hold the network against that of another run, on the same images.",
)
@click.option(
    "--subset",
    is_flag=True,
    help="Let the data lack some of the run's classes.",
)
@click.option("--no-report", is_flag=True, help="No report.html and no pictures.")
@click.option(
    "--out", type=PATH, metavar="FOLDER", help="Where to write instead of into RUN."
)
@format_option
@computing_options
def eval_command(
    run: Path,
    weights: str,
    baseline: bool,
    against: Path | None,
    subset: bool,
    no_report: bool,
    out: Path | None,
    form: str,
    data: str,
    device: str,
    threads: int | None,
    debug: bool,
) -> None:
    """Measure a trained network on the validation images again.

    Writes eval.json, predictions.csv, pictures and report.html into RUN.
    """
    with computing(debug, threads):
        from rich.console import Console

        from pmruntime.evaluation.evaluate import evaluate_run
        from pmruntime.evaluation.output import output_folder
        from pmruntime.runs.folder import RunFolder

        result = evaluate_run(
            run,
            data,
            weights=weights,
            device=device,
            baseline=baseline,
            against=against,
            subset=subset,
            report=not no_report,
            out=out,
            console=Console(stderr=True),
        )
        if form == "json":
            click.echo(json.dumps(result, indent=2, ensure_ascii=False))
            return
        console = Console()
        _print_evaluation(console, result)
        page = output_folder(RunFolder(run), out, result) / (
            "eval.json" if no_report else "report.html"
        )
        console.print(f"written: {page}", highlight=False, markup=False, soft_wrap=True)


def _print_evaluation(console: Console, result: dict[str, Any]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from pmruntime.evaluation.report.page import columns, difference_rows, metric_rows

    epoch = "" if result["epoch"] is None else f", epoch {result['epoch']}"
    title = (
        f"{result['model']} on {result['data']['source']} "
        f"({result['weights']} weights{epoch}; {result['val']['n']:,} images)"
    )
    table = Table(title=escape(title), title_justify="left")
    table.add_column("")
    for name in columns(result):
        table.add_column(escape(name), justify="right")
    # Three columns are too wide for a terminal of 80, with the intervals beside.
    gap = "\n" if len(columns(result)) > 2 else "  "
    for row in metric_rows(result):
        cells = [f"{value}{gap}[dim]{escape(note)}[/]" for value, note in row["cells"]]
        table.add_row(row["title"], *cells)
    console.print(table)
    console.print("With each figure its 95% interval.", style="dim")
    _print_classes(console, result)
    for rival in difference_rows(result):
        table = Table(
            title=escape(f"{result['model']} less {rival['name']}"),
            title_justify="left",
        )
        table.add_column("")
        for heading in ("difference", "95% interval", "p"):
            table.add_column(heading, justify="right")
        for cells in rival["rows"]:
            table.add_row(*map(escape, cells))
        console.print(table)
    if result["missing_classes"]:
        names = ", ".join(result["missing_classes"])
        console.print(f"Classes that these data lack: {names}", markup=False)
    if result["classes_by"] == "number":
        console.print(
            "The run does not name its classes: those of the data are matched to them "
            "by number."
        )
    if not result["same_data"]:
        console.print("These are not the images that the run was validated on.")


def _print_classes(console: Console, result: dict[str, Any]) -> None:
    """A row for each class of more than two; of very many, those found least."""
    from rich.markup import escape
    from rich.table import Table

    from pmruntime.evaluation.report.page import class_rows

    sensitivity = [row["sensitivity"]["value"] for row in result["classes"]]
    rows = class_rows(result)
    title = "class by class"
    if len(rows) > _MANY_CLASSES:
        title = f"the {_MANY_CLASSES} of {len(rows)} classes that are found least"
        present = [i for i in range(len(rows)) if sensitivity[i] is not None]
        least = sorted(present, key=lambda i: sensitivity[i])[:_MANY_CLASSES]
        rows = [rows[i] for i in least]
    if not rows:
        return
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("images", "sensitivity", "precision"):
        table.add_column(heading, justify="right")
    for name, images, found, found_in, right, right_in in rows:
        cells = [
            f"{v}  [dim]{escape(i)}[/]"
            for v, i in ((found, found_in), (right, right_in))
        ]
        table.add_row(escape(name), images, *cells)
    console.print(table)
