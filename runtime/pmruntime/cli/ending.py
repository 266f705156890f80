"""How a command line ends: one message on stderr, and an exit status.

Both programs end through this, so that a mistake looks the same wherever it is found:
`error: ` and what is wrong, below it how to mend it.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

from pmruntime.suggest import nearest

_LONGEST = 200  # letters of a file's name that are shown
# the disk has no room, or the user may not take more of it
FULL = (errno.ENOSPC, errno.EDQUOT)


def plain() -> bool:
    """Whether a terminal is not to be sent anything but text."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def print_error(text: str) -> None:
    """`error: TEXT` on stderr, the label red in a terminal that shows colours."""
    label = "error: " if plain() else click.style("error: ", fg="red", bold=True)
    click.echo(label + text, err=True)


@contextmanager
def ended(*, debug: bool = False) -> Iterator[None]:
    """Raise SystemExit for a wrong command line, Ctrl-C, and output that nobody takes.

    The exit status is 2, 130 and 1. With `debug` a failed output raises OSError. Other
    exceptions pass: they are the caller's.
    """
    _replace_closed_output()
    try:
        yield
        sys.stdout.flush()
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(130)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        print_error(explained(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()  # nobody reads on, so nothing more may be written
        sys.exit(1)
    except OSError as error:
        if debug:
            raise
        _drop_output()
        print_error(system_error(error))
        sys.exit(1)


def explained(error: click.ClickException) -> str:
    """What is wrong, what may be meant, and the usage of the command."""
    message = error.format_message().rstrip(".")
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.NoSuchOption) and ctx is not None:
        known = [o for p in ctx.command.get_params(ctx) for o in _shown_options(p)]
        near = nearest(error.option_name, known)
        message = f"no such option `{error.option_name}`"
        message += f"\n  did you mean `{near}`?" if near else ""
    if isinstance(error, click.BadParameter) and error.param is not None:
        message += _choice_meant(error.message, error.param)
    lines = [message[:1].lower() + message[1:]]
    if ctx is not None:
        lines += [ctx.get_usage(), f"`{ctx.command_path} --help` says more"]
    return "\n".join(lines)


def system_error(error: OSError) -> str:
    """What the system refused, with the file where it is known."""
    reason = error.strerror or str(error) or type(error).__name__
    if error.errno in FULL:
        reason = "no space left on the device"
    name = str(error.filename)
    if len(name) > _LONGEST:
        name = f"{name[: _LONGEST // 2]} ... {name[-_LONGEST // 2 :]}"
    place = "the output" if error.filename is None else f"`{name}`"
    return f"{place}: {reason}"


def _choice_meant(message: str, parameter: click.Parameter) -> str:
    """A line with the choice that was misspelt: click's message starts with the wrong
    value in quotes, and keeps it nowhere else."""
    if not isinstance(parameter.type, click.Choice):
        return ""
    wrong = message.removeprefix("'").partition("'")[0]
    near = nearest(wrong, map(str, parameter.type.choices))
    return f"\n  did you mean `{near}`?" if near else ""


def _shown_options(parameter: click.Parameter) -> list[str]:
    hidden = not isinstance(parameter, click.Option) or parameter.hidden
    return [] if hidden else [*parameter.opts, *parameter.secondary_opts]


def _replace_closed_output() -> None:
    """A stdout or stderr that was closed (`>&-`) is None to Python: write nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            vars(sys)[name] = open(os.devnull, "w")  # noqa: SIM115  # until the end


def _drop_output() -> None:
    """Let what is left of stdout go nowhere: Python writes it once more at its end."""
    with suppress(OSError, ValueError):  # a stdout that is no file has no number
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
