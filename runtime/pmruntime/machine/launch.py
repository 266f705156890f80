"""Training in several processes of this machine: `--nproc N`.

Not by `paddle.distributed.launch`: it writes each process' environment, with all that
is secret in it, and logs into a folder; it repeats a SIGTERM after 0.2 s, before
training can have saved; and it exits with the signal's number. What Paddle needs to
know of the processes are a few variables, the same that its launcher sets.

The processes lead sessions of their own, so that a Ctrl-C in the terminal reaches this
one alone, which passes it on: each gets it once, wherever it came from.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from pmruntime.machine.launched import TIE, Failure
from pmruntime.problems import UserError

# The time in which the others may end by themselves after the first one failed.
GRACE_SECONDS = 3.0
_KEPT = 4000  # bytes of what a process printed
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(kw_only=True, eq=False)
class _Child:
    rank: int
    process: subprocess.Popen[bytes]
    tie: socket.socket
    received: bytes = b""
    printed: bytes = b""
    killed: bool = False

    def take(self, where: str, part: bytes) -> None:
        """Keep what came over the socket, and the end of what it printed."""
        if where == "socket":
            self.received += part
        else:
            self.printed = (self.printed + part)[-_KEPT:]

    @property
    def failure(self) -> Failure | None:
        return Failure(**json.loads(self.received)) if self.received else None


class ProcessFailedError(UserError):
    """A process failed, and so all ended; one message stands for all of them."""

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.exit_status = status


def launch(command: Sequence[str], processes: int) -> None:
    """Run the command in so many processes of `paddle.distributed`; returns when all
    are done.

    The first prints as if it ran alone, the others nothing. Ctrl-C and SIGTERM reach
    all. Raises ProcessFailedError with the message and the status of the one that
    failed, after all have ended.
    """
    if os.name != "posix":
        raise UserError("`--nproc` starts processes on Linux and macOS only")
    children: list[_Child] = []
    with ExitStack() as stack:
        signals = stack.enter_context(_passed_on(children))
        stack.callback(_end, children)
        for environment in environments(processes):
            children.append(_start(command, environment, len(children)))
        _watch(children)
    failed = [child for child in children if child.process.returncode != 0]
    if failed:
        raise _failure(failed, processes, stopped=bool(signals))


def environments(processes: int) -> Iterator[dict[str, str]]:
    """The environment of each process, in the order of their ranks."""
    endpoints = [f"127.0.0.1:{port}" for port in _free_ports(processes)]
    shared = {
        "PADDLE_TRAINERS_NUM": str(processes),
        "PADDLE_LOCAL_SIZE": str(processes),
        "PADDLE_TRAINER_ENDPOINTS": ",".join(endpoints),
        "PADDLE_MASTER": endpoints[0],
    }
    # A cluster's own variables would take precedence over PADDLE_MASTER.
    left_out = ("MASTER_ADDR", "MASTER_PORT")
    inherited = {k: v for k, v in os.environ.items() if k not in left_out}
    inherited.setdefault("GLOG_minloglevel", "2")  # no messages about sockets
    for rank, endpoint in enumerate(endpoints):
        yield {
            **inherited,
            **shared,
            "PADDLE_TRAINER_ID": str(rank),
            "PADDLE_LOCAL_RANK": str(rank),
            "PADDLE_CURRENT_ENDPOINT": endpoint,
            "FLAGS_selected_gpus": str(rank),
        }


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def _start(command: Sequence[str], environment: dict[str, str], rank: int) -> _Child:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            command,
            env={**environment, TIE: str(theirs.fileno())},
            pass_fds=[theirs.fileno()],
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=None if rank == 0 else subprocess.PIPE,
            stderr=None if rank == 0 else subprocess.STDOUT,
        )
    return _Child(rank=rank, process=process, tie=ours)


@contextmanager
def _passed_on(children: Sequence[_Child]) -> Iterator[list[int]]:
    """Ctrl-C and SIGTERM go to the children; those that came are in the list."""
    seen: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        seen.append(number)
        for child in children:
            child.process.send_signal(number)

    before: Mapping[signal.Signals, Any] = {
        number: signal.signal(number, pass_on) for number in _SIGNALS
    }
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _watch(children: Sequence[_Child]) -> None:
    """Listen to all until all have ended; end the others soon after one failed."""
    deadline = float("inf")
    with selectors.DefaultSelector() as selector:
        for child in children:
            selector.register(child.tie, selectors.EVENT_READ, (child, "socket"))
            if child.process.stdout is not None:
                pipe = child.process.stdout
                selector.register(pipe, selectors.EVENT_READ, (child, "printed"))
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                _end(children)
                deadline, left = float("inf"), float("inf")
            wait = None if left == float("inf") else left
            for key, _ in selector.select(wait):
                child, where = key.data
                part = os.read(key.fd, 65536)
                if part:
                    child.take(where, part)
                    continue
                selector.unregister(key.fileobj)
                if where == "socket" and child.process.wait() != 0:
                    deadline = min(deadline, time.monotonic() + GRACE_SECONDS)


def _end(children: Sequence[_Child]) -> None:
    """Kill those that have not ended."""
    for child in children:
        if child.process.poll() is None:
            child.killed = True
            child.process.kill()
    for child in children:
        child.process.wait()


def _failure(
    failed: Sequence[_Child], processes: int, *, stopped: bool
) -> ProcessFailedError:
    """Why it all ended. A UserError comes first, then a process that died without a
    message; the others then only report that they lost it."""
    failures = [child.failure for child in failed if child.failure is not None]
    for failure in failures:
        if failure.is_user_error:
            return ProcessFailedError(failure.text, failure.status)
    died = [child for child in failed if child.failure is None and not child.killed]
    if stopped:
        return ProcessFailedError("stopped before anything new was saved", 130)
    if died or not failures:
        child = (died or list(failed))[0]
        return ProcessFailedError(_last_words(child, processes), 1)
    first = min(failures, key=lambda failure: failure.clock)
    return ProcessFailedError(first.text, first.status)


def _last_words(child: _Child, processes: int) -> str:
    code = child.process.returncode
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with status {code}"
    lines = child.printed.decode(errors="replace").strip().splitlines()
    said = "".join(f"\n  {line}" for line in lines)
    return f"process {child.rank + 1} of {processes} ended {how}{said}"
