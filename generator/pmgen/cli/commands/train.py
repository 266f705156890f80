"""`pmgen train`: build what is stale, resolve the recipe, hand over to the runtime."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from pmruntime.cli.train import train_command

from pmgen.catalogue import trusted_folder
from pmgen.cli.common import (
    compiled,
    generated_option,
    network_options,
    report,
    root_option,
    write_into,
)
from pmgen.cli.completion import complete_recipe, complete_spec
from pmgen.cli.handover import run_runtime, shared_with, typed
from pmgen.cli.recipes import help_for_option, recipe_for, split_settings

# What a run has settled, so that `--resume` takes it from there.
_OF_THE_RUN = ("recipe", "generated", "pairs", "input_text", "root")
_SHARED = shared_with(
    train_command, without=("generated", "settings", "spec_files", "recipe_json")
)
# What nearly every command line has, and so what help begins with.
_FIRST = ("data", "out", "recipe", "pairs", "epochs")


class _Train(click.Command):
    """Values of a recipe are not options; who tries one is told where they go."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            help = help_for_option(error.option_name)
            if help is None:
                raise
            ctx.fail(f"no such option `{error.option_name}`\n  {help}")


@click.command(
    "train",
    cls=_Train,
    params=[*_SHARED],
    options_metavar="--data NAME|DIR --out RUN [OPTIONS]",
    short_help="Train a network, or go on with a run.",
)
@click.argument("spec", required=False, metavar="SPEC", shell_complete=complete_spec)
@click.option(
    "--recipe",
    default="digits",
    metavar="NAME|FILE",
    show_default=True,
    shell_complete=complete_recipe,
    help="How to train: a file, or a name of `pmgen list`.",
)
@network_options(
    "Another value for a parameter of the model, or for one of the recipe: epochs=3, "
    "optimizer.learning_rate=0.01, freeze=[conv1,stage1]. May be repeated."
)
@generated_option
@root_option
@click.pass_context
def train(
    ctx: click.Context,
    /,
    spec: str | None,
    recipe: str,
    generated: Path,
    pairs: tuple[str, ...],
    input_text: str | None,
    root: Path | None,
    **shared: Any,
) -> int:
    """Train SPEC by a recipe, or go on with a run that was interrupted.

    SPEC is a YAML file or a name of the catalogue. Its class is built first where it is
    stale. --resume RUN goes on with a run and takes everything else from it.
    """
    if shared["interrupted"] is not None:
        return _resumed(ctx, spec)
    needed = {"SPEC": spec, "--data": shared["data"], "--out": shared["out"]}
    missing = [name for name, value in needed.items() if value is None]
    if spec is None or missing:
        raise click.UsageError(f"missing: {', '.join(missing)}")
    if shared["epochs"] is not None:
        pairs = (*pairs, f"epochs={shared['epochs']}")
    settings, for_recipe = split_settings(pairs, input_text)
    result = compiled(spec, root, settings)
    resolved = recipe_for(recipe, for_recipe, result.graph if result.ok else None)
    if not report([result]) or resolved is None:
        return 1
    target = write_into(generated, result, settings)
    folder = root or trusted_folder(result.path)
    files = {file.name: str(folder / file.name) for file in result.files}
    words = ["train", "--spec-files", json.dumps(files)]
    words += ["--recipe-json", json.dumps(resolved)]
    rest = [parameter for parameter in _SHARED if parameter.name != "epochs"]
    return run_runtime([*words, *typed(ctx, rest), str(target)])


def _resumed(ctx: click.Context, spec: str | None) -> int:
    """Go on with a run; the runtime judges which of its options fit."""
    own = [ctx.get_parameter_source(name) for name in _OF_THE_RUN]
    if spec is not None or ParameterSource.COMMANDLINE in own:
        raise click.UsageError("--resume RUN takes everything but --data from RUN")
    return run_runtime(["train", *typed(ctx, _SHARED)])


train.params.sort(key=lambda p: _FIRST.index(p.name) if p.name in _FIRST else 99)
