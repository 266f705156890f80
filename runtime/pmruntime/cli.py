"""The command line: arguments, exit codes, printing. Paddle is imported by need only.

Exit status: 0 done, 1 a problem that the message explains, 2 a wrong command line,
130 stopped with Ctrl-C.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.table import Table

from pmruntime import __version__
from pmruntime.cpu import apply_cpu_settings, import_paddle
from pmruntime.problems import UserError, first_line

_PROGRAM = os.environ.get("PMRUNTIME_PROG", "python -m pmruntime")
_Command = TypeVar("_Command", bound=Callable[..., None])


def main() -> None:
    """Run the command line under the name that the user typed (PMRUNTIME_PROG)."""
    cli(prog_name=_PROGRAM)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Train and measure networks that pmgen generated."""


def _common(command: _Command) -> _Command:
    """The options that every command takes."""
    for option in (
        click.option("--debug", is_flag=True, help="Show the traceback of a problem."),
        click.option(
            "--threads",
            type=click.IntRange(min=1),
            help="CPU threads (default: OMP_NUM_THREADS, else all usable cores).",
        ),
        click.option(
            "--device",
            type=click.Choice(["auto", "cpu", "gpu"]),
            default="auto",
            show_default=True,
            help="Where to compute; auto takes a GPU where there is one.",
        ),
        click.option(
            "--data",
            required=True,
            metavar="NAME|DIR",
            help="`digits`, or a folder with MNIST's IDX files.",
        ),
    ):
        command = option(command)
    return command


@cli.command("train")
@click.argument("generated", type=click.Path(path_type=Path), metavar="GENERATED.py")
@_common
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="The run's folder; nothing is written anywhere else.",
)
@click.option("--spec", type=click.Path(path_type=Path), help="The spec, to be kept.")
@click.option("--recipe-json", metavar="JSON", help="The resolved recipe.")
@click.option("--epochs", type=int, help="Overrides the recipe's epochs.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A constructor argument of the network, e.g. num_classes=10.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--force", is_flag=True, help="Replace a run that RUN already holds.")
def train_command(
    generated: Path,
    out: Path,
    spec: Path | None,
    recipe_json: str | None,
    epochs: int | None,
    settings: tuple[str, ...],
    seed: int,
    force: bool,
    data: str,
    device: str,
    threads: int | None,
    debug: bool,
) -> None:
    """Train the network of a generated file."""
    with _problems_explained(debug):
        from pmruntime.recipe import Recipe, parse_recipe_json

        recipe = Recipe() if recipe_json is None else parse_recipe_json(recipe_json)
        if epochs is not None:
            recipe = recipe.with_epochs(epochs)
        cpu = apply_cpu_settings(threads)
        import_paddle()
        from pmruntime.data import open_data
        from pmruntime.loading import parse_arguments
        from pmruntime.progress import reporter_for
        from pmruntime.train import train

        reporter = reporter_for(Console())
        summary = train(
            generated,
            open_data(data),
            out,
            recipe=recipe,
            arguments=parse_arguments(settings),
            spec=spec,
            seed=seed,
            device=device,
            force=force,
            cpu=cpu,
            reporter=reporter,
        )
        val, best = summary["val"], summary["best"]
        reporter.say(
            f"val accuracy {val['accuracy']:.2%} of {val['n']:,} images (best "
            f"{best['accuracy']:.2%} in epoch {best['epoch']}), "
            f"{summary['seconds']:.1f} s; all in `{out}`"
        )


@cli.command("eval")
@click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
@_common
@click.option(
    "--weights",
    type=click.Choice(["last", "best"]),
    default="last",
    show_default=True,
    help="The last epoch's weights, or those of the best epoch.",
)
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
    with _problems_explained(debug):
        apply_cpu_settings(threads)
        import_paddle()
        from pmruntime.data import open_data
        from pmruntime.evaluate import evaluate_run

        result = evaluate_run(run, open_data(data), weights=weights, device=device)
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


@contextlib.contextmanager
def _problems_explained(debug: bool) -> Iterator[None]:
    """One message and exit 1, whatever went wrong; the traceback with --debug."""
    try:
        yield
    except Exception as error:
        if debug:
            raise
        label = click.style("error: ", fg="red", bold=True)
        click.echo(label + _explained(error), err=True)
        raise SystemExit(getattr(error, "exit_status", 1)) from None


def _explained(error: Exception) -> str:
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"`{error.filename}`: {error.strerror}"
    kind = type(error).__name__
    return f"{kind}: {first_line(error)}\n  `--debug` shows where it happened"
