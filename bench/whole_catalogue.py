"""The time of `pmgen build --all`, including the start of its process.

    python bench/whole_catalogue.py         # exit 1 where it takes LIMIT or more

The whole catalogue is built into an empty folder, then again into the same: the second
time nothing may be written. Paddle may not be imported, or the build would fail.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 2.0  # CPU seconds; wall-clock time is the same where a core is free
RUNS = 5
_COMMAND = (
    "import sys; sys.modules['paddle'] = sys.modules['pmruntime'] = None; "
    "from pmgen.cli import cli; cli(prog_name='pmgen')"
)


def build(out: Path) -> tuple[float, float]:
    """Build in a process of its own; its CPU seconds and its wall-clock seconds."""
    before, started = os.times(), time.perf_counter()
    command = [sys.executable, "-c", _COMMAND, "build", "--all", "-q", "-o", str(out)]
    subprocess.run(command, check=True)
    clock, after = time.perf_counter() - started, os.times()
    cpu = after.children_user + after.children_system
    return cpu - before.children_user - before.children_system, clock


def main() -> int:
    """Print the fastest of several builds of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        firsts, seconds = [], []
        for run in range(RUNS):
            out = Path(folder) / str(run)
            firsts.append(build(out))
            written = {path: path.stat().st_mtime_ns for path in out.iterdir()}
            seconds.append(build(out))
            after = {path: path.stat().st_mtime_ns for path in out.iterdir()}
            if after != written:
                sys.exit("the second build wrote something")
        print(f"{len(written)} networks          CPU s   clock s")
        for name, found in (("into nothing", firsts), ("once more", seconds)):
            cpu, clock = (min(times) for times in zip(*found, strict=True))
            print(f"{name:18} {cpu:9.2f} {clock:9.2f}")
    return 0 if min(firsts)[0] < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
