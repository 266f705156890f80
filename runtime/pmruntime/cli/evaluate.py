"""`eval`: a trained run measured again, as a table or JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pmruntime.cli.common import (
    computing_options,
    data_option,
    problems_explained,
    weights_option,
)
from pmruntime.cpu import apply_cpu_settings, import_paddle


@click.command("eval")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@computing_options
@data_option
@weights_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
def eval_command(
    run: Path,
    weights: str,
    form: str,
    data: str,
    device: str,
    threads: int | None,
    debug: bool,
) -> None:
    """Measure a trained network on the validation images again."""
    with problems_explained(debug):
        apply_cpu_settings(threads)
        import_paddle()
        from pmruntime.evaluate import evaluate_run

        result = evaluate_run(run, data, weights=weights, device=device)
        if form == "json":
            click.echo(json.dumps(result, indent=2, ensure_ascii=False))
        else:
            _print_evaluation(result)


def _print_evaluation(result: dict[str, Any]) -> None:
    val = result["val"]
    table = Table(title=f"{result['model']} on {result['data']['source']}")
    for column in ("weights", "epoch", "images", "accuracy", "loss"):
        table.add_column(column, justify="left" if column == "weights" else "right")
    table.add_row(
        result["weights"],
        str(result["epoch"]),
        f"{val['n']:,}",
        f"{val['accuracy']:.2%}",
        f"{val['loss']:.6f}",
    )
    console = Console()
    console.print(table)
    if not result["same_data"]:
        console.print("These are not the images that the run was validated on.")
