"""What the commands share: options, and compiling with printed diagnostics."""

from __future__ import annotations

import contextlib
import hashlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
from pmruntime.cli.ending import plain
from pmruntime.problems import UserError

from pmgen.catalogue import (
    find_spec,
    generated_name,
    trusted_folder,
)
from pmgen.cli.completion import complete_spec
from pmgen.compile import Compiled, compile_spec
from pmgen.diagnostics.formats import FORMATS, relocated
from pmgen.diagnostics.render import render_text
from pmgen.emit.files import write_generated
from pmgen.settings import BadSetting, Settings, parse_settings

# of what `--set` and `--input` add to a file's name; file systems allow 255 bytes
MAX_SUFFIX = 80

F = TypeVar("F", bound=Callable[..., Any])

FOLDER = click.Path(file_okay=False, path_type=Path)
specs_argument = click.argument(
    "specs", nargs=-1, required=True, metavar="SPEC...", shell_complete=complete_spec
)
root_option = click.option(
    "--root",
    type=FOLDER,
    help="Folder that `extends` and `use` may reach.  [default: the spec's own]",
)
generated_option = click.option(
    "--generated",
    type=FOLDER,
    default=Path("generated"),
    show_default=True,
    help="Folder for the generated class.",
)
format_option = click.option(
    "--format",
    "style",
    type=click.Choice(["text", *FORMATS]),
    default="text",
    show_default=True,
    help="How mistakes are shown; all but text are for programs, on stdout.",
)


def network_options(
    set_help: str = "Another value for a parameter of the model. May be repeated.",
) -> Callable[[F], F]:
    """`--set` and `--input`, which change the network of a spec."""

    def decorated(function: F) -> F:
        function = click.option(
            "--input",
            "input_text",
            metavar="CxHxW",
            help="Another input, as in 3x96x96; `any` leaves a size open.",
        )(function)
        return click.option(
            "--set", "pairs", multiple=True, metavar="NAME=VALUE", help=set_help
        )(function)

    return decorated


def settings_from(pairs: tuple[str, ...], input_text: str | None) -> Settings:
    """The settings of the command line."""
    try:
        return parse_settings(pairs, input_text)
    except BadSetting as error:
        raise click.UsageError(str(error)) from None


def compiled(
    spec: str,
    root: Path | None,
    settings: Settings | None = None,
    *,
    standalone: bool = False,
    data: bytes | None = None,
) -> Compiled:
    """Compile a spec given by path or catalogue name, or `data` under a path."""
    try:
        return compile_spec(
            find_spec(spec) if data is None else Path(spec),
            root=root,
            settings=settings,
            standalone=standalone,
            data=data,
        )
    except BadSetting as error:
        raise click.UsageError(str(error)) from None


def generated_file(path: Path, settings: Settings) -> str:
    """The name of the generated file of a spec. What `--set` and `--input` changed gets
    a file of its own: the spec's own stays as it is. A name that file systems would
    refuse is cut, and ends in a digest of the whole."""
    changed = re.sub(r"\W+", "_", settings.note.removeprefix("Built with ")).strip("_")
    if len(changed) > MAX_SUFFIX:
        digest = hashlib.sha256(settings.note.encode()).hexdigest()[:8]
        changed = f"{changed[:MAX_SUFFIX]}_{digest}"
    own = generated_name(path)
    return own.replace(".py", f"_{changed}.py") if changed else own


def report(
    results: list[Compiled],
    *,
    style: str = "text",
    root_of: Callable[[Path], Path] = trusted_folder,
) -> bool:
    """Print the diagnostics of all specs; True where there are none.

    Text goes to stderr, every other format to stdout, where a program reads it. Files
    are called by their paths from here, not from the trusted folder, which `root_of`
    gives for a spec's path.
    """
    placed = [
        relocated(item, result.path, root_of(result.path))
        for result in results
        for item in result.diagnostics.ordered()
    ]
    items = list(dict.fromkeys(placed))  # a mistake in a file that several specs extend
    if style != "text":
        click.echo(FORMATS[style](items), nl=False)
    elif items:
        color = sys.stderr.isatty() and not plain()
        click.echo(render_text(items, color=color), err=True, nl=False, color=color)
    return not items


def write_into(folder: Path, result: Compiled, settings: Settings) -> Path:
    """Write the code of a sound spec unless it is current; the file's path."""
    target = folder / generated_file(result.path, settings)
    if write(result, target):
        click.echo(f"wrote {target}")
    return target


def write(result: Compiled, target: Path, *, force: bool = False) -> bool:
    """Write the code of a sound spec; True where the file was not current already."""
    assert result.code is not None
    with refusal_explained(target):
        return write_generated(target, result.code, force=force)


@contextlib.contextmanager
def refusal_explained(target: Path) -> Iterator[None]:
    """Raise UserError where `target` cannot be written."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"cannot write `{target}`: {reason}") from error
