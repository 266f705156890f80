"""Signals while a network trains."""

from __future__ import annotations

import os
import signal

import pytest
from pmruntime.machine.stopping import StopRequests

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals differ on Windows")


def test_the_first_signal_is_a_wish_and_a_second_ctrl_c_is_not() -> None:
    with StopRequests() as stops:
        assert stops.requested is None
        os.kill(os.getpid(), signal.SIGINT)
        assert stops.requested == "SIGINT"
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_sigterm_may_be_repeated() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with StopRequests() as stops:
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGTERM)
        assert stops.requested == "SIGTERM"
    assert signal.getsignal(signal.SIGTERM) == before
