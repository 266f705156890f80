"""What the commands share: arguments, options, and how a problem is printed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from click.shell_completion import CompletionItem

from pmruntime.cli.ending import FULL, print_error, system_error
from pmruntime.machine.cpu import apply_cpu_settings, import_paddle
from pmruntime.machine.extras import extra_missing
from pmruntime.machine.launched import tie_to_launcher
from pmruntime.problems import UserError, first_line
from pmruntime.suggest import did_you_mean

# pmruntime.data knows how each is read, and imports NumPy for it
NAMED_DATA = ("digits",)
if TYPE_CHECKING:
    _TextType = click.ParamType[str]
else:  # generic for type checkers alone before click 8.3
    _TextType = click.ParamType
Command = TypeVar("Command", bound=Callable[..., None])

PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)
run_argument = click.argument("run", type=PATH, metavar="RUN")
images_argument = click.argument("folder", type=PATH, metavar="DIR")
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
    type=click.IntRange(min=1, max=1024),
    metavar="N",
    help="CPU threads.  [default: OMP_NUM_THREADS, else all usable cores]",
)
device_option = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "gpu"]),
    default="auto",
    show_default=True,
    help="Where to compute; auto takes a GPU where there is one.",
)


class DataSource(_TextType):
    """The name of a data set, or a folder that is there.

    Looked for while the command line is read: before a file is written, and before
    Paddle is loaded.
    """

    name = "name|dir"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The value itself. Raises BadParameter."""
        if value in NAMED_DATA or Path(value).is_dir():
            return value
        if Path(value).is_file():
            self.fail(f"`{value}` is a file; give its folder", param, ctx)
        near = did_you_mean(value, NAMED_DATA)
        self.fail(
            f"there is no folder `{value}`, and no data of that name\n  {near}",
            param,
            ctx,
        )

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Folders and names; bash forgets what comes before `dir`."""
        found = [name for name in NAMED_DATA if name.startswith(incomplete)]
        folders = CompletionItem(incomplete, type="dir")
        return [folders, *map(CompletionItem, found)]


data_help = "`digits`, or a folder of images (`pmgen data --help`) or of IDX files."
data_option = click.option(
    "--data", required=True, type=DataSource(), metavar="NAME|DIR", help=data_help
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
def computing(debug: bool, threads: int | None = None) -> Iterator[None]:
    """`problems_explained` for what computes with Paddle, which is imported here, by so
    many threads."""
    with problems_explained(debug):
        apply_cpu_settings(threads)
        import_paddle()
        yield


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
    except BrokenPipeError:
        raise  # nobody reads on: `ended` knows what to do
    except Exception as error:
        if debug:
            raise
        error = extra_missing(error) or error
        status = getattr(error, "exit_status", 1)
        if tie is not None:
            tie.report(_explained(error), status, isinstance(error, UserError))
        else:
            print_error(_explained(error))
        raise SystemExit(status) from None


def _explained(error: Exception) -> str:
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, OSError) and (error.filename or error.errno in FULL):
        return system_error(error)
    kind = type(error).__name__
    return f"{kind}: {first_line(error)}\n  `--debug` shows where it happened"
