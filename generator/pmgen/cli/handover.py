"""Commands of the runtime, under the name of pmgen.

The runtime runs in a process of its own, so that the compiler never imports Paddle and
the runtime can set up the CPU before it imports Paddle.
"""

from __future__ import annotations

import os
import subprocess
import sys

import click

PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True}


def _handed_over(name: str, short_help: str) -> click.Command:
    """A command whose arguments all go to the runtime's command of that name."""

    @click.command(
        name, context_settings=PASS_ON, add_help_option=False, short_help=short_help
    )
    @click.argument("runtime", nargs=-1, type=click.UNPROCESSED)
    def command(runtime: tuple[str, ...]) -> int:
        return run_runtime([name, *runtime])

    return command


evaluate = _handed_over("eval", "Measure a trained run again.")
predict = _handed_over("predict", "Classify images with a trained run.")
export = _handed_over("export", "Write a trained run as ONNX or for Paddle Inference.")
data = _handed_over("data", "Prepare, check and show a folder of images.")


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
