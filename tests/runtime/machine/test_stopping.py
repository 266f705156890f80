"""Signals, as the system and a terminal send them to a program of its own."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("paddle")
pytest.importorskip("termios")

from pmruntime.data.dataset import Data
from pmruntime.machine.machine import Machine
from pmruntime.recipe.recipe import parse_recipe
from pmruntime.training.run import resume, train

from tests.support.runs.interrupting import NOISY, environment, write_idx

pytestmark = pytest.mark.paddle

# Its first step in training never ends, and is seen to begin.
STUCK = NOISY.replace(
    "        return self.fc(",
    "        if self.training:\n"
    "            import pathlib, time\n"
    "            pathlib.Path(__file__).with_name('begun').touch()\n"
    "            time.sleep(600)\n"
    "        return self.fc(",
)


class Terminal:
    """A program whose controlling terminal is ours to type into and to read."""

    def __init__(self, *arguments: object) -> None:
        import fcntl
        import pty
        import termios

        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**environment(), "TERM": "xterm", "COLUMNS": "300"},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.shown = b""

    def read(self, until: Callable[[], bool], seconds: float = 60) -> None:
        """Read what it shows until something holds."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, self.shown.decode()
            if select.select([self._ours], [], [], 0.05)[0]:
                try:
                    self.shown += os.read(self._ours, 65536)
                except OSError:  # the other end is closed
                    return

    def press_ctrl_c(self) -> None:
        os.write(self._ours, b"\x03")

    def wait(self, seconds: float) -> tuple[int, str]:
        """Its exit status, and all that it showed."""
        self.read(lambda: self.process.poll() is not None, seconds)
        self.process.wait(seconds)
        self.read(lambda: not select.select([self._ours], [], [], 0)[0], seconds)
        os.close(self._ours)
        return self.process.returncode, self.shown.decode()


def training(folder: Path, source: str, epochs: int = 5000) -> list[object]:
    """The command; the run is FOLDER/run."""
    (folder / "net.py").write_text(source)
    data = write_idx(folder / "data")
    return [
        "-m", "pmruntime", "train", folder / "net.py", "--data", data, "--out",
        folder / "run", "--epochs", epochs, "--device", "cpu", "--threads", 1,
    ]  # fmt: skip


def test_ctrl_c_in_a_real_terminal(tmp_path: Path) -> None:
    terminal = Terminal(*training(tmp_path, NOISY))
    terminal.read((tmp_path / "run" / "metrics.jsonl").exists)
    terminal.press_ctrl_c()
    status, shown = terminal.wait(20)
    assert status == 130, shown
    assert "everything is saved in" in shown
    assert f"pmgen train --resume {tmp_path / 'run'}" in shown
    assert "Traceback" not in shown
    assert shown.rstrip().endswith("goes on from here")  # the bar is gone
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h")  # the cursor is not


def test_a_second_ctrl_c_ends_at_once(tmp_path: Path) -> None:
    terminal = Terminal(*training(tmp_path, STUCK))
    terminal.read((tmp_path / "begun").exists)
    terminal.press_ctrl_c()
    time.sleep(0.5)
    assert terminal.process.poll() is None  # it waits for the step to end
    terminal.press_ctrl_c()
    status, shown = terminal.wait(5)
    assert status == 130, shown
    assert "interrupted" in shown
    assert "Traceback" not in shown


def test_sigterm_saves_and_says_how_to_go_on(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, *map(str, training(tmp_path, NOISY))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    run = tmp_path / "run"
    end = time.monotonic() + 60
    while not (run / "metrics.jsonl").exists() and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == 130, stderr
    error, help_ = stderr.splitlines()
    assert error.startswith("error: stopped in epoch ")
    assert help_ == f"  `pmgen train --resume {run}` goes on from here"
    assert {"checkpoint.safetensors", "weights.safetensors"} <= set(os.listdir(run))
    assert not (run / "summary.json").exists()


def test_training_in_another_thread(
    tiny: Path, tiny_data: Data, tmp_path: Path
) -> None:
    """Where Python cannot handle signals, they keep their meaning for the program."""
    recipe = parse_recipe({"epochs": 2, "batch_size": 8})
    found: list[object] = []
    handlers = [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]

    def work() -> None:
        machine = Machine(device="cpu")
        out = tmp_path / "run"
        found.append(train(tiny, tiny_data, out, recipe=recipe, machine=machine))
        found.append(resume(out, tiny_data, machine=machine))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert len(found) == 2
    assert found[0] == found[1]
    assert found[0] == json.loads((tmp_path / "run" / "summary.json").read_text())
    assert handlers == [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)]
