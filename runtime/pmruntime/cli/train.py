"""`train`: arguments in, one line of results out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console

from pmruntime.cli.common import computing_options, problems_explained
from pmruntime.machine.cpu import apply_cpu_settings, import_paddle
from pmruntime.machine.launch import launch
from pmruntime.machine.launched import is_launched_by_paddle, is_one_of_several
from pmruntime.problems import UserError


@click.command("train")
@click.argument(
    "generated",
    type=click.Path(path_type=Path),
    metavar="GENERATED.py",
    required=False,
)
@computing_options
@click.option(
    "--data",
    metavar="NAME|DIR",
    help="`digits`, or a folder of images (`pmgen data --help`) or of IDX files.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="The run's folder; nothing is written anywhere else.",
)
@click.option(
    "--resume",
    "interrupted",
    type=click.Path(path_type=Path),
    metavar="RUN",
    help="Go on with an interrupted run; no other argument is needed.",
)
@click.option(
    "--spec-files",
    metavar="JSON",
    help="Files of the spec, to be kept: {name: path}, the spec itself first.",
)
@click.option("--recipe-json", metavar="JSON", help="The resolved recipe.")
@click.option("--epochs", type=int, help="Overrides the recipe's epochs.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A constructor argument of the network, e.g. num_classes=10.",
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Start from these weights: .safetensors, Paddle's .pdparams, PyTorch's .pth.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Of the first weights, the order of images, augmentation.  [default: 0]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    default=2,
    show_default=True,
    help="Threads that prepare batches ahead; changes nothing but the speed.",
)
@click.option(
    "--checkpoint-seconds",
    type=click.FloatRange(min=0),
    default=300,
    show_default=True,
    help="Within an epoch, save where the last checkpoint is so old.",
)
@click.option(
    "--nproc",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes of this machine that train together, on GPUs one each.",
)
@click.option(
    "--visualdl",
    is_flag=True,
    help="Log the curves for VisualDL too, into RUN/visualdl.",
)
@click.option("--force", is_flag=True, help="Replace a run that RUN already holds.")
def train_command(
    generated: Path | None,
    data: str | None,
    out: Path | None,
    interrupted: Path | None,
    spec_files: str | None,
    recipe_json: str | None,
    epochs: int | None,
    settings: tuple[str, ...],
    weights: Path | None,
    seed: int | None,
    workers: int,
    checkpoint_seconds: float,
    nproc: int,
    visualdl: bool,
    force: bool,
    device: str,
    threads: int | None,
    debug: bool,
) -> None:
    """Train the network of a generated file, or go on with an interrupted run."""
    if interrupted is None:
        if generated is None or out is None or data is None:
            needed = {
                "GENERATED.py": generated,
                "--data NAME|DIR": data,
                "--out RUN": out,
            }
            missing = (name for name, value in needed.items() if value is None)
            raise click.UsageError(f"missing: {', '.join(missing)}")
    elif seed is not None or any(
        (generated, out, spec_files, recipe_json, epochs, settings, weights, force)
    ):
        raise click.UsageError("--resume RUN takes everything but --data from RUN")
    if nproc > 1 and is_launched_by_paddle():
        raise click.UsageError("leave out --nproc under paddle.distributed.launch")
    with problems_explained(debug):
        if nproc > 1 and not is_one_of_several():
            launch([sys.executable, "-m", "pmruntime", *sys.argv[1:]], nproc)
            return
        from pmruntime.recipe import Recipe, parse_recipe_json, with_epochs

        recipe = Recipe() if recipe_json is None else parse_recipe_json(recipe_json)
        if epochs is not None:
            recipe = with_epochs(recipe, epochs)
        cpu = apply_cpu_settings(threads)
        import_paddle()
        from pmruntime.machine.machine import Machine
        from pmruntime.machine.world import own_place
        from pmruntime.model.loading import parse_arguments
        from pmruntime.runs.progress import Reporter, reporter_for
        from pmruntime.training.run import resume, train

        world = own_place()
        machine = Machine(
            device=device,
            workers=workers,
            checkpoint_seconds=checkpoint_seconds,
            cpu=cpu,
            world=world,
        )
        reporter = reporter_for(Console()) if world.is_main else Reporter()
        place = interrupted or out
        assert place is not None
        if visualdl and world.is_main:
            from pmruntime.runs.visualdl_log import VisualDLReporter

            reporter = VisualDLReporter(reporter, place)
        if interrupted is not None:
            summary = resume(interrupted, data, machine=machine, reporter=reporter)
        else:
            assert generated is not None
            assert data is not None
            summary = train(
                generated,
                data,
                place,
                recipe=recipe,
                arguments=parse_arguments(settings),
                spec=_spec_files(spec_files),
                seed=seed or 0,
                force=force,
                machine=machine,
                reporter=reporter,
                weights=weights,
            )
        val, best = summary["val"], summary["best"]
        reporter.say(
            f"val accuracy {val['accuracy']:.2%} of {val['n']:,} images (best "
            f"{best['accuracy']:.2%} in epoch {best['epoch']}), "
            f"{summary['seconds']:.1f} s; all in `{place}`"
        )


def _spec_files(text: str | None) -> dict[str, Path]:
    """The files of `--spec-files`. Raises UserError."""
    try:
        value = json.loads(text or "{}")
        return {str(name): Path(path) for name, path in value.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise UserError(f"`--spec-files` is not {{name: path}}: {error}") from error
