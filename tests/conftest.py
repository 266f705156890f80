"""Settings that every test shares. They work only before Paddle is imported."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings
from pmruntime.machine.cpu import apply_cpu_settings, usable_cores

# Under `pytest -n 2` two workers share the cores; more threads would only wait.
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
apply_cpu_settings(threads=max(1, usable_cores() // _WORKERS))

# A shell starts what runs in its background with Ctrl-C ignored, and what that starts
# inherits it. Tests of Ctrl-C need it as at a terminal.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Hypothesis fails a test for being slow, which on a busy machine says nothing of it.
settings.register_profile(
    "pmgen", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("pmgen")
