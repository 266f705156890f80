"""A run that is killed again and again; a program of its own, started by test_kill.py.

    python -m tests.support.runs.killing GENERATED.py FOLDER KILLS

FOLDER/whole is trained without interruption. FOLDER/killed is trained by one process
after the other, each killed with SIGKILL, but for the last: most at a random moment
after one to seven checkpoints, some earlier. After every kill each file of the run must
load. The processes are forks of this one, which has imported
Paddle and computed nothing. Prints one JSON object: for every kill the phase that it
hit and where the run then stood.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pmruntime.machine.cpu import apply_cpu_settings, import_paddle

apply_cpu_settings(threads=1)
import_paddle()

from pmruntime.files import leftovers  # noqa: E402
from pmruntime.machine.machine import Machine  # noqa: E402
from pmruntime.recipe.recipe import parse_recipe  # noqa: E402
from pmruntime.runs.checkpoint import read_tensors  # noqa: E402
from pmruntime.runs.folder import RunFolder  # noqa: E402
from pmruntime.training import session  # noqa: E402
from pmruntime.training.run import resume, train  # noqa: E402
from pmruntime.training.saving import Checkpointer  # noqa: E402

from tests.support.runs.tiny_data import make_tiny_data  # noqa: E402

RECIPE = parse_recipe(
    {
        "optimizer": {"AdamW": {"learning_rate": 0.01}},
        "epochs": 25,
        "batch_size": 2,
        "ema": 0.9,
        "augment": {"flip_horizontal": 0.5, "shift": 0.2},
    }
)
STEPS = 25 * 16
DATA = make_tiny_data(train=32, val=34)
PHASES = ("preparing", "training", "checkpoint", "weights", "validating", "metrics")
# Shared with the forks: the phase, and how many checkpoints this process has begun.
_seen = mmap.mmap(-1, 2)


def in_phase(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, which says while it runs in which phase the run is."""

    def wrapped(*arguments: Any, **named: Any) -> Any:
        before, _seen[0] = _seen[0], PHASES.index(name)
        _seen[1] += name == "checkpoint"
        try:
            return function(*arguments, **named)
        finally:
            _seen[0] = before

    return wrapped


def watch() -> None:
    """Have the loop say where it is."""
    for owner, method, name in (
        (session.Session, "_train_epoch", "training"),
        (Checkpointer, "save_checkpoint", "checkpoint"),
        (Checkpointer, "save_weights", "weights"),
    ):
        setattr(owner, method, in_phase(name, getattr(owner, method)))
    session.evaluate = in_phase("validating", session.evaluate)
    RunFolder.write_metrics = in_phase("metrics", RunFolder.write_metrics)
    session.draw_curve = lambda *_: True


def go_on(source: Path, run: Path, checkpoint_seconds: float = 0) -> None:
    """What the user would do: resume, or start where nothing had begun yet."""
    machine = Machine(device="cpu", workers=2, checkpoint_seconds=checkpoint_seconds)
    if (run / "model.py").exists():
        resume(run, DATA, machine=machine)
    else:
        train(source, DATA, run, recipe=RECIPE, force=True, machine=machine)


def fork(function: Callable[..., None], *arguments: Any) -> int:
    """Call it in a child, which ends afterwards."""
    _seen[:] = bytes(2)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            function(*arguments)
            status = 0
        finally:
            os._exit(status)
    return child


def check_files(run: RunFolder) -> int:
    """Load everything; the step of the checkpoint, 0 without one."""
    if not run.folder.exists():
        return 0
    for path in (run.run, run.recipe, run.summary):
        if path.exists():
            json.loads(path.read_text())
    if run.metrics.exists():
        rows = [json.loads(line) for line in run.metrics.open()]
        assert [row["epoch"] for row in rows] == list(range(1, len(rows) + 1))
    for path in (run.weights, run.best):
        if path.exists():
            assert read_tensors(path)[0]
    if not run.checkpoint.exists():
        return 0
    return int(read_tensors(run.checkpoint)[1]["progress"]["step"])


def wait(checkpoints: int, seconds: float) -> None:
    """Until so many checkpoints are begun, and then so long. Counted, not timed: a busy
    machine would kill every process before its first step."""
    end = time.monotonic() + 20
    while _seen[1] < checkpoints and time.monotonic() < end:
        time.sleep(0.0005)
    time.sleep(seconds)


def main(source: Path, folder: Path, kills: int) -> None:
    """Train the one, kill the other, print the report."""
    watch()
    child = fork(
        lambda: train(
            source,
            DATA,
            folder / "whole",
            recipe=RECIPE,
            machine=Machine(device="cpu", workers=0),
        )
    )
    assert os.waitpid(child, 0)[1] == 0
    run = RunFolder(folder / "killed")
    report = []
    moments = random.Random(8)
    for number in range(kills):
        child = fork(go_on, source, run.folder)
        if number % 6 == 0:
            time.sleep(moments.uniform(0.005, 0.2))
        else:
            wait(moments.randrange(1, 8), moments.uniform(0, 0.03))
        os.kill(child, signal.SIGKILL)  # a child that has ended waits as a zombie
        _, status = os.waitpid(child, 0)
        torn = [p for name in run.FILES for p in leftovers(run.folder / name)]
        report.append(
            {
                "alive": os.WIFSIGNALED(status),
                "phase": PHASES[_seen[0]],
                "step": check_files(run),
                "half-written": len(torn),
            }
        )
    child = fork(go_on, source, run.folder, 300)
    assert os.waitpid(child, 0)[1] == 0
    print(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
