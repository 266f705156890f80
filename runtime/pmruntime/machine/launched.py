"""A process that launch.py started, and its tie to the one that did.

The tie is a socket. Over it goes the one message that the user is shown when something
fails; without it every process would print its own, and those that only lost contact
would be heard too. Where the other end is closed, the launcher is gone, and the process
stops as on a SIGTERM instead of holding its GPU for ever.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass

TIE = "PMRUNTIME_LAUNCHER_FD"


@dataclass(frozen=True)
class Failure:
    """What ended a process: the text for the user, the exit status, whether it is a
    UserError, and the machine's clock in seconds."""

    text: str
    status: int
    is_user_error: bool
    clock: float


class Tie:
    """This process' end of the socket."""

    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)  # not for processes started from here
        self._socket = socket.socket(fileno=descriptor)

    def watch(self) -> None:
        """From now on, SIGTERM for this process when the launcher is gone."""
        threading.Thread(target=self._wait_for_the_end, daemon=True).start()

    def report(self, text: str, status: int, is_user_error: bool) -> None:
        """Tell the launcher why this process ends."""
        failure = Failure(text, status, is_user_error, time.monotonic())
        self._socket.sendall(json.dumps(asdict(failure)).encode())

    def _wait_for_the_end(self) -> None:
        if not self._socket.recv(1):
            os.kill(os.getpid(), signal.SIGTERM)


def tie_to_launcher() -> Tie | None:
    """The tie of this process; None where our launcher did not start it."""
    descriptor = os.environ.pop(TIE, None)
    return None if descriptor is None else Tie(int(descriptor))


def is_one_of_several(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a launcher, ours or Paddle's, has given this process a place among
    several."""
    return environ.get("PADDLE_TRAINERS_NUM", "1") != "1"


def is_launched_by_paddle(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether that launcher was `paddle.distributed.launch`, called by the user."""
    return is_one_of_several(environ) and TIE not in environ


def processes_here(environ: Mapping[str, str] = os.environ) -> int:
    """How many of the processes run on this machine, and share its cores."""
    size = environ.get("PADDLE_LOCAL_SIZE", "1")
    return int(size) if size.isdecimal() and int(size) > 0 else 1
