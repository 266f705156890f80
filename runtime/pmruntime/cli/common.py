"""What the commands share: arguments, options, and how a problem is printed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import click

from pmruntime.machine.extras import extra_missing
from pmruntime.machine.launched import tie_to_launcher
from pmruntime.problems import UserError, first_line

Command = TypeVar("Command", bound=Callable[..., None])

run_argument = click.argument("run", type=click.Path(path_type=Path), metavar="RUN")
images_argument = click.argument(
    "folder", type=click.Path(path_type=Path), metavar="DIR"
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
arguments_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A constructor argument of the network, e.g. num_classes=10.",
)
debug_option = click.option(
    "--debug", is_flag=True, help="Show the traceback of a problem."
)
threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="CPU threads (default: OMP_NUM_THREADS, else all usable cores).",
)
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "gpu"]),
    default="auto",
    show_default=True,
    help="Where to compute; auto takes a GPU where there is one.",
)
data_option = click.option(
    "--data",
    required=True,
    metavar="NAME|DIR",
    help="`digits`, or a folder of images (`pmgen data --help`) or of IDX files.",
)
weights_option = click.option(
    "--weights",
    type=click.Choice(["last", "best"]),
    default="last",
    show_default=True,
    help="The last epoch's weights, or those of the best epoch.",
)


def computing_options(command: Command) -> Command:
    """The options of every command that computes with Paddle."""
    for option in (debug_option, threads_option, device_option):
        command = option(command)
    return command


@contextlib.contextmanager
def problems_explained(debug: bool) -> Iterator[None]:
    """One message and exit 1, whatever went wrong; the traceback with --debug.

    Ctrl-C ends with 130, as a shell expects. One of several processes leaves the
    message to their launcher.
    """
    tie = tie_to_launcher()
    try:
        if tie is not None:
            tie.watch()
        yield
    except KeyboardInterrupt:
        if tie is None:
            click.echo("interrupted", err=True)
        raise SystemExit(130) from None
    except Exception as error:
        if debug:
            raise
        error = extra_missing(error) or error
        status = getattr(error, "exit_status", 1)
        if tie is not None:
            tie.report(_explained(error), status, isinstance(error, UserError))
        else:
            label = click.style("error: ", fg="red", bold=True)
            click.echo(label + _explained(error), err=True)
        raise SystemExit(status) from None


def _explained(error: Exception) -> str:
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError) and error.filename is not None:
        return f"`{error.filename}`: {error.strerror}"
    kind = type(error).__name__
    return f"{kind}: {first_line(error)}\n  `--debug` shows where it happened"
