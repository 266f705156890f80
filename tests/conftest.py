"""Settings that every test shares. They work only before Paddle is imported."""

from __future__ import annotations

import os

from pmruntime.cpu import apply_cpu_settings, usable_cores

# Under `pytest -n 2` two workers share the cores; more threads would only wait.
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
apply_cpu_settings(threads=max(1, usable_cores() // _WORKERS))
