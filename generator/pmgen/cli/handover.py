"""Commands of the runtime, under the name of pmgen.

The runtime declares them in modules that import nothing heavy, so that help, mistakes
and completion are answered here, in the base install too. It runs them in a process of
its own, so that the compiler never imports Paddle and the runtime can set up the CPU
before it imports Paddle.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable

import click
from click.core import ParameterSource
from pmruntime.cli.data import data_command
from pmruntime.cli.evaluate import eval_command
from pmruntime.cli.export import export_command
from pmruntime.cli.on_demand import OnDemand
from pmruntime.cli.predict import predict_command

_TYPED = "pmgen.typed"


class HandedOver(click.Command):
    """A command of the runtime: read here, run there as it was typed.

    `path` are the words before its arguments.
    """

    def __init__(self, declared: click.Command, *path: str) -> None:
        super().__init__(
            declared.name,
            params=declared.params,
            help=declared.help,
            short_help=declared.short_help,
            context_settings=declared.context_settings,
        )
        self.path = path

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; keeps what was typed."""
        ctx.meta[_TYPED] = list(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> int:
        """The exit status of the runtime."""
        return run_runtime([*self.path, *ctx.meta[_TYPED]])


class _HandedOverGroup(OnDemand):
    """A group of such commands."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        assert self.name is not None
        return command and HandedOver(command, self.name, cmd_name)


evaluate = HandedOver(eval_command, "eval")
predict = HandedOver(predict_command, "predict")
export = HandedOver(export_command, "export")
data = _HandedOverGroup(
    data_command.name, table=data_command.table, help=data_command.help
)


def shared_with(
    declared: click.Command, *, without: Iterable[str]
) -> list[click.Parameter]:
    """The parameters of a command of the runtime that a person may give, but for those
    that the command of that name here has in its own way."""
    return [
        parameter
        for parameter in declared.params
        if parameter.name not in without
        and not (isinstance(parameter, click.Option) and parameter.hidden)
    ]


def typed(ctx: click.Context, parameters: Iterable[click.Parameter]) -> list[str]:
    """Words that give the runtime what was typed for these parameters; arguments last,
    behind a `--`."""
    options: list[str] = []
    arguments: list[str] = []
    for parameter in parameters:
        name = parameter.name
        assert name is not None
        if ctx.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
            continue
        value = ctx.params[name]
        values = value if isinstance(value, tuple) else (value,)
        if isinstance(parameter, click.Argument):
            arguments += map(str, values)
        elif isinstance(parameter, click.Option) and parameter.is_flag:
            options.append(parameter.opts[-1])
        else:
            options += (f"{parameter.opts[-1]}={one}" for one in values)
    return [*options, "--", *arguments]


def run_runtime(arguments: list[str]) -> int:
    """`python -m pmruntime ...` under the name of pmgen; its exit status.

    Where the system can, the runtime takes this process over, so that signals reach
    it directly. It says itself which extra of pmgen is missing.
    """
    command = [sys.executable, "-m", "pmruntime", *arguments]
    environment = {**os.environ, "PMRUNTIME_PROG": "pmgen"}
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "posix":
        os.execve(sys.executable, command, environment)
    return subprocess.call(command, env=environment)
