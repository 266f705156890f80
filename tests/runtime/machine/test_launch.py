"""Processes started and ended together; without Paddle, since any command will do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pmruntime.machine.launch import ProcessFailedError, environments, launch
from pmruntime.machine.launched import (
    is_launched_by_paddle,
    is_one_of_several,
    processes_here,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX only")

BEGIN = """
import os, signal, sys, time
from pmruntime.machine.launched import tie_to_launcher
tie = tie_to_launcher()
rank = int(os.environ["PADDLE_TRAINER_ID"])
"""


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


def python(text: str) -> list[str]:
    return [sys.executable, "-c", BEGIN + text]


def test_only_the_first_process_is_heard(capfd: pytest.CaptureFixture[str]) -> None:
    launch(python("print('process', rank); print('oh', rank, file=sys.stderr)"), 3)
    assert capfd.readouterr() == ("process 0\n", "oh 0\n")


def test_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTER_ADDR", "10.0.0.1")
    first, second = environments(2)
    assert "MASTER_ADDR" not in first
    assert [first["PADDLE_TRAINER_ID"], second["PADDLE_TRAINER_ID"]] == ["0", "1"]
    assert first["FLAGS_selected_gpus"] != second["FLAGS_selected_gpus"]
    endpoints = first["PADDLE_TRAINER_ENDPOINTS"].split(",")
    assert endpoints == second["PADDLE_TRAINER_ENDPOINTS"].split(",")
    assert endpoints == [e["PADDLE_CURRENT_ENDPOINT"] for e in (first, second)]
    assert endpoints[0] != endpoints[1]
    assert first["PADDLE_MASTER"] == second["PADDLE_MASTER"] == endpoints[0]
    assert is_one_of_several(first)
    assert is_launched_by_paddle(first)  # no tie yet: that is what tells them apart
    assert processes_here(first) == 2
    assert not is_one_of_several({})
    assert processes_here({}) == 1


def failure(text: str, processes: int = 2) -> ProcessFailedError:
    with pytest.raises(ProcessFailedError) as caught:
        launch(python(text), processes)
    return caught.value


def test_a_mistake_of_the_user_comes_before_all_else() -> None:
    reported = failure(
        "if rank == 0:\n    tie.report('lost the other', 1, False)\n    sys.exit(1)\n"
        "time.sleep(0.2)\ntie.report('mend this', 7, True)\nsys.exit(7)"
    )
    assert str(reported) == "mend this"
    assert reported.exit_status == 7


def test_of_unforeseen_errors_the_earliest_is_told() -> None:
    reported = failure(
        "time.sleep(0 if rank else 0.3)\ntie.report(f'by {rank}', 1, False)\nexit(1)"
    )
    assert str(reported) == "by 1"


def test_a_death_without_a_word_is_told_with_what_was_printed() -> None:
    reported = failure(
        "if rank == 0:\n    time.sleep(0.2)\n    tie.report('lost', 1, False)\n"
        "    sys.exit(1)\n"
        "print('x' * 99999, 'out of memory', flush=True)\nos.kill(os.getpid(), 9)"
    )
    lines = str(reported).splitlines()
    assert lines[0] == "process 2 of 2 ended by SIGKILL"
    assert lines[1].endswith("xxx out of memory")
    assert len(lines[1]) < 5000


def test_who_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pmruntime.machine.launch.GRACE_SECONDS", 0.3)
    begun = time.monotonic()
    reported = failure("time.sleep(99 * (1 - rank))\nsys.exit(3)")
    assert time.monotonic() - begun < 20
    assert str(reported) == "process 2 of 2 ended with status 3"


LAUNCHER = """
import sys
from pmruntime.machine.launch import ProcessFailedError, launch
try:
    launch([sys.executable, "-c", sys.argv[1]], 2)
except ProcessFailedError as error:
    print(error)
    sys.exit(error.exit_status)
"""
# Notes what comes, in a file of its own.
PATIENT = (
    BEGIN
    + """
from pathlib import Path
def note(number, frame):
    with open(folder / f"signals{rank}", "a") as file:
        print(number, file=file)
    tie.report("stopped", 130, True)
    sys.exit(130)
folder = Path(%r)
signal.signal(signal.SIGINT, note)
signal.signal(signal.SIGTERM, note)
tie.watch()
(folder / f"ready{rank}").write_text(str(os.getpid()))
time.sleep(60)
"""
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_reaches_each_process_once(
    number: signal.Signals, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, PATIENT % str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        ready = [tmp_path / "ready0", tmp_path / "ready1"]
        wait_until(lambda: all(path.exists() and path.read_text() for path in ready))
        process.send_signal(number)
        stdout, _ = process.communicate(timeout=30)
    wait_until(lambda: not any(alive(int(path.read_text())) for path in ready))
    # Without their launcher they stop as on a SIGTERM.
    expected = signal.SIGTERM if number == signal.SIGKILL else number
    for rank in (0, 1):
        assert (tmp_path / f"signals{rank}").read_text() == f"{int(expected)}\n"
    if number != signal.SIGKILL:
        assert (process.returncode, stdout) == (130, "stopped\n")


def wait_until(condition: object, seconds: float = 60) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie of a reaper that is late."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc").is_dir()
