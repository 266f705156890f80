"""`train`: arguments in, one line of results out."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from pmruntime.cli.common import computing_options, data_option, problems_explained
from pmruntime.cpu import apply_cpu_settings, import_paddle


@click.command("train")
@click.argument("generated", type=click.Path(path_type=Path), metavar="GENERATED.py")
@computing_options
@data_option
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
    with problems_explained(debug):
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
