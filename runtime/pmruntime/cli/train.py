"""`train`: arguments in, one line of results out."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pmruntime.cli.common import (
    PATH,
    DataSource,
    arguments_option,
    computing_options,
    data_help,
    problems_explained,
)
from pmruntime.machine.cpu import CpuSettings, apply_cpu_settings, import_paddle
from pmruntime.machine.launch import launch
from pmruntime.machine.launched import is_launched_by_paddle, is_one_of_several
from pmruntime.problems import UserError

if TYPE_CHECKING:
    from pmruntime.recipe.recipe import Recipe

# Options that `--resume` takes from the run; so is `--seed`, of which 0 is a value.
_SETTLED = (
    "generated", "out", "spec_files", "recipe_json", "epochs", "settings",
    "weights", "force",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Options:
    """What the command line chose; each field is an option's value.

    `interrupted` is the run of `--resume`, `settings` are those of `--set`.
    """

    generated: Path | None
    data: str | None
    out: Path | None
    interrupted: Path | None
    spec_files: str | None
    recipe_json: str | None
    epochs: int | None
    settings: tuple[str, ...]
    weights: Path | None
    seed: int | None
    workers: int
    checkpoint_seconds: float
    nproc: int
    visualdl: bool
    force: bool
    device: str
    threads: int | None
    debug: bool


@click.command("train", short_help="Train a generated network, or go on with a run.")
@click.argument("generated", type=PATH, metavar="GENERATED.py", required=False)
@click.option("--data", type=DataSource(), metavar="NAME|DIR", help=data_help)
@click.option(
    "--out",
    type=PATH,
    metavar="RUN",
    help="The run's folder; nothing is written anywhere else.",
)
@click.option(
    "--resume",
    "interrupted",
    type=PATH,
    metavar="RUN",
    help="Go on with an interrupted run; no other argument is needed.",
)
@click.option(
    "--spec-files",
    metavar="JSON",
    hidden=True,
    help="Files of the spec, to be kept: {name: path}, the spec itself first.",
)
@click.option("--recipe-json", metavar="JSON", hidden=True, help="The recipe.")
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Overrides the recipe's epochs; a warm-up is cut to fit.",
)
@arguments_option
@click.option(
    "--weights",
    type=PATH,
    metavar="FILE",
    help="Start from these weights: .safetensors, Paddle's .pdparams, PyTorch's .pth.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="N",
    help="Of the first weights, the order of images, augmentation.  [default: 0]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    metavar="N",
    default=2,
    show_default=True,
    help="Threads that prepare batches ahead; changes nothing but the speed.",
)
@click.option(
    "--checkpoint-seconds",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=300,
    show_default=True,
    help="Within an epoch, save where the last checkpoint is so old.",
)
@click.option(
    "--nproc",
    type=click.IntRange(min=1),
    metavar="N",
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
@computing_options
def train_command(**options: Any) -> None:
    """Train the network of a generated file, or go on with an interrupted run."""
    chosen = _Options(**options)
    _check_usage(chosen)
    with problems_explained(chosen.debug):
        if chosen.nproc > 1 and not is_one_of_several():
            launch([sys.executable, "-m", "pmruntime", *sys.argv[1:]], chosen.nproc)
            return
        # Before anything imports Paddle: a bad recipe is found at once, and the CPU's
        # settings work only now.
        recipe = _recipe(chosen)
        cpu = apply_cpu_settings(chosen.threads)
        import_paddle()
        _train(chosen, recipe, cpu)


def _check_usage(chosen: _Options) -> None:
    """Raise UsageError for options that are missing or exclude each other."""
    needed = {
        "GENERATED.py": chosen.generated,
        "--data NAME|DIR": chosen.data,
        "--out RUN": chosen.out,
    }
    missing = [name for name, value in needed.items() if value is None]
    if chosen.interrupted is None:
        if missing:
            raise click.UsageError(f"missing: {', '.join(missing)}")
    elif chosen.seed is not None or any(getattr(chosen, name) for name in _SETTLED):
        raise click.UsageError("--resume RUN takes everything but --data from RUN")
    if chosen.nproc > 1 and is_launched_by_paddle():
        raise click.UsageError("leave out --nproc under paddle.distributed.launch")


def _recipe(chosen: _Options) -> Recipe:
    from pmruntime.recipe.recipe import parse_recipe_json, with_epochs

    text = chosen.recipe_json
    recipe = parse_recipe_json("{}" if text is None else text)
    if chosen.epochs is None:
        return recipe
    fitted = with_epochs(recipe, chosen.epochs)
    if fitted.schedule != recipe.schedule:
        left = fitted.schedule.arguments["warmup_epochs"]
        click.echo(f"note: the warm-up is cut to {left} epochs", err=True)
    return fitted


def _train(chosen: _Options, recipe: Recipe, cpu: CpuSettings) -> None:
    from rich.console import Console

    from pmruntime.machine.machine import Machine
    from pmruntime.machine.world import current_world
    from pmruntime.model.loading import parse_arguments
    from pmruntime.runs.callback import Callback, console_callback
    from pmruntime.training.run import resume, train

    world = current_world()
    machine = Machine(
        device=chosen.device,
        workers=chosen.workers,
        checkpoint_seconds=chosen.checkpoint_seconds,
        cpu=cpu,
        world=world,
    )
    place = chosen.interrupted or chosen.out
    assert place is not None
    callback = console_callback(Console()) if world.is_main else Callback()
    if chosen.visualdl and world.is_main:
        from pmruntime.runs.visualdl_log import VisualDLLogger

        callback = VisualDLLogger(callback, place)
    if chosen.interrupted is not None:
        summary = resume(place, chosen.data, machine=machine, callback=callback)
    else:
        assert chosen.generated is not None
        assert chosen.data is not None
        summary = train(
            chosen.generated,
            chosen.data,
            place,
            recipe=recipe,
            arguments=parse_arguments(chosen.settings),
            spec=_spec_files(chosen.spec_files),
            seed=chosen.seed or 0,
            force=chosen.force,
            machine=machine,
            callback=callback,
            weights=chosen.weights,
        )
    val, best = summary["val"], summary["best"]
    callback.log(
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
