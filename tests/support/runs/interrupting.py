"""Runs that are stopped somewhere, and the comparison with one that was not."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pmruntime.data.dataset import Split
from pmruntime.runs.callback import Callback

from tests.support.runs.tiny_data import make_tiny_data

# Every part that keeps a state of its own or draws random numbers.
NOISY = """
import paddle
import paddle.nn.functional as F
from paddle import nn

__all__ = ["Noisy"]


class Noisy(nn.Layer):
    input_shape = (1, 4, 4)

    def __init__(self, num_classes: int = 3) -> None:
        super().__init__()
        self.conv = nn.Conv2D(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2D(4)
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(64, num_classes)

    def forward(self, x: paddle.Tensor) -> paddle.Tensor:
        return self.fc(self.drop(F.relu(self.norm(self.conv(x))).flatten(1)))
"""
TIMES = ("seconds", "images_per_s", "train_seconds")


class StopAt(Callback):
    """Presses Ctrl-C after so many batches, counted from where the run (re)starts."""

    def __init__(self, batches: int) -> None:
        self.left = batches

    def on_train_batch_end(self, images: int, loss: float) -> None:
        self.left -= 1
        if self.left == 0:
            signal.raise_signal(signal.SIGINT)


def stopping_evaluation(evaluate: Callable[..., Any], at: int) -> Callable[..., Any]:
    """`evaluate`, with Ctrl-C pressed when its `at`-th call begins."""
    calls = 0

    def wrapped(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            signal.raise_signal(signal.SIGINT)
        return evaluate(*args, **named)

    return wrapped


def untimed(value: Any) -> Any:
    """JSON without how long things took."""
    if isinstance(value, dict):
        return {k: untimed(v) for k, v in value.items() if k not in TIMES}
    return [untimed(v) for v in value] if isinstance(value, list) else value


def assert_same_run(one: Path, other: Path) -> None:
    """Weights to the bit, the whole state at the end, figures but for times."""
    from pmruntime.runs.checkpoint import read_tensors

    for name in ("weights.safetensors", "best.safetensors"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    (tensors, facts), (others, other_facts) = (
        read_tensors(run / "checkpoint.safetensors") for run in (one, other)
    )
    assert tensors.keys() == others.keys()
    for name, array in tensors.items():
        assert np.array_equal(array, others[name]), name
    assert untimed(facts) == untimed(other_facts)
    rows, other_rows = (
        [json.loads(line) for line in (run / "metrics.jsonl").open()]
        for run in (one, other)
    )
    assert untimed(rows) == untimed(other_rows)
    summary, other_summary = (
        json.loads((run / "summary.json").read_text()) for run in (one, other)
    )
    assert untimed(summary) == untimed(other_summary)


def write_idx(folder: Path) -> str:
    """The tiny data as a folder that the command line can read."""
    folder.mkdir()
    data = make_tiny_data()

    def write(split: Split, part: str) -> None:
        images, labels = split.images[:, 0], split.labels.astype(np.uint8)
        for array, kind in ((images, "images-idx3"), (labels, "labels-idx1")):
            head = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
            path = folder / f"{part}-{kind}-ubyte"
            path.write_bytes(head + array.tobytes())

    write(data.train, "train")
    write(data.val, "t10k")
    return str(folder)


def environment() -> dict[str, str]:
    """For a Python of its own that shall find the same packages."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


_FORKING = """
import os, sys
sys.modules["matplotlib"] = None  # a curve takes longer than the rest
from pmruntime.machine.cpu import apply_cpu_settings, import_paddle
apply_cpu_settings(threads=1)
import_paddle()
from pmruntime.cli import cli
for run in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        cli(["train", "--resume", run, "--workers", "3", "--threads", "1"])
    assert os.waitpid(child, 0)[1] == 0, run
"""


def resume_in_fresh_processes(runs: Sequence[Path]) -> None:
    """`train --resume` of each run, in a process that has built no network before.

    They are forks of one that has imported Paddle and done nothing else: the import
    takes seconds, and Paddle counts layers only from the first network on.
    """
    done = subprocess.run(
        [sys.executable, "-c", _FORKING, *map(str, runs)],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("going on after") == len(runs), done.stdout
