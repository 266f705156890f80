"""`pmgen train`: build what is stale, resolve the recipe, hand over to the runtime."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pmgen.catalogue import find_recipe, trusted_folder
from pmgen.cli.common import (
    compiled,
    generated_option,
    network_options,
    report,
    root_option,
    settings_from,
    write_into,
)
from pmgen.cli.handover import PASS_ON, run_runtime
from pmgen.compile import Compiled
from pmgen.diagnostics.diagnostic import Diagnostics
from pmgen.expand.graph import Graph
from pmgen.recipe.keys import concerns_recipe
from pmgen.recipe.parse import parse_recipe


@click.command(context_settings=PASS_ON, add_help_option=False)
@click.argument("spec", metavar="SPEC", required=False)
@click.option("--recipe", default="digits", metavar="NAME|FILE", show_default=True)
@generated_option
@click.option("--resume", metavar="RUN")
@network_options
@root_option
@click.option("-h", "--help", "wants_help", is_flag=True)
@click.argument("runtime", nargs=-1, type=click.UNPROCESSED)
def train(
    spec: str | None,
    recipe: str,
    generated: Path,
    resume: str | None,
    pairs: tuple[str, ...],
    input_text: str | None,
    root: Path | None,
    wants_help: bool,
    runtime: tuple[str, ...],
) -> int:
    """Train SPEC; builds it first where its generated file is stale."""
    if wants_help:
        click.echo(_TRAIN_HELP)
        return run_runtime(["train", "--help"])
    if resume is not None:
        given = () if spec is None else (spec,)
        return run_runtime(["train", "--resume", resume, *given, *runtime])
    if spec is None:
        raise click.UsageError("name a SPEC; `pmgen train --help` says more")
    for_recipe = tuple(pair for pair in pairs if concerns_recipe(pair))
    for_model = tuple(pair for pair in pairs if not concerns_recipe(pair))
    settings = settings_from(for_model, input_text)
    result = compiled(spec, root, settings)
    resolved = _recipe(recipe, for_recipe, result.graph if result.ok else None)
    if not report([result]) or resolved is None:
        return 1
    target = write_into(generated, result, settings)
    folder = root or trusted_folder(result.path)
    files = {file.name: str(folder / file.name) for file in result.files}
    arguments = ["train", str(target), "--spec-files", json.dumps(files)]
    arguments += ["--recipe-json", json.dumps(resolved)]
    return run_runtime([*arguments, *runtime])


_TRAIN_HELP = """\
Usage: pmgen train SPEC --data NAME|DIR --out RUN [OPTIONS]
       pmgen train --resume RUN

  Train SPEC (a file, or a name of the catalogue) on a recipe, or go on with a run that
  was interrupted.

Options of the compiler:
  --recipe NAME|FILE   how to train (see `pmgen list`)  [default: digits]
  --set NAME=VALUE     another value for a parameter of the model, or for one of the
                       recipe: epochs=3, optimizer.learning_rate=0.01,
                       freeze=[conv1,stage1], learning_rates.fc=10
  --input CxHxW        another input
  --generated DIR      folder for the generated class  [default: generated]
  --root DIR           folder that `extends` and `use` may reach

The runtime takes the rest:
"""


def _recipe(
    given: str, settings: tuple[str, ...], graph: Graph | None
) -> dict[str, object] | None:
    """The resolved recipe for a network; None after its mistakes are printed."""
    path = find_recipe(given)
    diagnostics = Diagnostics()
    resolved = parse_recipe(path, diagnostics, settings, graph)
    return resolved if report([Compiled(path=path, diagnostics=diagnostics)]) else None
